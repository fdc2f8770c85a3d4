"""What is committed belongs to nobody's machine, account or mirror, and every exception to a rule gives its reason.

The patterns are put together from pieces, so that this file does not match itself.
"""

import io
import re
import tokenize
from collections.abc import Iterator

ALLOWED_AT_THE_TOP = {
    "CHANGELOG.md", "LICENSE", "Makefile", "README.md", "constraints.txt", "deploy", "docs", "manifests",
    "pyproject.toml", "reconciler", "schemas", "state", "tests",
}  # fmt: skip

MACHINE_PATH = re.compile(
    r"(?<![\w.:/$~}-])/(?:" + "|".join(["wo" + "rk", "ro" + "ot", "ho" + "me", "Us" + "ers"]) + r")/\w"
)
REGISTRY = re.compile(
    "|".join(
        ["pypi" + r"\.org", "python" + r"hosted\.org", "registry" + r"\.npmjs", "--(?:extra-)?index" + "-url",
         "--find" + "-links", "proxy" + r"\.golang", r"@ file:" + "//"]
    )
)  # fmt: skip
SID = re.compile(r"\b[A-Z]{2}[0-9a-f]{32}\b")
PASSWORD_IN_URL = re.compile(r"https?://[^/\s:@\"'{}<>]+:[^/\s@\"'{}<>]+@[\w-]+\.")

TYPE_IGNORE = re.compile(r"#\s*type:\s*ignore(?P<rest>.*)")
TYPE_IGNORE_EXPLAINED = re.compile(r"\[[a-z-]+(?:,\s*[a-z-]+)*\]\s*#\s*\w.*\w")
NOQA = re.compile(r"#\s*(?:ruff:\s*)?noqa\b(?P<rest>.*)", re.IGNORECASE)
NOQA_EXPLAINED = re.compile(r":\s*[A-Z]+\d+(?:,?\s+[A-Z]+\d+)*+\W+\w.*\w")


def looks_real(sid: str) -> bool:
    """Tell whether a SID may be somebody's: an invented one repeats few digits, or counts."""
    digits = sid[2:]
    return len(set(digits)) > 8 and "01234567" not in digits and "abcdef" not in digits


def comments(source: str) -> Iterator[tuple[int, str]]:
    """Yield every comment of a Python file with its line."""
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type == tokenize.COMMENT:
            yield token.start[0], token.string


def matches(texts: dict[str, str], pattern: re.Pattern[str]) -> list[str]:
    """List where a pattern matches, as path, line and what matched."""
    return [
        f"{name}:{number}: {found.group()}"
        for name, text in texts.items()
        for number, line in enumerate(text.splitlines(), 1)
        for found in pattern.finditer(line)
    ]


def unexplained(texts: dict[str, str], mark: re.Pattern[str], explained: re.Pattern[str]) -> list[str]:
    """List the comments that switch a rule off without naming it, or without a reason behind."""
    return [
        f"{name}:{line}: {comment}"
        for name, source in texts.items()
        if name.endswith(".py")
        for line, comment in comments(source)
        for found in mark.finditer(comment)
        if not explained.match(found["rest"])
    ]


def test_top_level_holds_known_names_only(tracked: tuple[str, ...]):
    """Nothing new appears at the top of the repository without a decision."""
    names = {name.split("/")[0] for name in tracked}
    assert {name for name in names if not name.startswith(".")} - ALLOWED_AT_THE_TOP == set()


def test_no_path_of_a_machine(texts: dict[str, str]):
    """No committed file names a folder that exists on one machine only."""
    assert matches(texts, MACHINE_PATH) == []


def test_no_address_of_a_registry(texts: dict[str, str]):
    """No committed file decides where packages come from."""
    assert matches(texts, REGISTRY) == []


def test_no_sid_that_may_be_real(texts: dict[str, str]):
    """Every SID is obviously invented; only cassettes may hold the random ones of the emulator, never an account's."""
    found = {
        (name, sid)
        for name, text in texts.items()
        for sid in SID.findall(text)
        if looks_real(sid) and not (name.startswith("tests/cassettes/") and sid[:2] not in {"AC", "SK"})
    }
    assert found == set()


def test_no_credentials_in_an_address(texts: dict[str, str]):
    """No URL carries a user name and a password."""
    assert matches(texts, PASSWORD_IN_URL) == []


def test_every_type_ignore_gives_its_rule_and_reason(texts: dict[str, str]):
    """A `type: ignore` names the rule it silences, and says why behind it."""
    assert unexplained(texts, TYPE_IGNORE, TYPE_IGNORE_EXPLAINED) == []


def test_every_noqa_gives_its_rule_and_reason(texts: dict[str, str]):
    """A `noqa` names the rule it silences, and says why behind it."""
    assert unexplained(texts, NOQA, NOQA_EXPLAINED) == []


def test_the_patterns_find_what_they_are_for():
    """Each rule would catch an offender: a pattern that matches nothing proves nothing."""
    invented = {
        "a.py": "w = 0  # {0}: E1, F2\nx = 1  # {0}: S101\ny = 2  # {0}\nz = 3  # {0}: S101  # a fixture\n".format(
            "no" + "qa"
        ),
        "b.py": "x = 1  # {0}\ny = 2  # {0}[arg-type]\nz = 3  # {0}[arg-type]  # why\n".format("type: " + "ignore"),
        "c.md": "see /ho" + "me/jo/x, https://pypi" + ".org/simple and https://me:secret" + "@api.example.com/",
    }
    assert len(unexplained(invented, NOQA, NOQA_EXPLAINED)) == 3
    assert len(unexplained(invented, TYPE_IGNORE, TYPE_IGNORE_EXPLAINED)) == 2
    assert [len(matches(invented, pattern)) for pattern in (MACHINE_PATH, REGISTRY, PASSWORD_IN_URL)] == [1, 1, 1]
    assert looks_real("FW" + "3f81c2a9e07b" + "d4561f0e8c7a9b2d4f60")
    assert not looks_real("FW" + "0" * 31 + "1")
