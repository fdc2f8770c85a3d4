"""One request and one answer as values: what `client` asks of `http`, and what `refusals` judges."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Literal

VALIDATE: Final = "UpdateFlowValidate"
"""The one POST that changes nothing."""

Pairs = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Call:
    """Say what to send.

    Attributes:
        operation: operationId of Twilio's OpenAPI document.
        path: begins with `/`; the host is not the caller's choice.
        query, form: names and values, not encoded yet. Forms hold definitions, so they are not shown.
        api: send it to the account API instead of Studio.
        product: send it to another product of Twilio (`serverless`) instead of Studio.
        may_be_empty: an answer of 2xx without content is an answer, not a fault of the line.
    """

    operation: str
    method: Literal["GET", "POST", "DELETE"]
    path: str
    query: Pairs = ()
    form: Pairs = field(default=(), repr=False)
    api: bool = False
    product: str = ""
    may_be_empty: bool = False

    @property
    def safe(self) -> bool:
        """Tell whether sending it twice is the same as sending it once."""
        return self.method == "GET" or self.operation == VALIDATE

    def value(self, name: str) -> str | None:
        """Give the form's first value of that name."""
        return next((value for key, value in self.form if key == name), None)


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back. Header names are in lower case; the body is not shown, it holds definitions."""

    status: int
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)
