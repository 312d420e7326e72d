"""Papers of a result of the pipeline "apply"."""

from __future__ import annotations

import json
from typing import Any, Iterable, Mapping

from ._library import library, text
from ._values import json_bytes


def rerender(result: Mapping[str, Any], accepted: Iterable[str]) -> Any:
    """Makes the previews of a result of "apply" again with only the changes whose ids are accepted; no LLM call."""
    of, ids = json_bytes(result), json_bytes(list(accepted))
    _, data = library().ask("apply_rerender", of, len(of), ids, len(ids))
    return json.loads(data or b"null")


def pdf(result: Mapping[str, Any], papers: str = "cv_and_letter") -> bytes:
    """The papers of a result of "apply" as a PDF: "cv", "letter" or "cv_and_letter". Some 100 ms."""
    of = json_bytes(result)
    _, data = library().ask("apply_pdf", of, len(of), *text(papers))
    return data or b""
