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


def chat() -> str:
    """Give a definition that asks and waits for an answer."""
    events = ("incomingMessage", "incomingCall", "incomingConversationMessage", "incomingParent")
    moves = [{"event": "incomingRequest", "next": "ask"}, *({"event": event} for event in events)]
    properties = {"offset": {"x": 0, "y": 0}}
    ask = {**properties, "from": "{{flow.channel.address}}", "body": "Are you there?", "timeout": "3600"}
    waits = [{"event": "incomingMessage"}, {"event": "timeout"}, {"event": "deliveryFailure"}]
    states = [
        {"name": "Trigger", "type": "trigger", "properties": properties, "transitions": moves},
        {"name": "ask", "type": "send-and-wait-for-reply", "properties": ask, "transitions": waits},
    ]
    return json.dumps({"description": "A test", "states": states, "initial_state": "Trigger", "flags": {}})


@pytest.fixture
def there(cli, studio, project):
    """Give a function that runs a command line on an account with both flows; `menu` waits for an answer."""
    (project.manifests / "flows" / "menu.json").write_text(chat())
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
    assert there("executions", "list", "--json", "--since", "999999w").json["executions"][0]["sid"] == first
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


ENDS = ("--from", "+15550109999", "--to")


def start(there, *words):
    """Start executions of `menu`."""
    return there("executions", "start", "menu", *ENDS, *words)


def test_an_execution_is_started_shown_ended_and_deleted(there, repository):
    """From the first to the last: its revision is told, its path is drawn, and a deleted one is gone."""
    found = document(
        start(there, CONTACTS[0], "--parameters", '{"name": "Ann-7731"}', "--json"), "executions-start", repository
    )
    (one,) = found["starts"]
    sid = one["execution"]["sid"]
    assert (one["outcome"], one["draft"], one["execution"]["revision"]) == ("started", False, 1)
    shown = document(there("executions", "show", sid, "--json"), "executions-show", repository)
    assert (shown["waitingAt"], shown["cutShort"], shown["personal"]) == ("ask", False, False)
    assert [(step["event"], step["widgetTo"]) for step in shown["steps"]] == [("incomingRequest", "ask")]
    assert "7731" not in json.dumps(shown)
    text = there("executions", "show", "menu", sid, "--show-personal").out
    assert "(waits here)" in text
    assert "Ann-7731" in text
    ended = document(there("executions", "end", sid, "--json"), "executions-end", repository)
    assert ended["summary"] == {"ended": 1}
    assert there("executions", "end", sid).code == exits.DONE
    assert there("executions", "show", sid, "--json").json["cutShort"] is True
    assert there("executions", "delete", sid).code == exits.ERROR
    assert there("executions", "delete", sid, "--auto-approve").code == exits.DONE
    assert there("executions", "show", sid).code == exits.ERROR
    assert "has no execution" in there("executions", "show", "menu", sid).err


def test_a_conflict_names_the_command_that_ends_it(there):
    """Who is in the way is named with the command; after it the start succeeds."""
    sid = start(there, CONTACTS[0], "--json").json["starts"][0]["execution"]["sid"]
    found = start(there, CONTACTS[0])
    assert found.code == exits.ERROR
    assert f"executions end {sid}" in found.out
    assert CONTACTS[0] not in found.out + found.err
    assert start(there, CONTACTS[0], "--json").json["starts"][0]["conflicting"] == sid
    assert there("executions", "end", sid).code == exits.DONE
    assert start(there, CONTACTS[0]).code == exits.DONE


def test_a_list_is_started_once_it_is_approved(there):
    """Contacts of a file, each once; without a terminal only with --auto-approve."""
    Path("people").write_text("# two\n+15550100001\n\n +15550100002\n+15550100001\n")
    assert start(there, "@people").code == exits.ERROR
    found = start(there, "@people", "--to", CONTACTS[0], "--auto-approve")
    assert found.code == exits.DONE
    assert "2 started" in found.out
    assert there("executions", "list", "--status", "active", "--json").json["total"] == 2


@pytest.mark.parametrize("number", ["15550100001", "+1 555 010 0001", "(555) 010-0001", "whatsapp:15550100001"])
def test_a_number_that_would_reach_nobody_is_refused(there, number):
    """What looks like a number and is none is refused before anything is asked, and not repeated."""
    found = start(there, number)
    assert found.code == exits.ERROR
    assert number not in found.out + found.err
    assert there("executions", "start", "menu", "--to", CONTACTS[0], "--from", number).code == exits.ERROR
    assert there("executions", "list", "--json").json["total"] == 0
    assert there("executions", "start", "menu", "--to", CONTACTS[0], "--from", "12345").code == exits.DONE


def test_stuck_executions_are_ended_in_bulk(there, seed):
    """All active ones that are old enough, of the flows that are named; the others stay."""
    seed(days=1)
    stuck, other = seed(days=3), seed("Flow/menu", days=3)
    seed("Flow/menu", "ended", days=4)
    assert there("executions", "end", "--all-active", "--older-than", "2d", "hello").code == exits.ERROR
    found = there("executions", "end", "hello", "--all-active", "--older-than", "2d", "--auto-approve", "--json")
    assert [one["sid"] for one in found.json["executions"]] == [stuck]
    left = there("executions", "list", "--status", "active", "--json").json
    assert [one["sid"] for one in left["executions"]][1:] == [other]
    assert there("executions", "delete", "--all-ended", "--older-than", "3d", "--auto-approve").out.startswith(
        "Deleted 2 executions"
    )
    assert there("executions", "end", "--all-active", "--older-than", "9d").out == "Ended 0 executions.\n"


def test_what_could_be_meant_in_two_ways_is_refused(there):
    """Neither nothing, nor a SID beside all, nor parameters that are no object, is acted upon."""
    sid = "FN" + "0" * 32
    wrong = [
        ("end",), ("end", "menu"), ("end", "--all-active", sid), ("end", sid, "--older-than", "2h"), ("end", sid),
        ("delete", sid, "--auto-approve"), ("end", "--all-active", "--older-than", "soon"),
        ("start", "menu", *ENDS, "@nowhere"), ("start", "menu", *ENDS, " "),
        ("start", "menu", *ENDS, "+1", "--parameters", "{"), ("start", "menu", *ENDS, "+1", "--parameters", "[]"),
        ("start", "menu", "--to", "+1"),
    ]  # fmt: skip
    for words in wrong:
        found = there("executions", *words)
        assert found.code == exits.ERROR, words
    assert there("executions", "list", "--json").json["total"] == 0


def test_an_export_goes_on_where_it_stopped(there, repository):
    """Each ended execution once with its steps and a pseudonym; the same command again has only what is new."""
    for contact in CONTACTS:
        start(there, contact)
    assert there("executions", "end", "--all-active", "--auto-approve").code == exits.DONE
    start(there, CONTACTS[0])
    words = ("executions", "export", "--output", "out", "--json")
    first = document(there(*words), "executions-export", repository)
    assert (first["rows"]["executions"], first["rows"]["steps"], first["open"]) == (2, 2, 1)
    assert there(*words).json["rows"]["executions"] == 0
    there("executions", "end", "--all-active", "--auto-approve")
    assert there(*words).json["rows"]["executions"] == 1
    texts = [path.read_text() for path in sorted(Path("out/executions").iterdir())]
    rows = [json.loads(line) for text in texts for line in text.splitlines()]
    assert len({row["execution_sid"] for row in rows}) == 3
    pseudonyms = [row["contact"] for row in rows]
    assert len(set(pseudonyms)) == 2
    assert all(one.startswith("p_") for one in pseudonyms)
    assert not any(contact in path.read_text() for contact in CONTACTS for path in Path("out").rglob("*.json*"))


def test_contexts_are_exported_when_they_are_asked_for(there):
    """They are personal data, so both have to be said; then contacts are as they are, too."""
    start(there, CONTACTS[0], "--parameters", '{"name": "Ann-7731", "key": "canary-5f2c-never-shown"}')
    there("executions", "end", "--all-active", "--auto-approve")
    words = ("executions", "export", "menu", "--output", "out", "--format", "csv", "--contexts")
    assert there(*words).code == exits.ERROR
    assert not Path("out").exists()
    found = there(*words, "--show-personal", "--since", "40d")
    assert (found.code, "30 days" in found.err) == (exits.DONE, True)
    assert "1 execution with 1 step" in found.out
    assert "Ann-7731" in Path("out/execution-contexts/000001.csv").read_text()
    assert "Ann-7731" in Path("out/step-contexts/000001.csv").read_text()
    assert CONTACTS[0] in Path("out/executions/000001.csv").read_text()
    assert not any("canary" in path.read_text() for path in Path("out").rglob("*.csv"))  # a sensitive variable
    assert there("executions", "export", "--output", "out", "--format", "csv").code == exits.ERROR


def test_one_file_has_a_row_for_each_step(there):
    """The name says the format; contexts, and another format than the name's, are refused."""
    start(there, CONTACTS[0])
    there("executions", "end", "--all-active", "--auto-approve")
    words = ("executions", "export", "--output", "steps.csv")
    assert there(*words).code == exits.DONE
    header, one = Path("steps.csv").read_text().splitlines()
    assert header.startswith("execution_sid,flow,flow_sid,status,contact,")
    assert ",incomingRequest,Trigger,ask," in one
    assert CONTACTS[0] not in one
    assert there(*words, "--format", "jsonl").code == exits.ERROR
    assert there(*words, "--contexts", "--show-personal").code == exits.ERROR
