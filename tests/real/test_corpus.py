"""Real flows through the whole of it: validate, plan, apply to the emulator, plan again."""

from __future__ import annotations

import pytest

from reconciler.definition import document
from reconciler.definition.check import check
from reconciler.plan.outcome import Done, Failed
from reconciler.workflows.validate import check_definitions
from tests.real.conftest import INVALID_VERSIONS, WOULD_BE_REFUSED, label, shuffled
from tests.support.flows import desired, edited, flow


def _declared(corpus: dict[str, bytes], names: list[str]):
    return desired([flow(label(n), document.parse(corpus[n], f"{n}.json"), friendly_name=n) for n in names])


def test_corpus_is_one_project(corpus, bed):
    """All valid flows as one project: no error, all created, and the second plan is empty and sends nothing."""
    wanted = _declared(corpus, sorted(set(corpus) - WOULD_BE_REFUSED))
    assert len(wanted.flows) == 35
    texts = {flow_.address: flow_.definition.text for flow_ in wanted.flows.values()}
    assert [f for f in check_definitions(wanted, texts.__getitem__) if f.severity == "error"] == []
    applied = bed.apply(wanted)
    assert {type(outcome) for outcome in applied.outcomes} == {Done}
    assert len(applied.outcomes) == 35
    bed.calls()
    planned = bed.plan(wanted)
    assert planned.plan.steps == ()
    assert planned.plan.unchanged == 35
    assert bed.calls() == {"ListFlow": 1}


@pytest.mark.parametrize("name", sorted(WOULD_BE_REFUSED))
def test_refused_by_us_before_sending(corpus, bed, name):
    """What Studio would refuse is refused by the plan, naming the widget, and no write is sent."""
    wanted = _declared(corpus, [name])
    planned = bed.plan(wanted)
    found = {finding.widget for finding in check(next(iter(wanted.flows.values())).definition) if finding.widget}
    refusals = [o for o in planned.plan.objections if o.id == "invalid"]
    assert refusals
    assert any(widget in refusal.message for refusal in refusals for widget in found)
    assert bed.apply(wanted).outcomes == ()
    assert not {"CreateFlow", "UpdateFlowValidate"} & set(bed.calls())


@pytest.mark.parametrize("name", sorted(WOULD_BE_REFUSED))
def test_refused_by_the_emulator(corpus, bed, name):
    """The emulator refuses the same flows with 81022, naming a place in the definition."""
    form = {"FriendlyName": name, "Status": "published", "Definition": document.parse(corpus[name], name).text}
    with bed.console() as client:
        answer = client.post("/v2/Flows", data=form)
    assert answer.status_code == 400
    assert answer.json()["code"] == 81022
    assert answer.json()["details"]["errors"]


def test_chains_version_by_version(chains, bed):
    """Each valid version is one revision, recorded; the same version in other clothes is no change at all."""
    assert len(chains) == 19
    wanted = desired()
    expected: dict[str, int] = {}
    for name, versions in chains.items():
        for version, raw in versions:
            if (name, version) in INVALID_VERSIONS:
                continue
            definition = document.parse(raw, f"{name}/{version}.json")
            wanted = edited(wanted, flow(label(name), definition, friendly_name=name))
            expected[label(name)] = expected.get(label(name), 0) + 1
            outcomes = bed.apply(wanted).outcomes
            assert [type(outcome) for outcome in outcomes] == [Done], outcomes
            other = document.parse(shuffled(raw), "shuffled.json")
            assert bed.plan(edited(wanted, flow(label(name), other, friendly_name=name))).plan.steps == ()
    recorded = {address.name: record for address, record in bed.state().flows().items()}
    assert {name: len(record.revisions) for name, record in recorded.items()} == expected
    assert {name: record.revision for name, record in recorded.items()} == expected
    assert bed.plan(wanted).plan.steps == ()


def test_invalid_versions_are_refused(chains, bed):
    """A version that Studio would refuse never leaves this machine."""
    for name, version in sorted(INVALID_VERSIONS):
        raw = dict(chains[name])[version]
        wanted = desired([flow(label(name), document.parse(raw, "x.json"), friendly_name=name)])
        assert not [o for o in bed.apply(wanted).outcomes if not isinstance(o, Failed)]
        assert any(o.id == "invalid" for o in bed.plan(wanted).plan.objections)
