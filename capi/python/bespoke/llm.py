"""Language models of the host's own."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Awaitable, Callable, Dict, List, Optional, Union

from .job import Usage


@dataclass
class Message:
    role: str  # "system", "user" or "assistant"
    content: str


@dataclass
class LlmRequest:
    """One call of a model. Only the messages are needed."""

    messages: List[Message]
    model: str = ""
    schema: Optional[Dict[str, Any]] = None
    schema_name: str = ""
    max_output_tokens: int = 4096
    temperature: Optional[float] = None
    timeout: float = 300.0  # seconds
    owner: str = ""  # for fairness between owners; not for sending

    @classmethod
    def _read(cls, tree: Dict[str, Any], owner: str) -> LlmRequest:
        return cls(
            [Message(message["role"], message["content"]) for message in tree["messages"]],
            tree["model"],
            tree["schema"],
            tree["schema_name"],
            tree["max_output_tokens"],
            tree["temperature"],
            tree["timeout_ms"] / 1000,
            owner,
        )

    def _write(self) -> Dict[str, Any]:
        return {
            "model": self.model,
            "messages": [{"role": message.role, "content": message.content} for message in self.messages],
            "schema_name": self.schema_name or ("answer" if self.schema is not None else ""),
            "schema": self.schema,
            "max_output_tokens": self.max_output_tokens,
            "temperature": self.temperature,
            "timeout_ms": round(self.timeout * 1000),
        }


@dataclass
class LlmResponse:
    """What a model has answered. An empty `text` stands for what was streamed."""

    text: str = ""
    usage: Optional[Usage] = None
    model: str = ""
    request_id: str = ""
    finish_reason: str = "stop"

    @classmethod
    def _read(cls, tree: Dict[str, Any]) -> LlmResponse:
        return cls(tree["text"], Usage._read(tree["usage"]), tree["model"], tree["request_id"], tree["finish_reason"])

    def _write(self) -> Dict[str, Any]:
        usage = self.usage
        return {
            "text": self.text or None,
            "finish_reason": self.finish_reason,
            "model": self.model,
            "request_id": self.request_id,
            "usage": None
            if usage is None
            else {
                "input_tokens": usage.input_tokens,
                "output_tokens": usage.output_tokens,
                "cost_micro_usd": usage.cost_micro_usd,
                "certainty": usage.certainty,
            },
        }


Answer = Union[LlmResponse, str]


class LlmClient:
    """A model that is asked in Python. Give `complete`, as a function or a coroutine: it makes one try (retries are the
    library's), passes each piece of the answer to `stream`, and returns the whole (None or an empty text: what was
    streamed). It raises LlmFailure to say what may help."""

    #: Names it in jobs, as "host:NAME".
    name = "python"

    def complete(
        self, request: LlmRequest, stream: Callable[[str], None]
    ) -> Union[Optional[Answer], Awaitable[Optional[Answer]]]:
        raise NotImplementedError


@dataclass
class FunctionClient(LlmClient):
    """A function as a client."""

    function: Callable[..., Any]
    name: str = field(default="python")

    def complete(self, request: LlmRequest, stream: Callable[[str], None]) -> Any:
        return self.function(request, stream)
