"""Answers as values, and Twilio's error bodies: `{"code", "message", "more_info", "status", "details"?}`."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from reconciler.model.jsontypes import Json, JsonObject

INVALID_PARAMETER: Final = 20001
AUTHENTICATION_FAILED: Final = 20003
NOT_FOUND: Final = 20404
WRONG_METHOD: Final = 20004
CONFLICT: Final = 20409
TOO_LARGE: Final = 20413
TOO_MANY_REQUESTS: Final = 20429
UNAVAILABLE: Final = 20503
BAD_PAGE_TOKEN: Final = 21481
BAD_REVISION: Final = 81021
INVALID_DEFINITION: Final = 81022


@dataclass(frozen=True, slots=True)
class Answer:
    """What goes back. `body` is text, empty for 204; of a `torn` answer only half of it is sent."""

    status: int
    body: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    content_type: str = "application/json;charset=utf-8"
    torn: bool = False


class RefusalError(Exception):
    """Ends a request with an error body. Never leaves the application."""

    def __init__(
        self, status: int, code: int, message: str, *, details: JsonObject | None = None, allow: str | None = None
    ) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.details = details
        self.allow = allow
        self.retry_after = False
        """Whether the answer says when to come again."""

    def answer(self) -> Answer:
        """Give the error as Twilio would word it."""
        body: JsonObject = {
            "code": self.code,
            "message": self.message,
            "more_info": f"https://www.twilio.com/docs/errors/{self.code}",
            "status": self.status,
        }
        if self.details is not None:
            body["details"] = self.details
        headers = {"Allow": self.allow} if self.allow else {}
        if self.retry_after:
            headers["Retry-After"] = "1"
        if self.status == 401:  # noqa: PLR2004 - the HTTP status, as RFC 9110 names it
            headers["WWW-Authenticate"] = 'Basic realm="Twilio API"'
        return Answer(self.status, json.dumps(body), headers)


def json_answer(body: Json, *, status: int = 200) -> Answer:
    """Give a JSON body."""
    return Answer(status, json.dumps(body))


def bad_parameter(message: str) -> RefusalError:
    """Give the error for a parameter that is missing or wrong."""
    return RefusalError(400, INVALID_PARAMETER, message)


def not_found(path: str) -> RefusalError:
    """Give the error for a path behind which there is nothing; Twilio leaves `/v2` out of it."""
    return RefusalError(404, NOT_FOUND, f"The requested resource {path.removeprefix('/v2')} was not found")


def invalid_definition(errors: list[Json]) -> RefusalError:
    """Give the error for a definition that does not pass validation."""
    return RefusalError(
        400,
        INVALID_DEFINITION,
        "Flow definition validation failed, check `details` for more information",
        details={"errors": errors},
    )
