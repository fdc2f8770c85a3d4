"""What others wrote cannot steer a terminal: names, answers and messages are shown with control characters spelt."""

from __future__ import annotations

import json
import re

import pytest

from reconciler.emulator.settings import Settings
from tests.security import conftest as desks
from tests.security import echo

pytestmark = pytest.mark.socket

EVIL = "\x1b[2J\x1b]0;title\x07\x9b31m\u202e\r\x08\x00\u2028evil"
COLOURS = re.compile(r"\x1b\[[0-9;]*m")
VARS = ("--var", "given=x-given", "--var-file", "given.yaml")


def steering(text: str) -> set[str]:
    """Give the characters that a terminal would act on, our own colours aside."""
    return {char for char in COLOURS.sub("", text) if not char.isprintable() and char not in "\n\t"}


def _evil_definition() -> str:
    data = desks.definition(EVIL)
    data["description"] = EVIL
    data["states"][2]["name"] = f"post{EVIL}"
    data["states"][1]["transitions"][0]["next"] = f"post{EVIL}"
    data["states"][1]["properties"][EVIL] = EVIL
    return json.dumps(data)


def test_what_stands_in_manifests_and_in_studio(desk, serving, monkeypatch):
    """Names, messages, widgets, properties and labels full of escapes, through every command that shows them."""
    monkeypatch.setenv("FORCE_COLOR", "1")
    desk.quiet = True
    (desk.manifests / "flows" / "hello.json").write_text(_evil_definition())
    manifest = desk.manifests / "hello.yaml"
    manifest.write_text(manifest.read_text().replace("The hello", json.dumps(f"The {EVIL}")))
    with serving(Settings(seed=5, quirks={"list-commit-message": "filled"})) as studio:
        desk.endpoint = studio.url
        desk.call("validate", *VARS)
        desk.call("plan", *VARS, "--out", "a.plan")
        assert desk.call("apply", *VARS, "--auto-approve", "-m", EVIL) == 0
        (state,) = (desk.root / "state").glob("production@*.json")
        studio.edit(json.loads(state.read_text())["resources"]["Flow/hello"]["sid"], EVIL)
        for command in (
            "plan",
            "drift",
            "status",
            "explain hello",
            "diff hello",
            "diff hello 1 2",
            "history hello",
            "pull --dry-run",
        ):
            desk.call(*command.split(), *VARS)
        for command in (
            "show a.plan",
            "history hello --offline",
            "state list",
            "state show hello",
            "state pull",
            "doctor",
        ):
            desk.call(*command.split())
        desk.call("apply", *VARS, "--auto-approve", "--on-drift", "revert", "--allow-update")
        desk.call("rollback", "hello", "--to", "1", "--auto-approve", *VARS)
    assert any(b"evil" in text for text in desk.printed.values())
    assert {name: found for name, text in desk.printed.items() if (found := steering(text.decode()))} == {}


@pytest.mark.parametrize("status", [400, 401, 404, 429, 500])
def test_what_a_server_says(desk, status):
    """An error's message and details are shown, and do nothing."""
    faults = {"errors": [{"message": EVIL, "property_path": f"#/states/1/{EVIL}"}]}
    body = json.dumps({"code": 81022, "message": EVIL, "more_info": f"https://x.test/{EVIL}", "details": faults})
    with echo.serving(
        lambda asked: echo.Said(200, echo.page()) if asked.method == "GET" else echo.Said(status, body)
    ) as server:
        desk.endpoint = server.url
        assert desk.call("apply", *VARS, "--auto-approve") != 0
    assert {name: found for name, text in desk.printed.items() if (found := steering(text.decode()))} == {}


def test_names_of_files_and_faults_of_manifests(desk):
    """Files named with escapes, and faults that quote what stands in them, are told without harm."""
    desk.quiet = True
    (desk.manifests / f"a{EVIL.replace(chr(0), '')}.yaml").write_text("a: [")
    (desk.manifests / "b.yaml").write_text(json.dumps({"apiVersion": EVIL, "kind": EVIL, EVIL: 1}))
    flow = {"apiVersion": "studio.reconciler.dev/v1", "kind": "Flow", EVIL: EVIL, "metadata": {"name": EVIL}}
    (desk.manifests / "c.yaml").write_text(json.dumps({**flow, "spec": {"definition": {"file": EVIL}}}))
    (desk.manifests / "menu.yaml").unlink()
    for command in (
        ("validate",),
        ("plan",),
        ("fmt", "--check"),
        ("plan", "--target", EVIL),
        ("state", "show", EVIL),
        (EVIL,),
    ):
        desk.call(*command)
    desk.call("show", f"none{EVIL.replace(chr(0), '')}")
    desk.call("plan", "--manifests", f"none{EVIL.replace(chr(0), '')}")
    desk.call("plan", "--environment", EVIL)
    desk.call("plan", "--var-file", f"none{EVIL}")
    assert {name: found for name, text in desk.printed.items() if (found := steering(text.decode()))} == {}
