"""Reading parameters: form-encoded bodies and query strings. Every mistake is a 400 with code 20001."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Final, NoReturn, cast
from urllib.parse import parse_qs

from reconciler.emulator.answers import TOO_LARGE, RefusalError, bad_parameter, invalid_definition
from reconciler.emulator.sids import USER_SID
from reconciler.model.definition import Status
from reconciler.model.jsontypes import Json, JsonObject

MAX_BODY: Final = 1_000_000
"""A request must be smaller than this (api.md A8); a larger one is 413 with code 20413, our own choice."""

FORM: Final = "application/x-www-form-urlencoded"
_MAX_CONTACT_BYTES: Final = 300


class Form:
    """The parameters of one request body."""

    def __init__(self, values: Mapping[str, list[str]]) -> None:
        self._values = values

    def given(self, name: str) -> bool:
        """Tell whether a parameter was sent, be it empty."""
        return name in self._values

    def required(self, name: str) -> str:
        """Give a parameter that must be there and not empty."""
        value = self.optional(name)
        if not value:
            raise bad_parameter(f"Missing required parameter {name} in the post body")
        return value

    def optional(self, name: str) -> str | None:
        """Give a parameter, None when it was not sent. The last one counts."""
        return self._values[name][-1] if name in self._values else None

    def several(self, name: str) -> list[str]:
        """Give all values of a parameter, in order; none when it was not sent."""
        return list(self._values.get(name, ()))

    def status(self) -> Status:
        """Give the required Status."""
        value = self.required("Status")
        if value not in {"draft", "published"}:
            raise bad_parameter("Status must be draft or published")
        return cast("Status", value)

    def friendly_name(self) -> str | None:
        """Give FriendlyName, None when it was not sent."""
        return self.required("FriendlyName") if self.given("FriendlyName") else None

    def commit_message(self) -> str | None:
        """Give CommitMessage, None when it was not sent. An empty one is an error (api.md A4.13)."""
        value = self.optional("CommitMessage")
        if value == "":
            raise bad_parameter("CommitMessage must not be empty; leave it out instead")
        return value

    def author(self, default: str) -> str:
        """Give AuthorSid, else the default."""
        value = self.optional("AuthorSid")
        if value is not None and not USER_SID.fullmatch(value):
            raise bad_parameter("AuthorSid must be a user SID")
        return value or default

    def definition(self) -> JsonObject | None:
        """Give the parsed Definition, None when it was not sent."""
        return parse_definition(self.required("Definition")) if self.given("Definition") else None

    def json_object(self, name: str) -> JsonObject:
        """Give a JSON object; an empty one when it was not sent, or sent empty."""
        text = self.optional(name)
        data = parse_json(text, name) if text else {}
        if not isinstance(data, dict):
            raise bad_parameter(f"{name} must be a JSON object")
        return data

    def number(self, name: str) -> float | None:
        """Give a number that is finite and not negative, None when it was not sent."""
        text = self.optional(name)
        if text is None:
            return None
        try:
            found = float(text)
        except ValueError:
            found = -1.0
        if not 0 <= found < float("inf"):
            raise bad_parameter(f"{name} must be a number")
        return found

    def fields(self) -> JsonObject:
        """Give all parameters as they were sent; of several with one name the last."""
        return {name: values[-1] for name, values in self._values.items()}

    def contacts(self) -> list[str]:
        """Give the required list TestUsers."""
        values = self._values.get("TestUsers")
        if not values:
            raise bad_parameter("Missing required parameter TestUsers in the post body")
        if any(len(value.encode()) > _MAX_CONTACT_BYTES for value in values):
            raise bad_parameter(f"An identity in TestUsers must not be longer than {_MAX_CONTACT_BYTES} bytes")
        return list(values)


def parse_form(content_type: str, body: bytes) -> Form:
    """Read a request body.

    Raises:
        RefusalError: it is too large, or of another type than a form.
    """
    if len(body) >= MAX_BODY:
        raise RefusalError(413, TOO_LARGE, f"The request body must be smaller than {MAX_BODY} bytes")
    if body and content_type.partition(";")[0].strip().lower() != FORM:
        raise bad_parameter(f"The request body must be {FORM}")
    try:
        values = parse_qs(body.decode("ascii"), keep_blank_values=True, errors="strict")
    except ValueError as error:
        raise bad_parameter("The request body is no form in UTF-8") from error
    return Form(values)


def parse_definition(text: str) -> JsonObject:
    """Read a definition.

    Raises:
        RefusalError: it is no JSON, or no object.
    """
    data = parse_json(text, "Definition")
    if not isinstance(data, dict):
        raise invalid_definition([{"message": "object expected", "property_path": "#"}])
    return data


def parse_json(text: str, name: str) -> Json:
    """Read JSON as it was sent in the parameter `name`.

    Raises:
        RefusalError: it is no JSON.
    """
    try:
        data: Json = json.loads(text, parse_constant=_refuse_constant)
        json.dumps(data, allow_nan=False)  # 1e999 reads as infinity
    except (ValueError, RecursionError) as error:
        raise bad_parameter(f"{name} is not valid JSON") from error
    return data


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(name)
