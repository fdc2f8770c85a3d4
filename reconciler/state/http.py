"""States behind Terraform's HTTP protocol, as GitLab and others serve it. Alone in this package it imports httpx.

The protocol keeps one document and one lock, and has no conditional write: the lock's ID, which the server checks with
every write, is the only fence. So everything that belongs to a state stands in one document, which each record writes
whole:

    {"version": 4, "serial": WRITES, "lineage": …, "terraform_version": …, "reconciler": {"format": 1, "contents": {NAME: TEXT}}}

The first four keys are what servers look for in a Terraform state; Terraform itself finds no resources in it.
"""  # noqa: E501 - the form of the document, on one line

from __future__ import annotations

import base64
import contextlib
import hashlib
import json
import secrets
import threading
import weakref
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import urlsplit, urlunsplit

import httpx

from reconciler.errors import (
    LeaseLostError,
    StateDamagedError,
    StateLockedError,
    StateUnreachableError,
    StateWriteError,
    UsageError,
)
from reconciler.ports import Clock
from reconciler.state.lease import Hold, lost
from reconciler.state.locations import plain_http_allowed
from reconciler.state.lock import this_process
from reconciler.state.objects import BACKUPS, Stored, Version

SCHEMES: Final = ("http", "https")

_POLL: Final = 1.0
_TIMEOUT: Final = 15.0
_FORMAT: Final = 1
_REFUSED: Final = (httpx.codes.CONFLICT, httpx.codes.LOCKED)
_FORBIDDEN: Final = (httpx.codes.UNAUTHORIZED, httpx.codes.FORBIDDEN)
_NONE: Final = (httpx.codes.NO_CONTENT, httpx.codes.NOT_FOUND)
_GITLAB: Final = "/terraform/state/"
_RIGHTS: Final = (
    "Set RECONCILER_STATE_USERNAME and RECONCILER_STATE_PASSWORD (or TF_HTTP_USERNAME and TF_HTTP_PASSWORD); "
    "docs/state-stores.md says which rights are needed."
)


@dataclass(frozen=True, slots=True)
class Location:
    """Where a state and its lock are, and as whom to ask. No `repr` shows the password."""

    address: str
    lock: tuple[str, str]
    unlock: tuple[str, str]
    user: str | None
    password: str | None = field(repr=False)


def location_of(text: str, environ: Mapping[str, str]) -> Location:
    """Read an address; where the lock is stands in Terraform's own variables, or is what GitLab or Terraform assume.

    Raises:
        UsageError: it is no address, or plain http to another machine.
    """
    plain_http_allowed(text, "the address of the state")
    parts = urlsplit(text)
    if parts.username or parts.password or parts.fragment:
        raise UsageError("the address of the state holds credentials or a fragment", hint=_RIGHTS)
    gitlab = "/api/v4/projects/" in parts.path and _GITLAB in parts.path
    default = urlunsplit(parts._replace(path=f"{parts.path.rstrip('/')}/lock")) if gitlab else text
    methods = ("POST", "DELETE") if gitlab else ("LOCK", "UNLOCK")
    lock = environ.get("TF_HTTP_LOCK_ADDRESS") or default
    unlock = environ.get("TF_HTTP_UNLOCK_ADDRESS") or lock
    for address in (lock, unlock):
        plain_http_allowed(address, "the address of the state's lock")
        if urlsplit(address).netloc != parts.netloc:
            raise UsageError("the lock of the state is on another server than the state", hint="Keep both on one.")
    return Location(
        text,
        (environ.get("TF_HTTP_LOCK_METHOD") or methods[0], lock),
        (environ.get("TF_HTTP_UNLOCK_METHOD") or methods[1], unlock),
        environ.get("RECONCILER_STATE_USERNAME") or environ.get("TF_HTTP_USERNAME"),
        environ.get("RECONCILER_STATE_PASSWORD") or environ.get("TF_HTTP_PASSWORD"),
    )


@dataclass(slots=True)
class _Document:
    """What the server keeps: contents by name, and how often it was written."""

    serial: int = 0
    lineage: str = ""
    contents: dict[str, bytes] = field(default_factory=dict)


class HttpObjects:
    """`Objects` in one document, and the `StateLock` of a state."""

    def __init__(self, location: Location, clock: Clock, command: str, version: str) -> None:
        """Name the place; nothing is asked yet. `version` is the tool's."""
        self._location = location
        self._clock = clock
        self._command = command
        self._tool = version
        self._client: httpx.Client | None = None
        self._lock_id: str | None = None
        self._document: _Document | None = None
        self._mutex = threading.RLock()

    @property
    def taken_over(self) -> bool:
        """Only `state unlock` breaks such a lock; the server then refuses its former holder."""
        return False

    def sure(self) -> bool:
        """What was lost shows in the write itself: it bears the ID of the lock."""
        return True

    def get(self, name: str) -> Stored | None:
        """Give a content; see `Objects`."""
        with self._mutex:
            data = self._present().contents.get(name)
        return None if data is None else Stored(data, _version(data))

    def create(self, name: str, data: bytes) -> Version | None:
        """Write a new name; see `Objects`."""
        with self._mutex:
            present = self._present().contents.get(name)
            if present is not None:
                return _version(data) if present == data else None
            return self._put({name: data})

    def replace(self, name: str, data: bytes, version: Version) -> Version | None:
        """Write over exactly this version, as far as the lock reaches; see `Objects`."""
        with self._mutex:
            present = self._present().contents.get(name)
            if present == data:
                return version
            return None if present is None or _version(present) != version else self._put({name: data})

    def delete(self, names: Sequence[str]) -> None:
        """Remove names; see `Objects`."""
        with self._mutex:
            self._put(dict.fromkeys(names))

    def names(self, folder: str) -> Sequence[str]:
        """Give all names below a folder; see `Objects`."""
        with self._mutex:
            return sorted(name for name in self._present().contents if name.startswith(folder))

    @contextlib.contextmanager
    def held(self, timeout: float) -> Iterator[Hold]:
        """Hold the server's lock; see `StateLock`."""
        mine = self._info()
        deadline = self._clock.monotonic() + timeout
        while (other := self._try_lock(mine)) is not None:
            left = deadline - self._clock.monotonic()
            if left <= 0:
                raise StateLockedError(
                    f"{self._location.address}: the state is locked: held by {_described(other)}",
                    hint="Wait for that run to end, or let this one wait with --lock-timeout. If that run is dead, "
                    f"`reconciler state unlock {_text(other, 'ID')}` breaks its lock.",
                )
            self._clock.sleep(min(_POLL, left))
        with self._mutex:
            self._lock_id, self._document = mine["ID"], None
        try:
            yield self
        finally:
            with self._mutex:
                self._lock_id = self._document = None
            with contextlib.suppress(StateUnreachableError):
                self._unlock(mine)

    def holder(self) -> str | None:
        """Tell who holds the lock. The protocol has no question for it: the lock is tried, and let go at once."""
        mine = self._info()
        other = self._try_lock(mine)
        if other is None:
            self._unlock(mine)
        return None if other is None else _described(other)

    def unlock(self, identity: str) -> None:
        """Break the lock that bears this ID; see `StateLock`."""
        answer = self._unlock({"ID": identity})
        if answer.status_code in _REFUSED or answer.is_client_error:
            raise StateLockedError(
                f"{self._location.address}: the server keeps its lock ({answer.status_code})",
                hint="Name the ID that it bears; `reconciler state unlock` without one tells it.",
            )

    def _put(self, news: Mapping[str, bytes | None]) -> Version:
        if self._lock_id is None:
            raise StateWriteError(f"{self._location.address}: it is written under its lock alone")
        old = self._present()
        merged = {**old.contents, **news}
        contents = {name: data for name, data in merged.items() if data is not None}
        document = _Document(old.serial + 1, old.lineage or secrets.token_hex(16), contents)
        self._document = None  # until the server says that it has it
        self._post(document)
        self._document = document
        return _version(b"".join(data for data in news.values() if data is not None))

    def _post(self, document: _Document) -> None:
        data = _encoded(document, self._tool)
        digest = base64.b64encode(hashlib.md5(data, usedforsecurity=False).digest()).decode()
        headers = {"Content-Type": "application/json", "Content-MD5": digest}
        try:
            answer = self._send(
                "POST", self._location.address, params={"ID": self._lock_id or ""}, content=data, headers=headers
            )
        except StateUnreachableError as error:
            if self._fetched() == document:
                return
            raise StateWriteError(f"the state was not written: {error.message}", hint=error.hint) from error
        if answer.status_code in _REFUSED:
            raise self._lost()
        if not answer.is_success:
            raise StateWriteError(
                f"{self._location.address}: the server does not take the state ({answer.status_code})",
                hint=_RIGHTS if answer.status_code in _FORBIDDEN else "See what the server says of it, then run again.",
            )

    def _lost(self) -> LeaseLostError:
        return lost(self._location.address)

    def _present(self) -> _Document:
        """Give the document: under the lock the one we know, for nobody else may write; without it the server's."""
        if self._lock_id is None:
            return self._fetched()
        if self._document is None:
            self._document = self._fetched()
        return self._document

    def _fetched(self) -> _Document:
        answer = self._send("GET", self._location.address)
        if answer.status_code in _NONE or (answer.is_success and not answer.content.strip()):
            return _Document()
        if not answer.is_success:
            raise self._unreachable(f"the server answers {answer.status_code}")
        return _decoded(answer.content, self._location.address)

    def _try_lock(self, mine: Mapping[str, str]) -> Mapping[str, Any] | None:
        """Try to lock; give what the server says of another holder, None when the lock is ours."""
        method, address = self._location.lock
        answer = self._send(method, address, json=dict(mine))
        if answer.is_success:
            return None
        if answer.status_code not in _REFUSED:
            raise self._unreachable(f"the server answers {method} with {answer.status_code}")
        other = _holder(answer)
        return None if other.get("ID") == mine["ID"] else other  # ours: the answer to an earlier try was lost

    def _unlock(self, info: Mapping[str, str]) -> httpx.Response:
        method, address = self._location.unlock
        return self._send(method, address, params={"ID": info["ID"]}, json=dict(info))

    def _info(self) -> dict[str, str]:
        me = this_process(self._command, self._clock.now())
        return {
            "ID": secrets.token_hex(16),
            "Operation": self._command,
            "Info": str(me),
            "Who": f"{me.user}@{me.host}",
            "Version": self._tool,
            "Created": me.since.isoformat(),
            "Path": urlsplit(self._location.address).path,
        }

    def _send(self, method: str, url: str, **what: Any) -> httpx.Response:  # noqa: ANN401 - httpx's own keywords
        try:
            answer = self._connected().request(method, url, **what)
        except httpx.HTTPError as error:
            raise self._unreachable(f"no answer to {method}: {type(error).__name__}") from None  # it holds the request
        if answer.is_redirect:
            raise self._unreachable(f"the server sends {method} elsewhere ({answer.status_code})")
        if answer.status_code in _FORBIDDEN:
            raise self._unreachable(f"the server refuses {method} ({answer.status_code})", hint=_RIGHTS)
        return answer

    def _connected(self) -> httpx.Client:
        with self._mutex:
            if self._client is None:
                known = self._location.user is not None and self._location.password is not None
                auth = httpx.BasicAuth(self._location.user or "", self._location.password or "") if known else None
                self._client = httpx.Client(auth=auth, timeout=_TIMEOUT, follow_redirects=False)
                weakref.finalize(self, self._client.close)
            return self._client

    def _unreachable(self, what: str, *, hint: str | None = None) -> StateUnreachableError:
        return StateUnreachableError(
            f"{self._location.address}: {what}", hint=hint or "See to the address and the server, then run again."
        )


def _version(data: bytes) -> Version:
    return hashlib.sha256(data).hexdigest()


def _encoded(document: _Document, tool: str) -> bytes:
    contents = {name: _text_of(name, data) for name, data in sorted(document.contents.items())}
    return json.dumps(
        {
            "version": 4,
            "serial": document.serial,
            "lineage": document.lineage,
            "terraform_version": f"reconciler {tool}",
            "outputs": {},
            "resources": [],
            "reconciler": {"format": _FORMAT, "contents": contents},
        }
    ).encode()


def _text_of(name: str, data: bytes) -> str:
    """Give a content as text; backups, which nobody reads every day, compressed."""
    if name.startswith(BACKUPS):
        return base64.b64encode(zlib.compress(data)).decode()
    return data.decode()


def _decoded(data: bytes, origin: str) -> _Document:
    try:
        match json.loads(data):
            case {
                "serial": int(serial),
                "lineage": str(lineage),
                "reconciler": {"format": 1, "contents": dict(contents)},
            }:
                return _Document(serial, lineage, {name: _data_of(name, text) for name, text in contents.items()})
            case _:
                pass
    except (ValueError, AttributeError, zlib.error) as error:
        raise StateDamagedError(f"{origin}: what is kept there is no state of ours", hint=_OTHER) from error
    raise StateDamagedError(f"{origin}: what is kept there is no state of ours", hint=_OTHER)


_OTHER: Final = "It may be a Terraform state: choose another name for this one."


def _data_of(name: str, text: str) -> bytes:
    return zlib.decompress(base64.b64decode(text, validate=True)) if name.startswith(BACKUPS) else text.encode()


def _holder(answer: httpx.Response) -> Mapping[str, Any]:
    try:
        info = answer.json()
    except ValueError:
        return {}
    return info if isinstance(info, dict) else {}


def _described(info: Mapping[str, Any]) -> str:
    who = _text(info, "Info") or _text(info, "Who") or "another run"
    return f"{who} since {_text(info, 'Created') or 'an unknown time'} (ID {_text(info, 'ID') or 'unknown'})"


def _text(info: Mapping[str, Any], key: str) -> str:
    """Give what the server says, as one short line."""
    return " ".join("".join(c for c in str(info.get(key) or "") if c.isprintable()).split())[:200]
