"""Back from an account: what the file said stays, what a person changed arrives in portable form."""

import copy
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.definition.promotion.homeward import homeward
from reconciler.definition.promotion.outward import outward
from reconciler.definition.promotion.slots import SID, SLOTS, FunctionSlot, slots
from reconciler.definition.promotion.table import HOST, Table
from tests.support.two_accounts import PRODUCTION, STAGING

A, B, C, D = ("abcd"[n] * 32 for n in range(4))


@pytest.fixture
def table(staging, production):
    staging["workflow/night"], production["workflow/night"] = "WW" + C, "WW" + D
    return Table({"staging": staging, "production": production}, "production", frozenset({"managed"}))


def properties(data):
    return data["states"][1]["properties"]


def test_outward_and_back_is_the_same(one, table, calls):
    """A file of staging's identifiers, sent to production and read from there, is the file again."""
    data = one("run-function", **calls, parameters=[{"key": "w", "value": "WW" + A}])
    sent = outward(data, table).data
    assert sent != data
    assert homeward(sent, table, data) == data


def test_a_change_is_written_in_the_files_manner(one, flow, widget, table):
    """What a person chose in the Console gets the identifiers of the file's home, or the file's own placeholder."""
    raw = one("send-to-flex", workflow="WW" + A, channel="TC" + A)
    live = one("send-to-flex", workflow="WW" + D, channel="TC" + B)
    assert properties(homeward(live, table, raw)) == {"workflow": "WW" + C, "channel": "TC" + A}
    named = one("send-to-flex", workflow="${binding.workflow/desk}", channel="x")
    assert properties(homeward(live, table, named))["workflow"] == "${binding.workflow/night}"
    two = flow(widget("w", kind="send-to-flex", workflow="WW" + A), widget("v", kind="enqueue-call"))
    now = copy.deepcopy(outward(two, table).data)
    now["states"][2]["properties"] = {"workflow_sid": "WW" + B}
    assert homeward(now, table, two)["states"][2]["properties"] == {"workflow_sid": "WW" + A}


def test_a_new_flow_gets_names(one, table):
    """Without a file everything that is bound becomes its name, and what is not bound stays."""
    calls = {
        "url": "https://hours-2.twil.io/check?a=1",
        "service_sid": "ZS" + B,
        "environment_sid": "ZE" + B,
        "function_sid": "ZH" + B,
    }
    assert properties(homeward(one("run-function", **calls), table)) == {
        "url": "${binding.function/hours.url}?a=1",
        "service_sid": "${binding.function/hours.service}",
        "environment_sid": "${binding.function/hours.environment}",
        "function_sid": "${binding.function/hours.function}",
    }
    message = one("send-message", **{"from": "whatsapp:+15555550201", "to": "+15555559999", "content_sid": "HX" + C})
    assert properties(homeward(message, table)) == {
        "from": "whatsapp:${binding.phone/main}",
        "to": "+15555559999",
        "content_sid": "HX" + C,
    }
    request = one("make-http-request", url="https://api.live.example/x")
    assert properties(homeward(request, table)) == {"url": "https://${binding.host/api}/x"}
    play = one("say-play", play="https://cdn.live.example/music.mp3")
    assert properties(homeward(play, table)) == {"play": "${binding.url/music}"}
    function = one("make-http-request", url="https://hours-2.twil.io/check")
    assert properties(homeward(function, table)) == {"url": "${binding.function/hours.url}"}


def test_another_function_moves_as_a_whole(one, staging, production, calls):
    """A Function that was changed in the Console arrives with all its parts in the file's manner."""
    for side, letter in ((staging, "c"), (production, "d")):
        side["function/other"] = {
            "url": f"https://{letter}.twil.io/x",
            "service": "ZS" + letter * 32,
            "environment": "ZE" + letter * 32,
            "function": "ZH" + letter * 32,
        }
    table = Table({"staging": staging, "production": production}, "production")
    live = one(
        "run-function", url="https://d.twil.io/x", service_sid="ZS" + D, environment_sid="ZE" + D, function_sid="ZH" + D
    )
    assert properties(homeward(live, table, one("run-function", **calls))) == {
        "url": "https://c.twil.io/x",
        "service_sid": "ZS" + C,
        "environment_sid": "ZE" + C,
        "function_sid": "ZH" + C,
    }


def test_identifiers_of_others_and_managed_flows_stay(one, staging, production):
    """Only the target's own identifiers are read as names, and managed flows are left to `portable.bind`."""
    production["flow/managed"] = "FW" + C
    table = Table({"staging": staging, "production": production}, "production", frozenset({"managed"}))
    for data in (one("send-to-flex", workflow="WW" + A), one("run-subflow", flow_sid="FW" + C)):
        assert homeward(data, table) == data


def test_placeholders_stay_where_nothing_changed(one, table):
    """A file that says names, resolved and read back, says names again; the same for variables and odd references."""
    written = one(
        "run-function", url="${binding.function/hours.url}?q=${var.x}", service_sid="${binding.function/hours.service}"
    )
    live = one("run-function", url="https://hours-2.twil.io/check?q=${var.x}", service_sid="ZS" + B)
    assert homeward(live, table, written) == written
    odd = one("send-to-flex", workflow="${binding.workflow/none}", channel="${binding.function/hours}")
    assert homeward(odd, table, odd) == odd


KINDS = [
    (kind, name, kinds)
    for kind, names in SLOTS.items()
    for name, kinds in names.items()
    if "[" not in name and "." not in name
]


@st.composite
def flows(draw, sides):
    """Draw a flow whose slots hold identifiers of one side, names, words or Liquid."""
    side = draw(st.sampled_from(sides))
    states = []
    for number in range(draw(st.integers(1, 6))):
        kind, name, kinds = draw(st.sampled_from(KINDS))
        fitting = [n for n, v in side.items() if n.partition("/")[0] in kinds and isinstance(v, str)]
        options = [st.text(max_size=8), st.just("{{flow.x}}"), st.just("https://hours-1-dev.twil.io/a"),
                   st.just("https://api.test.example/{{x}}?b"), st.just("https://hours-2.twil.io/check?x")]  # fmt: skip
        if fitting:
            chosen = draw(st.sampled_from(fitting))
            options += [st.just(side[chosen]), st.just(side[chosen]), st.just(f"${{binding.{chosen}}}")]
        states.append({"name": f"w{number % 4}", "type": kind, "properties": {name: draw(st.one_of(options))}})
        if draw(st.booleans()):
            hours = side["function/hours"]
            keys = {
                "url": "url",
                "service_sid": "service",
                "environment_sid": "environment",
                "function_sid": "function",
            }
            parts = {key: hours[part] for key, part in keys.items() if key == "url" or draw(st.booleans())}
            if "function_sid" in parts and draw(st.booleans()):
                parts["url"] = draw(st.sampled_from(["https://elsewhere-9.twil.io/x", "{{flow.url}}", ""]))
            states.append({"name": f"f{number}", "type": "run-function", "properties": parts})
    return {"description": "x", "states": states}


@given(data=st.data())
def test_outward_and_back_holds_for_any_flow(data):
    """Whatever a file holds, outward (where everything is bound) and back gives it again, also through JSON."""
    written = data.draw(flows([STAGING, PRODUCTION]))
    for target in ("staging", "production"):
        table = Table({"staging": STAGING, "production": PRODUCTION}, target)
        resolved = json.loads(_resolve(json.dumps(written), table))
        sent = outward(resolved, table)
        assert sent.remarks == ()
        assert homeward(sent.data, table, written) == written
        assert outward(sent.data, table).data == sent.data


def _resolve(text, table):
    for name, value in table.own.items():
        parts = {"": value} if isinstance(value, str) else {f".{part}": text for part, text in value.items()}
        for part, identifier in parts.items():
            text = text.replace(f"${{binding.{name}{part}}}", json.dumps(identifier)[1:-1])
    return text


def _other(identifier):
    """Give what an identifier of the corpus is in another account."""
    if SID.fullmatch(identifier):
        return identifier[:2] + "".join("fedcba9876543210"[int(c, 16)] for c in identifier[2:])
    return "+1555" + str(abs(hash(identifier)) % 10_000_000).zfill(7)


def _bindings(data):
    """Bind whatever a real flow holds, here and in an invented account."""
    here, there, hosts = {}, {}, {}
    for number, slot in enumerate(slots(data)):
        texts = slot.parts if isinstance(slot, FunctionSlot) else {"": slot.value}
        if (
            isinstance(slot, FunctionSlot)
            and (found := HOST.fullmatch(texts.get("url", "")))
            and "{" not in texts["url"]
        ):
            url = texts["url"].split("?")[0]
            host = hosts.setdefault(found["host"], f"other-{len(hosts)}.twil.io")
            parts = {p: t for p, t in texts.items() if SID.fullmatch(t)}
            if not any(isinstance(v, dict) and v["url"] == url for v in here.values()):
                here[f"function/f{number}"] = {"url": url, **parts}
                there[f"function/f{number}"] = {
                    "url": url.replace(found["host"], host),
                    **{p: _other(t) for p, t in parts.items()},
                }
        elif isinstance(slot, FunctionSlot) or not SID.fullmatch(slot.value):
            continue
        else:
            kind = next(k for k in slot.kinds)
            known = {v: n for n, v in here.items() if isinstance(v, str)}
            name = known.get(slot.value, f"{kind}/i{number}")
            here[name], there[name] = slot.value, _other(slot.value)
    return here, there


def test_real_flows_go_and_come_back(current_flows, record_property):
    """Every real flow, its identifiers bound, goes to another account and comes back the same."""
    moved = 0
    for name, raw in current_flows.items():
        data = json.loads(raw)
        here, there = _bindings(data)
        bindings = {"here": here, "there": there}
        out = outward(data, Table(bindings, "there"))
        back = homeward(out.data, Table(bindings, "there"), data)
        assert json.dumps(back) == json.dumps(data), name
        if out.remarks == () and here:
            moved += 1
            left = {
                t
                for s in slots(out.data)
                for t in ((*s.parts.values(),) if isinstance(s, FunctionSlot) else (s.value,))
            }
            assert not left & {v for v in here.values() if isinstance(v, str)}, name
        names = json.dumps(homeward(data, Table(bindings, "here")))
        assert json.loads(_resolve(names, Table(bindings, "here"))) == data, name
    record_property("counted real flows promoted and brought back", moved)
    assert moved > 20
