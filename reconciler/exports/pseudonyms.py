"""What stands for a contact in an export: always the same for the same contact and key, and nothing without the key.

A keyed hash, because there are few enough phone numbers to try them all.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
from collections.abc import Callable
from pathlib import Path
from typing import Final

from reconciler.errors import ExportError, UsageError

VARIABLE: Final = "RECONCILER_EXPORT_KEY"
"""The variable that may hold the key, for exports whose rows are to be joined although their folders differ."""

FILE: Final = ".pseudonyms.key"
_LEAST: Final = 16
_SHOWN: Final = 24


def pseudonym_maker(key: bytes) -> Callable[[str], str]:
    """Give what makes pseudonyms."""
    base = hmac.new(key, digestmod=hashlib.sha256)

    def pseudonym(contact: str) -> str:
        made = base.copy()
        made.update(contact.encode("utf-8", "surrogatepass"))
        return "p_" + made.hexdigest()[:_SHOWN]

    return pseudonym


def fingerprint(key: bytes) -> str:
    """Give what tells keys apart without telling anything of them."""
    return hmac.new(key, b"reconciler export key", hashlib.sha256).hexdigest()[:16]


def key_of(environ: dict[str, str], folder: Path | None) -> bytes:
    """Give the key: of the variable, else of the folder, where it is made when there is none yet; else a new one.

    Raises:
        UsageError: the variable holds hardly anything.
        ExportError: the folder cannot be read or written.
    """
    said = environ.get(VARIABLE)
    if said is not None:
        if len(said) < _LEAST:
            raise UsageError(f"{VARIABLE} has fewer than {_LEAST} characters", hint="Make one: openssl rand -hex 32")
        return said.encode()
    if folder is None:
        return secrets.token_bytes(32)
    path = folder / FILE
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if path.exists():
            return path.read_bytes().strip()
        key = secrets.token_hex(32).encode()
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(key + b"\n")
            os.fsync(file.fileno())
    except OSError as error:
        raise ExportError(f"{path}: {error.strerror}", hint="Name a folder that can be written to.") from error
    return key
