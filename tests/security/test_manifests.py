"""Manifests are data: nothing in them runs, leads out of the folder, or costs more than it should."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from reconciler.errors import LoadError, ReconcilerError
from reconciler.manifest.findings import Findings
from reconciler.manifest.load import Loaded, load
from reconciler.manifest.variables import from_files
from tests.security import samples

FLOW = b"""\
apiVersion: studio.reconciler.dev/v1
kind: Flow
metadata: {name: welcome}
spec: {definition: {file: %s}}
"""
RIGHT = samples.DEFINITION.replace(b"${flow.welcome.sid}", b"FW00000000000000000000000000000002").replace(
    b"${var.word}", b"x"
)
PROJECT = b"""\
apiVersion: studio.reconciler.dev/v1
kind: Project
metadata: {name: p}
spec: {environments: {local: {endpoint: embedded}}}
"""

Load = Callable[[Mapping[str, bytes]], Loaded]


@pytest.fixture
def loads(tmp_path: Path) -> Load:
    """Give a function that writes files beside a project and loads it."""

    def made(files: Mapping[str, bytes]) -> Loaded:
        root = tmp_path / "manifests"
        for name, raw in {"project.yaml": PROJECT, **files}.items():
            path = root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(raw)
        return load(root, None, variables={}, variable_files=(), process_environment={})

    return made


def rules(loads: Load, files: Mapping[str, bytes]) -> set[str]:
    """Load what must be refused, and give the rules."""
    with pytest.raises(LoadError) as caught:
        loads(files)
    return {finding.rule for finding in caught.value.findings}


@pytest.mark.parametrize(
    "tag",
    [
        "!!python/object/apply:os.system ['touch ran']",
        "!!python/object/new:subprocess.Popen [['touch', 'ran']]",
        "!!python/name:os.system",
        "!!python/module:os",
        "!!python/tuple [1]",
        "!!set {a}",
        "!!binary aGk=",
        "!!timestamp 2026-01-01",
        "!own {a: 1}",
        "!<tag:yaml.org,2002:python/object/apply:os.getcwd> []",
    ],
)
def test_no_tag_makes_code_run(loads, tmp_path, monkeypatch, tag):
    """Tags beyond the core schema are refused, those of Python's objects too, and nothing happens."""
    monkeypatch.chdir(tmp_path)
    assert rules(loads, {"a.yaml": f"a: {tag}\n".encode()}) >= {"unknown-tag"}
    assert not (tmp_path / "ran").exists()


@pytest.mark.parametrize(
    "text",
    [
        "{{ ''.__class__.__mro__ }}",
        "{% for x in (1..100000000) %}x{% endfor %}",
        "${{7*7}}",
        "{0.__class__}",
        "%(x)s",
        "`id`",
        "$(id)",
    ],
)
def test_no_template_runs(loads, text):
    """Liquid, and what looks like any other template, is text: it reaches the definition as it was written."""
    raw = json.dumps({**json.loads(RIGHT), "description": text}).encode()
    loaded = loads({"flow.yaml": FLOW % b"flow.json", "flow.json": raw})
    (flow,) = loaded.desired.flows.values()
    assert flow.definition.data()["description"] == text


@pytest.mark.parametrize(
    "name",
    [
        "../outside.json",
        "/etc/hostname",
        "a/../../outside.json",
        "./../outside.json",
        '"x\\0y"',
        "/dev/zero",
        "/proc/self/environ",
    ],
)
def test_paths_that_lead_out(loads, tmp_path, name):
    """A definition's file is inside the project folder, or it is not read."""
    (tmp_path / "outside.json").write_bytes(RIGHT)
    assert rules(loads, {"a.yaml": FLOW % name.encode()}) & {"outside", "yaml-syntax"}


@pytest.mark.parametrize("linked", ["file", "folder", "definition", "folder of the definition", "chain", "manifest"])
def test_links_that_lead_out(loads, tmp_path, linked):
    """Symbolic links are followed inside the folder only: of a file, a folder, or a link to a link."""
    outside, root = tmp_path / "outside", tmp_path / "manifests"
    outside.mkdir()
    root.mkdir()
    (outside / "flow.json").write_bytes(RIGHT)
    (outside / "flow.yaml").write_bytes(FLOW % b"flow.json")
    match linked:
        case "file":
            (root / "flow.yaml").symlink_to(outside / "flow.yaml")
            assert rules(loads, {}) == {"outside"}
        case "folder":
            (root / "sub").symlink_to(outside)
            assert rules(loads, {}) == {"linked-folder"}
        case "definition":
            (root / "flow.json").symlink_to(outside / "flow.json")
            assert rules(loads, {"a.yaml": FLOW % b"flow.json"}) == {"outside"}
        case "folder of the definition":
            (root / "sub").symlink_to(outside)
            assert rules(loads, {"a.yaml": FLOW % b"sub/flow.json"}) >= {"outside"}
        case "chain":
            (root / "one.json").symlink_to(root / "two.json")
            (root / "two.json").symlink_to(outside / "flow.json")
            assert rules(loads, {"a.yaml": FLOW % b"one.json"}) == {"outside"}
        case _:
            (root / "loop.yaml").symlink_to(root / "loop.yaml")
            assert rules(loads, {}) == {"unreadable"}


def test_what_is_no_file_is_not_opened(loads, tmp_path):
    """A pipe, which nobody writes to, is refused and not waited for."""
    (tmp_path / "manifests").mkdir()
    os.mkfifo(tmp_path / "manifests" / "flow.json")
    assert rules(loads, {"a.yaml": FLOW % b"flow.json"}) == {"not-a-file"}


def test_a_variable_file_is_the_callers_choice(tmp_path):
    """What a person names on the command line may be anywhere, as they could read it themselves."""
    (tmp_path / "v.yaml").write_text("word: hello\n")
    (tmp_path / "link.yaml").symlink_to(tmp_path / "v.yaml")
    assert from_files([tmp_path / "link.yaml"], Findings())["word"].value == "hello"


TOO_MUCH = {
    "10,000 levels of lists": b"[" * 10_000 + b"]" * 10_000,
    "10,000 levels of mappings": b"{a: " * 10_000 + b"1" + b"}" * 10_000,
    "2,500 levels of blocks": b"".join(b" " * depth + b"a:\n" for depth in range(2_500)),
    "10,000 levels of keys": b"? " * 10_000,
    "an alias bomb": b"a: &a [x, x, x, x, x, x, x, x, x]\n"
    + b"".join(b"%c: &%c [%s]\n" % (98 + n, 98 + n, b", ".join([b"*%c" % (97 + n)] * 9)) for n in range(12)),
    "an alias in itself": b"a: &a [*a]\n",
    "300,000 values": b"[" + b"a," * 300_000 + b"]",
    "a NUL byte": b"a: \x00\n",
    "a NUL byte in quotes": b'a: "\x00"\n',
    "half a character": b"a: \xc3\n",
    "a control character": b"a: \x1b[31m\n",
}


@pytest.mark.parametrize("what", TOO_MUCH)
def test_yaml_without_measure(loads, what):
    """Nesting, aliases and values without end, and bytes that are no text, are refused at a place in the file."""
    assert rules(loads, {"a.yaml": TOO_MUCH[what]}) & {"yaml-syntax", "alias-bomb", "not-utf8"}


DEFINITIONS = {
    "100,000 levels of arrays": (b"[" * 100_000 + b"]" * 100_000, "too-deep"),
    "100,000 levels of objects": (b'{"a":' * 100_000 + b"1" + b"}" * 100_000, "too-deep"),
    "a level too many": (b'{"states":[],"a":' + b"[" * 100 + b"]" * 100 + b"}", "too-deep"),
    "brackets in texts": (b'{"states":[],"a":"' + b"[{" * 500 + b'"}', None),
    "a number of 5,000 digits": (b'{"states":[],"a":' + b"9" * 5_000 + b"}", "not-finite"),
    "a number beyond all": (b'{"states":[],"a":1e999}', "not-finite"),
    "a NUL byte": (b'{"states":[],"a":"\x00"}', "json-syntax"),
    "more than Studio takes": (b'{"states":[],"a":"' + b"x" * 1_000_000 + b'"}', "too-large"),
    "ten megabytes of blanks": (b'{"states":[]' + b" " * 10_000_000 + b"}", None),
}


@pytest.mark.parametrize("what", DEFINITIONS)
def test_definitions_without_measure(loads, what):
    """Of a definition the same: what Studio would not take is refused before it is parsed."""
    raw, rule = DEFINITIONS[what]
    files = {"a.yaml": FLOW % b"flow.json", "flow.json": raw}
    if rule is None:
        loads(files)
    else:
        assert rules(loads, files) == {rule}


def test_findings_are_counted_when_there_are_too_many_to_list(loads):
    """Fifty thousand faults give a thousand findings and a number."""
    raw = (FLOW % b"flow.json").replace(b"spec: {", b"spec:\n  ").replace(b"}}", b"}")
    raw += b"".join(b"  key%d: 1\n" % number for number in range(50_000))
    with pytest.raises(LoadError) as caught:
        loads({"a.yaml": raw, "flow.json": RIGHT})
    found = caught.value.findings
    assert len(found) == 1_001
    assert [finding.rule for finding in found if finding.rule == "too-many"] == ["too-many"]
    assert isinstance(caught.value, ReconcilerError)
