"""Bindings are added to the Project document; everything else of it keeps its bytes."""

import pytest

from reconciler.errors import RefusedError
from reconciler.manifest.bind import with_bindings
from reconciler.manifest.findings import Findings
from reconciler.manifest.yamltext import read

WW = "WW000000000000000000000000000000a1"
FUNCTION = {"url": "https://hours-1.twil.io/check", "service": "ZS000000000000000000000000000000a1"}
PROJECT = """\
# The clinic.
apiVersion: studio.reconciler.dev/v1
kind: Project
metadata: {name: clinic}   # short
spec:
  environments:
    # staging first
    staging:
      account: AC000000000000000000000000000000c3   # theirs
      bindings:
        # people
        workflow/desk: WW000000000000000000000000000000c3
    production:
      account: AC000000000000000000000000000000a1
      protected: true   # careful
"""


def meaning(text):
    return [document.data for document in read(text.encode(), "", Findings())]


def test_bindings_are_added_and_the_rest_is_untouched(folder):
    """New names stand in a block of their own or below those that are there; no other line changes."""
    folder.write({"project.yaml": PROJECT})
    change = with_bindings(
        folder.root,
        {"staging": {"phone/main": "+15555550101"}, "production": {"workflow/desk": WW, "function/h": FUNCTION}},
    )
    assert set(PROJECT.splitlines()) <= set(change.after.splitlines())
    environments = meaning(change.after)[0]["spec"]["environments"]
    assert environments["production"]["bindings"] == {"workflow/desk": WW, "function/h": FUNCTION}
    assert environments["staging"]["bindings"]["phone/main"] == "+15555550101"
    assert environments["staging"]["bindings"]["workflow/desk"].endswith("c3")
    change.write()
    assert (folder.root / "project.yaml").read_text() == change.after
    folder.environment = "staging"
    assert folder.load().desired.environment.bindings["phone/main"] == "+15555550101"


def test_a_single_binding_has_a_line_of_its_own(folder):
    """The first name stands below `bindings`, so that the next one is one more line."""
    folder.write({"project.yaml": PROJECT})
    first = with_bindings(folder.root, {"production": {"workflow/desk": WW}})
    assert first.after == f"{PROJECT}      bindings:\n        workflow/desk: {WW}\n"
    first.write()
    second = with_bindings(folder.root, {"production": {"phone/main": "+15555550101"}})
    assert second.after.startswith(first.after)


@pytest.mark.parametrize("bindings", ["{}", "{workflow/old: WW000000000000000000000000000000b2}", ""])
def test_any_manner_of_writing_is_kept(folder, bindings):
    """Bindings in braces, an empty mapping and a key without a value can be added to as well."""
    text = PROJECT + f"      bindings: {bindings}\n"
    folder.write({"project.yaml": text})
    after = with_bindings(folder.root, {"production": {"workflow/desk": WW}}).after
    assert meaning(after)[0]["spec"]["environments"]["production"]["bindings"]["workflow/desk"] == WW
    assert all(comment in after for comment in ("# The clinic.", "# staging first", "# people", "# careful"))


def test_nothing_to_add_changes_nothing(folder):
    """Without additions, and with names that are there already, the file stays as it is."""
    folder.write({"project.yaml": PROJECT})
    for additions in ({}, {"production": {}}, {"staging": {"workflow/desk": WW}}):
        change = with_bindings(folder.root, additions)
        assert change.after == change.before == PROJECT
        assert change.diff() == ""


def test_a_folder_without_project_is_refused(tmp_path):
    """There is nowhere to write to."""
    with pytest.raises(RefusedError):
        with_bindings(tmp_path, {"production": {"workflow/desk": WW}})
