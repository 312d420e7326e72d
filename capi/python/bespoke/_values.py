"""Values on their way to the library."""

from __future__ import annotations

import json
from datetime import datetime, timezone
from typing import Any, Optional

from .errors import InvalidArgument


def json_bytes(value: Any) -> bytes:
    try:
        return json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode("utf-8")
    except (TypeError, ValueError) as problem:
        raise InvalidArgument(f"not JSON: {problem}") from problem


def rfc3339(value: Optional[datetime]) -> Optional[str]:
    if value is None:
        return None
    if value.tzinfo is None:
        raise InvalidArgument("a time needs a time zone")
    return value.astimezone(timezone.utc).isoformat(timespec="milliseconds")


def whole_millis(timeout: Optional[float]) -> int:
    return -1 if timeout is None else max(0, round(timeout * 1000))
