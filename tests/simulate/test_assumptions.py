"""What is assumed is listed, and imports stay light."""

from __future__ import annotations

import re
import subprocess
import sys

from reconciler.simulate import SENTENCES, Assumption, IncomingMessage, Launch, flow_of, shelf, start


def test_the_page_lists_every_assumption(repository):
    """docs/simulator.md lists the assumptions of the code, in order, word for word, and no others."""
    text = (repository / "docs" / "simulator.md").read_text("utf-8")
    listed = re.findall(r"^- `([a-z-]+)`: (.+)$", text.partition("## Assumptions")[2], re.MULTILINE)
    assert listed == [(str(assumption), SENTENCES[assumption]) for assumption in Assumption]


def test_every_assumption_is_relied_upon(repository):
    """No assumption is listed that no code notes."""
    folder = repository / "reconciler" / "simulate"
    sources = [path.read_text("utf-8") for path in folder.rglob("*.py") if path.name != "assumptions.py"]
    assert [a.name for a in Assumption if not any(f"Assumption.{a.name}" in source for source in sources)] == []


def test_the_example_of_the_page_runs(repository):
    """The code on the page runs as it stands."""
    text = (repository / "docs" / "simulator.md").read_text("utf-8")
    (code,) = re.findall(r"^```python\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    ask = {"name": "ask", "type": "send-and-wait-for-reply", "properties": {"body": "?"}, "transitions": []}
    begin = {"name": "T", "type": "trigger", "transitions": [{"event": "incomingMessage", "next": "ask"}]}
    names = {"definition": {"states": [begin, ask], "initial_state": "T"}}
    exec(code, names)  # noqa: S102 - it is our own page
    assert names["turn"].state.ended == "FLOW_END"


def test_a_run_without_surprises_assumes_little():
    """A run notes only what it relied upon."""
    states = [{"name": "T", "type": "trigger", "transitions": [{"event": "incomingMessage"}]}]
    flow = flow_of({"states": states, "initial_state": "T"})
    turn = start(shelf(flow), Launch(flow, IncomingMessage("+15550100001", "+15550100002")))
    assert turn.state.assumptions == {Assumption.INVENTED_SIDS}


def test_liquid_is_imported_only_where_there_is_some():
    """Importing the simulator, and running a flow without Liquid, loads no Liquid library."""
    code = (
        "import sys; from reconciler.simulate import *; f = flow_of({'states': [{'name': 'T', 'type': 'trigger', "
        "'transitions': [{'event': 'incomingMessage', 'next': 's'}]}, {'name': 's', 'type': 'send-message', "
        "'properties': {'body': 'x'}, 'transitions': []}]}); "
        "start(shelf(f), Launch(f, IncomingMessage('+15550100001', '+15550100002'))); sys.exit('liquid' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0  # noqa: S603 - our own code
