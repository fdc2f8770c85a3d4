"""Documents that are nearly right, as Hypothesis strategies: values replaced or nested, or a few bytes spoilt.

Purely random bytes never get past the first line of a parser.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import Any, Final

from hypothesis import strategies as st

from tests.security import samples


def nested(depth: int, *, mapping: bool) -> Any:
    """Give a value inside so many others."""
    value: Any = 1.5  # makes canonical JSON leave the C encoder
    for _ in range(depth):
        value = {"a": value} if mapping else [value]
    return value


ATOMS: Final[Sequence[Any]] = [
    None, True, False, 0, -1, 7, 10**18, 10**40, 10**400, 1.5, -0.0, 1e308, 1e-320, float("inf"), float("nan"),
    "", " ", "x", "a/b", "Flow/welcome", "TestUsers/x", "published", "LatestPublished", "match", "FW" + "f" * 32,
    "\x00", "\x1b[31mred\x1b[0m", "\x9b2J", "\u202eevil", "\ud800", "\U0001f600", "\r\n", "\u2028", "a" * 5000,
    "9" * 5000, "1" * 400, "[" * 300, "#/states/" + "9" * 5000, "#/states/0/transitions/" + "8" * 4500,
    "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "2026-01-02", "2026-01-02T03:04:05", "1e999999999",
    "Mon, 01 Jan 0001 00:00:00 +1400", "Fri, 31 Dec 9999 23:59:59 -1200", "https://other.test//evil/v2?PageToken=\ud800",
    "https://other.test/v2/Flows?PageToken=PT2", "/v2/Flows?PageToken=\ud800",
    "/v2/\ud800", "/v2/\x00", "http://[", "//evil.test/x",
    "https://a.test:99999/x",
    "/\x7f\n", "${env.TOKEN}", "${var.word}", "${flow.welcome.sid}", "${binding.phone/main}", "$${var.x}", "${env.",
    "{{", "{% if %}", "../../etc/passwd", "/etc/passwd", [], {}, [[]], [{}], {"": ""}, ["\ud800"], {"\ud800": 1},
    nested(60, mapping=True), nested(150, mapping=False), nested(300, mapping=True), nested(700, mapping=False),
]  # fmt: skip

atoms: Final = st.sampled_from(ATOMS) | st.integers() | st.floats() | st.text(max_size=8)


def copied(value: Any) -> Any:
    """Copy JSON that may be deeper than Python recurses."""
    return json.loads(json.dumps(value))


def slots(value: Any) -> list[tuple[Any, Any]]:
    """Give every place of a document: what holds it, and its key or index there."""
    found: list[tuple[Any, Any]] = []
    waiting = [value]
    while waiting:
        one = waiting.pop()
        keys = list(one) if isinstance(one, dict) else range(len(one)) if isinstance(one, list) else ()
        for key in keys:
            found.append((one, key))
            waiting.append(one[key])
    return found


@st.composite
def mutated(draw: st.DrawFn, value: Any) -> Any:
    """Give a right document of JSON with one to three values made wrong."""
    spoilt = copied(value)
    for _ in range(draw(st.integers(1, 3))):
        places = slots(spoilt)
        if not places:
            break
        holder, key = places[draw(st.integers(0, len(places) - 1))]
        match draw(st.sampled_from(["replace", "replace", "replace", "drop", "rename", "swap", "wrap"])):
            case "drop":
                del holder[key]
            case "rename" if isinstance(holder, dict):
                holder[str(draw(atoms))[:6000]] = holder.pop(key)
            case "swap":
                other, name = places[draw(st.integers(0, len(places) - 1))]
                holder[key] = copied(other.get(name) if isinstance(other, dict) else None)
            case "wrap":
                holder[key] = [holder[key]]
            case _:
                holder[key] = copied(draw(atoms))
    return spoilt


@st.composite
def damaged(draw: st.DrawFn, text: bytes) -> bytes:
    """Give bytes of which a few were cut, doubled or replaced."""
    for _ in range(draw(st.integers(1, 4))):
        start = draw(st.integers(0, len(text)))
        end = min(len(text), start + draw(st.integers(0, 12)))
        piece = draw(st.sampled_from([b"", text[start:end] * 2, *PIECES]) | st.binary(max_size=4))
        text = text[:start] + piece + text[end:]
    return text


PIECES: Final = [
    b"{", b"}", b"[", b"]", b'"', b",", b":", b"\n", b"\t", b"\x00", b"\xff", b"\xef\xbb\xbf", b"\\ud800", b"NaN", b"-",
    b"1e999",
    b"&a ", b"*a", b"<<: ", b"!!python/object/apply:os.system ['true']", b"!!binary x", b"!<x> ", b"%YAML 1.1\n---\n",
    b"? ", b"- ", b"|\n ", b">-\n", b"'", b"#", b"\x1b[31m", b"\xc2\x9b", b"\xe2\x80\xa8", b"null", b"0x1F",
    b"${env.X}",
]  # fmt: skip


def dumped(value: Any) -> bytes:
    """Write JSON as a careless server would: NaN as it is, surrogates as escapes."""
    return json.dumps(value).encode()


def _lines(entries: Sequence[Any]) -> Callable[[Any], bytes]:
    def write(spoilt: Any) -> bytes:
        return b"".join(samples.framed(entry) for entry in (spoilt if isinstance(spoilt, list) else entries))

    return write


def _answers(body: Any) -> st.SearchStrategy[bytes]:
    heads = st.just(samples.HEAD) | mutated(samples.HEAD) | st.integers(200, 599).map(lambda status: [status])
    return st.tuples(heads, mutated(body)).map(lambda pair: dumped(pair[0]) + b"\n" + dumped(pair[1]))


_FLOW_MANIFEST: Final = {
    "apiVersion": "studio.reconciler.dev/v1",
    "kind": "Flow",
    "metadata": {"name": "welcome"},
    "spec": {"friendlyName": "x", "definition": samples.FLOW, "lifecycle": {"ignoreChanges": ["widgets.ask.timeout"]}},
}
_HEAD_OF_PROJECT: Final = samples.PROJECT.split(b"---\n")[0] + b"---\n"


def inputs(name: str) -> st.SearchStrategy[bytes]:
    """Give the inputs for one target."""
    raw = st.binary(max_size=64)
    for seed in samples.SEEDS[name]:
        raw |= damaged(seed)
    structured: dict[str, st.SearchStrategy[bytes]] = {
        "yaml_text": mutated(_FLOW_MANIFEST).map(dumped),
        "project": mutated(_FLOW_MANIFEST).map(lambda value: _HEAD_OF_PROJECT + dumped(value)),
        "variables": mutated({"word": "yes", "token": {"value": "${env.TOKEN}", "sensitive": True}}).map(dumped),
        "definition": mutated(samples.FLOW).map(dumped),
        "state": mutated(samples.STATE_VALUE).map(dumped),
        "plan": mutated(samples.PLAN_VALUE).map(dumped),
        "journal": mutated(samples.JOURNAL_ENTRIES).map(_lines(samples.JOURNAL_ENTRIES)),
        "history": mutated([samples.HISTORY_ENTRY]).map(_lines([samples.HISTORY_ENTRY])),
        "answer": _answers(samples.RESOURCE) | _answers(samples.PAGE) | _answers(samples.REFUSAL),
        "pages": st.tuples(mutated(samples.PAGE), mutated(samples.LAST_PAGE)).map(
            lambda pair: dumped(pair[0]) + b"\n" + dumped(pair[1])
        ),
    }
    return structured[name] | raw
