"""Where a run's state is, and the embedded emulator's data. Names only; nothing is read or made."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from reconciler.cli.common import Common
from reconciler.errors import UsageError
from reconciler.model.desired import Environment
from reconciler.state.open import is_remote

_STATE: Final = "state"


@dataclass(frozen=True, slots=True)
class Places:
    """Where the state of one run is, and the database of an embedded emulator.

    Attributes:
        state: the snapshot in files; for a state elsewhere, where it would be by default.
        emulator: beside it.
        remote: the address of a state elsewhere (`s3://…`); None for files.
    """

    state: Path
    emulator: Path
    remote: str | None = None

    @property
    def location(self) -> str:
        """Give what `store_at` takes."""
        return self.remote or str(self.state)


def places(common: Common, environment: Environment) -> Places:
    """Say where the state is: `--state`, else where the environment says, else beside the manifests.

    With `--endpoint` and without `--state` it is a state of that endpoint's own, so that an emulator's SIDs never reach
    a real state. What the environment says is relative to the folder that holds the manifests folder.

    Raises:
        UsageError: it is a folder.
    """
    root = common.manifests.absolute().parent
    said = environment.state if common.state is None and common.endpoint is None else common.state
    remote = said if said is not None and is_remote(said) else None
    if remote is not None:
        state = root / _STATE / f"{environment.name}.json"
    elif common.state is not None:
        state = _local(common.state, Path())
    elif common.endpoint is not None:
        state = root / _STATE / f"{environment.name}@{_host(common.endpoint)}.json"
    elif environment.state is not None:
        state = _local(environment.state, root)
    else:
        state = root / _STATE / f"{environment.name}.json"
    return Places(state, state.parent / f"{environment.name}.emulator.sqlite", remote)


def _local(text: str, root: Path) -> Path:
    path = root / text
    if path.is_dir() or text.endswith("/"):
        raise UsageError(f"the state {text!r} is a folder", hint="Name a file in it, such as production.json.")
    return path


def _host(endpoint: str) -> str:
    if endpoint == "embedded":
        return endpoint
    parts = urlsplit(endpoint)
    host = (parts.hostname or "").replace(":", "-")
    return host if parts.port is None else f"{host}-{parts.port}"
