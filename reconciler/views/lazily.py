"""Imports that wait until a name is asked for: a run shows one thing, and need not load how all others look."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module


def importer(homes: Mapping[str, str]) -> Callable[[str], object]:
    """Give the `__getattr__` (PEP 562) of a module that re-exports names, each from the module that it maps to."""

    def find(name: str) -> object:
        if name not in homes:
            raise AttributeError(name)
        return getattr(import_module(homes[name]), name)

    return find
