"""What our stores can do beyond the port: the commands under `reconciler state` need it, nothing else may."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Protocol

from reconciler.errors import StaleError, StateMismatchError
from reconciler.model.record import State
from reconciler.ports import StateStore


class ManagedStore(StateStore, Protocol):
    """A state store that a person may look after."""

    def replace(self, state: State, *, timeout: float, force: bool = False) -> State:
        """Put a whole state in the place of what is there, journal included; what was there is kept as a backup.

        Args:
            state: the new state. Its serial stands when it is higher than the present one, else it is raised above.
            timeout: seconds to wait for the lock; 0 does not wait.
            force: also take another lineage, a serial that is not higher, and the place of a damaged state.

        Returns:
            The state as it is kept, with its serial.

        Raises:
            StateLockedError: another run holds the lock.
            StateMismatchError: the lineage is another one.
            StaleError: the serial is not higher than the present one.
            StateDamagedError: what is there cannot be read, and `force` was not said.
        """

    def holder(self) -> str | None:
        """Tell who holds the lock: a phrase for people; None when nobody does. Never breaks a lock that is held."""

    def backups(self) -> Sequence[int]:
        """List the serials that can be put back, oldest first."""

    def backup(self, serial: int) -> State:
        """Give an earlier state. Raises StateDamagedError when it is missing or cannot be trusted."""

    def body(self, where: str) -> bytes:
        """Give the definition of a deleted flow, decrypted; `where` is what `save_body` gave. Raises UsageError."""

    def unlock(self, identity: str) -> None:
        """Break the lock that bears this ID, as told by who was refused.

        Raises:
            StateLockedError: another lock than that is held, or this kind of lock goes with its process alone.
        """


def check_belongs(state: State, wanted: State, origin: str) -> None:
    """Make sure that a state is the one of a project's environment.

    Raises:
        StateMismatchError: project, environment, endpoint or (when both are known) account differ.
    """
    pairs: list[tuple[str, str | None, str | None]] = [
        ("project", state.project, wanted.project),
        ("environment", state.environment, wanted.environment),
        ("endpoint", state.endpoint, wanted.endpoint),
    ]
    if state.account is not None and wanted.account is not None:
        pairs.append(("account", state.account, wanted.account))
    for what, found, expected in pairs:
        if found != expected:
            raise StateMismatchError(
                f"{origin}: the state belongs to {what} {_named(found)}, this run is about {_named(expected)}",
                hint="Name the state of this environment with --state, or check --environment and --endpoint.",
            )


def successor(present: State, state: State, *, force: bool, origin: str) -> State:
    """Give the state as it may follow the present one; with `force`, whatever it is.

    Raises:
        StateMismatchError: it is of another lineage.
        StaleError: its serial is not higher.
    """
    if not force and state.lineage != present.lineage:
        raise StateMismatchError(
            f"{origin}: its lineage is {present.lineage}, that of the pushed state is {state.lineage}",
            hint="It is the state of something else. If it is meant all the same, say --force.",
        )
    if not force and state.serial <= present.serial:
        raise StaleError(
            f"{origin}: its serial is {present.serial}, the pushed state's serial {state.serial} is not higher",
            hint="Pull the state again, or say --force to put an older one back.",
        )
    return replace(state, serial=max(state.serial, present.serial + 1))


def _named(value: str | None) -> str:
    return "Twilio's own" if value is None else repr(value)
