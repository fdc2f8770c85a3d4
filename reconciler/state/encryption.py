r"""Encryption at rest with age (pyrage, extra `encryption`): to recipients, or by a passphrase.

    {"sealed":1,"to":[…],"key":"…","body":"…"}

`body` is an age message to a key made for this state; `key` is the secret half of that key, itself an age message to
the recipients `to`, or under the passphrase (`to` is then `["passphrase"]`). A passphrase costs two seconds by design:
this way it does so once a run and not once a journal line. Whoever reads a state and writes it goes on with its key as
long as the recipients are the same; with others, everything written from then on is under a new key.

age tells who may read, not who wrote: it is no signature.
"""

from __future__ import annotations

import base64
import json
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from reconciler.errors import StateDamagedError, StateKeyError, UsageError
from reconciler.state.seal import MARK, PLAIN, Seal

if TYPE_CHECKING:
    from pyrage import x25519

RECIPIENTS: Final = "RECONCILER_STATE_RECIPIENTS"
IDENTITY_FILE: Final = "RECONCILER_STATE_IDENTITY_FILE"
PASSPHRASE: Final = "RECONCILER_STATE_PASSPHRASE"  # noqa: S105 - the variable's name, not its value

_BY_PASSPHRASE: Final = ("passphrase",)
_FORMAT: Final = 1


@dataclass(frozen=True, slots=True, repr=False)
class Keys:
    """What a run may encrypt to and decrypt with. Secrets: shown by no `repr`.

    Attributes:
        recipients: public keys (`age1…`), sorted; none leaves those of what was read.
        identities: secret keys (`AGE-SECRET-KEY-1…`).
        passphrase: instead of both; None for keys.
    """

    recipients: tuple[str, ...]
    identities: tuple[str, ...]
    passphrase: str | None


@dataclass(frozen=True, slots=True, repr=False)
class _DataKey:
    identity: x25519.Identity
    wrapped: str
    to: tuple[str, ...]


def seal_of(environ: Mapping[str, str]) -> Seal:
    """Give the seal that the environment variables ask for; none of them: nothing is encrypted.

    Raises:
        UsageError: they contradict each other, name no file, or the extra is missing.
        StateKeyError: a key is none.
    """
    recipients = tuple(sorted(set(environ.get(RECIPIENTS, "").replace(",", " ").split())))
    file, passphrase = environ.get(IDENTITY_FILE), environ.get(PASSPHRASE)
    if not (recipients or file or passphrase):
        return PLAIN
    if passphrase and (recipients or file):
        raise UsageError(
            f"{PASSPHRASE} is set beside {RECIPIENTS} or {IDENTITY_FILE}", hint="age takes one or the other: unset one."
        )
    return AgeSeal(Keys(recipients, _identities(file), passphrase or None))


def _identities(file: str | None) -> tuple[str, ...]:
    if not file:
        return ()
    try:
        text = Path(file).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{IDENTITY_FILE}: {file} cannot be read", hint="Name a file of age-keygen.") from error
    lines = (line.strip() for line in text.splitlines())
    return tuple(line for line in lines if line and not line.startswith("#"))


class AgeSeal:
    """Seal with age."""

    def __init__(self, keys: Keys) -> None:
        """Check the keys.

        Raises:
            UsageError: the extra `encryption` is not installed.
            StateKeyError: a key is none.
        """
        try:
            import pyrage  # noqa: PLC0415 - an extra, imported where it is used
        except ImportError as error:
            raise UsageError(
                "encryption of states needs pyrage", hint="Install it: pip install 'reconciler[encryption]'."
            ) from error
        self._age = pyrage
        self._keys = keys
        self._to = _BY_PASSPHRASE if keys.passphrase else keys.recipients
        self._recipients = [self._recipient(text) for text in keys.recipients]
        self._identities = [self._identity(text) for text in keys.identities]
        self._opened: dict[str, _DataKey] = {}
        self._current: _DataKey | None = None
        self._lock = threading.Lock()

    def seal(self, data: bytes) -> bytes:
        """Give the sealed form under the present key of the state, or a new one for other recipients."""
        key = self._writing_key()
        body = self._age.encrypt(data, [key.identity.to_public()])
        document = {"sealed": _FORMAT, "to": key.to, "key": key.wrapped, "body": base64.b64encode(body).decode()}
        return json.dumps(document, separators=(",", ":")).encode()

    def unseal(self, data: bytes, origin: str) -> bytes:
        """Give what was sealed, or the data itself when it is not sealed; see `Seal`."""
        if not data.startswith(MARK):
            return data
        wrapped, to, body = _parts(data, origin)
        key = self._opened_key(wrapped, to, origin)
        try:
            opened: bytes = self._age.decrypt(body, [key.identity])
        except self._age.DecryptError as error:
            raise StateDamagedError(
                f"{origin}: it is not what was encrypted", hint="Put a backup back: `reconciler state restore SERIAL`."
            ) from error
        return opened

    def _writing_key(self) -> _DataKey:
        with self._lock:
            if self._current is None:
                self._current = self._new_key()
            return self._current

    def _new_key(self) -> _DataKey:
        if not self._to:
            raise StateKeyError(
                "nobody is named whom the state is to be encrypted to",
                hint=f"Name public keys in {RECIPIENTS}; {IDENTITY_FILE} alone goes on with what is encrypted.",
            )
        identity = self._age.x25519.Identity.generate()
        secret = str(identity).encode()
        if self._keys.passphrase is None:
            wrapped = self._age.encrypt(secret, self._recipients)
        else:
            wrapped = self._age.passphrase.encrypt(secret, self._keys.passphrase)
        return _DataKey(identity, base64.b64encode(wrapped).decode(), self._to)

    def _opened_key(self, wrapped: str, to: tuple[str, ...], origin: str) -> _DataKey:
        with self._lock:
            key = self._opened.get(wrapped)
            if key is None:
                key = self._opened[wrapped] = _DataKey(self._unwrapped(wrapped, to, origin), wrapped, to)
            if self._current is None and (to == self._to or not self._to):
                self._current = key
            return key

    def _unwrapped(self, wrapped: str, to: tuple[str, ...], origin: str) -> x25519.Identity:
        by_passphrase = to == _BY_PASSPHRASE
        hint = f"It is for {'a passphrase' if by_passphrase else ', '.join(to)}: set " + (
            f"{PASSPHRASE}." if by_passphrase else f"{IDENTITY_FILE} to a file with one of their secret keys."
        )
        if by_passphrase != (self._keys.passphrase is not None) or not (by_passphrase or self._identities):
            raise StateKeyError(f"{origin}: it is encrypted, and this run has no key for it", hint=hint)
        try:
            data = base64.b64decode(wrapped)
            if self._keys.passphrase is not None:
                secret = self._age.passphrase.decrypt(data, self._keys.passphrase)
            else:
                secret = self._age.decrypt(data, self._identities)
        except (self._age.DecryptError, ValueError) as error:
            raise StateKeyError(f"{origin}: it is encrypted, and no key of this run opens it", hint=hint) from error
        return self._identity(secret.decode())

    def _recipient(self, text: str) -> x25519.Recipient:
        try:
            return self._age.x25519.Recipient.from_str(text)
        except self._age.RecipientError as error:
            raise StateKeyError(f"{RECIPIENTS}: {text!r} is no age recipient", hint="They begin with age1.") from error

    def _identity(self, text: str) -> x25519.Identity:
        try:
            return self._age.x25519.Identity.from_str(text)
        except self._age.IdentityError as error:
            raise StateKeyError(
                f"{IDENTITY_FILE}: a line is no age identity", hint="They begin with AGE-SECRET-KEY-1."
            ) from error


def _parts(data: bytes, origin: str) -> tuple[str, tuple[str, ...], bytes]:
    try:
        match json.loads(data):
            case {"sealed": 1, "to": [*to], "key": str(wrapped), "body": str(body)}:
                return wrapped, _texts(to), base64.b64decode(body, validate=True)
            case _:
                pass
    except ValueError:
        pass
    raise StateDamagedError(
        f"{origin}: it is encrypted in no form that this version knows",
        hint="Upgrade reconciler, or put a backup back: `reconciler state restore SERIAL`.",
    )


def _texts(values: Sequence[object]) -> tuple[str, ...]:
    return tuple(str(value) for value in values)
