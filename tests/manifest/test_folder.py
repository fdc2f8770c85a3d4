"""What is read of a project folder, and what is never read."""

import os
from pathlib import Path

import pytest

from reconciler.errors import UsageError
from reconciler.manifest.load import load
from reconciler.model.address import flow

REMINDER = flow("reminder")


class TestFolder:
    """What is read, and what is never read."""

    def test_a_link_out_of_the_folder_is_not_read(self, folder, texts, tmp_path):
        """A symbolic link to a document or a definition outside is an error, and so is one to a folder."""
        (tmp_path / "secret.yaml").write_text(texts["flow"])
        (tmp_path / "secret.json").write_text("{}")
        (folder.root / "a.yaml").symlink_to(tmp_path / "secret.yaml")
        (folder.root / "reminder.json").unlink()
        (folder.root / "reminder.json").symlink_to(tmp_path / "secret.json")
        (folder.root / "linked").symlink_to(tmp_path, target_is_directory=True)
        assert folder.faults() == [("outside", "a.yaml"), ("outside", "flow.yaml:5:22"), ("linked-folder", "linked")]

    def test_a_folder_beside_is_outside_although_its_name_begins_alike(self, folder, tmp_path):
        """`manifests-old` is not inside `manifests`."""
        (tmp_path / "manifests-old").mkdir()
        (tmp_path / "manifests-old" / "x.yaml").write_text("[")
        (folder.root / "x.yaml").symlink_to(tmp_path / "manifests-old" / "x.yaml")
        assert folder.faults() == [("outside", "x.yaml")]

    def test_links_inside_the_folder_are_followed_once(self, folder, texts):
        """A mounted ConfigMap (links into a hidden folder) is read; what is read anyway is not read twice."""
        folder.write({"..data/b.yaml": texts["flow"].replace("name: reminder", "name: b")})
        (folder.root / "b.yaml").symlink_to(Path("..data") / "b.yaml")
        (folder.root / "again.yaml").symlink_to("flow.yaml")
        assert [str(address) for address in folder.load().desired.flows] == ["Flow/b", "Flow/reminder"]

    def test_the_folder_itself_may_be_a_link(self, folder, tmp_path):
        """Only what is inside is held to the folder."""
        (tmp_path / "link").symlink_to(folder.root, target_is_directory=True)
        loaded = load(tmp_path / "link", None, variables={}, variable_files=[], process_environment={})
        assert loaded.sources[REMINDER] == folder.root.resolve() / "reminder.json"

    def test_a_pipe_is_not_waited_for(self, folder):
        """What is no regular file is refused, not read."""
        os.mkfifo(folder.root / "pipe.yaml")
        assert folder.faults() == [("not-a-file", "pipe.yaml")]

    def test_a_broken_link_is_an_error(self, folder):
        """A document that cannot be read would look like one to delete."""
        (folder.root / "gone.yaml").symlink_to("nothing.yaml")
        assert folder.faults() == [("unreadable", "gone.yaml")]

    def test_no_folder_is_a_mistake_of_the_command_line(self, tmp_path):
        """A folder that is not there is a usage error."""
        with pytest.raises(UsageError):
            load(tmp_path / "nowhere", None, variables={}, variable_files=[], process_environment={})
