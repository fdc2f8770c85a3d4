"""A project of a few small flows in two editions: applying the second on the first takes a step of every kind."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tests.support.flows import calling, data, widget

Document = dict[str, Any]
API = "studio.reconciler.dev/v1"


def project(*, window: str = "100ms") -> Document:
    """Give the project; the window is short, because an emulator without lag shows a write at once."""
    policy = {"maxChanges": {"delete": 9, "percent": 100}, "consistencyWindow": window}
    spec = {"defaultEnvironment": "local", "policy": policy, "environments": {"local": {"endpoint": "embedded"}}}
    return {"apiVersion": API, "kind": "Project", "metadata": {"name": "clinic"}, "spec": spec}


def flow(name: str, definition: object = None, **spec: object) -> Document:
    """Give a Flow; without a definition of its own it greets."""
    body = {"definition": definition or data(widget("greet", f"Hello from {name}")), **spec}
    return {"apiVersion": API, "kind": "Flow", "metadata": {"name": name}, "spec": body}


def users(name: str, of: str, *contacts: str) -> Document:
    """Give TestUsers."""
    spec = {"flow": of, "contacts": list(contacts)}
    return {"apiVersion": API, "kind": "TestUsers", "metadata": {"name": name}, "spec": spec}


def first() -> list[Document]:
    """Give what is there already."""
    return [
        flow("kept"),
        flow("edited"),
        flow("named", friendlyName="An earlier name"),
        flow("waiting", status="draft"),
        flow("gone"),
        flow("left"),
        flow("moved"),
        users("kept-testers", "kept", "+15550100001"),
        users("gone-testers", "gone", "+15550100002"),
        users("edited-testers", "edited", "+15550100003"),
    ]


def second() -> list[Document]:
    """Give what is wanted: 3 creates, 2 updates, a publish, 2 deletes, 2 test users, a rename and a forget."""
    return [
        flow("kept"),
        flow("edited", data(widget("greet", "Good morning", "more"), widget("more", "How are you?"))),
        flow("named", friendlyName="A better name"),
        flow("waiting"),
        flow("renamed", data(widget("greet", "Hello from moved")), friendlyName="moved", previousNames=["moved"]),
        flow("called"),
        flow("caller", data(widget("greet", "Hello", "call"), calling("call", "${flow.called.sid}"))),
        flow("sketch", status="draft"),
        users("kept-testers", "kept", "+15550100001", "whatsapp:+15550100004"),
        users("caller-testers", "caller", "+15550100005"),
    ]


def write(folder: Path, documents: Sequence[Document], *, window: str = "100ms") -> None:
    """Write a project into a folder, in the place of what is there. JSON is YAML."""
    folder.mkdir(exist_ok=True)
    for path in folder.glob("*.yaml"):
        path.unlink()
    for document in (project(window=window), *documents):
        name = f"{document['kind']}-{document['metadata']['name']}.yaml".lower()
        (folder / name).write_text(json.dumps(document, indent=1))
