"""Real flows, run on the simulator by chance and counted. They are data: nothing of them stands here."""

from __future__ import annotations

import json
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from random import Random

import pytest

from reconciler.definition import document
from reconciler.definition.outcomes import trouble_of
from reconciler.model.execution import Execution, ExecutionStep
from reconciler.simulate import ENDED, IncomingMessage, Launch, Step, Turn, flow_of, place, proceed, shelf, take
from reconciler.views.graph import render_dot
from reconciler.views.style import Style
from reconciler.views.traffic import render_report, traffic_picture
from reconciler.workflows.traffic.fold import Traffic
from reconciler.workflows.traffic.report import Asked, report
from reconciler.workflows.traffic.summarise import Drawn

STUDIO = Path(__file__).parents[3] / ".." / "shared" / "studio"
FILES = sorted(STUDIO.glob("corpus/*.json"))
RUNS, LONGEST = 12, 40


def executed(data: dict, chance: Random) -> list[tuple[Execution, list[ExecutionStep]]]:
    """Run a flow down transitions that chance picks; each run is left where it stands, or ends."""
    flow = flow_of(data)
    library, found = shelf(flow), []
    for number in range(RUNS):
        launch = Launch(flow, IncomingMessage("+15550100001", "+15550100002", "1"), 1e9, f"FN{number:032}")
        turn, steps = Turn(place(library, launch)), []
        while turn.state.ended is None and len(steps) < LONGEST:
            ways = flow.widgets[turn.state.frames[-1].widget].transitions
            turn = take(library, turn.state, chance.randrange(len(ways))) if ways else proceed(library, turn.state)
            steps += turn.steps
            if not ways:
                break
        status = "active" if turn.state.ended is None else "ended"
        dates = {"date_created": moment(launch.at), "date_updated": moment(turn.state.now)}
        execution = Execution(launch.execution, flow.sid, status, revision=flow.revision, **dates)
        found.append((execution, [stepped(execution, step) for step in steps][:: chance.choice((1, -1))]))
    return found


def moment(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def stepped(execution: Execution, step: Step) -> ExecutionStep:
    """Give a step as Studio tells it."""
    moves = (step.name, step.transitioned_from, step.transitioned_to, step.type, step.parent_step)
    return ExecutionStep(step.sid, execution.sid, step.flow, *moves, moment(step.at))


@pytest.mark.skipif(not FILES, reason="the corpus is not beside the repository")
@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_what_was_run_is_what_is_counted(file: Path):
    """Of real flows every visit is counted, every way is a transition of theirs, and all can be shown and drawn."""
    data = json.loads(file.read_text(encoding="utf-8"))
    runs = executed(data, Random(file.stem))  # noqa: S311 - nothing to guess
    drawn = Drawn("revision", document.of(data))
    found = report(runs, Asked("a simulation", (), {}), lambda keys: dict.fromkeys(keys, drawn))
    (revision,) = found.flows[0].revisions
    arrived = Counter(step.to_widget for _, steps in runs for step in steps if step.to_widget != ENDED)
    begun = Counter(first(steps) for _, steps in runs if steps)
    for widget in revision.widgets:
        assert widget.entered == arrived[widget.name] + begun[widget.name]
        assert widget.entered == widget.went_on + widget.finished + widget.dropped + widget.active
        assert [way for way in widget.ways if way.known is not True or way.event is None] == []
        assert all(way.trouble == trouble_of(widget.type, way.event) for way in widget.ways)
    assert revision.unseen == 0
    assert revision.runs == revision.finished + revision.dropped + revision.active + revision.unknown
    assert render_report(found, Style(width=100))
    assert render_dot(traffic_picture(found.flows[0], revision, ""))


def first(steps: list[ExecutionStep]) -> str | None:
    """Give the widget where a run began: it has been left once more than it was come to, or it is the trigger."""
    return next(step.from_widget for step in steps if step.widget_type == "trigger")


def test_counts_do_not_depend_on_the_direction_of_lists():
    """The same steps newest first are counted the same."""
    one, other = Traffic(), Traffic()
    for file in FILES[:5]:
        for execution, steps in executed(json.loads(file.read_text(encoding="utf-8")), Random(1)):  # noqa: S311 - as above
            one.add(execution, steps)
            other.add(execution, steps[::-1])
    assert {key: flow.widgets for key, flow in one.flows.items()} == {
        key: flow.widgets for key, flow in other.flows.items()
    }
