"""How bytes of a state are kept from whoever may read the place where they are. Nothing here knows a cipher.

A seal works on whole contents (a snapshot, a backup, one journal entry, one line, one body) and gives one line of JSON.
What is not sealed is read as it stands, so that a state can be encrypted from one run to the next.
"""

from __future__ import annotations

from typing import Final, Protocol

from reconciler.errors import StateKeyError

MARK: Final = b'{"sealed":'
"""What every sealed content begins with, and no other content of a state does."""


class Seal(Protocol):
    """Encrypt and decrypt. All methods may be called from any thread."""

    def seal(self, data: bytes) -> bytes:
        """Give the sealed form, one line without its end. Raises StateKeyError."""

    def unseal(self, data: bytes, origin: str) -> bytes:
        """Give what was sealed, or the data itself when it is not sealed. `origin` is for messages.

        Raises:
            StateKeyError: no key of this run opens it.
            StateDamagedError: it is not what was sealed.
        """


class PlainSeal:
    """Leave everything as it is, and refuse what somebody else sealed."""

    def seal(self, data: bytes) -> bytes:
        """Give the data itself."""
        return data

    def unseal(self, data: bytes, origin: str) -> bytes:
        """Give the data itself.

        Raises:
            StateKeyError: it is sealed.
        """
        if data.startswith(MARK):
            raise StateKeyError(
                f"{origin}: it is encrypted, and this run has no key",
                hint="Set RECONCILER_STATE_IDENTITY_FILE, or RECONCILER_STATE_PASSPHRASE.",
            )
        return data


PLAIN: Final = PlainSeal()


def seal_line(seal: Seal, line: bytes) -> bytes:
    """Seal one line, its end kept."""
    return seal.seal(line.removesuffix(b"\n")) + b"\n"
