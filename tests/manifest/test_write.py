"""A definition back in its place: the file keeps its manner, the manifest its comments."""

import json
import stat

import pytest

from reconciler.errors import LoadError, RefusedError, StaleError
from reconciler.manifest.replacement import replace
from reconciler.manifest.write import rewritten, unified_diff, write_definition
from reconciler.model.address import flow

REMINDER = flow("reminder")


@pytest.fixture
def body(definition, widget):
    """Give another definition, parsed."""
    return json.loads(definition(widget("no")))


def desired(folder):
    return folder.load().desired.flows[REMINDER]


@pytest.mark.parametrize(
    "dump",
    [
        lambda data: json.dumps(data, indent=2) + "\n",
        lambda data: json.dumps(data, indent=4),
        lambda data: json.dumps(data, indent="\t") + "\n",
        lambda data: json.dumps(data, indent=0) + "\n",
        lambda data: json.dumps(data) + "\n",
        lambda data: json.dumps(data, separators=(",", ":")),
        lambda data: json.dumps(data, indent=2).replace("\n", "\r\n") + "\r\n",
    ],
)
def test_a_file_keeps_its_manner(folder, definition, body, dump):
    """Indentation, line ends and the final newline are those that the file had."""
    folder.write({"reminder.json": dump(json.loads(definition()))})
    path = write_definition(folder.root, desired(folder), body)
    assert path == folder.root.resolve() / "reminder.json"
    assert path.read_bytes().decode() == dump(body)


def test_the_mode_stays_and_nothing_is_left_beside(folder, body):
    """The file is replaced as a whole; neither its mode changes nor does a temporary file stay."""
    (folder.root / "reminder.json").chmod(0o640)
    before = {path.name for path in folder.root.iterdir()}
    write_definition(folder.root, desired(folder), body)
    assert stat.S_IMODE((folder.root / "reminder.json").stat().st_mode) == 0o640
    assert {path.name for path in folder.root.iterdir()} == before


def test_a_link_stays_a_link(folder, definition, body):
    """A definition that is linked to from elsewhere in the folder is changed where it really is."""
    (folder.root / "real.json").write_text(definition())
    (folder.root / "reminder.json").unlink()
    (folder.root / "reminder.json").symlink_to("real.json")
    write_definition(folder.root, desired(folder), body)
    assert (folder.root / "reminder.json").is_symlink()
    assert json.loads((folder.root / "real.json").read_text()) == body


def test_writing_what_is_there_writes_nothing(folder, definition):
    """The same body gives an empty diff and leaves the file alone."""
    change = rewritten(folder.root, desired(folder), json.loads(definition()))
    before = (folder.root / "reminder.json").stat()
    change.write()
    assert (change.diff(), (folder.root / "reminder.json").stat()) == ("", before)


def test_an_inline_definition_is_replaced_and_comments_stay(folder, texts, definition, body):
    """In YAML only the definition of that flow changes; comments and other documents stay."""
    inline = texts["flow"].replace("{file: reminder.json}", definition().replace("\n", "\n    ").strip())
    text = texts["users"] + "---\n# before\n" + inline + "  # after\n  status: draft  # really\n"
    folder.write({"flow.yaml": text})
    write_definition(folder.root, desired(folder), body)
    after = (folder.root / "flow.yaml").read_text()
    loaded = folder.load().desired
    assert loaded.flows[REMINDER].definition.data() == body
    assert loaded.flows[REMINDER].status == "draft"
    assert len(loaded.test_users) == 1
    assert all(comment in after for comment in ("# before", "# after", "# really"))


def test_placeholders_are_not_lost_unless_told(folder, texts, definition, widget, body):
    """A body without the placeholders of the file is refused, and taken when told so; one that has them is fine."""
    folder.write({"project.yaml": texts["project"] + "      variables: {x: y}\n"})
    with_it = definition(widget("${var.x} $${var.y}"))
    folder.write({"reminder.json": with_it})
    with pytest.raises(RefusedError):
        write_definition(folder.root, desired(folder), body)
    assert (folder.root / "reminder.json").read_text() == with_it
    write_definition(folder.root, desired(folder), json.loads(definition(widget("Again ${var.x}"))))
    write_definition(folder.root, desired(folder), body, replace_placeholders=True)
    assert json.loads((folder.root / "reminder.json").read_text()) == body


def test_inline_placeholders_are_looked_at_too(folder, texts, definition, widget, body):
    """The refusal holds for definitions in YAML, and other documents of the file do not count."""
    folder.write({"project.yaml": texts["project"] + "      variables: {x: y}\n"})
    inline = texts["flow"].replace("{file: reminder.json}", json.dumps(json.loads(definition(widget("${var.x}")))))
    folder.write({"flow.yaml": inline})
    with pytest.raises(RefusedError):
        write_definition(folder.root, desired(folder), body)
    folder.write({"flow.yaml": inline.replace("${var.x}", "y") + "  friendlyName: ${var.x}\n"})
    write_definition(folder.root, desired(folder), body)


def test_a_file_that_says_something_else_is_not_written(folder, definition, widget, body):
    """A file that is not what the definition was loaded from, or only a part of it, is left as it is."""
    found = desired(folder)
    folder.write({"reminder.json": definition(widget("changed meanwhile"))})
    with pytest.raises(RefusedError):
        write_definition(folder.root, found, body)


def test_a_file_that_went_is_an_error(folder, body):
    """A manifest that changed since it was loaded is not written blindly."""
    found = desired(folder)
    (folder.root / "reminder.json").unlink()
    with pytest.raises(LoadError):
        write_definition(folder.root, found, body)


def test_a_diff_looks_like_gits():
    """Both names, hunks, and the mark of a missing final newline."""
    assert unified_diff("a\nb\n", "a\nc", "x.json").splitlines() == [
        "--- a/x.json",
        "+++ b/x.json",
        "@@ -1,2 +1,2 @@",
        " a",
        "-b",
        "+c",
        "\\ No newline at end of file",
    ]


def test_yaml_that_cannot_be_kept_is_refused(folder, texts, definition, body):
    """Where a round trip would lose something, nothing is written and a file of its own is advised."""
    bare = json.dumps(json.loads(definition())).replace('"states": [', '"states": [ # the widgets\n    ')
    inline = texts["flow"].replace("{file: reminder.json}", bare)
    folder.write({"flow.yaml": "---\n---\n" + inline})
    with pytest.raises(RefusedError):
        write_definition(folder.root, desired(folder), body)
    assert (folder.root / "flow.yaml").read_text() == "---\n---\n" + inline


def test_a_file_that_was_changed_meanwhile_is_left_alone(folder, body):
    """What a person saved after the change was shown is not overwritten."""
    change = rewritten(folder.root, desired(folder), body)
    (folder.root / "reminder.json").write_text("{}")
    with pytest.raises(StaleError):
        change.write()
    assert (folder.root / "reminder.json").read_text() == "{}"


def test_a_replacement_that_fails_leaves_nothing_beside(folder):
    """What cannot be put in place is taken away again."""
    (folder.root / "full").mkdir()
    (folder.root / "full" / "x").touch()
    before = sorted(folder.root.rglob("*"))
    with pytest.raises(OSError, match="full"):
        replace(folder.root / "full", b"x")
    assert sorted(folder.root.rglob("*")) == before
