import json
from pathlib import Path

import httpx
import pytest

from reconciler.emulator.settings import EMBEDDED_ACCOUNT


def test_a_new_project_plans_and_applies(cli):
    """`init` makes a project that works at once, and leaves an existing one alone."""
    assert cli("init", "new").code == 0
    assert cli("test", "--fail-under", "100", "--manifests", "new/manifests").code == 0
    assert cli("apply", "--auto-approve", "--manifests", "new/manifests").code == 0
    assert Path("new/state/local.json").exists()
    assert cli("init", "new").code == 1


def test_exports_become_a_project(cli, definition):
    """`init --from-folder` takes exported definitions as they are, numbers equal names, and skips what is no flow."""
    Path("exports/more").mkdir(parents=True)
    for name in ("Support Bot.json", "more/support-bot.json"):
        Path("exports", name).write_text(json.dumps(definition(name), indent=2))
    Path("exports/package.json").write_text("{}")
    found = cli("init", "made", "--from-folder", "exports")
    assert found.code == 0
    assert "package.json" in found.err
    made = sorted(path.name for path in Path("made/manifests/flows").iterdir())
    assert made == ["support-bot-2.json", "support-bot.json"]
    kept = Path("made/manifests/flows/support-bot.json").read_bytes()
    assert kept in {Path("exports", name).read_bytes() for name in ("Support Bot.json", "more/support-bot.json")}
    assert cli("apply", "--auto-approve", "--manifests", "made/manifests").code == 0


def test_an_account_becomes_a_project_with_an_empty_plan(cli, studio):
    """`init --from-account` writes manifests and a state for everything in an account: nothing is left to do."""
    cli("apply", "--auto-approve", "--endpoint", studio.url)
    sid = next(iter(cli("status", "--json", "--endpoint", studio.url).json["resources"]))["sid"]
    form = {"TestUsers": ["+15555550101", "whatsapp:+15555550102"]}
    httpx.post(
        f"{studio.url}/v2/Flows/{sid}/TestUsers", data=form, auth=(EMBEDDED_ACCOUNT, "embedded"), trust_env=False
    )
    found = cli("init", "mine", "--from-account", "--endpoint", studio.url)
    assert found.code == 0
    assert sorted(path.name for path in Path("mine/manifests").glob("*.yaml")) == [
        "project.yaml",
        "the-hello.yaml",
        "the-menu.yaml",
    ]
    plan = cli("plan", "--detailed-exitcode", "--json", "--manifests", "mine/manifests")
    assert plan.code == 0
    assert plan.json["environment"] == "main"
    assert plan.json["summary"]["unchanged"] == 3
    assert cli("init", "mine", "--from-account", "--endpoint", studio.url).code == 1


@pytest.mark.usefixtures("project")
def test_an_empty_account_is_no_project(cli, studio):
    """Nothing to begin with is an error that says what to do; nothing is written."""
    assert cli("init", "mine", "--from-account", "--endpoint", studio.url).code == 1
    assert not Path("mine").exists()


def test_an_account_wants_credentials(cli):
    """Without credentials and endpoint nothing is asked."""
    assert cli("init", "mine", "--from-account").code == 6
