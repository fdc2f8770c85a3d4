"""What a large input costs: no more memory than ten times its size and a constant, and no wait."""

from __future__ import annotations

import contextlib
import gc
import gzip
import json
import tracemalloc
from collections.abc import Callable

import httpx
import pytest

from reconciler.definition import document
from reconciler.errors import AmbiguousError, ReconcilerError
from reconciler.manifest.findings import Findings
from reconciler.manifest.yamltext import read
from reconciler.state.document import decode
from reconciler.studio.http import LARGEST_ANSWER
from tests.security import samples, targets
from tests.security.test_fuzz import watched

MEGABYTE = 1024 * 1024
CONSTANT = 64 * MEGABYTE


def _yaml(raw: bytes) -> None:
    findings = Findings()
    read(raw, "a.yaml", findings)
    findings.sorted()


def _definition(raw: bytes) -> None:
    document.parse(raw, "flow.json")


def _state(raw: bytes) -> None:
    decode(raw, "state.json")


def _answer(raw: bytes) -> None:
    targets.client(httpx.MockTransport(lambda _: httpx.Response(200, content=raw))).list_flows()


def _filled(size: int, head: bytes, piece: bytes, tail: bytes) -> bytes:
    return head + piece * ((size - len(head) - len(tail)) // len(piece)) + tail


_RECORD = samples.STATE_VALUE["resources"]["Flow/welcome"]
_RESOURCES = {f"Flow/f{number}": _RECORD for number in range(2_000)}

INPUTS: dict[str, tuple[Callable[[bytes], None], Callable[[], bytes]]] = {
    "YAML of short values": (_yaml, lambda: _filled(4 * MEGABYTE, b"", b"- a\n", b"")),
    "YAML of one text": (_yaml, lambda: _filled(4 * MEGABYTE, b"a: '", b"x", b"'")),
    "YAML of wrong values": (_yaml, lambda: _filled(400_000, b"", b"- .inf\n", b"")),
    "YAML of comments": (_yaml, lambda: _filled(4 * MEGABYTE, b"", b"#\n", b"")),
    "a definition of lists": (_definition, lambda: _filled(250_000, b'{"states":[', b"[],", b"[]]}")),
    "a larger one": (_definition, lambda: _filled(16 * MEGABYTE, b'{"states":[', b"[],", b"[]]}")),
    "a definition of blanks": (_definition, lambda: _filled(16 * MEGABYTE, b'{"states":[]', b" ", b"}")),
    "a definition of NaN": (_definition, lambda: _filled(400_000, b'{"states":[0', b",NaN", b"]}")),
    "a definition of doubles": (_definition, lambda: _filled(400_000, b'{"states":[]', b',"a":1', b"}")),
    "a state of 2,000 flows": (_state, lambda: json.dumps({**samples.STATE_VALUE, "resources": _RESOURCES}).encode()),
    "a state of lists": (_state, lambda: _filled(MEGABYTE, b"[", b"[],", b"[]]")),
    "a plan of no steps": (targets.plan, lambda: json.dumps({**samples.PLAN_VALUE, "steps": [1] * 400_000}).encode()),
    "a plan of lists": (targets.plan, lambda: _filled(MEGABYTE, b"[", b"[],", b"[]]")),
    "an answer of lists": (_answer, lambda: _filled(MEGABYTE, b"[", b"[],", b"[]]")),
    "a page of nothing": (
        _answer,
        lambda: _filled(MEGABYTE, b'{"meta":{"next_page_url":null},"flows":[', b"{},", b"{}]}"),
    ),
}


@pytest.mark.parametrize("what", INPUTS)
def test_large_inputs(what: str):
    """Reading megabytes, right ones and wrong ones, takes less than ten times their size and 64 MB."""
    target, make = INPUTS[what]
    raw = make()
    gc.collect()
    tracemalloc.start()
    try:
        with watched(seconds=60), contextlib.suppress(ReconcilerError):
            target(raw)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 10 * len(raw) + CONSTANT


@pytest.mark.parametrize("packed", [False, True], ids=["plain", "gzip"])
def test_an_answer_without_end_is_given_up(packed):
    """Nobody reads on and on: at the limit, counted unpacked, the answer of a read and of a write is an error."""
    taken = [0]

    def endless():
        while taken[0] < 10 * LARGEST_ANSWER:
            taken[0] += MEGABYTE
            yield b" " * MEGABYTE

    def reply(_: httpx.Request) -> httpx.Response:
        taken[0] = 0
        if packed:
            return httpx.Response(200, headers={"Content-Encoding": "gzip"}, content=bomb)
        return httpx.Response(200, content=endless())

    bomb = gzip.compress(b" " * (2 * LARGEST_ANSWER)) if packed else b""
    studio = targets.client(httpx.MockTransport(reply))
    for call in (studio.list_flows, lambda: studio.create_flow(samples.INPUT)):
        with pytest.raises(AmbiguousError):
            call()
    assert taken[0] <= LARGEST_ANSWER + 2 * MEGABYTE
