"""Rules 19 and 20: what belongs to one account or to one person and is written down in the flow."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from reconciler.definition.lint.context import Context
from reconciler.definition.lint.literals import quoted
from reconciler.definition.lint.rule import Problem, Rule
from reconciler.definition.locate import Path

_PHONE: Final = re.compile(r"\s*(?:whatsapp:|sms:|tel:)?(\+[1-9][0-9 ().-]{6,20}|\(\d{3}\) ?\d{3}-\d{4})\s*")
_PHONE_PLACES: Final = re.compile(r"properties\.(to|from|caller_id|(participants|parameters|variables)\[\d+\]\.(\w+))$")
_SID: Final = re.compile(r"\b(AC|CF|CH|DE|FW|HX|IS|KS|MG|NO|PN|TC|UA|WK|WQ|WS|WW|XB|ZE|ZF|ZH|ZN|ZS)[0-9a-f]{32}\b")
_DIGITS: Final = range(8, 16)


def _phones(context: Context) -> Iterator[Problem]:
    for widget in context.flow.widgets:
        for text in widget.texts():
            if not _PHONE_PLACES.match(text.property) or not _PHONE.fullmatch(text.value):
                continue
            digits = "".join(sign for sign in text.value if sign.isdigit())
            if len(digits) in _DIGITS and f"+{digits}" not in context.around.known:
                message = f"a phone number is written down here: {_covered(text.value)}"
                yield Problem(message, text.path, widget.name, text.property)


def _covered(number: str) -> str:
    """Show the beginning and the end of a number: findings are read by more people than the flow."""
    plain = number.strip().rpartition(":")[2]
    return f"{plain[:5]}…{plain[-2:]}"


def _foreign(context: Context) -> Iterator[Problem]:
    for widget in context.flow.widgets:
        for text in widget.texts():
            for found in dict.fromkeys(match.group() for match in _SID.finditer(text.value)):
                reason = _reason(context, found, text.path)
                if reason is not None and found not in context.around.known:
                    yield Problem(f"{quoted(found)} {reason}", text.path, widget.name, text.property)


def _reason(context: Context, sid: str, path: Path) -> str | None:
    """Say why an identifier cannot be of the account; None when nothing speaks against it."""
    around = context.around
    if sid in around.foreign:
        if sid not in around.translated:
            return f"is {around.foreign[sid]}, which this environment does not bind"
        if path in _translated_places(context):
            return None
        return f"is {around.foreign[sid]}, and free text is not translated"
    if sid.startswith("AC") and around.account is not None and sid != around.account:
        return "is another account"
    return None


def _translated_places(context: Context) -> set[Path]:
    from reconciler.definition.promotion import slots  # noqa: PLC0415 - few projects bind what their flows hold

    found: set[Path] = set()
    for slot in slots.slots(context.flow.data):
        if isinstance(slot, slots.Slot):
            found.add(slot.path)
        else:
            found |= {(*slot.path, name) for name in slots.FUNCTION.values()}
    return found


RULES: Final = (
    Rule(
        id="hard-coded-phone",
        number=19,
        severity="note",
        summary="A phone number in the place of an address",
        why="It is the same in every environment: a test calls the customer's number, and a changed number means a "
        "changed flow.",
        example='"to": "+15558675310"',
        remedy="Write `${var.NAME}`, bind it (`phone/desk`), or take it from `flow.channel.address`.",
        check=_phones,
    ),
    Rule(
        id="foreign-sid",
        number=20,
        severity="warning",
        summary="An identifier of another account",
        why="It does not exist in the account that runs the flow: the widget fails, or the flow is refused.",
        example='"body": "queue=WQ0000000000000000000000000000000a"   where only staging binds that queue',
        remedy="Bind its name in this environment too. In free text, which is not translated, write "
        "`${binding.KIND/NAME}`.",
        check=_foreign,
    ),
)
