"""An answer that is not 2xx → the error it means. Pure; knows nothing of httpx.

Bodies are Twilio's (`code`, `message`, `more_info`, `details`), RFC 9457's (`title`, `detail`), HTML of some proxy, or
nothing at all: all are tolerated, none is trusted with more than one short line of a message.
"""

from __future__ import annotations

import json
import re
from http import HTTPStatus
from typing import Final, cast

from reconciler.definition.depth import too_deep
from reconciler.definition.secrets import masked, secrets_of
from reconciler.errors import (
    AmbiguousError,
    CredentialsError,
    InvalidDefinitionError,
    NotFoundError,
    ProtocolError,
    RateLimitedError,
    ReconcilerError,
    RequestRefusedError,
    StudioConflictError,
)
from reconciler.model.jsontypes import Json, JsonObject
from reconciler.studio.call import Answer, Call
from reconciler.studio.places import findings_of

INVALID_DEFINITION: Final = 81022
_LONGEST: Final = 300
_EXECUTION: Final = re.compile(r"FN[0-9A-Za-z]{1,32}")


def judge(
    call: Call,
    answer: Answer,
    *,
    retry_after: float | None,
    variables: tuple[str, ...],
    sensitive: frozenset[str] = frozenset(),
) -> ReconcilerError:
    """Give the error that an answer other than 2xx means.

    Args:
        call: what was sent; its definition gives refused places their widgets' names.
        answer: what came back.
        retry_after: the seconds that the answer asks to wait.
        variables: names of the variables that the credentials came from, for the hint.
        sensitive: what no message may repeat, beside the secret properties of the definition sent; default none.
    """
    status = answer.status
    body = _body(answer, sensitive | _sent_secrets(call))
    code = body.get("code")
    code = code if isinstance(code, int) and not isinstance(code, bool) else None
    text = f"{call.operation}: Studio answered {status}{f' (code {code})' if code else ''}: {_message(body, status)}"
    hint = _more_info(body)
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        return RateLimitedError(text, retry_after=retry_after, code=code)
    if status in {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}:
        return CredentialsError(text, hint=_credentials_hint(status, variables))
    if status == HTTPStatus.NOT_FOUND:
        return NotFoundError(text, status=status, code=code, hint=hint)
    if _is_refusal(status):
        return _refusal(call, status, code, (text, hint, body))
    if call.safe and not _is_server_fault(status):
        return ProtocolError(
            text, status=status, code=code, hint="Is the endpoint that of Studio? It must not redirect."
        )
    return AmbiguousError(text, status=status, code=code, hint=hint)


def _is_refusal(status: int) -> bool:
    # 408 says that the server lost patience with the request, not that it did nothing with it.
    return HTTPStatus.BAD_REQUEST <= status < HTTPStatus.INTERNAL_SERVER_ERROR and status != HTTPStatus.REQUEST_TIMEOUT


def _is_server_fault(status: int) -> bool:
    return status >= HTTPStatus.INTERNAL_SERVER_ERROR or status == HTTPStatus.REQUEST_TIMEOUT


def _refusal(
    call: Call, status: int, code: int | None, said: tuple[str, str | None, JsonObject]
) -> RequestRefusedError:
    text, hint, body = said
    if code == INVALID_DEFINITION:
        findings = findings_of(body.get("details"), call.value("Definition"))
        return InvalidDefinitionError(text, findings, status=status, code=code)
    if status == HTTPStatus.CONFLICT:
        return StudioConflictError(text, conflicting=_conflicting(body), code=code, hint=hint)
    if status == HTTPStatus.REQUEST_ENTITY_TOO_LARGE:
        hint = "A request must stay below 1 MB: split the flow into sub-flows."
    return RequestRefusedError(text, status=status, code=code, hint=hint)


def _conflicting(body: JsonObject) -> str | None:
    details = body.get("details")
    found = details.get("conflicting_execution_sid") if isinstance(details, dict) else None
    return found if isinstance(found, str) and _EXECUTION.fullmatch(found) else None


def _sent_secrets(call: Call) -> frozenset[str]:
    try:
        return secrets_of(json.loads(call.value("Definition") or "null"))
    except (ValueError, RecursionError):
        return frozenset()


def _body(answer: Answer, sensitive: frozenset[str]) -> JsonObject:
    """Give what was said, covered before anything is cut: half a secret would not be found any more."""
    try:
        parsed: Json = json.loads(answer.body)
    except (ValueError, RecursionError):
        return {}
    covered = {} if too_deep(answer.body) else masked(parsed, sensitive)
    return covered if isinstance(covered, dict) else {}


def _message(body: JsonObject, status: int) -> str:
    said = [body[key] for key in ("message", "detail", "title") if isinstance(body.get(key), str)]
    if said:
        return " ".join(cast("str", said[0]).split())[:_LONGEST]
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "no reason given"


def _more_info(body: JsonObject) -> str | None:
    link = body.get("more_info") or body.get("type")
    if not isinstance(link, str) or not link.startswith("https://") or len(link) > _LONGEST:
        return None
    return f"See {link}"


def _credentials_hint(status: int, variables: tuple[str, ...]) -> str:
    names = " and ".join(variables) or "the credentials"
    if status == HTTPStatus.FORBIDDEN:
        return f"Check {names}: a restricted API key needs the permission for this operation."
    return f"Check {names}: a token or key works only for its own account, in the region where it was made."
