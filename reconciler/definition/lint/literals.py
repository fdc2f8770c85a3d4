"""What kind of text a value is: written down, or filled in when it runs."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from reconciler.definition.lint.flow import Text, Widget

_DYNAMIC: Final = ("{{", "{%", "${", "#{")
_SHOWN: Final = 40
_URL: Final = re.compile(r"(?i)^\s*(https?|wss?)://")


def is_dynamic(text: str) -> bool:
    """Tell whether a part of a text is filled in later: by Liquid, by us, or by another tool's template."""
    return any(mark in text for mark in _DYNAMIC)


def quoted(text: str) -> str:
    """Show a value in a message: quoted, one line, not too long."""
    line = " ".join(text.split())
    return repr(line if len(line) <= _SHOWN else line[: _SHOWN - 1] + "…")


def urls(widget: Widget) -> Iterator[Text]:
    """Give the strings of a widget's properties that are a URL as a whole; links inside texts are none."""
    for text in widget.texts():
        if text.path[2:3] == ("properties",) and _URL.match(text.value) and not re.search(r"\s\S", text.value.strip()):
            yield text


def host_of(url: str) -> str:
    """Give the host of a URL as it is written, in lower case and without port; empty when it is filled in later."""
    rest = url.strip().partition("://")[2]
    host = re.split(r"[/?#]", rest, maxsplit=1)[0].rpartition("@")[2]
    if is_dynamic(host):
        return ""
    return host.partition(":")[0].lower() if not host.startswith("[") else host.partition("]")[0] + "]"
