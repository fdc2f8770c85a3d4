"""`spec.release` of Flow documents and of the policy → values; what must hold between them and TestUsers."""

from __future__ import annotations

from reconciler.definition.contacts import same_contacts
from reconciler.definition.remarks import nearest
from reconciler.manifest import kinds
from reconciler.manifest.catalogue import Catalogue
from reconciler.manifest.environment import duration
from reconciler.manifest.findings import Findings
from reconciler.manifest.yamltext import Document
from reconciler.model.desired import DesiredFlow
from reconciler.model.release import ERROR_EVENTS, Expectation, FlowRelease, Smoke, Watch


def watch(model: kinds.ReleaseWatch) -> Watch:
    """Give what a document says of looking after callers."""
    return Watch(
        span=duration(model.for_),
        every=duration(model.every),
        max_failed_ratio=model.max_failed_ratio,
        min_executions=model.min_executions,
        max_errors=model.max_errors,
        error_events=ERROR_EVENTS if model.error_events is None else tuple(sorted(set(model.error_events))),
    )


def read(model: kinds.FlowRelease, document: Document, findings: Findings) -> FlowRelease:
    """Give what a Flow document says of its releases; names that stand twice are findings."""
    found: dict[str, Smoke] = {}
    for index, one in enumerate(model.smoke):
        place = document.place(("spec", "release", "smoke", index, "name"))
        if one.name in found:
            message = f"a second smoke execution {one.name!r}; the first is in {found[one.name].place}"
            findings.error("duplicate-name", message, place)
        expect = one.expect
        if not (expect.reaches or expect.avoids or expect.ends is not None):
            findings.error(
                "empty-smoke", f"the smoke execution {one.name!r} expects nothing", place, hint="Say `reaches`."
            )
        expected = Expectation(tuple(expect.reaches), tuple(expect.avoids), expect.ends, duration(expect.within))
        to = document.place(("spec", "release", "smoke", index, "to"))
        found[one.name] = Smoke(one.name, one.to, one.from_, one.parameters, expected, to)
    return FlowRelease(tuple(found.values()), None if model.watch is None else watch(model.watch))


def check(catalogue: Catalogue, findings: Findings) -> None:
    """Note smoke executions for who is no test user of their flow, and widgets that their flow does not have."""
    contacts = {users.flow: users.contacts for users in catalogue.test_users.values()}
    for flow in catalogue.flows.values():
        for one in flow.release.smoke:
            if not any(same_contacts((one.to,), (each,)) for each in contacts.get(flow.address, ())):
                findings.error(
                    "smoke-contact",
                    f"{one.to} is no test user of {flow.address}: such an execution would run what is published",
                    one.place,
                    hint=f"Add it to the contacts of a TestUsers document of {flow.address.name}.",
                )
        if flow.release.smoke:
            _check_widgets(flow, findings)


def _check_widgets(flow: DesiredFlow, findings: Findings) -> None:
    states = flow.definition.data().get("states")
    known = {str(state.get("name")) for state in states if isinstance(state, dict)} if isinstance(states, list) else ()
    for one in flow.release.smoke:
        for widget in (*one.expect.reaches, *one.expect.avoids):
            if widget not in known:
                near = nearest(widget, known)
                hint = None if near is None else f"Did you mean {near}?"
                findings.error("unknown-widget", f"{flow.address} has no widget {widget!r}", one.place, hint=hint)
