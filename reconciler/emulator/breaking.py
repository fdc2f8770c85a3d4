"""What faults do to a request: before it is carried out, and to its answer."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from reconciler.emulator.answers import TOO_MANY_REQUESTS, UNAVAILABLE, Answer, RefusalError, json_answer
from reconciler.emulator.faults import Misfortune
from reconciler.emulator.paging import bad_token
from reconciler.serving.connection import BrokenConnectionError

SLOWNESS: Final = 5.0
"""How many seconds longer the fault `slow` takes."""

_EVEN: Final = 0.5
_GATEWAY_PAGE: Final = "<html><body><h1>The server cannot answer now</h1></body></html>"


def break_before(misfortune: Misfortune) -> None:
    """Lose a request before anything is carried out."""
    if "lost-request" in misfortune:
        raise BrokenConnectionError
    if "reset" in misfortune and misfortune.chance < _EVEN:
        raise BrokenConnectionError(abortive=True)


def refuse_before(misfortune: Misfortune, *, retry_after: bool, with_token: bool) -> Answer | None:
    """Answer a request without carrying it out; None when it shall be.

    Raises:
        RefusalError: its page token is good no more.
    """
    if "429" in misfortune:
        refusal = RefusalError(429, TOO_MANY_REQUESTS, "Too many concurrent requests")
        return _with_wait(refusal.answer(), retry_after=retry_after)
    if "5xx-before" in misfortune:
        return _server_error(misfortune, retry_after=retry_after)
    if "expired-page-token" in misfortune and with_token:
        raise bad_token()
    return None


def break_after(misfortune: Misfortune, answer: Answer, *, retry_after: bool) -> Answer:
    """Spoil or lose the answer to a request that was carried out."""
    if "lost-answer" in misfortune:
        raise BrokenConnectionError
    if "reset" in misfortune:
        raise BrokenConnectionError(abortive=True)
    if "5xx-after" in misfortune:
        return _server_error(misfortune, retry_after=retry_after)
    if "truncated-body" in misfortune and answer.body:
        return replace(answer, torn=True)
    if "malformed-body" in misfortune and answer.body:
        return replace(answer, body=answer.body[: len(answer.body) // 2])
    return answer


def _server_error(misfortune: Misfortune, *, retry_after: bool) -> Answer:
    status = (500, 502, 503, 504)[min(int(misfortune.chance * 4), 3)]
    if status in {502, 504}:
        return Answer(status, _GATEWAY_PAGE, content_type="text/html")
    if status == 500:  # noqa: PLR2004 - the HTTP status; a 500 may lack code and more_info (api.md A5)
        return json_answer({"message": "An internal server error has occurred", "status": 500}, status=500)
    answer = RefusalError(503, UNAVAILABLE, "The service is unavailable").answer()
    return _with_wait(answer, retry_after=retry_after)


def _with_wait(answer: Answer, *, retry_after: bool) -> Answer:
    return replace(answer, headers={**answer.headers, "Retry-After": "1"}) if retry_after else answer
