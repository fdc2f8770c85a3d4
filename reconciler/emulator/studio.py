"""What the handlers of all operations act on, and what one request brings them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import cast

from reconciler.emulator.answers import RefusalError, not_found
from reconciler.emulator.claims import Claims
from reconciler.emulator.flow_cache import FlowCache
from reconciler.emulator.forms import Form
from reconciler.emulator.paging import OTHER_HOST, Listing, parse_page, parse_size
from reconciler.emulator.render import Renderer
from reconciler.emulator.rows import Flow, ListOrder
from reconciler.emulator.settings import Settings
from reconciler.emulator.sids import SidMaker
from reconciler.emulator.store import Store
from reconciler.emulator.tokens import Tokens
from reconciler.emulator.transaction import NOW, Transaction
from reconciler.ports import Clock


@dataclass(frozen=True, slots=True)
class Studio:
    """One emulated Studio: how it behaves, what it keeps, its time and its SIDs."""

    settings: Settings
    store: Store
    clock: Clock
    sid_of: SidMaker
    flows: FlowCache = field(default_factory=FlowCache)
    claims: Claims = field(default_factory=Claims)
    tokens: Tokens = field(default_factory=Tokens, repr=False)

    def now(self) -> float:
        """Give the time in seconds since the epoch: the clock's, and what it was moved."""
        return self.clock.now().timestamp() + self.store.ahead

    def as_of(self, lag: str) -> float:
        """Give the moment that a read under a quirk `read-lag` or `list-lag` sees."""
        seconds = self.settings.lag(lag)
        return self.now() - seconds if seconds else NOW


@dataclass(frozen=True, slots=True)
class Call:
    """One authenticated request.

    Attributes:
        base: what URLs in the answer begin with, from the request's Host.
        author: the user whose credentials these are.
        parts: the variable parts of the path (`sid`, `revision`).
    """

    account: str
    author: str
    base: str
    path: str
    parts: Mapping[str, str]
    query: Mapping[str, str]
    form: Form

    def flow(self, t: Transaction, at: float = NOW) -> Flow:
        """Give the flow that the path names.

        Raises:
            RefusalError: the account has none of that SID, or it is not visible as of then.
        """
        flow = t.flow(self.parts["sid"], self.account, at)
        if flow is None:
            raise self.missing()
        return flow

    def missing(self) -> RefusalError:
        """Give the 404 for this request."""
        return not_found(self.path)

    def renderer(self, studio: Studio) -> Renderer:
        """Give what makes the bodies of the answer."""
        return Renderer(studio.settings, self.base)

    def listing(self, studio: Studio, key: str, filters: Mapping[str, str] | None = None) -> Listing:
        """Read which page is asked for."""
        other = studio.settings.quirk("next-page-host") == "other"
        return Listing(
            key=key,
            url=f"{self.base}{self.path}",
            order=cast("ListOrder", studio.settings.quirk("list-order")),
            size=parse_size(self.query.get("PageSize")),
            page=parse_page(self.query.get("Page")),
            token=self.query.get("PageToken"),
            filters=filters or {},
            next_base=(self.base, OTHER_HOST) if other else None,
        )
