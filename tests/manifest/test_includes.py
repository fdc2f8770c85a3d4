"""Includes: shared widget groups become part of a definition, with names, wires, references and parameters right."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.definition.check import check
from reconciler.definition.document import of
from reconciler.definition.renames import renamed
from reconciler.manifest.compose import compose
from reconciler.manifest.findings import Findings
from reconciler.manifest.folder import Folder
from reconciler.manifest.groups import Groups
from reconciler.manifest.source import read_file
from reconciler.model.address import flow
from reconciler.model.finding import Place

CORPUS = Path(__file__).parents[2] / ".." / "shared" / "studio" / "corpus"
REMINDER = flow("reminder")
EXIT_AND_WIDGET = [
    ("missing-exit", "reminder.yaml:11:14"),
    ("unused-exit", "shared/ask.yaml:6:9"),
    ("exit-and-widget", "shared/ask.yaml:8:11"),
]
FLOW = """\
description: A flow
states:
  - name: Trigger
    type: trigger
    transitions: [{event: incomingCall, next: menu_ask}]
    properties: {}
  - include:
      file: shared/ask.yaml
      prefix: menu_
      with: {question: "One or two, {{ widgets.ask.Digits }}?", tries: 3}
      exits: {answered: bye_say, silent: null}
      offset: {x: 100, y: -20}
  - include: {file: shared/bye.yaml, prefix: bye_, with: {text: "Goodbye from ${var.clinic}."}}
initial_state: Trigger
flags: {allow_concurrent_calls: true}
"""
ASK = """\
description: Asks and asks again.
parameters:
  question: {description: What is asked.}
  tries: {default: 2}
  voice: {default: "{{widgets.ask.voice}}"}
exits: [answered, silent]
states:
  - name: ask
    type: gather-input-on-call
    transitions:
      - {event: keypress, next: answered}
      - {event: speech, next: ""}
      - {event: timeout, next: again}
    properties:
      say: "${param.question}"
      loop: ${param.tries}
      voice: ${param.voice}
      hints: "{{widgets.ask.Digits}} {{widgets.other.x}} widgets.ask $${param.tries} ${tries} <${param.tries}>"
      offset: {x: 10, y: 20}
  - name: again
    type: say-play
    transitions:
      - {event: audioComplete, next: silent}
    properties: {say: Again.}
"""
BYE = """\
parameters:
  text: {}
states:
  - {name: say, type: say-play, transitions: [{event: audioComplete}], properties: {say: "${param.text}"}}
"""


@pytest.fixture
def composed(folder, texts):
    """Give a project whose flow includes two groups."""
    project = texts["project"].replace(
        "endpoint: embedded", "endpoint: embedded\n      variables: {clinic: the clinic}"
    )
    document = texts["flow"].replace("reminder.json", "reminder.yaml")
    files = {"reminder.yaml": FLOW, "shared/ask.yaml": ASK, "shared/bye.yaml": BYE}
    return folder.write({"project.yaml": project, "flow.yaml": document, **files})


def widgets(folder):
    """Give the composed widgets by name."""
    desired = folder.load().desired.flows[REMINDER]
    return {state["name"]: state for state in desired.definition.data()["states"]}


def test_groups_stand_where_they_are_included(composed):
    """Names get the prefix, transitions and Liquid of the group follow, exits lead where the include says."""
    found = widgets(composed)
    assert list(found) == ["Trigger", "menu_ask", "menu_again", "bye_say"]
    assert found["menu_ask"]["transitions"] == [
        {"event": "keypress", "next": "bye_say"},
        {"event": "speech"},
        {"event": "timeout", "next": "menu_again"},
    ]
    assert found["menu_again"]["transitions"] == [{"event": "audioComplete"}]
    hints = found["menu_ask"]["properties"]["hints"]
    assert hints == "{{widgets.menu_ask.Digits}} {{widgets.other.x}} widgets.ask ${param.tries} ${tries} <3>"
    assert found["menu_ask"]["properties"]["offset"] == {"x": 110, "y": 0}


def test_parameters_keep_their_type_and_are_not_the_groups_own(composed):
    """A whole value keeps its type, defaults count, Liquid that the include says is not renamed, variables follow."""
    found = widgets(composed)
    properties = found["menu_ask"]["properties"]
    assert properties["say"] == "One or two, {{ widgets.ask.Digits }}?"
    assert (properties["loop"], properties["voice"]) == (3, "{{widgets.menu_ask.voice}}")
    assert found["bye_say"]["properties"]["say"] == "Goodbye from the clinic."


def test_an_included_definition_is_that_written_out(composed, texts):
    """The composed definition has the digests of the same widgets written out by hand, and passes the checks."""
    loaded = composed.load()
    desired = loaded.desired.flows[REMINDER]
    text = json.dumps(desired.definition.data())
    composed.write({"flow.yaml": texts["flow"], "reminder.json": text})
    written = composed.load().desired.flows[REMINDER]
    assert (written.definition.digests, written.origins) == (desired.definition.digests, ())
    found = check(desired.definition, file=desired.source, text=loaded.text(REMINDER))
    assert [finding for finding in found if finding.severity == "error"] == []


def test_json_and_inline_definitions_include_too(composed, texts):
    """An include in a JSON file, and inline in the manifest, gives the same definition as in YAML."""
    import yaml  # noqa: PLC0415 - only to make JSON of the YAML above

    wanted = composed.load().desired.flows[REMINDER].definition
    data = yaml.safe_load(FLOW)
    composed.write({"flow.yaml": texts["flow"], "reminder.json": json.dumps(data)})
    assert composed.load().desired.flows[REMINDER].definition.text == wanted.text
    inline = texts["flow"].replace("{file: reminder.json}", json.dumps(data))
    composed.write({"flow.yaml": inline})
    loaded = composed.load()
    assert loaded.desired.flows[REMINDER].definition.text == wanted.text
    assert [origin.file for origin in loaded.desired.flows[REMINDER].origins] == [
        "flow.yaml",
        "shared/ask.yaml",
        "shared/ask.yaml",
        "shared/bye.yaml",
    ]


def test_groups_include_groups(composed):
    """Prefixes, exits, parameters and offsets of nested includes add up; each name belongs to its own group."""
    middle = """\
parameters: {what: {}}
exits: [done]
states:
  - {name: say, type: say-play, transitions: [{event: audioComplete, next: in_ask}], properties: {say: "${param.what}"}}
  - include:
      file: ask.yaml
      prefix: in_
      with: {question: "${param.what}: {{widgets.say.x}} {{widgets.in_ask.Digits}}"}
      exits: {answered: done, silent: say}
      offset: {x: 1}
"""
    outer = FLOW.replace("shared/ask.yaml", "shared/middle.yaml").replace("next: menu_ask", "next: menu_say")
    outer = outer.replace('with: {question: "One or two, {{ widgets.ask.Digits }}?", tries: 3}', "with: {what: Who}")
    outer = outer.replace("{answered: bye_say, silent: null}", "{done: bye_say}")
    found = widgets(composed.write({"shared/middle.yaml": middle, "reminder.yaml": outer}))
    assert list(found) == ["Trigger", "menu_say", "menu_in_ask", "menu_in_again", "bye_say"]
    asked = found["menu_in_ask"]
    assert asked["properties"]["say"] == "Who: {{widgets.menu_say.x}} {{widgets.menu_in_ask.Digits}}"
    assert asked["properties"]["offset"] == {"x": 111, "y": 0}
    assert asked["transitions"][0]["next"] == "bye_say"
    assert found["menu_in_again"]["transitions"] == [{"event": "audioComplete", "next": "menu_say"}]
    composed.write({"shared/ask.yaml": ASK.replace("<${param.tries}>", "${var.nope}")})
    (finding,) = composed.findings()
    assert (finding.rule, finding.place) == ("unknown-variable", Place("shared/ask.yaml", 18, 14))
    assert "included at shared/middle.yaml:5:5, which is included at reminder.yaml:7:5" in finding.message


def test_one_group_may_be_included_twice(composed):
    """With prefixes of their own two copies of a group stand side by side."""
    again = "  - include: {file: shared/bye.yaml, prefix: end_, with: {text: End}}\ninitial_state"
    found = widgets(composed.write({"reminder.yaml": FLOW.replace("initial_state", again, 1)}))
    assert (found["bye_say"]["properties"], found["end_say"]["properties"]["say"]) == (
        {"say": "Goodbye from the clinic."},
        "End",
    )


def test_what_only_looks_like_an_include_parameter_stays_in_definitions(composed):
    """`${param.x}` means nothing in the definition itself, where other tools may use it."""
    composed.write({"reminder.yaml": FLOW.replace("A flow", "${param.x}")})
    assert composed.load().desired.flows[REMINDER].definition.data()["description"] == "${param.x}"


@pytest.mark.parametrize(
    ("file", "before", "after", "faults"),
    [
        ("reminder.yaml", "shared/bye.yaml", "shared/by.yaml", [("missing-file", "reminder.yaml:13:21")]),
        ("reminder.yaml", "shared/bye.yaml", "../bye.yaml", [("outside", "reminder.yaml:13:21")]),
        ("reminder.yaml", "file: shared/bye.yaml, ", "", [("missing-key", "reminder.yaml:13:14")]),
        ("reminder.yaml", "prefix: bye_", "prefix: b.", [("invalid-value", "reminder.yaml:13:46")]),
        ("reminder.yaml", "prefix: bye_", "prefx: bye_", [("unknown-key", "reminder.yaml:13:38")]),
        ("reminder.yaml", "prefix: bye_", "prefix: menu_", [("unknown-widget", "reminder.yaml:11:25")]),
        (
            "reminder.yaml",
            "with: {text:",
            "with: {txt:",
            [("missing-parameter", "reminder.yaml:13:58"), ("unknown-parameter", "reminder.yaml:13:59")],
        ),
        ("reminder.yaml", ", silent: null", "", [("missing-exit", "reminder.yaml:11:14")]),
        ("reminder.yaml", "silent: null", "silent: null, x: null", [("unknown-exit", "reminder.yaml:11:48")]),
        ("reminder.yaml", "answered: bye_say", "answered: bye_sya", [("unknown-widget", "reminder.yaml:11:25")]),
        ("shared/ask.yaml", "next: again", "next: agian", [("unknown-widget", "shared/ask.yaml:13:32")]),
        ("shared/ask.yaml", "- name: again", "- {}\n  - name: again", [("missing-key", "shared/ask.yaml:20:5")] * 2),
        ("shared/ask.yaml", "next: silent", "next: again", [("unused-exit", "shared/ask.yaml:6:19")]),
        ("shared/ask.yaml", "exits: [answered", "exits: [ask, answered", EXIT_AND_WIDGET),
        ("shared/ask.yaml", "loop: ${param.tries}", "loop: 1", []),
        ("shared/ask.yaml", "voice: ${param.voice}", "voice: x", [("unused-parameter", "shared/ask.yaml:5:3")]),
        ("shared/ask.yaml", "${param.voice}", "${param.vioce}", None),
        ("shared/ask.yaml", "${param.voice}", "${param.voice", [("bad-placeholder", "shared/ask.yaml:17:14")]),
        (
            "shared/ask.yaml",
            "${param.voice}",
            "${param.voice} ${var.x}",
            [("unknown-variable", "shared/ask.yaml:17:14")],
        ),
        ("shared/ask.yaml", "  - name: again\n", "  -\n", [("missing-key", "shared/ask.yaml:21:5")]),
        ("shared/ask.yaml", "default: 2", "defalt: 2", [("unknown-key", "shared/ask.yaml:4:11")]),
        ("shared/ask.yaml", "exits: [", "exits: [3, ", [("quote-it", "shared/ask.yaml:6:9")]),
        ("shared/ask.yaml", "states:", "states: [\nx:", [("yaml-syntax", "shared/ask.yaml:9:3")] * 2),
    ],
)
def test_what_is_wrong_is_refused_at_its_place(composed, file, before, after, faults):
    """Files, keys, parameters, exits, names and places outside are refused with file, line and column."""
    text = {"reminder.yaml": FLOW, "shared/ask.yaml": ASK}[file]
    assert before in text
    composed.write({file: text.replace(before, after, 1)})
    if faults == []:
        assert composed.load().desired.flows
    elif faults is None:
        findings = composed.findings()
        assert [(f.rule, f.hint) for f in findings if "voice" in (f.hint or "")] == [
            ("unknown-parameter", "Did you mean 'voice'?")
        ]
    else:
        assert composed.faults() == faults


def test_every_fault_is_told_at_once(composed):
    """A group with several faults of its own, and an include that does not fit it, are told together."""
    spoilt = ASK.replace("next: silent", "next: silnt").replace("${param.voice}", "x")
    composed.write({"shared/ask.yaml": spoilt, "reminder.yaml": FLOW.replace("tries: 3", "trise: 3")})
    assert composed.faults() == [
        ("unknown-parameter", "reminder.yaml:10:65"),
        ("unused-parameter", "shared/ask.yaml:5:3"),
        ("unused-exit", "shared/ask.yaml:6:19"),
        ("unknown-widget", "shared/ask.yaml:23:38"),
    ]


def test_faults_in_a_group_name_who_includes_it(composed):
    """A fault inside an included file is told at that file, once, and names the place of the first include."""
    composed.write({"shared/bye.yaml": BYE.replace("${param.text}", "${param.txt}")})
    findings = composed.findings()
    assert {str(finding.place) for finding in findings} == {"shared/bye.yaml:4:90", "shared/bye.yaml:2:3"}
    assert all("(included at reminder.yaml:13:5)" in finding.message for finding in findings)


def test_faults_of_an_include_in_a_group_name_who_includes_that(composed):
    """An include in a group that names no file, says too much or leads nowhere is told with the outer include."""
    for inner in ("{file: nothing.yaml}", "{file: bye.yaml, with: {text: x, y: z}}", "{file: ask.yaml, exits: {}}"):
        composed.write({"shared/ask.yaml": ASK + f"  - include: {inner}\n"})
        findings = [one for one in composed.findings() if one.place and one.place.file == "shared/ask.yaml"]
        assert len(findings) > 0
        assert all("(included at reminder.yaml:7:5)" in one.message for one in findings), findings


def test_checks_of_widgets_name_the_group_too(composed):
    """What a check finds in a widget of a group stands at the group's file and names the include."""
    composed.write({"shared/bye.yaml": BYE.replace("transitions: [{event: audioComplete}], ", "")})
    loaded = composed.load()
    found = check(loaded.desired.flows[REMINDER].definition, file="reminder.yaml", text=loaded.text(REMINDER))
    (finding,) = [one for one in found if one.widget == "bye_say"]
    assert str(finding.place).startswith("shared/bye.yaml:4:")
    assert "included at reminder.yaml:13:5" in finding.message


def test_a_circle_of_includes_is_shown_as_a_path(composed):
    """Groups that include each other are refused where the circle closes, with its path."""
    composed.write(
        {
            "shared/bye.yaml": "states: [{include: {file: other.yaml}}]\n",
            "shared/other.yaml": "states: [{include: {file: bye.yaml, prefix: x}}]\n",
            "reminder.yaml": FLOW.replace(', with: {text: "Goodbye from ${var.clinic}."}', ""),
        }
    )
    (finding,) = [one for one in composed.findings() if one.rule == "include-cycle"]
    assert str(finding.place) == "shared/other.yaml:1:27"
    assert "shared/bye.yaml -> shared/other.yaml -> shared/bye.yaml" in finding.message


def test_includes_nest_eight_deep_and_no_deeper(composed):
    """Eight levels are read, the ninth is refused; groups that double each other end at a limit, quickly."""

    def chain(length, copies=1):
        files = {}
        for level in range(length):
            inner = [f"{{include: {{file: g{level + 1}.yaml, prefix: p{n}_}}}}" for n in range(copies)]
            widget = ["{name: w, type: say-play}"]
            files[f"g{level}.yaml"] = f"states: [{', '.join(widget + (inner if level + 1 < length else []))}]\n"
        return {**files, "reminder.yaml": "states: [{include: {file: g0.yaml}}]\n"}

    composed.write(chain(8))
    assert len(widgets(composed)) == 8
    composed.write(chain(9))
    assert composed.faults() == [("include-depth", "g7.yaml:1:54")]
    composed.write(chain(8, copies=20))
    assert "too-large" in {rule for rule, _ in composed.faults()}


def test_names_that_come_twice_are_refused(composed):
    """A group without prefix stands beside other names; beside a widget of the same name its include is refused."""
    bare = FLOW.replace("prefix: bye_, ", "").replace("bye_say", "say")
    assert "say" in widgets(composed.write({"reminder.yaml": bare}))
    composed.write({"reminder.yaml": bare.replace("name: Trigger", "name: say")})
    assert composed.faults() == [("duplicate-widget", "reminder.yaml:13:5")]


NAMES = st.lists(st.sampled_from(["a", "b", "c", "say", "widgets", "a_b"]), min_size=1, max_size=4, unique=True)


@given(names=NAMES, prefix=st.sampled_from(["", "x_", "a_", "Menu-1_"]), data=st.data())
def test_a_group_keeps_its_wires(tmp_path_factory, names, prefix, data):
    """Whatever a group's wires and references, they lead to the same widgets under their new names."""
    nexts = [data.draw(st.sampled_from(names)) for _ in names]
    reads = [data.draw(st.sampled_from(names)) for _ in names]
    states = [
        {
            "name": name,
            "type": "say-play",
            "transitions": [{"event": "audioComplete", "next": after}],
            "properties": {"say": f"{{{{widgets.{read}.x}}}} widgets.{read}"},
        }
        for name, after, read in zip(names, nexts, reads, strict=True)
    ]
    root = tmp_path_factory.mktemp("groups")
    (root / "g.json").write_text(json.dumps({"states": states}))
    (root / "f.json").write_text(json.dumps({"states": [{"include": {"file": "g.json", "prefix": prefix}}]}))
    findings = Findings()
    folder = Folder(root, findings)
    source = read_file(folder, "f.json", Place("f.json"), findings)
    done = compose(source, Groups(folder, findings), findings)
    found = done.definition.data()["states"]
    assert [state["name"] for state in found] == [prefix + name for name in names]
    assert [state["transitions"][0]["next"] for state in found] == [prefix + name for name in nexts]
    assert [state["properties"]["say"] for state in found] == [
        f"{{{{widgets.{prefix}{read}.x}}}} widgets.{read}" for read in reads
    ]


@pytest.mark.skipif(not CORPUS.is_dir(), reason="the corpus is not here")
def test_real_flows_as_groups_are_the_flows_with_other_names(tmp_path):
    """Every real flow, but for its trigger made a group with a prefix, is the flow whose widgets were renamed so."""
    composed = 0
    for file in sorted(CORPUS.glob("*.json")):
        data = json.loads(file.read_bytes())
        names = {state["name"]: f"x1_{state['name']}" for state in data["states"] if state["type"] != "trigger"}
        targets = {one.get("next") for state in data["states"] for one in state.get("transitions", [])} - {None}
        if not names or not targets <= names.keys() or "${param." in json.dumps(data):
            continue  # a group has widgets, and no `next` to nothing
        wanted = renamed(data, names)
        own = [state for state in wanted["states"] if state["type"] == "trigger"]
        group = [state for state in data["states"] if state["type"] != "trigger"]
        (tmp_path / "g.json").write_text(json.dumps({"states": group}))
        include = {"include": {"file": "g.json", "prefix": "x1_"}}
        (tmp_path / "f.json").write_text(json.dumps({**data, "states": [*own, include]}))
        findings = Findings()
        folder = Folder(tmp_path, findings)
        source = read_file(folder, "f.json", Place("f.json"), findings)
        done = compose(source, Groups(folder, findings), findings)
        assert findings.sorted() == (), file.name
        assert done.definition.digests == of(wanted).digests, file.name
        composed += 1
    assert composed > 30
