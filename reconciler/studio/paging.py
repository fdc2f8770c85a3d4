"""Read a list to its end. A list that may be short is an error, never an answer."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Final
from urllib.parse import SplitResult, parse_qsl, urlsplit

from reconciler.errors import ProtocolError, RequestRefusedError
from reconciler.model.jsontypes import Json, JsonObject
from reconciler.studio.call import Call
from reconciler.studio.http import Http

PAGE_SIZE: Final = "1000"
"""The largest that Studio allows: a plan of 1,000 flows is one request."""
_EXPIRED: Final = 21481
_STARTS: Final = 3


def fetch_all(http: Http, call: Call, key: str) -> list[JsonObject]:
    """Give the records of all pages, in their order; a record may appear twice when pages moved meanwhile.

    Of `meta.next_page_url` only path and query are used. When Studio no longer knows a page token, reading starts
    again at the first page, twice at most.

    Raises:
        ProtocolError: a page without `meta` or records, a page that was there already, or tokens that keep expiring.
    """
    for _ in range(_STARTS):
        try:
            return [record for page in _pages(http, call, key) for record in page]
        except RequestRefusedError as error:
            _unless_expired(error)
    raise _never_ends(call)


def each_page(http: Http, call: Call, key: str) -> Iterator[list[JsonObject]]:
    """Give the records of one page after the other, for lists that are too long to be kept.

    As `fetch_all`, but when reading starts again at the first page, what was given is given again.

    Raises:
        ProtocolError: as there. What was given before is then not the whole list.
    """
    for _ in range(_STARTS):
        try:
            yield from _pages(http, call, key)
        except RequestRefusedError as error:
            _unless_expired(error)
        else:
            return
    raise _never_ends(call)


def records_of(call: Call, page: Json, key: str) -> list[JsonObject]:
    """Give the records of one page; without a key those under the key that the page itself names.

    Raises:
        ProtocolError: there are none, not even an empty list.
    """
    key = key or str(_member(_member(page, "meta"), "key"))
    records = page.get(key) if isinstance(page, dict) else None
    if not isinstance(records, list):
        raise ProtocolError(f"{call.operation}: a page without {key!r}")
    found = [record for record in records if isinstance(record, dict)]
    if len(found) != len(records):
        raise ProtocolError(f"{call.operation}: a page with something else than objects in {key!r}")
    return found


def _pages(http: Http, call: Call, key: str) -> Iterator[list[JsonObject]]:
    seen: set[tuple[object, ...]] = set()
    next_call: Call | None = replace(call, query=(("PageSize", PAGE_SIZE), *call.query))
    while next_call is not None:
        seen |= _marks(call, next_call, seen)
        page = http.request(next_call)
        yield records_of(call, page, key)
        next_call = _following(call, page)


def _unless_expired(error: RequestRefusedError) -> None:
    """Let reading start again after a page token that Studio no longer knows; raise everything else."""
    if error.code != _EXPIRED:
        raise error


def _never_ends(call: Call) -> ProtocolError:
    return ProtocolError(f"{call.operation}: page tokens expire before the list is read", code=_EXPIRED)


def _marks(call: Call, page: Call, seen: set[tuple[object, ...]]) -> set[tuple[object, ...]]:
    """Give what a page is known by: its address and its token.

    Raises:
        ProtocolError: either was there before: the list would never end.
    """
    tokens = {("token", value) for name, value in page.query if name == "PageToken"}
    marks: set[tuple[object, ...]] = {("address", page.path, page.query), *tokens}
    if marks & seen:
        raise ProtocolError(f"{call.operation}: Studio names a page as the next one that was read already")
    return marks


def _following(call: Call, page: Json) -> Call | None:
    # The API of 2010 has no `meta`, and paths instead of URLs.
    meta, key = (page, "next_page_uri") if call.api else (_member(page, "meta"), "next_page_url")
    if not isinstance(meta, dict) or key not in meta:
        raise ProtocolError(f"{call.operation}: a page without {key!r}, so nobody knows whether it is the last")
    url = meta[key]
    if url is None:
        return None
    parts = _parts(url)
    if parts is None or not parts.path.startswith("/") or parts.path.startswith("//"):
        raise ProtocolError(f"{call.operation}: a next page that is no URL")
    return replace(call, path=parts.path, query=tuple(parse_qsl(parts.query, keep_blank_values=True)))


def _member(page: Json, key: str) -> Json:
    return page.get(key) if isinstance(page, dict) else None


def _parts(url: Json) -> SplitResult | None:
    """Split a URL; None when it is none. What is not ASCII could not be sent."""
    if not isinstance(url, str) or not url.isascii() or not url.isprintable():
        return None
    try:
        return urlsplit(url)
    except ValueError:
        return None
