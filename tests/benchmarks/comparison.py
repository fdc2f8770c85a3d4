"""Two flows of a thousand widgets, and what a comparison of them costs."""

import time
from collections.abc import Callable
from typing import Any

from reconciler.definition.compare import differences
from reconciler.definition.document import of
from reconciler.definition.merge import merge
from reconciler.model.definition import Definition

WIDGETS = 1_000
_TIMES = 9


def comparisons() -> dict[str, Callable[[], object]]:
    """Give what is measured, by its name: nearly the same, all different, new names, and a merge."""
    base = _flow(lambda _: None)
    inserted, changed, renamed = _flow(_insert), _flow(_change), _flow(_rename)
    return {
        "one widget inserted, the others moved": lambda: differences(base, inserted),
        "every widget changed": lambda: differences(base, changed),
        "fifty widgets renamed": lambda: differences(base, renamed),
        "merge of these two": lambda: merge(base, changed, renamed),
    }


def seconds(task: Callable[[], object]) -> float:
    """Give the time of the quickest of several runs: the others waited for somebody else."""
    found = []
    for _ in range(_TIMES):
        start = time.perf_counter()
        task()
        found.append(time.perf_counter() - start)
    return min(found)


def _flow(edit: Callable[[list[dict[str, Any]]], None]) -> Definition:
    widgets = [_widget(number) for number in range(WIDGETS)]
    edit(widgets)
    trigger = {
        "name": "Trigger",
        "type": "trigger",
        "transitions": [{"event": "incomingMessage", "next": widgets[0]["name"]}, {"event": "incomingCall"}],
        "properties": {"offset": {"x": 0, "y": 0}},
    }
    return of({"description": "Large", "states": [trigger, *widgets], "initial_state": "Trigger"})


def _widget(number: int) -> dict[str, Any]:
    condition = {"friendly_name": "yes", "arguments": [f"{{{{widgets.ask_{number}.inbound.Body}}}}"]}
    condition |= {"type": "equal_to", "value": "yes"}
    return {
        "name": f"ask_{number}",
        "type": "split-based-on",
        "transitions": [
            {"event": "noMatch"},
            {"event": "match", "next": f"ask_{(number + 1) % WIDGETS}", "conditions": [condition]},
        ],
        "properties": {"input": f"{{{{widgets.ask_{number}.inbound.Body}}}}", "offset": {"x": 0, "y": 200 * number}},
    }


def _insert(widgets: list[dict[str, Any]]) -> None:
    for widget in widgets[500:]:
        widget["properties"]["offset"]["y"] += 200
    widgets.insert(500, _widget(500) | {"name": "inserted"})
    widgets[499]["transitions"][1]["next"] = "inserted"


def _change(widgets: list[dict[str, Any]]) -> None:
    for widget in widgets:
        widget["properties"]["input"] = "{{flow.variables.answer}}"
        widget["transitions"][0]["next"] = "ask_0"


def _rename(widgets: list[dict[str, Any]]) -> None:
    for number in range(0, WIDGETS, WIDGETS // 50):
        new = _widget(number)["name"].replace("ask", "question")
        before = widgets[number - 1]
        before["transitions"][1]["next"] = new
        widgets[number]["properties"]["input"] = f"{{{{widgets.{new}.inbound.Body}}}}"
        widgets[number]["transitions"][1]["conditions"][0]["arguments"] = [f"{{{{widgets.{new}.inbound.Body}}}}"]
        widgets[number]["name"] = new
