"""Every fault that loading refuses: its rule and its place. Each case replaces files of a right project."""

import json

import pytest

P = "apiVersion: studio.reconciler.dev/v1\nkind: Project\nmetadata: {name: clinic}\nspec:\n"
E = P + "  environments:\n    local:\n      endpoint: embedded\n"
F = "apiVersion: studio.reconciler.dev/v1\nkind: Flow\nmetadata: {name: reminder}\nspec:\n"
D = F + "  definition: {file: reminder.json}\n"
U = "apiVersion: studio.reconciler.dev/v1\nkind: TestUsers\nmetadata: {name: testers}\nspec:\n"
FW1, FW2 = "FW" + "0" * 31 + "1", "FW" + "0" * 31 + "2"
AC1 = "AC" + "0" * 31 + "1"
WW1 = "WW" + "0" * 31 + "1"

YAML = [
    ("syntax", {"flow.yaml": F + "  friendlyName: [\n"}, ("yaml-syntax", "flow.yaml:6:1")),
    ("tab", {"flow.yaml": F + "\tfriendlyName: x\n"}, ("yaml-syntax", "flow.yaml:5:1")),
    ("at sign", {"flow.yaml": D + "  friendlyName: @x\n"}, ("yaml-syntax", "flow.yaml:6:17")),
    ("control character", {"flow.yaml": D + "  friendlyName: a\x01\n"}, ("yaml-syntax", "flow.yaml:6:18")),
    ("not UTF-8", {"flow.yaml": D.encode() + b"  # caf\xe9\n"}, ("not-utf8", "flow.yaml:6:8")),
    ("UTF-16", {"flow.yaml": D.encode("utf-16")}, ("not-utf8", "flow.yaml:1:1")),
    ("duplicate key", {"flow.yaml": D + "  status: draft\n  status: draft\n"}, ("duplicate-key", "flow.yaml:7:3")),
    ("merge key", {"flow.yaml": D + "  <<: {status: draft}\n"}, ("merge-key", "flow.yaml:6:3")),
    ("number as key", {"flow.yaml": D + "  12: x\n"}, ("quote-it", "flow.yaml:6:3")),
    ("list as key", {"flow.yaml": D + "  ? [a]\n  : x\n"}, ("key-not-text", "flow.yaml:6:5")),
    ("foreign tag", {"flow.yaml": D + "  status: !secret draft\n"}, ("unknown-tag", "flow.yaml:6:11")),
    ("python tag", {"flow.yaml": D + "  status: !!python/name:os.system x\n"}, ("unknown-tag", "flow.yaml:6:11")),
    ("wrong core tag", {"flow.yaml": D + "  status: !!int draft\n"}, ("unknown-tag", "flow.yaml:6:11")),
    ("tagged list", {"flow.yaml": D + "  previousNames: !!set [a]\n"}, ("unknown-tag", "flow.yaml:6:18")),
    ("infinity", {"flow.yaml": D + "  status: .inf\n"}, ("no-json", "flow.yaml:6:11")),
    ("alias of itself", {"flow.yaml": "&a [*a]\n"}, ("yaml-syntax", "flow.yaml:1:1")),
    ("unknown alias", {"flow.yaml": D + "  status: *a\n"}, ("yaml-syntax", "flow.yaml:6:11")),
    ("too deep", {"flow.yaml": "[" * 200_000}, ("yaml-syntax", "flow.yaml:1:100")),
    ("too large", {"flow.yaml": b"#" * (4 * 1024 * 1024 + 1)}, ("too-large", "flow.yaml")),
]
DOCUMENT = [
    ("no mapping", {"flow.yaml": "- a\n"}, ("wrong-type", "flow.yaml:1:1")),
    ("no version", {"flow.yaml": D.split("\n", 1)[1]}, ("wrong-version", "flow.yaml:1:1")),
    ("other version", {"flow.yaml": D.replace("/v1", "/v2")}, ("wrong-version", "flow.yaml:1:13")),
    ("no kind", {"flow.yaml": D.replace("kind: Flow\n", "")}, ("wrong-kind", "flow.yaml:1:1")),
    ("unknown kind", {"flow.yaml": D.replace("Flow", "Flwo")}, ("wrong-kind", "flow.yaml:2:7")),
    ("kind in disguise", {"more.yaml": E.replace("Project", '"Pr\\u006fject"')}, ("wrong-kind", "more.yaml:2:7")),
    ("no project", {"project.yaml": ""}, ("no-project", "None")),
    ("two projects", {"zz.yaml": E}, ("second-project", "zz.yaml:2:7")),
    ("same name", {"other.yaml": D}, ("duplicate-name", "other.yaml:3:18")),
    ("unknown key", {"flow.yaml": D + "  freindlyName: x\n"}, ("unknown-key", "flow.yaml:6:3")),
    ("unknown key above", {"flow.yaml": D + "sepc: x\n"}, ("unknown-key", "flow.yaml:6:1")),
    ("unknown metadata", {"flow.yaml": D.replace("{name", "{nmae: a, name")}, ("unknown-key", "flow.yaml:3:12")),
    ("no name", {"flow.yaml": D.replace("{name: reminder}", "{}")}, ("missing-key", "flow.yaml:3:11")),
    ("bad name", {"flow.yaml": D.replace("reminder}", "Reminder_1}")}, ("invalid-value", "flow.yaml:3:18")),
    ("long name", {"flow.yaml": D.replace("reminder}", "a" * 64 + "}")}, ("invalid-value", "flow.yaml:3:18")),
    ("number as text", {"flow.yaml": D + "  friendlyName: 12\n"}, ("quote-it", "flow.yaml:6:17")),
    ("boolean as text", {"flow.yaml": D + "  friendlyName: true\n"}, ("quote-it", "flow.yaml:6:17")),
    ("number as label", {"flow.yaml": D.replace("r}", "r, labels: {tier: 1}}")}, ("quote-it", "flow.yaml:3:43")),
    ("null as text", {"flow.yaml": D + "  status:\n"}, ("invalid-value", "flow.yaml:6:10")),
    ("text as list", {"flow.yaml": D + "  previousNames: x\n"}, ("wrong-type", "flow.yaml:6:18")),
    ("unknown status", {"flow.yaml": D + "  status: pubished\n"}, ("invalid-value", "flow.yaml:6:11")),
    ("empty name", {"flow.yaml": D + "  friendlyName: ''\n"}, ("invalid-value", "flow.yaml:6:17")),
    ("no definition", {"flow.yaml": F + "  status: draft\n"}, ("missing-key", "flow.yaml:5:3")),
    ("no spec", {"flow.yaml": F.replace("spec:\n", "")}, ("missing-key", "flow.yaml:1:1")),
    (
        "unknown field to ignore",
        {"flow.yaml": D + "  lifecycle: {ignoreChanges: [layout, name]}\n"},
        ("invalid-value", "flow.yaml:6:39"),
    ),
    ("own previous name", {"flow.yaml": D + "  previousNames: [reminder]\n"}, ("previous-name", "flow.yaml:6:19")),
    ("bad previous name", {"flow.yaml": D + "  previousNames: [A B]\n"}, ("bad-address", "flow.yaml:6:19")),
    ("doubled previous", {"flow.yaml": D + "  previousNames: [a, a]\n"}, ("previous-name", "flow.yaml:6:22")),
    ("kind of previous", {"flow.yaml": D + "  previousNames: [TestUsers/a]\n"}, ("previous-name", "flow.yaml:6:19")),
    (
        "previous name of two",
        {n: D.replace("reminder}", f"{n[0]}}}") + "  previousNames: [old]\n" for n in ("a.yaml", "b.yaml")},
        ("previous-name", "b.yaml:3:18"),
    ),
    (
        "previous name in use",
        {"other.yaml": D.replace("reminder}", "other}") + "  previousNames: [reminder]\n"},
        ("previous-name", "other.yaml:3:18"),
    ),
]
DEFINITION = [
    ("missing file", {"flow.yaml": D.replace("reminder.json", "remindr.json")}, ("missing-file", "flow.yaml:5:22")),
    ("outside", {"flow.yaml": D.replace("reminder.json", "../x.json")}, ("outside", "flow.yaml:5:22")),
    ("absolute", {"flow.yaml": D.replace("reminder.json", "/etc/passwd")}, ("outside", "flow.yaml:5:22")),
    ("zero byte", {"flow.yaml": D.replace("reminder.json", '"a\\0b"')}, ("outside", "flow.yaml:5:22")),
    ("a folder", {"sub/x": "", "flow.yaml": D.replace("reminder.json", "sub")}, ("not-a-file", "flow.yaml:5:22")),
    ("file as number", {"flow.yaml": D.replace("reminder.json", "12")}, ("wrong-type", "flow.yaml:5:22")),
    ("definition as text", {"flow.yaml": F + "  definition: x.json\n"}, ("wrong-type", "flow.yaml:5:15")),
    ("file too large", {"reminder.json": b" " * (16 * 1024 * 1024 + 1)}, ("too-large", "flow.yaml:5:22")),
    (
        "body too large",
        {"reminder.json": json.dumps({"states": [], "description": "x" * 1_000_000})},
        ("too-large", "reminder.json"),
    ),
    ("broken JSON", {"reminder.json": '{\n  "states": [}\n'}, ("json-syntax", "reminder.json:2:14")),
    ("no flow", {"reminder.json": "{}"}, ("not-a-flow", "reminder.json:1:1")),
    ("inline, no flow", {"flow.yaml": F + "  definition: {description: x}\n"}, ("not-a-flow", "flow.yaml:5:15")),
    ("inline, key", {"flow.yaml": F + "  definition: {states: [{1: x}]}\n"}, ("quote-it", "flow.yaml:5:26")),
]
USERS = [
    ("unknown flow", {"u.yaml": U + "  flow: remindr\n  contacts: []\n"}, ("unknown-flow", "u.yaml:5:9")),
    ("number", {"u.yaml": U + "  flow: reminder\n  contacts: [+15555550101]\n"}, ("quote-it", "u.yaml:6:14")),
    ("empty contact", {"u.yaml": U + "  flow: reminder\n  contacts: ['']\n"}, ("bad-contact", "u.yaml:6:14")),
    ("space", {"u.yaml": U + "  flow: reminder\n  contacts: ['a ']\n"}, ("bad-contact", "u.yaml:6:14")),
    ("long", {"u.yaml": U + f"  flow: reminder\n  contacts: [{'é' * 151}]\n"}, ("bad-contact", "u.yaml:6:14")),
    ("doubled", {"u.yaml": U + "  flow: reminder\n  contacts: [a, b, a]\n"}, ("doubled-contact", "u.yaml:6:20")),
    ("no contacts", {"u.yaml": U + "  flow: reminder\n"}, ("missing-key", "u.yaml:5:3")),
    (
        "two for one flow",
        {"u.yaml": "".join(f"{U.replace('testers', n)}  flow: reminder\n  contacts: []\n---\n" for n in "ab")},
        ("second-test-users", "u.yaml:12:9"),
    ),
]


def environment(text: str) -> dict[str, str]:
    """Give a project whose environment `local` has these lines besides, from line 8 on."""
    return {"project.yaml": E + "".join(f"      {line}\n" for line in text.splitlines())}


ENVIRONMENT = [
    ("none", {"project.yaml": P + "  environments: {}\n"}, ("invalid-value", "project.yaml:5:17")),
    (
        "unknown default",
        {"project.yaml": E + "  defaultEnvironment: lcal\n"},
        ("unknown-environment", "project.yaml:8:23"),
    ),
    ("unknown key", environment("acount: x"), ("unknown-key", "project.yaml:8:7")),
    ("account", environment("account: AC12"), ("invalid-value", "project.yaml:8:16")),
    ("no account", {"project.yaml": P + "  environments:\n    live: {}\n"}, ("missing-key", "project.yaml:6:5")),
    (
        "region",
        {"project.yaml": E.replace("endpoint: embedded", f"account: {AC1}\n      region: x")},
        ("invalid-value", "project.yaml:8:15"),
    ),
    ("endpoint with region", environment("region: us1"), ("bad-endpoint", "project.yaml:6:5")),
    ("plain http", {"project.yaml": E.replace("embedded", "http://example.com")}, ("bad-endpoint", "project.yaml:6:5")),
    ("no URL", {"project.yaml": E.replace("embedded", "emulator")}, ("bad-endpoint", "project.yaml:6:5")),
    ("user in URL", {"project.yaml": E.replace("embedded", "https://a@x.com")}, ("bad-endpoint", "project.yaml:6:5")),
    (
        "query in URL",
        {"project.yaml": E.replace("embedded", "https://x.com?a=b")},
        ("bad-endpoint", "project.yaml:6:5"),
    ),
    ("port", {"project.yaml": E.replace("embedded", "https://x.com:99999")}, ("bad-endpoint", "project.yaml:6:5")),
    ("no mapping", {"project.yaml": P + "  environments: {local: x}\n"}, ("wrong-type", "project.yaml:5:25")),
    ("binding used", environment("state: ${binding.phone/x}"), ("bad-placeholder", "project.yaml:8:14")),
    ("import of nothing", environment(f"imports: {{Flow/remindr: {FW1}}}"), ("unknown-flow", "project.yaml:8:17")),
    ("import of users", environment(f"imports: {{TestUsers/x: {FW1}}}"), ("bad-address", "project.yaml:8:17")),
    ("import address", environment(f"imports: {{flow/x: {FW1}}}"), ("bad-address", "project.yaml:8:17")),
    ("import SID", environment("imports: {Flow/reminder: FW1}"), ("invalid-value", "project.yaml:8:32")),
    ("credential", environment("credentials: {authToken: abcdef}"), ("invalid-value", "project.yaml:8:32")),
    ("credential key", environment("credentials: {token: env:X}"), ("unknown-key", "project.yaml:8:21")),
    ("variable number", environment("variables: {a: 12}"), ("quote-it", "project.yaml:8:22")),
    ("variable name", environment("variables: {a b: x}"), ("invalid-value", "project.yaml:8:19")),
    ("variable key", environment("variables: {a: {value: x, secret: true}}"), ("unknown-key", "project.yaml:8:33")),
    ("variable in variable", environment("variables: {a: x, b: '${var.a}'}"), ("bad-placeholder", "project.yaml:8:28")),
    ("unset", environment("variables: {a: '${env.NOPE}'}"), ("unknown-env", "project.yaml:8:22")),
    ("binding form", environment(f"bindings: {{support: {WW1}}}"), ("bad-binding", "project.yaml:8:27")),
    ("binding kind", environment(f"bindings: {{worklow/a: {WW1}}}"), ("bad-binding", "project.yaml:8:29")),
    ("binding SID", environment(f"bindings: {{workflow/a: {FW1}}}"), ("bad-binding", "project.yaml:8:30")),
    ("binding number", environment("bindings: {phone/a: +15555550101}"), ("quote-it", "project.yaml:8:27")),
    ("function", environment("bindings: {function/a: {service: ZS1}}"), ("bad-binding", "project.yaml:8:30")),
    (
        "two names",
        environment(f"bindings: {{workflow/a: {WW1}, workflow/b: {WW1}}}"),
        ("two-names", "project.yaml:8:78"),
    ),
    (
        "import and binding",
        environment(f"imports: {{Flow/reminder: {FW1}}}\nbindings: {{flow/reminder: {FW2}}}"),
        ("two-identifiers", "project.yaml:9:33"),
    ),
    (
        "window",
        {"project.yaml": E + "  policy: {consistencyWindow: soon}\n"},
        ("invalid-value", "project.yaml:8:31"),
    ),
    ("limit", {"project.yaml": E + "  policy: {maxChanges: {percent: 101}}\n"}, ("invalid-value", "project.yaml:8:34")),
    (
        "limit as text",
        {"project.yaml": E + "  policy: {maxChanges: {create: '1'}}\n"},
        ("wrong-type", "project.yaml:8:33"),
    ),
    ("drift", {"project.yaml": E + "  policy: {onDrift: stpo}\n"}, ("invalid-value", "project.yaml:8:21")),
]
PLACEHOLDER = [
    ("variable", {"flow.yaml": D + "  friendlyName: ${var.x}\n"}, ("unknown-variable", "flow.yaml:6:17")),
    ("process", {"flow.yaml": D + "  friendlyName: a ${env.NOPE}\n"}, ("unknown-env", "flow.yaml:6:17")),
    ("binding", {"flow.yaml": D + "  friendlyName: ${binding.phone/x}\n"}, ("unknown-binding", "flow.yaml:6:17")),
    (
        "part of one",
        {
            **environment("bindings: {phone/x: '+15555550101'}"),
            "flow.yaml": D + "  friendlyName: ${binding.phone/x.a}\n",
        },
        ("unknown-binding", "flow.yaml:6:17"),
    ),
    (
        "no part",
        {
            **environment("bindings: {function/x: {url: 'https://x.twil.io'}}"),
            "flow.yaml": D + "  friendlyName: ${binding.function/x}\n",
        },
        ("unknown-binding", "flow.yaml:6:17"),
    ),
    (
        "a variable without a value",
        {**environment("variables: {a: '${env.NOPE}'}"), "flow.yaml": D + "  friendlyName: ${var.a}\n"},
        ("unknown-env", "project.yaml:8:22"),
    ),
    ("label", {"flow.yaml": D.replace("r}", "r, labels: {a: '${var.x}'}}")}, ("unknown-variable", "flow.yaml:3:40")),
    (
        "spelt oddly",
        {"reminder.json": '{"states": [], "description": "\\u0024{flow.x.sid}"}'},
        ("unknown-flow", "flow.yaml:5:15"),
    ),
    ("flow", {"flow.yaml": D + "  friendlyName: ${flow.reminder.sid}\n"}, ("bad-placeholder", "flow.yaml:6:17")),
    ("open", {"flow.yaml": D + "  friendlyName: '${var.x'\n"}, ("bad-placeholder", "flow.yaml:6:17")),
    (
        "in a definition",
        {"reminder.json": '{"states": [],\n  "description": "${var.x}"}'},
        ("unknown-variable", "reminder.json:2:18"),
    ),
    (
        "part of a flow",
        {"reminder.json": '{"states": [],\n  "description": "${flow.variables.x}"}'},
        ("bad-placeholder", "reminder.json:2:18"),
    ),
    (
        "unknown flow",
        {"reminder.json": '{"states": [],\n  "description": "${flow.remindr.sid}"}'},
        ("unknown-flow", "reminder.json:2:19"),
    ),
    (
        "inline",
        {"flow.yaml": F + "  definition:\n    states: []\n    description: ${var.x}\n"},
        ("unknown-variable", "flow.yaml:7:18"),
    ),
    (
        "inline, unknown flow",
        {"flow.yaml": F + "  definition:\n    states: []\n    description: ${flow.x.sid}\n"},
        ("unknown-flow", "flow.yaml:7:18"),
    ),
]
CASES = [
    pytest.param(files, fault, id=f"{group}: {name}")
    for group, cases in {
        "yaml": YAML,
        "document": DOCUMENT,
        "definition": DEFINITION,
        "test users": USERS,
        "environment": ENVIRONMENT,
        "placeholder": PLACEHOLDER,
    }.items()
    for name, files, fault in cases
]


@pytest.mark.parametrize(("files", "fault"), CASES)
def test_a_fault_is_refused_at_its_place(folder, files, fault):
    """One mistake is one error of its own rule, at the line and column where it stands, and no rain of consequences."""
    assert folder.write(files).faults() == [fault]


def test_every_fault_of_a_folder_is_reported(folder):
    """Faults in several files, and several in one, are all reported, sorted by file and line."""
    folder.write(
        {
            "a.yaml": D.replace("reminder}", "a}") + "  status: on\n  freindlyName: x\n",
            "b.yaml": U.replace("testers", "t") + "  flow: nobody\n  contacts: ['', '']\n",
            "project.yaml": E.replace("embedded", "ftp://x"),
            "reminder.json": "[]",
        }
    )
    assert folder.faults() == [
        ("invalid-value", "a.yaml:6:11"),
        ("unknown-key", "a.yaml:7:3"),
        ("unknown-flow", "b.yaml:5:9"),
        ("bad-contact", "b.yaml:6:14"),
        ("bad-contact", "b.yaml:6:18"),
        ("bad-endpoint", "project.yaml:6:5"),
        ("not-an-object", "reminder.json:1:1"),
    ]


@pytest.mark.parametrize(
    ("files", "known"),
    [
        ({"flow.yaml": D + "  freindlyName: x\n"}, "friendlyName"),
        ({"flow.yaml": D + "  lifecycle: {onDelet: retain}\n"}, "onDelete"),
        ({"flow.yaml": D + "  status: pubished\n"}, "published"),
        ({"flow.yaml": D.replace("Flow", "Flwo")}, "Flow"),
        ({"flow.yaml": D.replace("reminder.json", "remindr.json")}, "reminder.json"),
        ({"u.yaml": U + "  flow: remindr\n  contacts: []\n"}, "reminder"),
        (environment("credentials: {authTokn: env:X}"), "authToken"),
        (environment("variables: {a: {value: x, sensitiv: true}}"), "sensitive"),
        (environment(f"bindings: {{worklow/a: {WW1}}}"), "workflow"),
        (environment(f"imports: {{Flow/remindr: {FW1}}}"), "reminder"),
        ({"project.yaml": E + "  policy: {maxChanges: {creat: 1}}\n"}, "create"),
        ({"project.yaml": E + "  defaultEnvironment: lcal\n"}, "local"),
        ({**environment("variables: {greeting: x}"), "flow.yaml": D + "  friendlyName: ${var.greting}\n"}, "greeting"),
        ({"reminder.json": '{"states": [], "description": "${flow.remindr.sid}"}'}, "reminder"),
    ],
)
def test_a_wrong_name_is_answered_with_the_nearest(folder, files, known):
    """Whoever mistypes a key, a word, a file or a name is told the one that was probably meant."""
    (finding,) = folder.write(files).findings()
    assert repr(known) in (finding.hint or "")


@pytest.mark.parametrize(
    "text",
    [
        "a: &a [1,1,1,1,1,1,1,1,1,1]\n"
        + "".join(f"{y}: &{y} [{','.join([f'*{x}'] * 10)}]\n" for x, y in zip("abcdefgh", "bcdefghi", strict=True)),
        "- &a0 [x]\n" + "".join(f"- &a{i + 1} [*a{i}]\n" for i in range(5_000)),
    ],
)
def test_aliases_cannot_multiply(folder, text):
    """A few aliases that stand for millions of values, or for endless nesting, are refused without expanding them."""
    ((rule, place),) = folder.write({"flow.yaml": text}).faults()
    assert rule in {"alias-bomb", "yaml-syntax"}
    assert place.startswith("flow.yaml:")


def test_both_places_of_a_double_are_named(folder):
    """A name that is declared twice is reported where it stands again, and says where it stood first."""
    (finding,) = folder.write({"other.yaml": "---\n" + D}).findings()
    assert (str(finding.place), "flow.yaml:3:18" in finding.message) == ("other.yaml:4:18", True)


def test_a_wrong_default_is_not_the_only_fault_reported(folder):
    """With a default that does not exist nothing can be chosen, and the other faults are reported all the same."""
    second = "    live: {endpoint: embedded}\n  defaultEnvironment: nowhere\n"
    folder.write({"project.yaml": E + second, "flow.yaml": D + "  sttus: draft\n"})
    assert folder.faults() == [("unknown-key", "flow.yaml:6:3"), ("unknown-environment", "project.yaml:9:23")]


def test_ten_thousand_typing_errors_are_reported_soon(folder):
    """Looking for the nearest name does not make a folder full of faults slow: only the first ones get a suggestion."""
    names = "---\n".join(U.replace("testers", f"t{i}") + f"  flow: x{i}\n  contacts: []\n" for i in range(500))
    findings = folder.write({"u.yaml": names}).findings()
    assert len(findings) == 500
