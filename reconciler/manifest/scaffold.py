"""What `init` writes: a small project to start from, or a project made from existing definitions.

A project is `DIR/manifests` (`project.yaml`, one YAML file and `flows/NAME.json` per flow) and `DIR/state`. Definitions
keep their bytes; only where a text would be taken for a reference of ours is a `$` put before it (see `placeholder`).
A folder that has manifests already is left alone.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Final, cast

from reconciler.definition.document import parse, render
from reconciler.definition.portable import escape
from reconciler.errors import LoadError, UsageError
from reconciler.manifest import scalar
from reconciler.manifest.folder import LARGEST_DEFINITION
from reconciler.manifest.naming import dns_label, free_name
from reconciler.manifest.placeholder import escaped
from reconciler.model.definition import Status
from reconciler.model.finding import Finding, Place
from reconciler.model.jsontypes import JsonObject

_MANIFESTS: Final = "manifests"
_PLAIN_TEXT: Final = re.compile(r"[A-Za-z][-A-Za-z0-9_.,()/&' ]*[-A-Za-z0-9_.()]|[A-Za-z]")
_UNPRINTABLE: Final = re.compile("[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]|[\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class ScaffoldFlow:
    """A flow to make a document for.

    Attributes:
        friendly_name: what the Console shows; the resource's name is made from it.
        raw: the definition's bytes, as they were found or as `reconciler.definition.document.render` writes them.
        file: where they came from, for findings.
        sid: the live flow's SID, to import it; None when there is none.
        test_users: contacts of its test users; with any, the flow's file gets a second document of the flow's name.
    """

    friendly_name: str
    raw: bytes
    file: str
    status: Status = "published"
    sid: str | None = None
    test_users: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Target:
    """The environment that a new project begins with. Without an account it is the embedded emulator."""

    name: str = "local"
    account: str | None = None
    endpoint: str | None = None
    region: str | None = None
    edge: str | None = None


@dataclass(frozen=True, slots=True)
class Scaffolded:
    """What was written.

    Attributes:
        directory: the project's folder.
        names: the flows' names, in the order they were given.
        warnings: what was left out, and why.
    """

    directory: Path
    names: tuple[str, ...]
    warnings: tuple[Finding, ...] = ()


def new_project(directory: Path) -> Scaffolded:
    """Write a small project with one flow for the embedded emulator.

    Raises:
        UsageError: the folder has manifests already.
    """
    _refuse_existing(directory)
    root = files("reconciler") / "templates" / "init"
    for path, template in _templates(root, Path()):
        text = template.read_text(encoding="utf-8").replace("@project@", dns_label(directory.resolve().name))
        _write(directory / path, text.encode())
    return Scaffolded(directory, ("welcome",))


def flows_from_folder(source: Path) -> tuple[list[ScaffoldFlow], list[Finding]]:
    """Find exported definitions: every `*.json` that is one, sub-folders included; the others are named as warnings.

    Raises:
        UsageError: there is no such folder.
    """
    if not source.is_dir():
        raise UsageError(f"there is no folder {str(source)!r}")
    flows: list[ScaffoldFlow] = []
    skipped: list[Finding] = []
    for path in sorted(source.rglob("*.json")):
        file = path.relative_to(source)
        if any(part.startswith(".") for part in file.parts) or not path.is_file():
            continue
        raw, findings = _definition(path, file.as_posix())
        if findings:
            skipped.extend(replace(finding, severity="warning") for finding in findings)
        else:
            flows.append(ScaffoldFlow(path.stem, raw, file.as_posix()))
    return flows, skipped


def project_from_definitions(
    directory: Path, flows: Sequence[ScaffoldFlow], target: Target | None = None, *, warnings: Sequence[Finding] = ()
) -> Scaffolded:
    """Write a project with a document for every flow.

    Args:
        directory: where; made if it is not there.
        flows: what to write documents for. One whose bytes are no flow definition is left out with a warning.
        target: the environment to begin with; None means `local`, the embedded emulator.
        warnings: what was left out before, to be given back with the rest.

    Raises:
        UsageError: the folder has manifests already, or no flow is left.
    """
    _refuse_existing(directory)
    target = target or Target()
    named: dict[str, ScaffoldFlow] = {}
    left_out = list(warnings)
    for flow in flows:
        try:
            parse(flow.raw, flow.file)
        except LoadError as error:
            left_out.extend(replace(finding, severity="warning") for finding in error.findings)
            continue
        named[free_name(flow.friendly_name, {"project", *named})] = flow
    if not named:
        raise UsageError(
            "there is no flow definition to begin with", hint="Export flows as JSON, or run: reconciler init"
        )
    manifests = directory / _MANIFESTS
    _write(manifests / "project.yaml", _project(dns_label(directory.resolve().name), named, target).encode())
    for name, flow in named.items():
        _write(manifests / "flows" / f"{name}.json", escaped_bytes(flow.raw))
        _write(manifests / f"{name}.yaml", _flow(name, flow).encode())
    for path, template in _templates(files("reconciler") / "templates" / "init" / "state", Path("state")):
        _write(directory / path, template.read_bytes())
    return Scaffolded(directory, tuple(named), tuple(left_out))


def escaped_bytes(raw: bytes) -> bytes:
    """Protect what only looks like a reference of ours; the same bytes when nothing does."""
    text = raw.decode("utf-8-sig")
    data = cast("JsonObject", json.loads(text))
    wanted = escape(data)
    if wanted is data:
        return raw
    changed = escaped(text)
    # A key, or a `$` written as an escape, is beyond a change of the text.
    return (changed if json.loads(changed) == wanted else render(wanted)).encode()


def _definition(path: Path, file: str) -> tuple[bytes, Sequence[Finding]]:
    try:
        if path.stat().st_size > LARGEST_DEFINITION:
            return b"", [Finding("too-large", "warning", "too large to be a flow definition", Place(file))]
        raw = path.read_bytes()
        parse(raw, file)
    except OSError as error:
        return b"", [Finding("unreadable", "warning", f"cannot be read: {error.strerror}", Place(file))]
    except LoadError as error:
        return b"", error.findings
    return raw, ()


def _refuse_existing(directory: Path) -> None:
    manifests = directory / _MANIFESTS
    if manifests.exists() and (not manifests.is_dir() or any(manifests.iterdir())):
        raise UsageError(f"{str(manifests)!r} exists already and is left as it is", hint="Choose another folder.")


def _templates(folder: Traversable, path: Path) -> Iterator[tuple[Path, Traversable]]:
    for entry in folder.iterdir():
        # A packaged file must not begin with a dot: build tools leave such files out.
        at = path / (".gitignore" if entry.name == "gitignore" else entry.name)
        if entry.is_dir():
            yield from _templates(entry, at)
        else:
            yield at, entry


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists():
        path.write_bytes(content)


def _project(name: str, flows: dict[str, ScaffoldFlow], target: Target) -> str:
    lines = [
        "# The flows stand beside this file, one document each; their definitions are in flows/.",
        "apiVersion: studio.reconciler.dev/v1",
        "kind: Project",
        f"metadata: {{name: {_text(name)}}}",
        "spec:",
        f"  defaultEnvironment: {_text(target.name)}",
        "  environments:",
        f"    {_text(target.name)}:",
    ]
    given = {"account": target.account, "endpoint": target.endpoint, "region": target.region, "edge": target.edge}
    if target.account is None and target.endpoint is None:
        given["endpoint"] = "embedded"
    lines += [f"      {key}: {_text(value)}" for key, value in given.items() if value is not None]
    imports = {name: flow.sid for name, flow in flows.items() if flow.sid is not None}
    if imports:
        lines.append("      imports:")
        lines += [f"        Flow/{name}: {sid}" for name, sid in imports.items()]
    return "\n".join(lines) + "\n"


def _flow(name: str, flow: ScaffoldFlow) -> str:
    return (
        "apiVersion: studio.reconciler.dev/v1\n"
        "kind: Flow\n"
        f"metadata: {{name: {_text(name)}}}\n"
        "spec:\n"
        f"  friendlyName: {_text(escaped(flow.friendly_name))}\n"
        f"  status: {flow.status}\n"
        f"  definition: {{file: flows/{name}.json}}\n"
        f"{_test_users(name, flow)}"
    )


def _test_users(name: str, flow: ScaffoldFlow) -> str:
    if not flow.test_users:
        return ""
    contacts = "".join(f"    - {json.dumps(escaped(contact), ensure_ascii=False)}\n" for contact in flow.test_users)
    return (
        "---\n"
        "apiVersion: studio.reconciler.dev/v1\n"
        "kind: TestUsers\n"
        f"metadata: {{name: {_text(name)}}}\n"
        "spec:\n"
        f"  flow: {_text(name)}\n"
        "  contacts:\n"
        f"{contacts}"
    )


def _text(text: str) -> str:
    """Write a text as a YAML scalar: plain where nobody could misread it, else in quotes."""
    if _PLAIN_TEXT.fullmatch(text) and scalar.is_text(text):
        return text
    quoted = json.dumps(text, ensure_ascii=False)
    return _UNPRINTABLE.sub(lambda found: f"\\u{ord(found.group()):04x}", quoted)
