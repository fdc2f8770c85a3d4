"""A disk that is full, and a folder that may not be written to, in the middle of a run: nothing is lost."""

import contextlib
import os
import shutil
import subprocess
import sys

import pytest

from tests.support.proxy import Trap, is_write
from tests.support.scene import APPLY, ENVIRONMENT, Ended, converge
from tests.support.zygote import COMMAND

SERIAL = (*APPLY, "--parallelism", "1")
SIZES = (1, 700, 2500, 4000, 7000)

pytestmark = [pytest.mark.socket, pytest.mark.slow]


@pytest.fixture(scope="module")
def shape(make_scene):
    """Give what Studio has when there is room."""
    with make_scene() as scene:
        assert scene.run(*APPLY).code == 0
        return scene.account().shape()


@contextlib.contextmanager
def sealed(folder):
    """Let nobody make, rename or remove a file in a folder; root is stopped by nothing less than the immutable flag."""
    if os.getuid():
        folder.chmod(0o500)
        yield
        folder.chmod(0o700)
        return
    chattr = shutil.which("chattr")
    if chattr is None or subprocess.run([chattr, "+i", folder], capture_output=True, check=False).returncode:  # noqa: S603 - a tool of the system
        pytest.skip("root can seal no folder here (chattr +i)")
    try:
        yield
    finally:
        subprocess.run([chattr, "-i", folder], check=True)  # noqa: S603 - as above


def failed(ended):
    """See that a run failed as it should: exit 1, a sentence with a path and the next thing to do."""
    assert ended.code == 1, ended
    assert "cannot be written" in ended.err
    assert "To continue: reconciler" in ended.out or "run again" in ended.err or "the next run" in ended.err


@pytest.mark.skipif(sys.platform != "linux", reason="prlimit is of Linux")
@pytest.mark.parametrize("size", SIZES)
def test_no_file_may_grow(make_scene, shape, size):
    """Wherever a file cannot grow any more, nothing new is started, exit 1; with room again, nothing was lost."""
    with make_scene() as scene:
        # Pipes and no files for its output, which the limit would cut off too.
        command = ["prlimit", f"--fsize={size}", COMMAND, *scene.arguments(*SERIAL)]
        done = subprocess.run(  # noqa: S603 - our own command
            command, cwd=scene.folder, env=ENVIRONMENT, capture_output=True, text=True, check=False, timeout=30
        )
        assert "Traceback" not in done.stdout + done.stderr
        failed(Ended(done.returncode, done.stdout, done.stderr))
        converge(scene, shape)


def test_a_disk_fills_up(make_scene, shape):
    """On a disk that is full an apply fails with a sentence and sends nothing; with room again it goes on."""
    with make_scene() as scene, small_disk(scene.state.parent) as folder:
        (folder / "ballast").write_bytes(bytes(os.statvfs(folder).f_bavail * os.statvfs(folder).f_frsize))
        failed(scene.end(scene.execute(*SERIAL)))
        assert not any(call.wrote for call in scene.proxy.calls)
        (folder / "ballast").unlink()
        converge(scene, shape)


def test_a_disk_fills_up_in_the_middle(make_scene, shape):
    """A disk that is full from the third write on: what was recorded stands, the rest is done by the next run."""
    with make_scene() as scene, small_disk(scene.state.parent) as folder:

        def spring():
            (folder / "ballast").write_bytes(bytes(os.statvfs(folder).f_bavail * os.statvfs(folder).f_frsize))

        scene.proxy.begin(Trap(3, "during", spring, is_write))
        failed(scene.end(scene.execute(*SERIAL)))
        assert scene.proxy.trap.sprung
        (folder / "ballast").unlink()
        converge(scene, shape)


@contextlib.contextmanager
def small_disk(folder):
    """Put what is in a folder onto a file system of its own with 256 KB."""
    aside = folder.with_name("aside")
    shutil.copytree(folder, aside)
    mount = ["mount", "-t", "tmpfs", "-o", "size=256k,mode=700", "tmpfs", folder]
    if os.getuid() or subprocess.run(mount, capture_output=True, check=False).returncode:  # noqa: S603 - a tool of the system
        pytest.skip("only root can mount a small disk")
    try:
        shutil.copytree(aside, folder, dirs_exist_ok=True)
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", folder], check=True)  # noqa: S603, S607 - as above


def test_a_sealed_folder_is_found_before_anything_is_sent(make_scene, shape):
    """Where the state cannot be written, an apply fails before it sends anything, and a plan still works."""
    with make_scene() as scene:
        with sealed(scene.state.parent):
            assert scene.run("plan").code == 0
            failed(scene.end(scene.execute(*SERIAL)))
        assert not any(call.wrote for call in scene.proxy.calls)
        converge(scene, shape)


def test_a_folder_sealed_in_the_middle_loses_nothing(make_scene, shape):
    """Sealed while it runs, a folder keeps the journal; the run sums up, exits 1, and the next one goes on."""
    with make_scene() as scene, contextlib.ExitStack() as stack:
        seal = stack.enter_context(contextlib.ExitStack())
        scene.proxy.begin(Trap(3, "during", lambda: seal.enter_context(sealed(scene.state.parent)), is_write))
        ended = scene.end(scene.execute(*SERIAL))
        failed(ended)
        assert "Done:" in ended.out
        assert scene.run("plan").code == 0
        seal.close()
        converge(scene, shape)
