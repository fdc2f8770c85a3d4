"""Where variables come from: the project's environment, then `--var-file`s, then `--var`; later ones win.

A variable that one place marks sensitive stays sensitive whoever overrides it. Values of the first two may hold
`${env.X}`, but no other variable; what `--var` gives is taken as it is.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

from reconciler.errors import UsageError
from reconciler.manifest import kinds
from reconciler.manifest.findings import Findings
from reconciler.manifest.placeholder import Values, Variable, too_short_to_hide
from reconciler.manifest.yamltext import Document, read
from reconciler.model.finding import Place
from reconciler.model.jsontypes import Json

_LARGEST_FILE: Final = 4 * 1024 * 1024
_NAME: Final = re.compile(kinds.VARIABLE)


def from_files(paths: Sequence[Path], findings: Findings) -> dict[str, Variable]:
    """Read `--var-file`s, YAML or JSON: a mapping from names to values, or to `{value, sensitive}`.

    Raises:
        UsageError: a file cannot be read.
    """
    found: dict[str, Variable] = {}
    for path in paths:
        found = overlaid(found, _from_file(path, findings))
    return found


def from_options(variables: Mapping[str, str]) -> dict[str, Variable]:
    """Take what `--var` gave.

    Raises:
        UsageError: a name can be no variable's.
    """
    wrong = next((name for name in variables if not _NAME.fullmatch(name)), None)
    if wrong is not None:
        raise UsageError(f"--var: {wrong!r} is no variable's name", hint="Write --var name=value.")
    return {name: Variable(value, literal=True) for name, value in variables.items()}


def from_mapping(data: Json, places: Mapping[str, Place] | Place) -> dict[str, Variable]:
    """Read a mapping of variables; what has another shape is left out, its model reports it."""
    found = {}
    for name, given in data.items() if isinstance(data, dict) else ():
        place = places if isinstance(places, Place) else places[name]
        match given:
            case str():
                found[name] = Variable(given, place)
            case {"value": str() as value, "sensitive": bool() as sensitive}:
                found[name] = Variable(value, place, sensitive=sensitive)
            case {"value": str() as value}:
                found[name] = Variable(value, place)
            case _:
                pass
    return found


def overlaid(under: Mapping[str, Variable], over: Mapping[str, Variable]) -> dict[str, Variable]:
    """Put later variables over earlier ones; a mark of sensitivity stays."""
    merged = dict(under)
    for name, variable in over.items():
        marked = name in under and under[name].sensitive
        merged[name] = replace(variable, sensitive=variable.sensitive or marked)
    return merged


def resolved(given: Mapping[str, Variable], values: Values, *, lenient: bool) -> dict[str, Variable]:
    """Replace `${env.X}` in the variables' own values. A variable cannot refer to another one.

    Args:
        given: by name.
        values: what placeholders stand for.
        lenient: an environment variable that is not set is no fault: the environment is not the target.
    """
    done = {}
    for name, variable in given.items():
        report = _Report(values.findings, variable.place, lenient=lenient)
        value = variable.value if variable.literal else values.replace(variable.value, report)
        if report.unset:
            values.unset.add(name)
            continue
        done[name] = replace(variable, value=value)
        if variable.sensitive and too_short_to_hide(value):
            message = f"the sensitive variable {name!r} is shorter than four characters and will not be covered"
            values.findings.warning("short-secret", message, variable.place)
    return done


class _Report:
    """Be told of faults in the value of one variable."""

    def __init__(self, findings: Findings, place: Place | None, *, lenient: bool) -> None:
        self._findings = findings
        self._place = place
        self._lenient = lenient
        self.unset = False

    def __call__(self, rule: str, message: str, hint: str | None) -> None:
        self.unset |= rule == "unknown-env"
        if not (self._lenient and rule == "unknown-env"):
            self._findings.error(rule, message, self._place, hint=hint)


def _from_file(path: Path, findings: Findings) -> dict[str, Variable]:
    file = str(path)
    try:
        if path.stat().st_size > _LARGEST_FILE:
            raise UsageError(f"--var-file {file}: larger than {_LARGEST_FILE:,} bytes")
        raw = path.read_bytes()
    except (OSError, ValueError) as error:
        raise UsageError(f"--var-file {file} cannot be read: {_reason(error)}") from error
    if path.suffix == ".json":
        return _from_json(raw, file, findings)
    documents = read(raw, file, findings)
    if len(documents) > 1:
        findings.error("var-file", "a variable file is one document", documents[1].place())
    return _from_document(documents[0], findings) if documents else {}


def _from_json(raw: bytes, file: str, findings: Findings) -> dict[str, Variable]:
    try:
        data = json.loads(raw)
    except json.JSONDecodeError as error:
        findings.error("json-syntax", f"not JSON: {error.msg}", Place(file, error.lineno, error.colno))
        return {}
    except (ValueError, RecursionError):
        findings.error("json-syntax", "not JSON in UTF-8", Place(file))
        return {}
    places = {name: Place(file) for name in data} if isinstance(data, dict) else {}
    return _checked(data, places, Place(file), findings)


def _from_document(document: Document, findings: Findings) -> dict[str, Variable]:
    names = document.data if isinstance(document.data, dict) else {}
    return _checked(document.data, {name: document.place((name,)) for name in names}, document.place(), findings)


def _checked(data: Json, places: Mapping[str, Place], start: Place, findings: Findings) -> dict[str, Variable]:
    if not isinstance(data, dict):
        findings.error("var-file", "a variable file is a mapping from names to values", start)
        return {}
    found = from_mapping(data, places)
    for name in data:
        if not _NAME.fullmatch(name):
            findings.error("invalid-value", f"{name!r} is no variable's name", places[name])
        elif name not in found:
            message = f"the variable {name!r} must be text, or {{value: text, sensitive: true}}"
            findings.error("wrong-type", message, places[name], hint="Put a number in quotes.")
    return found


def _reason(error: OSError | ValueError) -> str:
    return (error.strerror if isinstance(error, OSError) else None) or str(error)
