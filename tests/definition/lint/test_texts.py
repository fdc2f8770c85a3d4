"""Rules 14 and 16 to 22."""

import pytest

from reconciler.definition.document import of
from reconciler.definition.lint.context import Neighbour
from reconciler.definition.lint.fixing import fixed

HEX = "0123456789abcdef" * 2


def call(widget, sid, revision="LatestPublished", name="call"):
    return widget(name, kind="run-subflow", flow_sid=sid, flow_revision=revision)


def test_a_subflow_of_a_subflow(flow, widget, places):
    """A flow that runs a flow that runs a flow is found, and one that runs itself."""
    inner = Neighbour(of(flow(call(widget, "FW" + HEX))))
    around = {"flows": {"inner": inner, "leaf": Neighbour(of(flow(widget("a"))))}}
    assert places("nested-subflow", flow(call(widget, "${flow.inner.sid}")), name="outer", **around) == [
        ("call", "properties.flow_sid")
    ]
    assert places("nested-subflow", flow(call(widget, "${flow.leaf.sid}")), name="outer", **around) == []
    assert len(places("nested-subflow", flow(call(widget, "${flow.leaf.sid}")), name="leaf", **around)) == 1


def test_two_revisions_of_a_subflow(flow, widget, places):
    """Two revisions of one sub-flow are found at the second; of two sub-flows they are right."""
    one, other = call(widget, "FW" + HEX), call(widget, "FW" + HEX, "7", "again")
    assert places("subflow-revisions", flow(one, other)) == [("again", "properties.flow_revision")]
    assert places("subflow-revisions", flow(one, call(widget, "FW" + HEX[::-1], "7", "again"))) == []


def test_a_subflow_that_is_never_published(flow, widget, places):
    """The published revision of a draft is found; the latest revision of it is right."""
    around = {"flows": {"leaf": Neighbour(of(flow(widget("a"))), "draft")}}
    assert len(places("unpublished-subflow", flow(call(widget, "${flow.leaf.sid}")), **around)) == 1
    assert places("unpublished-subflow", flow(call(widget, "${flow.leaf.sid}", "LatestRevision")), **around) == []


@pytest.mark.parametrize(
    ("kind", "properties"),
    [
        ("connect-call-to", {"sip_password": "hunter2!"}),
        ("make-http-request", {"url": "https://api.acme.dev/x?api_key=9f2c71d04be84a3d"}),
        ("make-http-request", {"url": "https://robot:" + "s3cretpass1@api.acme.dev/x"}),
        ("make-http-request", {"parameters": [{"key": "access_token", "value": "9f2c71d04be84a3d"}]}),
        ("make-http-request", {"body": '{"password": "Tr0ub4dor&3"}'}),
        ("set-variables", {"variables": [{"key": "auth", "value": "Bearer 9f2c71d04be84a3d1234"}]}),
        ("set-variables", {"variables": [{"key": "x", "value": "AKIA" + "ABCDEFGHIJKLMNOP"}]}),
    ],
)
def test_secrets_in_plain_text(flow, widget, say, kind, properties):
    """Passwords, keys and tokens are found wherever they stand, and never repeated."""
    (problem,) = say("plain-secret", flow(widget("a", kind=kind, **properties)))
    shown = f"{problem.message} {problem.hint}"
    assert not any(secret in shown for secret in ("hunter2", "9f2c71d0", "s3cretpass", "Tr0ub4dor", "AKIA"))


@pytest.mark.parametrize(
    ("kind", "properties"),
    [
        ("connect-call-to", {"sip_password": "${var.sip}"}),
        ("make-http-request", {"url": "https://api.acme.dev/x?token={{flow.variables.token}}"}),
        ("make-http-request", {"url": "https://api.acme.dev/x?page=token&sort=signature"}),
        ("make-http-request", {"parameters": [{"key": "token", "value": "your-token-here"}]}),
        ("send-message", {"body": "Your password: please call us. Basic information about tokens follows."}),
        ("send-message", {"body": 'Say "password": "forgotten"'}),
        ("run-function", {"parameters": [{"key": "monkey", "value": "9f2c71d04be84a3d"}]}),
        ("make-http-request", {"url": "https://acme.dev/a:b/c@d"}),
    ],
)
def test_what_only_looks_like_a_secret(flow, widget, say, kind, properties):
    """Liquid, placeholders of all kinds and words about secrets are no secrets."""
    assert say("plain-secret", flow(widget("a", kind=kind, **properties))) == []


def test_plain_http(flow, widget, say):
    """Plain http is found in addresses, not in texts; it is changed only where https is sure to answer."""
    data = flow(
        widget("a", kind="make-http-request", url="http://orders.acme.dev/x"),
        widget("b", kind="run-function", url="http://orders-1234.twil.io/x"),
        widget("c", kind="send-message", body="See http://acme.dev for more"),
        widget("d", kind="make-http-request", url="https://acme.dev", body='{"back": "http://acme.dev/y"}'),
        widget("e", kind="make-http-request", url="http://localhost:3000/x"),
    )
    found = say("plain-http", data)
    assert [(p.widget, p.fix is not None) for p in found] == [("a", False), ("b", True)]
    after, _ = fixed(data, [p.fix for p in found if p.fix])
    assert after["states"][2]["properties"]["url"] == "https://orders-1234.twil.io/x"


@pytest.mark.parametrize(
    ("url", "rule"),
    [
        ("https://3f2a9c1b.ngrok.io/voice", "development-host"),
        ("http://127.0.0.1:3000/x", "development-host"),
        ("https://webhook.site/3f2a9c1b", "development-host"),
        ("https://api.example.com/x", "placeholder-value"),
        ("https://YOUR_DOMAIN/x", "placeholder-value"),
        ("https://your-service-1234.twil.io/x", "placeholder-value"),
        ("https://ngrok.acme.dev/x", None),
        ("https://myexample.com/x", None),
        ("https://${HOST}/x", None),
        ("https://{{flow.variables.host}}/x", None),
    ],
)
def test_hosts(flow, widget, say, url, rule):
    """Tunnels, machines and examples are found; hosts that only sound like them, or come later, are not."""
    data = flow(widget("a", kind="make-http-request", url=url))
    found = {name for name in ("development-host", "placeholder-value") if say(name, data)}
    assert found == ({rule} if rule else set())


@pytest.mark.parametrize(
    ("properties", "found"),
    [
        ({"workflow": "WW" + "X" * 32}, 1),
        ({"workflow": "YOUR_WORKFLOW_SID"}, 1),
        ({"workflow": "<workflow sid>"}, 1),
        ({"workflow": "WW" + HEX}, 0),
        ({"workflow": "${WORKFLOW_SID}"}, 0),
        ({"attributes": '{"note": "call XXXX"}'}, 0),
    ],
)
def test_placeholders(flow, widget, say, properties, found):
    """A placeholder in the place of an identifier is found, in a text it is a text."""
    assert len(say("placeholder-value", flow(widget("a", kind="send-to-flex", **properties)))) == found


@pytest.mark.parametrize(
    ("kind", "properties", "found"),
    [
        ("connect-call-to", {"to": "+15558675310"}, 1),
        ("send-message", {"from": "whatsapp:+15558675310"}, 1),
        ("set-variables", {"variables": [{"key": "desk", "value": "+15558675310"}]}, 1),
        ("send-message", {"to": "{{contact.channel.address}}", "body": "Call +15558675310"}, 0),
        ("connect-call-to", {"to": "${binding.phone/desk}"}, 0),
        ("make-http-request", {"parameters": [{"key": "order", "value": "+1"}]}, 0),
    ],
)
def test_phone_numbers(one_widget, say, kind, properties, found):
    """A number in the place of an address is found and not shown whole; one that the text tells a person is right."""
    problems = say("hard-coded-phone", one_widget(kind, properties))
    assert len(problems) == found
    assert all("8675310" not in problem.message for problem in problems)


def test_a_bound_number_is_known(flow, widget, say):
    """A number that the environment binds is translated, and no finding."""
    data = flow(widget("a", kind="connect-call-to", to="+15558675310"))
    assert say("hard-coded-phone", data, known=frozenset({"+15558675310"})) == []


def test_identifiers_of_other_accounts(flow, widget, places):
    """Another account's SID is found; in free text even where its name is bound here, for nobody translates it."""
    own, other, bound = "AC" + HEX, "AC" + HEX[::-1], "WW" + HEX
    data = flow(
        widget("a", kind="make-http-request", url=f"https://api.acme.dev/{own}", body=other),
        widget("b", kind="send-to-flex", workflow=bound, channel="TC" + HEX, attributes=f'{{"w": "{bound}"}}'),
    )
    around = {
        "account": own,
        "foreign": {bound: "workflow/desk of staging", "TC" + HEX: "channel/chat of staging"},
        "translated": frozenset({bound}),
    }
    assert places("foreign-sid", data, **around) == [
        ("a", "properties.body"),
        ("b", "properties.channel"),
        ("b", "properties.attributes"),
    ]
    assert places("foreign-sid", data) == []


def test_retired_products(flow, widget, places):
    """Widgets and addresses of Autopilot and Programmable Chat are found; Conversations are not."""
    data = flow(
        widget("a", kind="send-to-auto-pilot"),
        widget("b", kind="make-http-request", url="https://chat.twilio.com/v2/Services"),
        widget("c", kind="make-http-request", url="https://conversations.twilio.com/v1/Services"),
    )
    assert places("retired-product", data) == [("a", "type"), ("b", "properties.url")]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("{{contact.sid}}", 1),
        ("{{ contact.sid | upcase }}", 1),
        ("{{contact.channel.address}}", 0),
        ("{{widgets.contact.sid}}", 0),
        ("ask contact.sid", 0),
        ("{{engagement.sid}}", 1),
        ("{{flow.data.pre_engagement.x}}", 0),
        ("https://studio.twilio.com/v1/Flows/x/Engagements", 1),
        ("https://studio.twilio.com/v2/Flows/x/Executions", 0),
    ],
)
def test_what_left_with_v1(flow, widget, say, text, found):
    """Variables and addresses of API v1 are found, look-alikes are not."""
    assert len(say("left-with-v1", flow(widget("a", body=text)))) == found
