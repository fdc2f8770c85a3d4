"""`executions …` through the real adapters, on an emulated Studio."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlencode
from urllib.request import Request, urlopen

import jsonschema
import pytest

from reconciler.cli import exits
from reconciler.cli.run import run

CONTACTS = ("+15550100001", "+15550100002")


@pytest.fixture
def there(cli, studio):
    """Give a function that runs a command line on an account with both flows."""
    cli("apply", "--auto-approve", "--endpoint", studio.url)
    return lambda *words: cli(*words, "--endpoint", studio.url)


@pytest.fixture
def seed(studio, there):
    """Give a function that puts an execution beside a flow and gives its SID."""
    rows = there("status", "--json").json["resources"]
    sids = {row["address"]: row["sid"] for row in rows}

    def put(flow="Flow/hello", status="active", contact=CONTACTS[0], days=0):
        created = (datetime.now(UTC) - timedelta(days=days)).isoformat()
        form = {"Status": status, "Contact": contact, "DateCreated": created}
        url = f"{studio.url}/_console/Flows/{sids[flow]}/Executions"
        with urlopen(Request(url, urlencode(form).encode()), timeout=10) as answer:  # noqa: S310 - our own address
            return json.load(answer)["sid"]

    return put


def document(found, name, repository: Path):
    """Give a document after holding it against its schema."""
    schema = json.loads((repository / "schemas" / f"{name}.schema.json").read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator(schema).validate(found.json)
    return found.json


def test_executions_are_listed(there, seed, repository):
    """Of one flow or of all, by status, contact and date; contacts are masked unless they are asked for."""
    first = seed()
    second = seed("Flow/menu", "ended", CONTACTS[1], days=3)
    found = document(there("executions", "list", "--json"), "executions-list", repository)
    assert [(one["flow"], one["sid"]) for one in found["executions"]] == [("Flow/hello", first), ("Flow/menu", second)]
    assert there("executions", "list", "hello", "--json").json["total"] == 1
    assert there("executions", "list", "--json", "--status", "ended").json["executions"][0]["sid"] == second
    assert there("executions", "list", "--json", "--contact", CONTACTS[1]).json["total"] == 1
    assert there("executions", "list", "--json", "--since", "2d").json["executions"][0]["sid"] == first
    text = there("executions", "list", "--until", "2d").out
    assert second in text
    assert CONTACTS[1] not in text
    assert CONTACTS[1] in there("executions", "list", "--show-personal").out


def test_what_makes_no_sense_is_refused(there, seed):
    """Moments, SIDs and flows that are none, and executions that no flow has, end with 1 and a hint."""
    seed()
    wrong = [
        ("list", "--since", "yesterday"), ("list", "nobody"), ("list", "--limit", "-1"), ("show", "FN1"),
        ("show", "hello", "menu", "FN" + "0" * 32), ("show", "FN" + "0" * 32), ("show",),
    ]  # fmt: skip
    for words in wrong:
        assert there("executions", *words).code == exits.ERROR, words


def test_nothing_is_recorded(cli, studio):
    """Without a recorded flow there is nothing to list, unless a SID is named."""
    assert cli("executions", "list", "--endpoint", studio.url).code == exits.ERROR
    assert run(["executions", "list", "FW" + "0" * 32, "--endpoint", studio.url]) == exits.ERROR


def test_looking_sends_only_reads(there, seed, studio):
    """List is handed no means to write."""
    seed()
    before = studio.calls()
    there("executions", "list")
    more = {name for name, number in studio.calls().items() if number > before.get(name, 0)}
    assert more == {"ListExecution"}
