"""What an account has of what flows hold, and what one account's things are in another: values and a fake account."""

from dataclasses import dataclass, field, replace

import pytest

from reconciler.definition.document import of
from reconciler.model.address import Address
from reconciler.model.assets import Asset
from reconciler.model.desired import Desired, DesiredFlow, Environment, Lifecycle, Policy
from reconciler.model.finding import Place
from reconciler.workflows.bindings import broken, check_bindings
from reconciler.workflows.discovery import Accounts, discover, only

A, B, C = "a" * 32, "b" * 32, "c" * 32
PLACE = Place("flow.json", 1, 1)


@dataclass
class Account:
    """An account with these assets."""

    has: list[Asset] = field(default_factory=list)

    def assets(self, kind: str) -> list[Asset]:
        """Give those of a kind."""
        return [one for one in self.has if one.kind == kind]


def function(name: str, letter: str, environment: str = "live") -> Asset:
    """Give a Function `/check` of a service."""
    value = {"url": f"https://{name}-{letter}.twil.io/check"}
    value |= {
        part: prefix + letter * 32 for part, prefix in (("service", "ZS"), ("environment", "ZE"), ("function", "ZH"))
    }
    return Asset("function", value, ((name, environment, "/check"), (name, "/check")))


def desired(*widgets, bindings=None, environment="here") -> Desired:
    """Give a project of one flow of these widgets: pairs of a type and its properties."""
    states = [
        {"name": f"w{n}", "type": kind, "transitions": [], "properties": properties}
        for n, (kind, properties) in enumerate(widgets)
    ]
    address = Address("Flow", "one")
    definition = of({"states": states})
    flow = DesiredFlow(address, "One", "draft", definition, "m", Lifecycle(), PLACE, "flow.json")
    return Desired("p", Environment(environment), Policy(), {address: flow}, {}, "", bindings=bindings or {})


def verdicts(project, *assets, known=None):
    """Check, and give the verdicts by property."""
    found = check_bindings(project, Account([*assets]), known or {}, lambda _: "{}")
    return {one.property: one.verdict for one in found}


class TestCheck:
    """Verdicts."""

    def test_each_kind_is_asked_for(self):
        """What is listed exists, what is not is missing."""
        project = desired(
            ("send-to-flex", {"workflow": "WW" + A, "channel": "TC" + B}),
            ("send-message", {"service": "IS" + A, "content_sid": "HX" + A, "from": "+15555550101"}),
        )
        assets = [Asset("workflow", "WW" + A), Asset("sync", "IS" + A), Asset("phone", "+15555550101")]
        assert verdicts(project, *assets) == {
            "properties.workflow": "exists",
            "properties.channel": "missing",
            "properties.service": "exists",
            "properties.content_sid": "missing",
            "properties.from": "exists",
        }

    def test_a_sid_counts_wherever_it_stands_alone(self):
        """A SID in a property of another kind, or of a widget that nobody knows, is looked for too, told once."""
        project = desired(
            ("send-message", {"service": "MG" + A}),
            ("brand-new", {"places": [{"at": "WW" + A}], "say": "about WW" + A, "template": "HX" + A}),
            bindings={"there": {"workflow/desk": "WW" + A}, "here": {"workflow/desk": "WW" + B}},
        )
        assert verdicts(project, Asset("messaging", "MG" + A)) == {
            "properties.service": "exists",
            "properties.places[0].at": "mentioned",
            "properties.template": "missing",
            "properties.say": "mentioned",
        }

    def test_a_function_must_be_one(self):
        """All parts of a widget must be of the Function that it calls; a query and empty parts do not count."""
        whole = dict(function("x", "a").value)
        keys = {"service": "service_sid", "environment": "environment_sid", "function": "function_sid", "url": "url"}
        says = {key: whole[part] for part, key in keys.items()}
        ask = lambda **more: verdicts(desired(("run-function", {**says, **more})), function("x", "a"))  # noqa: E731 - short
        assert ask() == ask(url=says["url"] + "?q=1") == ask(service_sid="default") == {"properties.url": "exists"}
        assert ask(url="https://y-1.twil.io/check") == ask(service_sid="ZS" + B) == {"properties.url": "missing"}
        assert verdicts(desired(("run-function", {"url": says["url"]})), function("x", "a")) == {
            "properties.url": "exists"
        }
        assert verdicts(desired(("run-function", {"function_sid": "ZH" + B}))) == {"properties.function_sid": "missing"}
        assert verdicts(desired(("run-function", {"url": "{{x}}"}), ("run-function", {}))) == {}

    @pytest.mark.parametrize(
        ("kind", "properties", "verdict"),
        [
            ("connect-call-to", {"caller_id": "+15555550101"}, "unasked"),
            ("send-message", {"from": "whatsapp:+15555550101"}, "unasked"),
            ("capture-payments", {"payment_connector": "Pay"}, "unasked"),
            ("send-to-auto-pilot", {"autopilot_assistant_sid": "UA" + A}, "unasked"),
            ("say-play", {"play": "https://x-1.twil.io/a.mp3"}, "missing"),
            ("run-subflow", {"flow_sid": "FW" + A}, "missing"),
            ("connect-call-to", {"to": "+15555550101"}, None),
            ("say-play", {"play": "https://cdn.example/a.mp3"}, None),
            ("send-message", {"from": "{{flow.channel.address}}"}, None),
            ("enqueue-call", {"queue_name": "support"}, None),
        ],
    )
    def test_what_cannot_be_known_is_not_called_missing(self, kind, properties, verdict):
        """What may be somebody else's, or has no list, is `unasked`; what is nobody's is not asked about."""
        assert list(verdicts(desired((kind, properties))).values()) == ([verdict] if verdict else [])

    def test_managed_flows_and_hosts_exist(self):
        """A managed flow is known by the state, a host by its environment."""
        project = desired(("run-subflow", {"flow_sid": "FW" + A}), ("say-play", {"play": "https://x-1.twil.io/a"}))
        found = verdicts(project, Asset("host", "x-1.twil.io"), known={"FW" + A: "menu"})
        assert set(found.values()) == {"exists"}

    def test_names_and_mentions_are_told(self):
        """A bound identifier is shown with its name, one of others in free text is mentioned; neither breaks."""
        bindings = {"here": {"workflow/desk": "WW" + A}, "there": {"workflow/desk": "WW" + B}}
        project = desired(("send-to-flex", {"workflow": "WW" + A, "attributes": "WW" + B}), bindings=bindings)
        found = check_bindings(project, Account([Asset("workflow", "WW" + A)]), {}, lambda _: "{}")
        assert [(one.verdict, one.name) for one in found] == [("exists", "workflow/desk"), ("mentioned", None)]
        assert broken(found) == []


class TestDiscover:
    """Matches."""

    def found(self, project, here, there, **more):
        """Discover from here to there."""
        return discover(project, "there", Accounts(Account(here), Account(there)), more.pop("managed", ()), **more)

    def test_the_most_telling_name_wins(self):
        """The same workspace and name beat the name alone, which is enough when it is the only one."""
        project = desired(("send-to-flex", {"workflow": "WW" + A}))
        here = [Asset("workflow", "WW" + A, (("Flex", "Desk"), ("Desk",)))]
        there = [
            Asset("workflow", "WW" + B, (("Flex", "Desk"), ("Desk",))),
            Asset("workflow", "WW" + C, (("Old", "Desk"), ("Desk",))),
        ]
        (row,) = self.found(project, here, there).rows
        assert (row.found, row.name, row.target) == ("matched", "workflow/desk", "WW" + B)
        (row,) = self.found(project, here, there[1:]).rows
        assert (row.found, row.target) == ("matched", "WW" + C)

    def test_doubts_are_left_to_a_person(self):
        """Two of a name on either side, or two that lead to one, are ambiguous and not added."""
        project = desired(("send-message", {"from": "MG" + A}), ("run-function", {"url": "https://x-a.twil.io/check"}),
                          ("run-function", {"url": "https://x-b.twil.io/check"}))  # fmt: skip
        twice = [Asset("messaging", "MG" + A, (("News",),)), Asset("messaging", "MG" + B, (("News",),))]
        here = [*twice, function("x", "a", "dev"), function("x", "b", "test")]
        done = self.found(project, here, [Asset("messaging", "MG" + C, (("News",),)), function("x", "c", "live")])
        assert {row.found for row in done.rows} == {"ambiguous"}
        assert done.additions == {"here": {}, "there": {}}

    def test_names_that_exist_are_used(self):
        """A name of either side is kept; a new one avoids all that are taken."""
        here = [Asset("workflow", "WW" + A, (("Desk",),)), Asset("channel", "TC" + A, (("Chat",),))]
        there = [Asset("workflow", "WW" + B, (("Desk",),)), Asset("channel", "TC" + B, (("Chat",),))]
        bindings = {
            "here": {"channel/talk": "TC" + A, "workflow/desk": "WW" + C},
            "there": {"workflow/front": "WW" + B},
        }
        project = desired(("send-to-flex", {"workflow": "WW" + A}), bindings=bindings)
        done = self.found(project, here, there)
        assert done.additions == {"here": {"workflow/front": "WW" + A}, "there": {"channel/talk": "TC" + B}}
        assert {row.name: row.found for row in done.rows}["workflow/desk"] == "unmatched"
        assert only(done, ["channel/talk"]).additions == {"here": {}, "there": {"channel/talk": "TC" + B}}
        assert only(done, []) is done

    def test_what_both_bind_is_bound(self):
        """Nothing is added to what stands on both sides, and managed flows are nobody's business here."""
        both = {"workflow/desk": "WW" + A, "flow/one": "FW" + A, "connector/pay": "Pay"}
        bindings = {"here": both, "there": {"workflow/desk": "WW" + B}}
        project = desired(("run-subflow", {"flow_sid": "FW" + B}), bindings=bindings)
        done = self.found(project, [], [], managed={"FW" + B})
        assert [(row.name, row.found) for row in done.rows] == [
            ("connector/pay", "unasked"),
            ("workflow/desk", "bound"),
        ]

    def test_what_the_source_lacks_is_told(self):
        """An identifier of nobody is unmatched, with where it stands."""
        done = self.found(desired(("send-to-flex", {"workflow": "WW" + A})), [], [])
        assert [(row.found, "Flow/one" in row.note) for row in done.rows] == [("unmatched", True)]

    def test_two_new_names_never_collide(self):
        """Things of one name get numbers."""
        here = [Asset("content", "HX" + A, (("Hi!",),)), Asset("content", "HX" + B, (("Hi?",),))]
        there = [replace(here[0], value="HX" + C), Asset("content", "HX" + "d" * 32, (("Hi?",),))]
        done = self.found(desired(), here, there, everything=True)
        assert sorted(row.name for row in done.rows) == ["content/hi", "content/hi-2"]
