"""Rules 17 and 18: addresses that are not safe, or not meant to be there."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from reconciler.definition.lint.context import Context
from reconciler.definition.lint.literals import host_of, is_dynamic, quoted, urls
from reconciler.definition.lint.rule import Fix, Problem, Rule, SetText

_ALWAYS_TLS: Final = (".twil.io", ".twilio.com")
"""Hosts that answer https as well as http, so that the scheme can be changed safely."""

_TUNNELS: Final = (
    "ngrok.io", "ngrok.app", "ngrok.dev", "ngrok-free.app", "ngrok-free.dev", "loca.lt", "localtunnel.me",
    "trycloudflare.com", "serveo.net", "localhost.run", "lhr.life", "devtunnels.ms", "pagekite.me", "tunnelmole.net",
)  # fmt: skip
_INSPECTORS: Final = (
    "webhook.site", "requestbin.com", "requestbin.net", "pipedream.net", "beeceptor.com", "hookbin.com", "mockbin.org",
    "httpbin.org", "requestcatcher.com", "postman-echo.com", "mocky.io",
)  # fmt: skip
_EXAMPLES: Final = ("example.com", "example.org", "example.net", "example", "invalid", "test")
_LOCAL: Final = re.compile(
    r"localhost|127(\.\d+){3}|0\.0\.0\.0|\[::1\]|10(\.\d+){3}|192\.168(\.\d+){2}|172\.(1[6-9]|2\d|3[01])(\.\d+){2}"
)
_PLACEHOLDER: Final = re.compile(
    r"(?i)[A-Z]{2}X{4,}|X{4,}|<[^<>]+>|\[(your|insert|enter|replace)[^\]]*\]"
    r"|(your|replace|insert|change|enter)[-_ ]?(me|[a-z0-9]+([-_ ][a-z0-9]+)*([-_ ]?here)?)(\[\w+\])?"
    r"|(whatsapp:)?\+\d*X{3,}[XYZ\d]*|to-?do|fix-?me|tbd"
)
_WORD_IN_URL: Final = re.compile(
    r"(?i)[/.@=-](your|my)[-_]?(domain|host|server|site|company|app|service|url|function|api)\b|X{4,}|//YOUR[-_]"
)
_LOGIN: Final = re.compile(r"//[^/@]*@")
_IDENTIFIERS: Final = re.compile(
    r"(?i)(^|[._])(sid|url|workflow\w*|channel|service\w*|from|to|caller_id|connector\w*|\w+_sid|\w*url)$"
)


def _plain_http(context: Context) -> Iterator[Problem]:
    for widget in context.flow.widgets:
        for text in urls(widget):
            scheme = text.value.strip().partition("://")[0].lower()
            host = host_of(text.value)
            if scheme not in {"http", "ws"} or _is_local(host) or _ends(host, _TUNNELS):
                continue
            fix = None
            if _ends(host, _ALWAYS_TLS) and text.value.startswith("http://") and ":" not in _authority(text.value):
                secure = "https" + text.value.removeprefix("http")
                fix = Fix("Write https", (SetText(text.path, text.value, secure),))
            message = f"{scheme}:// without encryption{': ' + host if host else ''}"
            yield Problem(message, text.path, widget.name, text.property, fix=fix)


def _authority(url: str) -> str:
    return re.split(r"[/?#]", url.partition("://")[2], maxsplit=1)[0]


def _tunnels(context: Context) -> Iterator[Problem]:
    for widget in context.flow.widgets:
        for text in urls(widget):
            host = host_of(text.value)
            if _ends(host, _TUNNELS):
                what = "a tunnel to somebody's machine"
            elif _is_local(host):
                what = "an address that Twilio cannot reach"
            elif _ends(host, _INSPECTORS):
                what = "a service for trying out requests"
            else:
                continue
            yield Problem(f"{host} is {what}", text.path, widget.name, text.property)


def _placeholders(context: Context) -> Iterator[Problem]:
    for widget in context.flow.widgets:
        found = {text.path: text for text in urls(widget) if _is_example(text.value)}
        for text in widget.texts():
            value = text.value.strip()
            named = _IDENTIFIERS.search(text.property) and _PLACEHOLDER.fullmatch(value)
            if text.path in found or (named and not is_dynamic(value)):
                shown = quoted(_LOGIN.sub("//", value))
                yield Problem(f"{shown} is a placeholder", text.path, widget.name, text.property)


def _is_example(url: str) -> bool:
    return _ends(host_of(url), _EXAMPLES) or (not is_dynamic(url) and bool(_WORD_IN_URL.search(url)))


def _is_local(host: str) -> bool:
    return bool(_LOCAL.fullmatch(host)) or host.endswith((".local", ".localhost", ".internal"))


def _ends(host: str, known: tuple[str, ...]) -> bool:
    return any(host == name.lstrip(".") or host.endswith("." + name.lstrip(".")) for name in known)


RULES: Final = (
    Rule(
        id="plain-http",
        number=17,
        severity="warning",
        summary="A URL with http:// or ws://",
        why="What callers say and type goes over the network for everybody to read and to change.",
        example='"url": "http://orders.acme.dev/lookup"',
        remedy="Write https. Where the server has none yet, put a proxy with TLS in front of it.",
        check=_plain_http,
        fixes="writes https for hosts of Twilio, which answer both",
    ),
    Rule(
        id="development-host",
        number=18,
        severity="warning",
        summary="A tunnel, an address of one machine, or a service for trying out requests",
        why="It works while somebody's laptop is open. Then every execution fails there; or callers' data goes to "
        "whoever has that name next.",
        example='"url": "https://3f2a9c1b.ngrok.io/voice"',
        remedy="Name the server that production uses; `${var.NAME}` when it differs between environments.",
        check=_tunnels,
    ),
    Rule(
        id="placeholder-value",
        number=18,
        severity="warning",
        summary="A value that somebody was meant to replace: example.com, XXXX, YOUR_…",
        why="The widget fails whenever it is reached.",
        example='"workflow": "WWXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXX"',
        remedy="Write the real value, or `${var.NAME}`, or a binding.",
        check=_placeholders,
    ),
)
