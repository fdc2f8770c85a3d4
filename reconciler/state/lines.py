"""Lines that say whether they are whole: `{"crc":"1a2b3c4d","entry":{…}}`. Journals and histories are made of them.

The checksum is over the bytes of the entry as they stand, so that nothing is written anew to check it. Pure.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from reconciler.errors import StateDamagedError
from reconciler.model.jsontypes import JsonObject
from reconciler.state.document import parse
from reconciler.state.encoding import json_bytes
from reconciler.state.seal import PLAIN, Seal

_HEAD: Final = b'{"crc":"'
_MIDDLE: Final = b'","entry":'
_TAIL: Final = b"}"
_ENTRY: Final = len(_HEAD) + 8 + len(_MIDDLE)


@dataclass(frozen=True, slots=True)
class Line:
    """One whole line: its number from 1, where in the file it ends, and what it says."""

    number: int
    end: int
    entry: JsonObject


def encode_line(entry: JsonObject) -> bytes:
    """Give the line of an entry, its end included."""
    body = json_bytes(entry)
    return _HEAD + _checksum(body) + _MIDDLE + body + _TAIL + b"\n"


def read_lines(data: bytes, origin: str, seal: Seal = PLAIN) -> Iterator[Line]:
    """Give the whole lines. A last line without its end is one that a crash tore, never acknowledged: it is left out.

    Args:
        data: the file.
        origin: its name, for messages.
        seal: opens lines that are encrypted. Default: none are.

    Raises:
        StateDamagedError: any other line is not what was written.
        StateKeyError: no key opens it.
    """
    start = 0
    number = 0
    while (end := data.find(b"\n", start)) >= 0:
        number += 1
        where = f"{origin}:{number}"
        yield Line(number, end + 1, _entry(seal.unseal(data[start:end], where), where))
        start = end + 1


def _entry(line: bytes, origin: str) -> JsonObject:
    body = line[_ENTRY : -len(_TAIL)]
    if line != _HEAD + _checksum(body) + _MIDDLE + body + _TAIL:
        raise StateDamagedError(
            f"{origin}: the line does not match its checksum",
            hint="Keep a copy of the file, cut it off before this line, and compare `reconciler state pull` with "
            "the account by `reconciler plan --refresh=full`.",
        )
    return parse(body, origin)


def _checksum(body: bytes) -> bytes:
    return b"%08x" % zlib.crc32(body)
