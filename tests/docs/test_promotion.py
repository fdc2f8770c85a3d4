"""The page on promotion is typed: its project, its commands, the output that stands there."""

import json
import re
import shlex

import pytest

from tests.support.session import Session

ACCOUNTS = {"STAGING": "AC000000000000000000000000000000c3", "PRODUCTION": "AC000000000000000000000000000000a1"}


def sid(prefix, end):
    return prefix + "0" * 30 + end


def assets(end, environment, domain):
    """Give what an account has; the SIDs of each end with letters of its own."""
    function = {"sid": sid("ZE", end), "unique_name": environment, "domain_name": domain}
    return {
        "workspaces": [
            {
                "sid": sid("WS", end),
                "friendly_name": "Flex",
                "workflows": [{"sid": sid("WW", end), "friendly_name": "Front desk"}],
                "task_channels": [{"sid": sid("TC", end), "unique_name": "chat"}],
            }
        ],
        "serverless": [
            {
                "sid": sid("ZS", end),
                "unique_name": "clinic-hours",
                "environments": [{**function, "functions": {"/check": sid("ZH", end)}}],
            }
        ],
    }


DEFINITION = {
    "description": "Front desk",
    "states": [
        {
            "name": "Trigger",
            "type": "trigger",
            "transitions": [{"event": "incomingMessage", "next": "hours"}],
            "properties": {},
        },
        {
            "name": "hours",
            "type": "run-function",
            "transitions": [{"event": "success", "next": "agents"}],
            "properties": {
                "url": "https://clinic-hours-2002-dev.twil.io/check",
                "service_sid": sid("ZS", "c3"),
                "environment_sid": sid("ZE", "c3"),
                "function_sid": sid("ZH", "c3"),
            },
        },
        {
            "name": "agents",
            "type": "send-to-flex",
            "transitions": [{"event": "callComplete"}],
            "properties": {"workflow": sid("WW", "c3"), "channel": sid("TC", "c3"), "attributes": "{}"},
        },
    ],
    "initial_state": "Trigger",
}


@pytest.fixture
def session(tmp_path):
    """Give credentials of two accounts, each with the same things under other identifiers."""
    known = {f"{name}_SID": account for name, account in ACCOUNTS.items()}
    session = Session(tmp_path, environment={**known, "STAGING_TOKEN": "x" * 32, "PRODUCTION_TOKEN": "y" * 32})
    told = (
        ("STAGING", "c3", "dev", "clinic-hours-2002-dev.twil.io"),
        ("PRODUCTION", "a1", "live", "clinic-hours-1001.twil.io"),
    )
    with session.console() as client:
        for name, *rest in told:
            form = {"Assets": json.dumps(assets(*rest))}
            client.post("/_console/Assets", data=form, auth=(ACCOUNTS[name], "x")).raise_for_status()
    yield session
    session.close()


def test_the_example_is_what_happens(session, repository):
    """Each command of the page, typed in its order, shows what stands there."""
    text = (repository / "docs" / "promotion.md").read_text(encoding="utf-8")
    folder = session.folder / "manifests"
    folder.mkdir()
    (folder / "project.yaml").write_text(re.findall(r"```yaml\n(.*?)```", text, re.DOTALL)[0])
    (folder / "front-desk.json").write_text(json.dumps(DEFINITION, indent=2) + "\n")
    typed = 0
    for block in re.findall(r"```console\n(.*?)```", text, re.DOTALL):
        for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            command, _, output = part.partition("\n")
            elsewhere = {"RECONCILER_ENDPOINT": f"http://{session.studio}"}
            seen = session.run(*shlex.split(command)[1:], environment=elsewhere)
            assert seen.results.startswith(output.strip()), seen.text
            assert seen.code == (1 if "missing" in output else 0), seen.text
            typed += 1
    assert typed == 4
    with session.console() as client:
        client.auth = (ACCOUNTS["PRODUCTION"], "x")
        (row,) = client.get("/v2/Flows").json()["flows"]
        sent = client.get(f"/v2/Flows/{row['sid']}").text
    assert sid("WW", "a1") in sent
    assert sid("", "c3") not in sent
    assert sid("WW", "c3") in (folder / "front-desk.json").read_text()
