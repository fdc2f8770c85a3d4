"""What has to be true when a script is over: nothing more is said, and the run stands or ends as it should."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from reconciler.model.jsontypes import JsonObject
from reconciler.scenario.lines import to_rest
from reconciler.scenario.result import Entry, Failure
from reconciler.scenario.seen import includes, plain
from reconciler.scenario.stage import Stage
from reconciler.scenario.values import Ending

_PLAIN_ENDS: Final = frozenset({"FLOW_END", "CONTACT_HUNG_UP"})
_NOTHING = "nothing more"


def ending(stage: Stage) -> Failure | None:
    """Go on to the end of what happens by itself, and compare it with what the scenario says; None when all is well.

    Raises:
        SimulationError: a stub says what a widget cannot take.
    """
    ends = stage.scenario.ends
    place = stage.scenario.place if ends is None else ends.place
    failure = to_rest(stage, _NOTHING if ends is None else "the flow ends", place)
    if failure is not None:
        return failure
    reason = stage.state.ended
    if reason is not None:
        stage.transcript.append(Entry("end", f"ends ({reason})", stage.here(), stage.state.now))
    named = None if ends is None else ends.reason
    if reason is not None and reason not in _PLAIN_ENDS and named != reason:
        hint = f"If that is right, say so: `ends: {{reason: {reason}}}`."
        return Failure(f"the flow ends ({named or 'FLOW_END'})", stage.rest(), place, hint)
    if ends is None:
        return None
    return next((Failure(expected, real, place) for expected, real in _differences(stage, ends)), None)


def _differences(stage: Stage, ends: Ending) -> Iterator[tuple[str, str]]:
    reason, last = stage.state.ended, stage.path[-1] if stage.path else ""
    if reason is None:
        yield "the flow ends", stage.rest()
    if ends.reason is not None and reason != ends.reason:
        yield f"the flow ends with {ends.reason}", stage.rest()
    if ends.widget is not None and ends.widget not in {last, last.rpartition("/")[2]}:
        yield f"the last widget is {ends.widget}", f"it is {last}"
    if ends.path is not None and ends.path != tuple(stage.path):
        yield f"the widgets are {', '.join(ends.path)}", f"they are {', '.join(stage.path)}"
    missing = _missing(ends.passes, stage.path)
    if missing is not None:
        yield f"{missing} runs, in this order: {', '.join(ends.passes)}", f"the widgets are {', '.join(stage.path)}"
    yield from _variables(ends.variables, _variables_of(stage))


def _missing(wanted: tuple[str, ...], path: list[str]) -> str | None:
    rest = iter(path)
    return next((name for name in wanted if not any(name in {one, one.rpartition("/")[2]} for one in rest)), None)


def _variables(wanted: JsonObject, found: JsonObject) -> Iterator[tuple[str, str]]:
    for name, value in wanted.items():
        if name not in found:
            yield f"the variable {name} is {plain(value)}", "it is not set"
        elif not includes(found[name], value):
            yield f"the variable {name} is {plain(value)}", f"it is {plain(found[name])}"


def _variables_of(stage: Stage) -> JsonObject:
    flow = stage.state.frames[0].context.get("flow")
    variables = flow.get("variables") if isinstance(flow, dict) else None
    return variables if isinstance(variables, dict) else {}
