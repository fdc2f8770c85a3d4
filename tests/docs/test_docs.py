"""Docs are held to the code: tables name what there is, examples are valid, links lead somewhere."""

import json
import re
from pathlib import Path
from typing import get_args

import jsonschema
import pytest

from reconciler.emulator.faults import FAULTS
from reconciler.emulator.quirks import DURATION, QUIRKS
from reconciler.manifest.binding import KINDS as BINDING_KINDS
from reconciler.plan.options import ALLOWANCES
from reconciler.plan.shape import DiffItemShape
from reconciler.plan.values import STEP_KINDS

LINK = re.compile(r"\]\(([^)\s]+)\)")
ROW = re.compile(r"^\| `([^`]+)` \| ([^|]*) \|", re.MULTILINE)


def page(repository: Path, name: str) -> str:
    """Give the text of one page."""
    return (repository / name).read_text(encoding="utf-8")


def section(text: str, heading: str) -> str:
    """Give what stands under a heading, up to the next one of the same depth."""
    depth = heading.split(maxsplit=1)[0]
    return text.split(f"\n{heading}\n", 1)[1].split(f"\n{depth} ", 1)[0]


def blocks(text: str, language: str) -> list[str]:
    """Give the fenced blocks of a language."""
    return re.findall(rf"```{language}\n(.*?)```", text, re.DOTALL)


def anchors(text: str) -> set[str]:
    """Give the anchors of a page's headings."""
    headings = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading).strip().lower().replace(" ", "-") for heading in headings}


def test_links_lead_somewhere(repository: Path):
    """Every relative link of README, docs and state/README leads to a file, and to a heading where it names one."""
    pages = [repository / "README.md", repository / "state" / "README.md", *(repository / "docs").glob("*.md")]
    broken = []
    for source in pages:
        for target in LINK.findall(source.read_text(encoding="utf-8")):
            if "://" in target:
                continue
            path, _, anchor = target.partition("#")
            file = (source.parent / path).resolve() if path else source
            if not file.exists() or (anchor and anchor not in anchors(file.read_text(encoding="utf-8"))):
                broken.append((source.name, target))
    assert broken == []


def test_pages_stay_short(repository: Path):
    """No page to be read from its beginning is longer than 200 lines; lists are looked up and may be."""
    lists = {"commands.md", "lint.md"}
    pages = [page for page in (repository / "docs").glob("*.md") if page.name not in lists]
    assert [path.name for path in pages if len(path.read_text(encoding="utf-8").splitlines()) > 200] == []


def test_quirks_and_faults_are_documented(repository: Path):
    """The emulator's page lists every quirk with its values, default first, and every fault; and no others."""
    text = page(repository, "docs/emulator.md")
    quirks = {name: tuple(values.split(" · ")) for name, values in ROW.findall(section(text, "## Quirks"))}
    assert quirks == {
        quirk.name: tuple("a duration" if value == DURATION else value for value in quirk.values)
        for quirk in QUIRKS.values()
    }
    assert [name for name, _ in ROW.findall(section(text, "## Faults"))] == list(FAULTS)


@pytest.mark.parametrize(("name", "schema"), [("plan-format", "plan"), ("state-format", "state")])
def test_example_documents_are_valid(repository: Path, name: str, schema: str):
    """The whole example of a format's page is valid by its JSON Schema."""
    example = next(block for block in blocks(page(repository, f"docs/{name}.md"), "json") if '"format"' in block)
    rules = json.loads(page(repository, f"schemas/{schema}.schema.json"))
    jsonschema.Draft202012Validator(rules).validate(json.loads(example))


def test_step_kinds_and_differences_are_documented(repository: Path):
    """The plan's page lists every kind of step, and every kind of difference."""
    text = page(repository, "docs/plan-format.md")
    assert [name for name, _ in ROW.findall(section(text, "## Steps"))] == list(STEP_KINDS)
    items = {tag.tag for member in get_args(get_args(DiffItemShape)[0]) for tag in get_args(member)[1:]}
    assert items
    assert {item for item in items if f"`{item}`" not in text} == set()


def test_allowances_are_documented(repository: Path):
    """Every guard that a flag overrules stands with its flag among the options."""
    text = page(repository, "docs/commands.md")
    assert {name for name in ALLOWANCES if f"`--allow-{name}`" not in text} == set()


def test_binding_kinds_are_documented(repository: Path):
    """The manifests' page names every kind of binding."""
    sentence = page(repository, "docs/manifests.md").split("Kinds of bindings are")[1].split("names are")[0]
    assert set(re.findall(r"`([a-z]+)`", sentence)) == set(BINDING_KINDS)


def test_promises_name_tests_that_exist(repository):
    """Every promise names a test that proves it, and that test is there."""
    promises = re.split(r"^- ", section(page(repository, "docs/guarantees.md"), "## Promised"), flags=re.MULTILINE)[1:]
    assert promises
    for promise in promises:
        tests = re.findall(r"^  - `([^`]+)::(\w+)`", promise, re.MULTILINE)
        assert tests, promise
        for path, name in tests:
            assert f"\ndef {name}(" in page(repository, f"tests/{path}"), f"{path}::{name}"
