"""Which stub answers, and with what: the answers of a list are used up one by one."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from reconciler.scenario.seen import holds, is_widget
from reconciler.scenario.values import Answer, Like, Stub


@dataclass(slots=True)
class Stubs:
    """The stubs of one run, and how many answers of each were given."""

    stubs: tuple[Stub, ...]
    _given: Counter[int] = field(default_factory=Counter)

    def answer(self, flow: str, widget: str, url: str) -> Answer | Stub | None:
        """Give what the first stub that fits answers; the stub itself when its list is used up; None when none fits.

        Args:
            flow: name of the flow that asks.
            widget: who asks.
            url: what it asks; empty when it asks no URL.
        """
        for index, stub in enumerate(self.stubs):
            if _fits(stub, flow, widget, url):
                return self._next(index, stub)
        return None

    def _next(self, index: int, stub: Stub) -> Answer | Stub:
        number = self._given[index]
        if number < len(stub.answers):
            self._given[index] += 1
            return stub.answers[number]
        return stub.answers[-1] if stub.endless and stub.answers else stub


def _fits(stub: Stub, flow: str, widget: str, url: str) -> bool:
    if stub.widget is not None:
        return is_widget(stub.widget, flow, widget)
    return bool(url) and stub.url is not None and holds(Like(stub.url), url)
