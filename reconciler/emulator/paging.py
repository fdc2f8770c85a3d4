"""Pages of lists: PageSize, Page, PageToken, and `meta`.

A token holds the place of the row it points beside, so that rows that come or go between two pages neither hide others
nor show them twice. `Page` is the client's own affair, as the contract says: it is answered, and moves nothing.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, cast
from urllib.parse import urlencode

from reconciler.emulator.answers import BAD_PAGE_TOKEN, Answer, RefusalError, bad_parameter, json_answer
from reconciler.emulator.rows import ListOrder, Window
from reconciler.model.jsontypes import Json, JsonObject

OTHER_HOST: Final = "https://studio.elsewhere.example"
"""What next_page_url begins with under the quirk next-page-host=other. A client must not go there."""

_DEFAULT_SIZE: Final = 50
_MAX_SIZE: Final = 1000
_MOST_DIGITS: Final = 100
_MAX_PLACE: Final = 2**63


@dataclass(frozen=True, slots=True)
class Listing:
    """One request for a page.

    Attributes:
        key: the name of the list in the body (`flows`).
        url: address of the list without a query.
        order: the order of its rows.
        filters: query parameters that every page's URL repeats.
    """

    key: str
    url: str
    order: ListOrder
    size: int
    page: int
    token: str | None
    filters: Mapping[str, str]
    next_base: tuple[str, str] | None

    def window(self) -> Window:
        """Give the rows to read: one more than fit, to learn whether there is another page.

        Raises:
            RefusalError: the token is none of this list.
        """
        if self.token is None:
            return Window(self.order, self.size + 1)
        place = _parse_token(self.token, self._name())
        return Window(self.order, self.size + 1, key=place, backward=self.token.startswith("PB"))

    def answer(self, rows: Sequence[tuple[JsonObject, Json]]) -> Answer:
        """Give the page for the rows that were found in the window, each with its place in the list."""
        backward = self.token is not None and self.token.startswith("PB")
        more = len(rows) > self.size
        shown = rows[-self.size :] if backward else rows[: self.size]
        following = previous = None
        if shown and (more or backward):
            following = self._url(self.page + 1, self._token("PA", shown[-1][1]), following=True)
        if shown and self.token is not None and (more or not backward):
            previous = self._url(max(self.page - 1, 0), self._token("PB", shown[0][1]))
        meta: JsonObject = {
            "page": self.page,
            "page_size": self.size,
            "first_page_url": self._url(0, None),
            "previous_page_url": previous,
            "url": self._url(self.page, self.token),
            "next_page_url": following,
            "key": self.key,
        }
        return json_answer({self.key: [row for row, _ in shown], "meta": meta})

    def _url(self, page: int, token: str | None, *, following: bool = False) -> str:
        query = {**self.filters, "PageSize": str(self.size), "Page": str(page)}
        if token is not None:
            query["PageToken"] = token
        url = self.url
        if following and self.next_base is not None:
            url = url.replace(*self.next_base, 1)
        return f"{url}?{urlencode(query)}"

    def _token(self, prefix: str, place: Json) -> str:
        text = json.dumps([self._name(), place], separators=(",", ":"))
        return prefix + base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")

    def _name(self) -> str:
        return f"{self.key}:{self.order}"


def parse_size(text: str | None) -> int:
    """Read PageSize, 1 to 1000."""
    size = _number(text, "PageSize", _DEFAULT_SIZE)
    if not 1 <= size <= _MAX_SIZE:
        raise bad_parameter(f"PageSize must be from 1 to {_MAX_SIZE}")
    return size


def parse_page(text: str | None) -> int:
    """Read Page, 0 or more."""
    return _number(text, "Page", 0)


def bad_token() -> RefusalError:
    """Give the error for a page token that is none, or none any more."""
    return RefusalError(400, BAD_PAGE_TOKEN, "Invalid PageToken")


def _number(text: str | None, name: str, default: int) -> int:
    if text is None:
        return default
    if not (text.isascii() and text.isdigit() and len(text) <= _MOST_DIGITS):
        raise bad_parameter(f"{name} must be a whole number")
    return int(text)


def _parse_token(token: str, name: str) -> Json:
    try:
        if token[:2] not in {"PA", "PB"}:
            raise bad_token()
        text = base64.b64decode(token[2:] + "=" * (-len(token[2:]) % 4), altchars=b"-_", validate=True)
        whose, place = cast("tuple[Json, Json]", json.loads(text))
    except (binascii.Error, ValueError, TypeError) as error:
        raise bad_token() from error
    if whose != name or not isinstance(place, int | str) or (isinstance(place, int) and abs(place) >= _MAX_PLACE):
        raise bad_token()
    return place
