"""What all formats of lint findings have to find out."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from reconciler.definition.lint.rule import Rule
from reconciler.definition.secrets import masked_text
from reconciler.model.finding import Severity
from reconciler.views.facts import SEVERITIES
from reconciler.workflows.lint import Linted

PAGE: Final = "docs/lint.md"


@dataclass(frozen=True, slots=True)
class Repaired:
    """A file that `--fix` changed, and how, as git would show it."""

    file: str
    diff: str


@dataclass(frozen=True, slots=True)
class Report:
    """What `lint` has to say.

    Attributes:
        found: everything, suppressed problems too.
        repaired: what `--fix` changed; found is what is left.
        root: the project folder as seen from where the command runs, with `/` at its end; empty for that place itself.
        sensitive: texts to cover.
    """

    found: Sequence[Linted]
    repaired: Sequence[Repaired] = ()
    root: str = ""
    sensitive: frozenset[str] = frozenset()

    def shown(self) -> list[Linted]:
        """Give what counts, by place."""
        return sorted((one for one in self.found if one.suppressed is None), key=_place)

    def suppressed(self) -> list[Linted]:
        """Give what does not count, by place."""
        return sorted((one for one in self.found if one.suppressed is not None), key=_place)

    def text(self, text: str) -> str:
        """Cover what is sensitive."""
        return masked_text(text, self.sensitive)

    def rules(self) -> list[Rule]:
        """Give the rules that something was found of, by number and id."""
        return sorted(
            {one.rule.id: one.rule for one in self.found if one.rule}.values(), key=lambda r: (r.number, r.id)
        )


def counts(found: Iterable[Linted]) -> dict[Severity, int]:
    """Count findings by severity; every severity has its number."""
    listed = list(found)
    return {severity: sum(1 for one in listed if one.finding.severity == severity) for severity in SEVERITIES}


def file_of(one: Linted) -> str:
    """Give the file that a finding is about, relative to the project folder."""
    return one.finding.place.file if one.finding.place else ""


def page_of(one: Linted) -> str:
    """Give where the rule of a finding is documented."""
    return f"{PAGE}#{one.finding.rule}"


def fingerprint(one: Linted) -> str:
    """Give what stays the same when lines move: services that track findings go by it."""
    finding = one.finding
    known = (str(one.address), finding.rule, finding.widget or "", finding.property or "", finding.message)
    return hashlib.sha256("\0".join(known).encode(errors="replace")).hexdigest()


def _place(one: Linted) -> tuple[str, int, int, str, str]:
    place = one.finding.place
    where = (place.file, place.line, place.column) if place else ("", 0, 0)
    return (*where, one.finding.rule, one.finding.message)
