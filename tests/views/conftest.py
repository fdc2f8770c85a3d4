"""Samples that the views are tried on, and the comparison with expected texts."""

import os
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from reconciler.definition.difference import (
    TransitionChanged,
    ValueChanged,
    WidgetAdded,
    WidgetRemoved,
    WidgetRenamed,
    WidgetsMoved,
)
from reconciler.errors import RequestRefusedError
from reconciler.model.address import Address, flow
from reconciler.model.definition import Digests
from reconciler.model.finding import Finding, Place
from reconciler.model.record import (
    FlowRecord,
    Intent,
    PublishedHead,
    RevisionEntry,
    State,
    TestUsersRecord,
    Writer,
)
from reconciler.plan.outcome import Conflicted, Done, Failed, Pending, Refused, Skipped
from reconciler.plan.values import (
    Basis,
    ContactsChanged,
    Drift,
    FieldChanged,
    ForeignRevision,
    Objection,
    Plan,
    Step,
)
from reconciler.workflows.results import (
    Applied,
    Check,
    Compared,
    Explanation,
    History,
    Imported,
    ResourceStatus,
    RolledBack,
)

GOLDEN = Path(__file__).parent / "golden"
SID = "FW00000000000000000000000000000001"
USER = "US00000000000000000000000000000001"


@pytest.fixture
def golden() -> Callable[[str, str], None]:
    """Compare a text with golden/NAME; UPDATE_EXPECTED=1 writes it instead."""

    def compare(name: str, text: str) -> None:
        path = GOLDEN / name
        if os.environ.get("UPDATE_EXPECTED"):
            path.write_text(text + "\n", encoding="utf-8")
        assert path.read_text(encoding="utf-8") == text + "\n"

    return compare


def a_plan(*steps: Step, **rest) -> Plan:
    """Make a plan of the sample project."""
    return Plan(
        project="clinic",
        environment="production",
        account="AC00000000000000000000000000000001",
        endpoint=None,
        lineage="00000000-0000-4000-8000-000000000001",
        serial=42,
        manifests="sha256:00",
        steps=steps,
        **rest,
    )


def basis(revision: int = 7, sid: str | None = SID) -> Basis:
    """Make a basis."""
    return Basis(sid, revision, revision or None, "sha256:11" if revision else None, "sha256:22")


def creation(name: str, friendly: str, widgets: dict[str, int], *after: Address) -> Step:
    """Make a step that creates a flow with that many widgets of each type."""
    diff = (
        FieldChanged("friendlyName", None, friendly),
        FieldChanged("status", None, "published"),
        ValueChanged(None, "description", None, "A flow"),
        *(WidgetAdded(f"{kind}-{n}", kind) for kind, number in widgets.items() for n in range(number)),
    )
    return Step(flow(name), "create", "behaviour", "not-recorded", basis(0, None), after, diff)


def update(*diff, notes: tuple[str, ...] = (), change_class="behaviour") -> Step:
    """Make a step that updates the reminder."""
    return Step(flow("appointment-reminder"), "update", change_class, "changed", basis(), (), diff, notes)


TEXT_BEFORE = (
    "Hello {{contact.channel.address}},\nwe expect you on {{flow.data.day}} at {{flow.data.hour}}.\n"
    "Please bring your insurance card.\nReply YES to confirm or NO to cancel.\nYour clinic"
)
TEXT_AFTER = TEXT_BEFORE.replace("YES to confirm", "1 to confirm").replace("NO to", "2 to")
LONG = "https://hours-1234.example/check?clinic=north&day={{flow.data.day}}&hour={{flow.data.hour}}&lang=en&version=1"


LETTER = (
    "We expect you on {{flow.data.day}} at 10 in our clinic at Main Street; please bring your insurance card along."
)


def drifted() -> Drift:
    """Make a drift of two revisions of somebody in the Console."""
    return Drift(
        flow("appointment-reminder"),
        "behaviour",
        7,
        9,
        (
            ForeignRevision(8, "draft", USER, datetime(2026, 9, 30, 14, 3, 11, tzinfo=UTC), None, ours=False),
            ForeignRevision(
                9, "published", USER, datetime(2026, 9, 30, 14, 5, 0, tzinfo=UTC), "Friendlier greeting", ours=False
            ),
        ),
        (ValueChanged("greet", "properties.body", "Hello!", "Good morning!"),),
    )


def drift_objection() -> Objection:
    """Make the objection that meets drift under `onDrift: stop`."""
    return Objection(
        "drift",
        "step",
        flow("appointment-reminder"),
        "Others changed this flow since the last apply, and `onDrift` is stop.",
        "--on-drift=revert|accept|merge",
        "reconciler pull Flow/appointment-reminder",
    )


def sample_plans() -> dict[str, Plan]:
    """Give one plan for each golden text."""
    reminder = flow("appointment-reminder")
    small = update(
        ValueChanged("ask_confirm", "properties.body", "Hello!", "Good morning!"),
        TransitionChanged("ask_confirm", "timeout", "apologise", "ask_again"),
        notes=("Calls Flow/menu, which this plan publishes first.",),
    )
    return {
        "empty": a_plan(unchanged=6),
        "first": a_plan(
            creation("menu", "Main menu", {"trigger": 1, "say-play": 4, "gather-input-on-call": 2}),
            creation(
                "appointment-reminder", "Appointment reminder", {"trigger": 1, "send-message": 3, "split-based-on": 2},
                flow("menu"),
            ),
            Step(Address("TestUsers", "testers"), "set-test-users", "contacts", "changed", basis(0, None),
                 (reminder,), (ContactsChanged(("+15558675310", "whatsapp:+15017122661"), ()),)),
            warnings=("Flow/menu: widget type 'new-thing' is not known to this version; Studio decides.",),
        ),
        "small-update": a_plan(small, unchanged=5),
        "insertion": a_plan(
            update(
                WidgetAdded("confirm_twice", "send-and-wait-for-reply"),
                TransitionChanged("ask_confirm", 'match equal_to "yes"', "thank_you", "confirm_twice"),
            ),
            unchanged=5,
        ),
        "every-difference": a_plan(
            update(
                FieldChanged("friendlyName", "Reminder", "Appointment reminder"),
                ValueChanged(None, "description", None, "Reminds of appointments"),
                WidgetRemoved("old_prompt", "say-play"),
                WidgetRenamed("send_1", "send_reminder", "send-message"),
                ValueChanged("send_reminder", "properties.body", TEXT_BEFORE, TEXT_AFTER),
                ValueChanged("check_hours", "properties.url", LONG, LONG.replace("lang=en", "lang=es")),
                ValueChanged("check_hours", "properties.timeout", 10, 20),
                ValueChanged("check_hours", "properties.parameters[0]", {"key": "a", "value": "b"}, None),
                ValueChanged("call", "properties.sip_password", "hunter2", "hunter3", secret=True),
                ValueChanged("call", "properties.record", None, after=True),
                TransitionChanged("call", "noAnswer", None, "voicemail"),
                ValueChanged("voicemail", "properties.say", None, TEXT_BEFORE + "\nand\nmore\nlines"),
                WidgetsMoved(("ask_confirm", "thank_you")),
            ),
            unchanged=5,
        ),
        "drift-stop": a_plan(update(), drift=(drifted(),), objections=(drift_objection(),), unchanged=5),
        "three-way": a_plan(
            update(
                FieldChanged("friendlyName", "Reminder (north)", "Appointment reminder", "conflict"),
                WidgetAdded("voicemail", "record-voicemail", "console"),
                WidgetRemoved("apologise", "say-play", "manifest"),
                WidgetRenamed("send_1", "send_reminder", "send-message", "manifest"),
                ValueChanged("send_reminder", "properties.body", f"{LETTER} Bye.",
                             LETTER.replace("10", "9") + " Yours.", origin="conflict"),
                ValueChanged("send_reminder", "properties.to", "{{flow.data.to}}", "{{contact.channel.address}}",
                             origin="manifest"),
                TransitionChanged("ask_confirm", 'match equal_to "yes"', "voicemail", "thank_you", "console"),
                WidgetsMoved(("ask_confirm",), "both"),
                WidgetsMoved(("greet", "thank_you"), "console"),
            ),
            drift=(
                replace(
                    drifted(),
                    diff=(
                        ValueChanged("greet", "properties.body", "Hello!", "Good morning!", origin="both"),
                        WidgetRemoved("voicemail", "record-voicemail", "console"),
                        ValueChanged("send_1", "properties.body", LETTER, f"{LETTER} Bye.", origin="conflict"),
                    ),
                ),
            ),
            objections=(drift_objection(),),
            unchanged=5,
        ),
        "drift-deleted": a_plan(
            creation("menu", "Main menu", {"trigger": 1}), drift=(Drift(flow("menu"), "deleted", 3, None),), unchanged=1
        ),
        "delete": a_plan(
            Step(flow("old-survey"), "delete", "deleted", "no-longer-desired", basis(12),
                 notes=("Its bodies are saved first; nothing else can bring them back.",)),
            objections=(
                Objection("delete", "plan", None, "1 flow would be deleted; the policy allows 0.", "--allow-delete"),
                Objection("active", "step", flow("old-survey"), "Executions of this flow are active.", "--allow-active",
                          "reconciler executions list old-survey"),
                Objection("unbound", "plan", flow("menu"), "widget route: workflow WW… has no name here.", None),
            ),
            unchanged=6,
        ),
        "test-users": a_plan(
            Step(Address("TestUsers", "testers"), "set-test-users", "contacts", "changed", basis(),
                 diff=(ContactsChanged(("+15558675311",), ("+15558675310",)),)),
            unchanged=6,
        ),
        "record-only": a_plan(
            Step(reminder, "record", "layout", "moved", basis(8)), unchanged=5,
            drift=(Drift(reminder, "layout", 7, 8, (), (WidgetsMoved(("ask_confirm",)),)),),
        ),
        "publish": a_plan(
            Step(reminder, "publish", "metadata", "changed", basis(),
                 diff=(FieldChanged("status", "draft", "published"),)),
            Step(flow("intake"), "adopt", "none", "imported", basis(3)),
            Step(flow("archive"), "forget", "none", "retained", basis(3)),
            unchanged=4,
        ),
    }  # fmt: skip


@pytest.fixture(scope="session")
def plans() -> dict[str, Plan]:
    """Give the sample plans by name."""
    return sample_plans()


@pytest.fixture(scope="session")
def applied(plans: dict[str, Plan]) -> Applied:
    """Give an apply that ended in every way a step can end."""
    reminder, menu = plans["small-update"].steps[0], plans["first"].steps[0]
    removal = plans["delete"].steps[0]
    steps = {
        name: Step(flow(name), "update", "behaviour", "changed", basis(4))
        for name in ("billing", "feedback", "intake", "voicemail", "waiting-list")
    }
    outcomes = (
        Done(reminder, SID, 9, overwritten=(drifted().revisions[0],)),
        Done(menu, SID, 1, f"https://webhooks.example/v1/Flows/{SID}", notes=("Point numbers at it.",)),
        Done(removal, SID, saved=("state/deleted/old-survey-12.json", "state/deleted/old-survey-11.json")),
        Failed(
            steps["billing"],
            RequestRefusedError("Studio refuses the update", status=400, code=20001, hint="See the request's fields."),
        ),
        Conflicted(steps["feedback"], "revision 6 is there; the plan was made on revision 4."),
        Refused(steps["intake"], (drift_objection(),)),
        Skipped(steps["voicemail"], "Flow/billing"),
        Pending(steps["waiting-list"], "No answer within 30 seconds; the update may have taken place."),
    )
    return Applied(a_plan(*(outcome.step for outcome in outcomes)), outcomes)


@pytest.fixture(scope="session")
def findings() -> list[Finding]:
    """Give findings of every severity, with and without a place."""
    return [
        Finding("dangling-next", "error", "transition leads to 'thanks', which does not exist",
                Place("flows/reminder.json", 40, 13), "ask_confirm", "transitions.timeout",
                "Did you mean 'thank_you'?"),
        Finding("unknown-key", "error", "unknown key 'freindlyName'", Place("flows.yaml", 12, 3), None, None,
                "The nearest known key is 'friendlyName'."),
        Finding("unknown-widget-type", "warning", "type 'new-thing' is not known", Place("flows/reminder.json", 7),
                "ask_confirm"),
        Finding("studio", "note", "Studio validated 6 definitions"),
    ]  # fmt: skip


@pytest.fixture(scope="session")
def statuses() -> list[ResourceStatus]:
    """Give resources in several conditions."""
    return [
        ResourceStatus(flow("waiting-list"), "pending", None, None, None, None, "A create has no known end yet."),
        ResourceStatus(flow("appointment-reminder"), "drifted", SID, 9, 7, "https://webhooks.example/x",
                       "Others changed it; `reconciler drift` shows what."),
        ResourceStatus(flow("changed-flow"), "changed", SID, 3, 3, None, None),
        ResourceStatus(flow("menu"), "in-sync", SID, 12, 12, None, None),
        ResourceStatus(flow("survey"), "not-created", None, None, None, None, None),
        ResourceStatus(Address("TestUsers", "testers"), "in-sync", SID, None, None, None, None),
    ]  # fmt: skip


def a_record() -> FlowRecord:
    """Make the record of a flow with a draft on top of its published head."""
    digests = Digests("sha256:" + "b" * 64, "sha256:" + "f" * 64)
    ours = "[reconciler 01J8ZK4T9QXW 4f1c2a9e 3f2a9c1b clinic/production/Flow/appointment-reminder] In two languages"
    at = datetime(2026, 9, 1, 8, 0, 0, tzinfo=UTC)
    return FlowRecord(
        sid=SID, friendly_name="Appointment reminder", status="draft", revision=8,
        webhook_url=f"https://webhooks.example/v1/Flows/{SID}",
        published=PublishedHead(7, digests), sent=digests, stored=digests, on_delete="retain",
        revisions=(
            RevisionEntry(6, "published", None, None, None, None, "others"),
            RevisionEntry(7, "published", digests.full, ours, None, at, "us", "sha256:aa", "git:abc123"),
            RevisionEntry(8, "draft", digests.full, "Trying a friendlier greeting", USER, at, "others"),
        ),
    )  # fmt: skip


@pytest.fixture(scope="session")
def history() -> History:
    """Give the history of a flow that we and others wrote to."""
    record = a_record()
    return History(flow("appointment-reminder"), record, record.revisions)


@pytest.fixture(scope="session")
def state() -> State:
    """Give a state with a flow, its test users and a pending create."""
    at = datetime(2026, 9, 30, 14, 0, 0, tzinfo=UTC)
    reminder = flow("appointment-reminder")
    contacts = ("+15558675310", "whatsapp:+15017122661")
    return State(
        "00000000-0000-4000-8000-000000000001", 42, "clinic", "production", "AC00000000000000000000000000000001", None,
        Writer("0.1.0", at, None),
        {reminder: a_record(), Address("TestUsers", "testers"): TestUsersRecord(reminder, SID, contacts, contacts)},
        {flow("menu"): Intent("01J8ZK4T9QXW", "create", None, "Menu", "published", 0, "sha256:22", "sha256:33", at)},
    )  # fmt: skip


@pytest.fixture(scope="session")
def small_results(plans: dict[str, Plan]) -> dict[str, object]:
    """Give one value of each of the smaller results."""
    reminder = flow("appointment-reminder")
    greeting = (ValueChanged("greet", "properties.body", "Good morning!", "Hello!"),)
    return {
        "compared": Compared(reminder, "revision 7", "live", greeting),
        "same": Compared(reminder, "manifest", "live", ()),
        "explanation": Explanation(
            reminder,
            (("recorded", "revision 7, published"), ("live row", "revision 7, published"), ("digest", "as stored")),
            "unchanged: the row shows what is recorded, and what was sent is what is wanted",
            ("FetchFlow: revision and status are as recorded", "FetchRevision: no revision in between"),
        ),
        "imported": Imported(reminder, SID, 3, a_record(), ("It differs from the manifest; plan shows what.",)),
        "rolled-back": RolledBack(reminder, 6, "flows/reminder.json", greeting, plans["small-update"], ("Commit it.",)),
        "live-only": RolledBack(reminder, 6, None, ()),
        "checks": [
            Check("credentials", "ok", "TWILIO_ACCOUNT_SID and TWILIO_API_KEY are set"),
            Check("clock", "warning", "2 minutes behind Studio", "Synchronise the clock of this machine."),
            Check("state", "failed", "cannot be read", "Run `reconciler state verify`."),
            Check("studio", "skipped", "no credentials"),
        ],
    }
