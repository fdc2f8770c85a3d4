"""Import httpx without its own command line, which would load rich, click and pygments.

`import httpx` takes 230 ms on the machine of the budgets, 120 ms of them for `httpx._main`, which httpx itself treats
as optional: it catches the ImportError that a None in `sys.modules` causes. All modules here get httpx from this one.
"""

from __future__ import annotations

import sys

if "httpx" not in sys.modules:
    sys.modules["httpx._main"] = None  # type: ignore[assignment]  # None is how Python is told "do not import this"

import httpx

__all__ = ["httpx"]
