"""Real flows. They are data: nothing of them stands here."""

from __future__ import annotations

import itertools
import json
import random

import pytest

from reconciler.definition.canonical import digests_of
from reconciler.definition.check import check
from reconciler.definition.compare import difference_class, differences
from reconciler.definition.difference import WidgetsMoved
from reconciler.definition.document import parse, render
from reconciler.definition.layout import keep_layout
from reconciler.definition.portable import escape, finish
from reconciler.errors import LoadError


@pytest.fixture(scope="session")
def definitions(current_flows):
    return {name: parse(raw, name) for name, raw in current_flows.items()}


def test_every_current_flow_is_read(definitions, current_flows):
    """Every current flow is read, and holds what it held, in its order."""
    assert len(definitions) >= 140
    for name, definition in definitions.items():
        assert definition.text == json.dumps(json.loads(current_flows[name]), ensure_ascii=False, separators=(",", ":"))


def test_files_in_the_consoles_shape_come_back(definitions, current_flows):
    """Flows that are in the Console's shape are written byte for byte as they were, the final newline aside."""
    same = [n for n, raw in current_flows.items() if render(definitions[n].data()).encode() in (raw, raw + b"\n")]
    assert len([name for name in same if name.startswith("corpus/")]) >= 20
    for name, raw in current_flows.items():
        console = json.dumps(json.loads(raw), indent=2, ensure_ascii=False).encode()
        assert (name in same) == (raw.rstrip() == console)


def test_old_exports_are_refused_once(studio):
    """What is no current flow is refused with one finding."""
    for file in [*studio.glob("corpus/odd/*.json"), *studio.glob("corpus-revisions/qSharpy*/*.json")]:
        with pytest.raises(LoadError) as caught:
            parse(file.read_bytes(), file.name)
        assert [f.rule for f in caught.value.findings] in (["legacy-export"], ["json-comment"], ["json-syntax"])


def test_invalid_flows_have_errors_and_valid_ones_none(definitions, current_flows, invalid_flows):
    """The flows that Studio would refuse have errors that name the widget, and no other flow has one."""
    for name, definition in definitions.items():
        findings = check(definition, file=name, text=current_flows[name].decode())
        errors = [f for f in findings if f.severity == "error"]
        assert bool(errors) == (name in invalid_flows), (name, errors)
        assert not errors or any(f.widget for f in errors)
        assert all(f.place and f.place.line for f in findings)


def test_misspelt_next_is_found(definitions):
    """A transition that says `name` where `next` was meant is found in the flows that do."""
    findings = [f for d in definitions.values() for f in check(d) if f.rule == "unknown-transition-key"]
    assert {f.hint for f in findings} == {"Did you mean 'next'?"}
    assert len(findings) == 3


def test_digests_do_not_depend_on_order(definitions):
    """Shuffled keys and states of a real flow have the same digests; escaping is undone."""
    chance = random.Random(7)  # noqa: S311 - shuffling test data
    for definition in definitions.values():
        data = definition.data()
        chance.shuffle(data["states"])
        data["states"] = [dict(chance.sample(list(s.items()), len(s))) for s in data["states"]]
        assert digests_of(dict(reversed(data.items()))) == definition.digests
        assert finish(parse(render(escape(definition.data())).encode(), "x")) == finish(definition)


def test_differences_of_consecutive_revisions(definitions):
    """Consecutive revisions differ exactly when their digests do, and a layout edit is moves only."""
    revisions = sorted(name for name in definitions if name.startswith("corpus-revisions/"))
    classes = []
    for older, newer in itertools.pairwise(revisions):
        if older.rpartition("/")[0] != newer.rpartition("/")[0]:
            continue
        before, after = definitions[older], definitions[newer]
        found, kind = differences(before, after), difference_class(before, after)
        classes.append(kind)
        assert (found == ()) == (kind == "none")
        assert (kind == "layout") == (bool(found) and all(isinstance(d, WidgetsMoved) for d in found))
        kept = keep_layout(after, before)
        assert kept.digests.behaviour == after.digests.behaviour
        assert not any(isinstance(d, WidgetsMoved) and _unrenamed(d, before) for d in differences(before, kept))
    assert len(classes) >= 40
    assert "behaviour" in classes


def _unrenamed(moved, before):
    names = {state["name"] for state in before.data()["states"]}
    return any(name in names for name in moved.widgets)
