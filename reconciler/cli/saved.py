"""Saved plans as files: written whole or not at all, readable by their owner only, encrypted where states are."""

from __future__ import annotations

import json
import os
from pathlib import Path

from reconciler import __version__
from reconciler.cli.console import Console
from reconciler.errors import UsageError
from reconciler.manifest.replacement import replace
from reconciler.plan import document
from reconciler.plan.values import Plan
from reconciler.state.open import seal_for
from reconciler.views import machine


def save(plan: Plan, path: Path, console: Console) -> None:
    """Write a plan to a file; one that is there already is replaced.

    Raises:
        UsageError: it cannot be written; nothing has changed then.
        StateKeyError: the keys that states are encrypted with are none.
    """
    text = machine.render_plan(plan, tool=__version__, sensitive=console.covered)
    data = seal_for(os.environ).seal(text.encode("utf-8"))
    try:
        replace(path, data + b"\n", private=True)
    except OSError as error:
        raise UsageError(f"--out {path}: {error.strerror}") from error


def read(path: Path) -> Plan:
    """Read a saved plan.

    Raises:
        UsageError: it is no plan, is damaged, or was written by a newer reconciler.
        StateKeyError, StateDamagedError: it is encrypted, and no key opens it, or it is not what was encrypted.
    """
    try:
        sealed = path.read_bytes()
    except OSError as error:
        raise UsageError(f"the plan {path} cannot be read: {error.strerror}") from error
    try:
        data = json.loads(seal_for(os.environ).unseal(sealed.removesuffix(b"\n"), str(path)))
    except (ValueError, RecursionError) as error:
        raise UsageError(f"{path} is no plan: no JSON", hint="Make one: reconciler plan --out FILE") from error
    return document.decode(data)
