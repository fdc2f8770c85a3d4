"""States in S3, Google Cloud Storage and Azure Blob Storage, by obstore (extra `object-stores`). The only user of it.

Credentials come from the environment variables of each service, as obstore reads them. The answer to a conditional
write that is not plain success may hide a write that happened, an own earlier try included: it is read again.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from reconciler.errors import StateError, StateUnreachableError, StateWriteError, UsageError
from reconciler.state.locations import plain_http_allowed
from reconciler.state.objects import Stored, Version

if TYPE_CHECKING:
    from obstore.store import ObjectStore

SCHEMES: Final = ("s3", "gs", "az")

_TIMEOUT: Final = timedelta(seconds=8)
_RETRY: Final = {"max_retries": 3, "retry_timeout": timedelta(seconds=12)}
_ENDPOINTS: Final[Mapping[str, Sequence[str]]] = {
    "s3": ("AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL", "AWS_ENDPOINT"),
    "gs": ("STORAGE_EMULATOR_HOST",),
    "az": ("AZURE_STORAGE_ENDPOINT", "AZURE_ENDPOINT"),
}
_LONGEST: Final = 300


@dataclass(frozen=True, slots=True)
class Location:
    """Where a state is: `s3://BUCKET/KEY`, `gs://BUCKET/KEY`, `az://CONTAINER/KEY`."""

    scheme: str
    bucket: str
    key: str

    def __str__(self) -> str:
        return f"{self.scheme}://{self.bucket}/{self.key}"


def location_of(text: str) -> Location:
    """Read a location.

    Raises:
        UsageError: it names no object.
    """
    parts = urlsplit(text)
    key = parts.path.lstrip("/")
    plain = parts.netloc and not (parts.query or parts.fragment) and not set(parts.netloc) & set("@:")
    if parts.scheme not in SCHEMES or not plain or not key or key.endswith("/"):
        raise UsageError(
            f"the state {text!r} names no object",
            hint="Name bucket and key: s3://BUCKET/KEY, gs://BUCKET/KEY or az://CONTAINER/KEY.",
        )
    return Location(parts.scheme, parts.netloc, key)


class CloudObjects:
    """`Objects` in one bucket: each name is the key of the state and what follows."""

    def __init__(self, location: Location, environ: Mapping[str, str]) -> None:
        """Name the place; nothing is asked yet.

        Raises:
            UsageError: the extra is missing, or a variable names a server that may not be spoken to.
        """
        try:
            import obstore  # noqa: PLC0415 - an extra, imported where it is used
            from obstore import exceptions  # noqa: PLC0415 - as above
        except ImportError as error:
            raise UsageError(
                f"states in {location.scheme}:// need obstore",
                hint="Install it: pip install 'reconciler[object-stores]'.",
            ) from error
        self._obstore = obstore
        self._error = exceptions.BaseError
        self._name = str(location)
        self._key = location.key
        self._by_generation = location.scheme == "gs"
        self._store = self._made(location, environ)

    def get(self, name: str) -> Stored | None:
        """Give a content; see `Objects`."""
        try:
            found = self._obstore.get(self._store, self._key + name)
            return Stored(bytes(found.bytes()), self._version(found.meta))
        except FileNotFoundError:
            return None
        except self._error as error:
            raise self._unreachable(name, error) from None  # its text may hold a signed address

    def create(self, name: str, data: bytes) -> Version | None:
        """Write a new name; see `Objects`."""
        return self._put(name, data, "create")

    def replace(self, name: str, data: bytes, version: Version) -> Version | None:
        """Write over exactly this version; see `Objects`."""
        return self._put(name, data, {"version" if self._by_generation else "e_tag": version})

    def delete(self, names: Sequence[str]) -> None:
        """Remove names; see `Objects`."""
        try:
            self._obstore.delete(self._store, [self._key + name for name in names])
        except FileNotFoundError:
            if len(names) > 1:  # one that is gone must not keep the others
                for name in names:
                    self.delete([name])
        except self._error as error:
            raise StateWriteError(f"{self._name}: cannot be tidied up: {_safe(error)}") from None

    def names(self, folder: str) -> Sequence[str]:
        """Give all names below a folder; see `Objects`."""
        try:
            batches = list(self._obstore.list(self._store, prefix=self._key + folder))
        except self._error as error:
            raise self._unreachable(folder, error) from None
        return sorted(each["path"].removeprefix(self._key) for batch in batches for each in batch)

    def _put(self, name: str, data: bytes, mode: Any) -> Version | None:  # noqa: ANN401 - obstore's own type is a stub's
        try:
            made = self._obstore.put(self._store, self._key + name, data, mode=mode, use_multipart=False)
            return self._version(made)
        except (self._error, FileNotFoundError) as error:
            failed = error
        try:
            present = self.get(name)
        except StateError as error:
            raise StateWriteError(
                f"{self._name}{name}: nobody knows whether it was written: {_safe(failed)}", hint=error.hint
            ) from None
        if present is not None and present.data == data:
            return present.version
        if isinstance(failed, self._refusals()):
            return None
        raise StateWriteError(
            f"{self._name}{name}: cannot be written: {_safe(failed)}",
            hint="See to the network, the credentials and the rights (docs/state-stores.md), then run again.",
        )

    def _refusals(self) -> tuple[type[Exception], ...]:
        from obstore import exceptions  # noqa: PLC0415 - an extra, imported where it is used

        return (exceptions.AlreadyExistsError, exceptions.PreconditionError, FileNotFoundError)

    def _version(self, meta: Mapping[str, Any]) -> Version:
        found = meta["version"] if self._by_generation else meta["e_tag"]
        if not isinstance(found, str) or not found:
            raise StateUnreachableError(
                f"{self._name}: the store tells no {'generation' if self._by_generation else 'ETag'}",
                hint="Keep the state in a store that does; docs/state-stores.md lists those that were tried.",
            )
        return found

    def _unreachable(self, name: str, error: Exception) -> StateUnreachableError:
        return StateUnreachableError(
            f"{self._name}{name}: cannot be read: {_safe(error)}",
            hint="See to the network, the credentials and the rights (docs/state-stores.md), then run again.",
        )

    def _made(self, location: Location, environ: Mapping[str, str]) -> ObjectStore:
        from obstore import store  # noqa: PLC0415 - an extra, imported where it is used

        endpoint = next(((name, environ[name]) for name in _ENDPOINTS[location.scheme] if environ.get(name)), None)
        plain = endpoint is not None and plain_http_allowed(endpoint[1], endpoint[0])
        settings: Any = {
            "client_options": {"allow_http": plain, "timeout": _TIMEOUT, "connect_timeout": timedelta(seconds=5)},
            "retry_config": _RETRY,
        }
        try:
            if location.scheme == "s3":
                return store.S3Store(location.bucket, **settings)
            if location.scheme == "az":
                return store.AzureStore(location.bucket, **settings)
            if endpoint is not None:  # the usual variable for emulators, which obstore does not know
                settings["service_account_key"] = _emulator_key(endpoint[1])
            return store.GCSStore(location.bucket, **settings)
        except self._error as error:
            raise UsageError(
                f"{location}: the environment does not say how to reach it: {_safe(error)}",
                hint="docs/state-stores.md lists the variables.",
            ) from None


def _emulator_key(url: str) -> str:
    empty = {"client_email": "", "private_key": "", "private_key_id": ""}
    return json.dumps({"gcs_base_url": url, "disable_oauth": True, **empty})


def _safe(error: Exception) -> str:
    """Give what an error says, on one line, without what signs a request."""
    text = " ".join(str(error).split())
    return re.sub(r"\?[^\s\"')>]*", "?…", text)[:_LONGEST]
