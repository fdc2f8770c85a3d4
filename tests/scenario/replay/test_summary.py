from __future__ import annotations

from reconciler.scenario.replay.follow import Another, Same, Stuck, Way
from reconciler.scenario.replay.summary import Counting

FLOW, SUB = "FW00000000000000000000000000000001", "FW00000000000000000000000000000002"
THEN, NOW = Way("match", "thanks"), Way("noMatch", None)


def test_the_same_difference_is_one_line():
    """Executions that first differ at the same place in the same way are put together, the most frequent first."""
    counting = Counting("menu", {FLOW: "menu", SUB: "hours"})
    for number in range(5):
        counting.add(f"FN{number}", Another(FLOW, "choice", THEN, NOW, 3, ()))
    counting.add("FN7", Another(SUB, "choice", THEN, NOW, 4, ()))
    counting.add("FN8", Same(()))
    counting.add("FN9", Stuck(FLOW, "ask", "nobody knows"))
    counting.add("FN6", Stuck("", "", "it did not begin"))
    found = counting.result(more=True)
    assert [(one.flow, one.count, one.examples) for one in found.differences] == [
        ("menu", 5, ("FN0", "FN1", "FN2")),
        ("hours", 1, ("FN7",)),
    ]
    assert [(one.flow, one.widget, one.count) for one in found.open] == [("", "", 1), ("menu", "ask", 1)]
    assert (found.executions, found.same, found.differing, found.stuck, found.more) == (9, 1, 6, 2, True)


def test_ways_to_nowhere_are_in_order_too():
    """Differences of equal count come in an order that does not depend on which was met first."""
    ways = [Way("a", None), Way("b", "x"), Way("a", "x")]
    results = []
    for order in (ways, ways[::-1]):
        counting = Counting("menu", {})
        for way in order:
            counting.add("FN1", Another(FLOW, "w", THEN, way, 0, ()))
        results.append(counting.result())
    assert results[0] == results[1]
