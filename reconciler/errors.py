"""Every error that is raised on purpose.

ReconcilerError
├── UsageError                 the command line asks for something that makes no sense
├── LoadError                  manifests or definitions are wrong; carries every finding
├── CredentialsError           no credentials, or Studio refuses them
├── RefusedError               a guard said no
├── StaleError                 what a plan was decided on is no longer so
├── ConflictError              somebody else wrote to a flow between our read and our write
├── CycleError                 references run in a circle
├── SimulationError            a simulated run was given what it cannot take
├── InterruptedRunError        Ctrl-C or SIGTERM
├── ExportError                what was exported could not be kept
├── StateError
│   ├── StateLockedError       another run holds the lock
│   ├── StateDamagedError      a state file cannot be trusted
│   ├── StateMismatchError     the state belongs to another project, environment, account or endpoint
│   ├── StateUnreachableError  the place of a state does not answer
│   ├── StateKeyError          a state is encrypted, and no key of this run opens it
│   └── StateWriteError        what has been done could not be recorded
│       └── LeaseLostError     because another run has, or may have, taken the lock over
└── StudioError                Studio did not do what it was asked
    ├── NotFoundError          404
    ├── RequestRefusedError    any other 4xx
    │   ├── InvalidDefinitionError   81022, with what Studio says of each widget
    │   └── StudioConflictError      409
    ├── RateLimitedError       429: never processed
    ├── NotSentError           the request never reached Studio
    ├── AmbiguousError         it may or may not have been processed
    └── ProtocolError          an answer that the contract does not allow

Every error answers two questions: may the same call, made again, help (`retry`), and may the write that failed have
happened all the same (`ambiguous`). `hint` is the next thing to do, one sentence. Nothing here holds a credential.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from collections.abc import Sequence

    from reconciler.model.finding import Finding


class ReconcilerError(Exception):
    """Say what went wrong, where, and what to do next.

    Attributes:
        retry: whether the same call, made again, may help.
        ambiguous: whether a write that ended like this may have taken place.
        hint: the next thing to do, a sentence, or None.
    """

    retry: ClassVar[bool] = False
    ambiguous: ClassVar[bool] = False

    def __init__(self, message: str, *, hint: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class UsageError(ReconcilerError):
    """The command line asks for something that makes no sense."""


class LoadError(ReconcilerError):
    """Manifests or definitions are wrong. Carries every finding, not only the first."""

    def __init__(self, findings: Sequence[Finding], *, hint: str | None = None) -> None:
        errors = sum(1 for finding in findings if finding.severity == "error")
        super().__init__(f"{errors} error{'' if errors == 1 else 's'} in the manifests", hint=hint)
        self.findings = tuple(findings)


class CredentialsError(ReconcilerError):
    """Credentials are missing, incomplete, or refused by Studio (401, 403)."""


class RefusedError(ReconcilerError):
    """A guard said no; its objections were shown."""


class StaleError(ReconcilerError):
    """What a saved plan was decided on is no longer so."""


class ConflictError(ReconcilerError):
    """Somebody else wrote to a flow between our read and our write."""


class CycleError(ReconcilerError):
    """References run in a circle: `path` begins and ends with the same name."""

    def __init__(self, path: Sequence[str]) -> None:
        super().__init__(f"references run in a circle: {' -> '.join(path)}")
        self.path = tuple(path)


class SimulationError(ReconcilerError):
    """A simulated run was given what it cannot take: an event, a time, a flow that it does not have."""


class InterruptedRunError(ReconcilerError):
    """Ctrl-C or SIGTERM: waits end at once, nothing new is started."""


class ExportError(ReconcilerError):
    """What was exported could not be kept. Everything up to the last commit is; the same export again goes on there."""

    retry = True


class StateError(ReconcilerError):
    """The state cannot be used."""


class StateLockedError(StateError):
    """Another run holds the lock of this state."""

    retry = True


class StateDamagedError(StateError):
    """A state file cannot be trusted: unreadable, of a newer format, or with a broken checksum."""


class StateMismatchError(StateError):
    """The state belongs to another project, environment, account or endpoint."""


class StateUnreachableError(StateError):
    """The place of a state does not answer, or refuses who asks. Says nothing of what is there."""

    retry = True


class StateKeyError(StateError):
    """A state is encrypted, and no key of this run opens it; or a key that this run was given is none."""


class StateWriteError(StateError):
    """What has been done could not be recorded."""


class LeaseLostError(StateWriteError):
    """The lock was lost while it was needed: another run has, or may have, taken it over. Nothing new may begin."""


class StudioError(ReconcilerError):
    """Studio did not do what it was asked.

    Attributes:
        status: the HTTP status, None when there was no answer.
        code: Twilio's error code, None when there was none.
    """

    def __init__(
        self, message: str, *, status: int | None = None, code: int | None = None, hint: str | None = None
    ) -> None:
        super().__init__(message, hint=hint)
        self.status = status
        self.code = code


class NotFoundError(StudioError):
    """404: no such flow, revision or resource, or not visible yet."""


class RequestRefusedError(StudioError):
    """Studio understood the request and said no (4xx)."""


class InvalidDefinitionError(RequestRefusedError):
    """81022: Studio refuses the definition. `findings` says where, one for each of `details.errors`."""

    def __init__(self, message: str, findings: Sequence[Finding], *, status: int = 400, code: int = 81022) -> None:
        super().__init__(message, status=status, code=code)
        self.findings = tuple(findings)


class StudioConflictError(RequestRefusedError):
    """409: the resource is in the way of what was asked.

    Attributes:
        conflicting: SID of the execution that is in the way, where Studio names one.
    """

    def __init__(
        self,
        message: str,
        *,
        conflicting: str | None = None,
        code: int | None = None,
        hint: str | None = None,
    ) -> None:
        super().__init__(message, status=409, code=code, hint=hint)
        self.conflicting = conflicting


class RateLimitedError(StudioError):
    """429: never processed, safe to repeat. `retry_after` is in seconds, None when Studio did not say."""

    retry = True

    def __init__(self, message: str, *, retry_after: float | None = None, code: int | None = None) -> None:
        super().__init__(message, status=429, code=code)
        self.retry_after = retry_after


class NotSentError(StudioError):
    """The request never reached Studio (name, connection, TLS)."""

    retry = True


class AmbiguousError(StudioError):
    """It may or may not have been processed: time-out, connection lost after sending, 5xx, an unreadable 2xx."""

    retry = True
    ambiguous = True


class ProtocolError(StudioError):
    """An answer that the contract does not allow: a page without `meta`, a repeated page token, no JSON."""
