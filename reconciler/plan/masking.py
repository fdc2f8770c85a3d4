"""Cover secrets and sensitive texts in plans, so that no view and no file ever sees them.

Covering happens to values, before anything is cut or laid out: half a secret would slip past a search in finished text.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from reconciler.definition.difference import TransitionChanged, ValueChanged
from reconciler.definition.secrets import SENSITIVE, masked, masked_text
from reconciler.model.jsontypes import Json
from reconciler.plan.values import DiffItem, Drift, FieldChanged, ForeignRevision, Objection, Plan, Step


def masked_items(items: Iterable[DiffItem], sensitive: frozenset[str]) -> tuple[DiffItem, ...]:
    """Cover secret properties wholly, and every occurrence of a sensitive text in the others."""
    return tuple(_item(item, sensitive) for item in items)


def masked_step(step: Step, sensitive: frozenset[str]) -> Step:
    """Cover what one step shows."""
    return replace(step, diff=masked_items(step.diff, sensitive), notes=_texts(step.notes, sensitive))


def masked_revision(revision: ForeignRevision, sensitive: frozenset[str]) -> ForeignRevision:
    """Cover the commit message of a revision."""
    return replace(revision, message=_text(revision.message, sensitive))


def masked_plan(plan: Plan, sensitive: frozenset[str]) -> Plan:
    """Cover what a whole plan shows; doing it twice changes nothing more."""
    return replace(
        plan,
        steps=tuple(masked_step(step, sensitive) for step in plan.steps),
        drift=tuple(_drift(drift, sensitive) for drift in plan.drift),
        objections=tuple(masked_objection(objection, sensitive) for objection in plan.objections),
        warnings=_texts(plan.warnings, sensitive),
    )


def masked_objection(objection: Objection, sensitive: frozenset[str]) -> Objection:
    """Cover the message of an objection."""
    return replace(objection, message=masked_text(objection.message, sensitive))


def _drift(drift: Drift, sensitive: frozenset[str]) -> Drift:
    revisions = tuple(masked_revision(revision, sensitive) for revision in drift.revisions)
    return replace(drift, revisions=revisions, diff=masked_items(drift.diff, sensitive))


def _item(item: DiffItem, sensitive: frozenset[str]) -> DiffItem:
    match item:
        case ValueChanged(before=before, after=after, secret=True):
            return replace(item, before=_hidden(before), after=_hidden(after))
        case ValueChanged(before=before, after=after):
            return replace(item, before=masked(before, sensitive), after=masked(after, sensitive))
        case FieldChanged(before=was, after=becomes):
            return replace(item, before=_text(was, sensitive), after=_text(becomes, sensitive))
        case TransitionChanged(event=event):
            return replace(item, event=masked_text(event, sensitive))
        case _:
            return item


def _hidden(value: Json) -> Json:
    # That a side has no value is no secret, and tells an added property from a changed one.
    return None if value is None else SENSITIVE


def _text(text: str | None, sensitive: frozenset[str]) -> str | None:
    return None if text is None else masked_text(text, sensitive)


def _texts(texts: tuple[str, ...], sensitive: frozenset[str]) -> tuple[str, ...]:
    return tuple(masked_text(text, sensitive) for text in texts)
