"""Rule 16: secrets that everybody reads who may read the flow, and that every revision keeps."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final
from urllib.parse import unquote

from reconciler.definition.lint.context import Context
from reconciler.definition.lint.flow import Text, Widget
from reconciler.definition.lint.literals import is_dynamic
from reconciler.definition.lint.rule import Problem, Rule
from reconciler.definition.secrets import is_secret

_FORMATS: Final = (
    ("a private key", re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----")),
    ("a JSON Web Token", re.compile(r"\beyJ[\w-]{8,}\.eyJ[\w-]{8,}\.[\w-]{8,}")),
    ("a Stripe key", re.compile(r"\b[sr]k_(live|test)_\w{16,}")),
    ("an AWS access key", re.compile(r"\bA(KIA|SIA)[0-9A-Z]{16}\b")),
    ("a Google API key", re.compile(r"\bAIza[\w-]{35}\b")),
    ("a GitHub token", re.compile(r"\b(gh[pousr]_\w{36,}|github_pat_\w{22,})")),
    ("a Slack token", re.compile(r"\bxox[abprs]-[\w-]{10,}")),
    ("a Slack webhook", re.compile(r"hooks\.slack\.com/services/T\w{6,}/B\w{6,}/\w{16,}")),
    ("a SendGrid key", re.compile(r"\bSG\.[\w-]{16,}\.[\w-]{16,}")),
    ("an OpenAI key", re.compile(r"\bsk-(proj-)?[A-Za-z0-9_-]{20,}")),
)
_NAME: Final = (
    r"(?:[\w-]*[_-])?(?:api[_-]?key|apikey|access[_-]?key|access[_-]?token|auth[_-]?token|authtoken|secret|client[_-]?secret"
    r"|password|passwd|pwd|token|subscription-key|sig|signature)"
)
_MARKS: Final = (
    "private key", "eyj", "k_live_", "k_test_", "akia", "asia", "aiza", "gh", "xox", "hooks.slack", "sg.", "sk-",
    "@", "key", "secret", "pass", "pwd", "token", "sig", "auth", "code=", "bearer", "basic",
)  # fmt: skip
"""One of these stands in everything that the patterns find, in lower case: most texts have none."""

_NAMED: Final = re.compile(rf"(?i)^(?:{_NAME}|authorization|x-api-key)$")
_NAMED_VALUES: Final = (
    (re.compile(r"(?i)\b[a-z][a-z0-9+.-]*://[^\s/:@{}$]+:(?P<value>[^\s/@]+)@"), "a password in a URL"),
    (re.compile(rf"(?i)[?&](?P<name>{_NAME}|key|code)=(?P<value>[^&#\s]+)"), "the value of {name!r} in a URL"),
    (
        re.compile(rf"(?i)[\"'](?P<name>{_NAME}|authorization)[\"']\s*:\s*[\"'](?P<value>[^\"']+)[\"']"),
        "the value of {name!r} in a body",
    ),
    (re.compile(r"(?i)\b(bearer|basic)\s+(?P<value>[A-Za-z0-9+/=._-]{16,})"), "credentials for Authorization"),
)
_LOOKS_LIKE_A_WORD: Final = re.compile(r"(?i)^[a-z]*([ _-][a-z]+)*$")
_PLACEHOLDER: Final = re.compile(r"(?i)^[*xX.<\[].*|.*(your|change|example|placeholder|xxxx).*|true|false|null|none")
_SHORTEST: Final = 8


def _secrets(context: Context) -> Iterator[Problem]:
    for widget in context.flow.widgets:
        seen: set[tuple[str | int, ...]] = set()
        for text, what in _found(widget):
            if text.path not in seen:
                seen.add(text.path)
                yield Problem(f"{what} in plain text", text.path, widget.name, text.property)


def _found(widget: Widget) -> Iterator[tuple[Text, str]]:
    names = dict(_pair_names(widget))
    for text in widget.texts():
        if is_secret(widget.type, text.property) and text.value and not is_dynamic(text.value):
            yield text, f"the {str(text.path[-1]).replace('_', ' ')}"
        name = names.get(text.path)
        if name is not None and _is_value(text.value):
            yield text, f"the value of {name!r}"
        yield from ((text, what) for what in _inside(text.value))


def _pair_names(widget: Widget) -> Iterator[tuple[tuple[str | int, ...], str]]:
    """Give, by the path of a value, the name that a `{key, value}` list gives it, where it sounds like a secret."""
    for name, listed in widget.properties.items():
        for index, item in enumerate(listed if isinstance(listed, list) else ()):
            key = item.get("key") if isinstance(item, dict) else None
            if isinstance(key, str) and _NAMED.match(key):
                yield widget.at("properties", name, index, "value"), key


def _inside(value: str) -> Iterator[str]:
    lowered = value.lower()
    if not any(mark in lowered for mark in _MARKS):
        return
    for what, pattern in _FORMATS:
        if pattern.search(value):
            yield what
    for pattern, what in _NAMED_VALUES:
        for found in pattern.finditer(value):
            if _is_value(unquote(found["value"])):
                yield what.format(**found.groupdict())


def _is_value(text: str) -> bool:
    """Tell a secret from a word, a placeholder, and what is filled in later."""
    plain = text.strip()
    if is_dynamic(plain) or len(plain) < _SHORTEST or _PLACEHOLDER.fullmatch(plain):
        return False
    return not _LOOKS_LIKE_A_WORD.match(plain)


RULES: Final = (
    Rule(
        id="plain-secret",
        number=16,
        severity="warning",
        summary="A password, key or token in plain text",
        why="Everybody who may read the flow reads it, every revision keeps it for good, and it is in your repository.",
        example='"url": "https://api.acme.test/orders?api_key=9f2c71d04be84a3d"',
        remedy="Call a Function that holds it in its environment; or write `${var.NAME}` with a variable marked "
        "sensitive. Then replace the secret: it has been read.",
        check=_secrets,
    ),
)
