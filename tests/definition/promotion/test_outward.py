"""One export, every account: identifiers become those of the target, and what cannot be is told of."""

import copy

import pytest

from reconciler.definition.promotion.outward import UNBOUND, UNKNOWN, outward, unknown
from reconciler.definition.promotion.table import Table

A, B, C = "a" * 32, "b" * 32, "c" * 32


@pytest.fixture
def table(staging, production):
    return Table({"staging": staging, "production": production}, "production", frozenset({"managed"}))


def properties(data):
    return data["states"][1]["properties"]


@pytest.mark.parametrize(
    ("kind", "name", "texts"),
    [
        ("send-to-flex", "workflow", ("WW" + A, "WW" + B)),
        ("send-to-flex", "channel", ("TC" + A, "TC" + B)),
        ("send-to-flex", "waitUrl", ("https://cdn.test.example/music.mp3", "https://cdn.live.example/music.mp3")),
        ("enqueue-call", "workflow_sid", ("WW" + A, "WW" + B)),
        ("enqueue-call", "queue_name", ("line-test", "line")),
        ("run-subflow", "flow_sid", ("FW" + A, "FW" + B)),
        ("send-message", "from", ("MG" + A, "MG" + B)),
        ("send-message", "from", ("+15555550101", "+15555550201")),
        ("send-message", "from", ("whatsapp:+15555550101", "whatsapp:+15555550201")),
        ("send-message", "service", ("MG" + A, "MG" + B)),
        ("send-message", "service", ("IS" + "2" * 32, "IS" + "5" * 32)),
        ("send-and-wait-for-reply", "service", ("IS" + "1" * 32, "IS" + "4" * 32)),
        ("send-and-wait-for-reply", "content_sid", ("HX" + A, "HX" + B)),
        ("connect-call-to", "to", ("+15555550101, +15555550102", "+15555550201, +15555550202")),
        ("connect-call-to", "sip_endpoint", ("sip:desk@test.example", "sip:desk@live.example")),
        ("capture-payments", "payment_connector", ("Pay test", "Pay live")),
        ("connect-virtual-agent-v2", "connector_name", ("Dialog test", "Dialog live")),
        ("send-to-auto-pilot", "autopilot_assistant_sid", ("UA" + A, "UA" + B)),
        ("resume-conversation", "conversation_service_sid", ("IS" + "1" * 32, "IS" + "4" * 32)),
        ("make-http-request", "url", ("https://api.test.example/v1?x=1#y", "https://api.live.example/v1?x=1#y")),
        ("make-http-request", "url", ("https://hours-1-dev.twil.io/check?x=1", "https://hours-2.twil.io/check?x=1")),
        ("make-http-request", "url", ("https://hours-1-dev.twil.io/{{x}}", "https://hours-2.twil.io/{{x}}")),
        ("say-play", "play", ("https://hours-1-dev.twil.io/a.mp3", "https://hours-2.twil.io/a.mp3")),
        (
            "set-variables",
            "variables",
            ([{"key": "s", "value": "IS" + "3" * 32}], [{"key": "s", "value": "IS" + "6" * 32}]),
        ),
        (
            "start-conversation",
            "participants",
            (
                [{"messaging_binding_proxy_address": "+15555550101"}],
                [{"messaging_binding_proxy_address": "+15555550201"}],
            ),
        ),
    ],
)
def test_each_identifier_becomes_the_targets(one, table, kind, name, texts):
    """An identifier that stands alone in a property becomes the one of the same name in the target account."""
    before, after = texts
    data = one(kind, **{name: before})
    kept = copy.deepcopy(data)
    found = outward(data, table)
    assert (properties(found.data)[name], found.remarks) == (after, ())
    assert data == kept


@pytest.mark.parametrize(
    ("kind", "name", "text"),
    [
        ("send-to-flex", "attributes", '{"workflow": "WW' + A + '"}'),
        ("send-message", "body", "Call +15555550101"),
        ("say-play", "say", "WW" + A),
        ("make-http-request", "body", "WW" + A),
        ("send-to-flex", "workflow", "x WW" + A),
        ("send-message", "service", "{{trigger.message.InstanceSid}}"),
        ("send-to-flex", "workflow", "WW" + B),
        ("run-subflow", "flow_sid", "${flow.shared.sid}"),
        ("make-http-request", "url", "https://{{flow.variables.host}}/x"),
        ("set-variables", "variables", [{"key": "line", "value": "line-test"}]),
    ],
)
def test_free_text_and_the_targets_own_stay(one, table, kind, name, text):
    """Free text, Liquid, references and what is the target's already are left alone."""
    data = one(kind, **{name: text})
    found = outward(data, table)
    assert found.data is data
    assert found.remarks == ()


def test_a_function_moves_as_a_whole(one, table, calls):
    """URL, service, environment and function of a Function move together, the query stays."""
    found = outward(one("run-function", **{**calls, "url": calls["url"] + "?a=1"}), table)
    assert properties(found.data) == {
        "url": "https://hours-2.twil.io/check?a=1",
        "service_sid": "ZS" + B,
        "environment_sid": "ZE" + B,
        "function_sid": "ZH" + B,
    }
    assert found.remarks == ()


def test_the_url_alone_is_enough(one, table, calls):
    """A Function is recognised by its URL whatever stands beside it, and what is left out or empty stays so."""
    half = {"url": calls["url"], "service_sid": "ZS" + C, "environment_sid": "", "function_sid": "default"}
    found = outward(one("run-function", **half), table)
    assert properties(found.data) == {
        "url": "https://hours-2.twil.io/check",
        "service_sid": "ZS" + B,
        "environment_sid": "",
        "function_sid": "ZH" + B,
    }
    alone = outward(one("run-function", url=calls["url"]), table)
    assert properties(alone.data) == {"url": "https://hours-2.twil.io/check"}


def test_a_function_is_recognised_by_its_sid(one, table, calls):
    """Without a URL the SID of the Function tells which it is; a URL that was edited by hand follows the table too."""
    del calls["url"]
    assert properties(outward(one("run-function", **calls), table).data)["service_sid"] == "ZS" + B
    sed = {**calls, "url": "https://hours-2.twil.io/check"}
    assert properties(outward(one("run-function", **sed), table).data)["function_sid"] == "ZH" + B


@pytest.mark.parametrize("url", ["https://elsewhere-9.twil.io/x", "{{flow.variables.url}}", ""])
def test_a_url_that_nobody_binds_stays_beside_sids_that_move(one, table, calls, url):
    """Recognised by its SID alone, a widget keeps a URL that no table knows: somebody meant it."""
    found = outward(one("run-function", **{**calls, "url": url}), table)
    assert properties(found.data) == {
        "url": url,
        "service_sid": "ZS" + B,
        "environment_sid": "ZE" + B,
        "function_sid": "ZH" + B,
    }
    theirs = outward(one("run-function", **{**calls, "url": "https://hours-1-dev.twil.io/new"}), table)
    assert properties(theirs.data)["url"] == "https://hours-2.twil.io/new"
    odd = one("run-function", **{**calls, "url": "https://elsewhere-9.twil.io/x"})
    assert [remark.property for remark in unknown(odd, table)] == ["properties.url"]


def test_url_and_sid_of_two_functions_are_told_of(one, staging, production, calls):
    """A widget whose URL and SID name two Functions is not guessed about."""
    for side, letter in ((staging, "c"), (production, "d")):
        side["function/other"] = {"url": f"https://{letter}.twil.io/x", "function": "ZH" + letter * 32}
    table = Table({"staging": staging, "production": production}, "production")
    data = one("run-function", **{**calls, "function_sid": "ZH" + C})
    found = outward(data, table)
    assert [(r.rule, r.property) for r in found.remarks] == [(UNBOUND, "properties.function_sid")]
    assert found.data is data


@pytest.mark.parametrize(
    ("kind", "name", "value"),
    [
        ("send-to-flex", "workflow", "WW" + A),
        ("run-subflow", "flow_sid", "FW" + A),
        ("send-message", "from", "whatsapp:+15555550101"),
        ("make-http-request", "url", "https://api.test.example/v1"),
        ("make-http-request", "url", "https://hours-1-dev.twil.io/check"),
        ("make-http-request", "url", "https://hours-1-dev.twil.io/other"),
        ("say-play", "play", "https://cdn.test.example/music.mp3"),
        ("capture-payments", "payment_connector", "Pay test"),
        ("run-function", "url", "https://hours-1-dev.twil.io/check"),
        ("run-function", "url", "https://hours-1-dev.twil.io/another"),
        ("run-function", "function_sid", "ZH" + A),
        ("run-function", "service_sid", "ZS" + A),
    ],
)
def test_what_the_target_does_not_bind_is_told_of(one, staging, kind, name, value):
    """An identifier of another environment that the target does not bind is an error with widget, property and path."""
    data = one(kind, **{name: value})
    found = outward(data, Table({"staging": staging, "production": {}}, "production"))
    assert found.data is data
    (remark,) = found.remarks
    assert (remark.rule, remark.severity, remark.widget) == (UNBOUND, "error", "w")
    assert (remark.property, remark.path) == (f"properties.{name}", ("states", 1, "properties", name))
    assert "staging" in remark.message
    assert "discover" in (remark.hint or "")


def test_parts_that_the_target_leaves_out_are_told_of(one, staging, calls):
    """SIDs of a Function of which the target binds the URL alone are never sent to it."""
    own = {"function/hours": {"url": "https://hours-2.twil.io/check"}}
    table = Table({"staging": staging, "production": own}, "production")
    found = outward(one("run-function", **calls), table)
    assert [r.property for r in found.remarks] == [
        "properties.service_sid",
        "properties.environment_sid",
        "properties.function_sid",
    ]
    bare = {"function/hours": {"url": calls["url"]}}
    home = outward(data := one("run-function", **calls), Table({"staging": bare, "production": own}, "staging"))
    assert home.data is data
    assert home.remarks == ()


def test_parts_of_functions_that_nobody_binds_are_told_of(one, table, staging, calls):
    """The host, service or environment of another account is never sent, even when no table knows the Function."""
    new = {**calls, "function_sid": "ZH" + C}
    for properties_, at in (
        ({**new, "url": "https://hours-1-dev.twil.io/new"}, "properties.url"),
        ({**new, "url": "{{flow.url}}"}, "properties.service_sid"),
        ({"url": "", "environment_sid": "ZE" + A}, "properties.environment_sid"),
    ):
        found = outward(one("run-function", **properties_), table)
        assert [(r.rule, r.property) for r in found.remarks] == [(UNBOUND, at)]
    own = {"function/hours": {"url": "https://h-2.twil.io/a"}}
    staging["host/odd"] = "odd-1.twil.io"
    odd = one("run-function", **{**calls, "url": "https://odd-1.twil.io/x"})
    there = Table({"staging": staging, "production": own}, "production")
    assert [r.property for r in outward(odd, there).remarks] == ["properties.url"]


def test_a_host_that_is_several_here_is_told_of(one, staging, production):
    """A host whose Functions are on different hosts in the target is not guessed about."""
    staging["function/b"] = {"url": "https://hours-1-dev.twil.io/b"}
    production["function/b"] = {"url": "https://b-3.twil.io/b"}
    table = Table({"staging": staging, "production": production}, "production")
    assert [r.rule for r in outward(one("say-play", play="https://hours-1-dev.twil.io/x"), table).remarks] == [UNBOUND]


def test_managed_flows_follow_by_themselves(one, staging):
    """The SID of a managed flow is left to the plan, which knows what it is here; a pinned number is refused."""
    staging["flow/managed"] = "FW" + C
    table = Table({"staging": staging, "production": {}}, "production", frozenset({"managed"}))
    data = one("run-subflow", flow_sid="FW" + C, flow_revision="LatestPublished")
    assert outward(data, table).data is data
    pinned = outward(one("run-subflow", flow_sid="FW" + C, flow_revision=7), table)
    assert [(r.rule, r.property) for r in pinned.remarks] == [(UNBOUND, "properties.flow_revision")]
    home = Table({"staging": staging, "production": {}}, "staging", frozenset({"managed"}))
    assert outward(one("run-subflow", flow_sid="FW" + C, flow_revision="7"), home).remarks == ()


def test_what_nobody_binds_is_unknown_between_accounts(one, staging, table, calls):
    """A SID or Function that no environment binds is told of where two environments bind something; flows are not."""
    assert [r.rule for r in unknown(one("send-to-flex", workflow="WW" + C, channel="TC" + B), table)] == [UNKNOWN]
    function = one("run-function", url="https://x-9.twil.io/y", function_sid="ZH" + C)
    assert [r.property for r in unknown(function, table)] == ["properties.function_sid"]
    by_url = one("run-function", url="https://x-9.twil.io/y", function_sid="")
    assert [r.property for r in unknown(by_url, table)] == ["properties.url"]
    assert list(unknown(one("run-function", url="https://hours.example/y"), table)) == []
    assert list(unknown(one("run-function", **calls), table)) == []
    assert list(unknown(one("run-subflow", flow_sid="FW" + C), table)) == []
    flows = Table({"staging": staging, "production": {"flow/shared": "FW" + B}}, "production")
    assert list(unknown(one("send-to-flex", workflow="WW" + C), flows)) == []
    assert list(unknown(one("send-to-flex", workflow="WW" + C), Table({"local": staging}, "local"))) == []


def test_odd_definitions_are_left_alone(table):
    """Whatever has not the shape of a flow comes back as it is."""
    for data in ({}, {"states": None}, {"states": [1, {"type": "send-to-flex"}, {"type": 3, "properties": {"a": 1}}]}):
        assert outward(data, table).data is data
    data = {"states": [{"type": "set-variables", "properties": {"variables": [1, {"value": 2}, {}]}}]}
    assert outward(data, table).data is data
