"""Fixtures: a project, a state and an emulator process in a folder for each test, behind one proxy for each worker."""

from __future__ import annotations

import contextlib
import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from tests.support import clinic
from tests.support.proxy import Proxy
from tests.support.scene import Scene
from tests.support.zygote import Zygote


@pytest.fixture(scope="session")
def proxy() -> Iterator[Proxy]:
    """Give this worker's proxy."""
    with Proxy() as running:
        yield running


@pytest.fixture(scope="session")
def zygote() -> Iterator[Zygote]:
    """Give this worker's source of processes."""
    if sys.platform != "linux":
        pytest.skip("real processes are watched through /proc, which only Linux has")
    with Zygote.running() as running:
        yield running


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory, proxy: Proxy, zygote: Zygote) -> Path:
    """Give a folder where the first edition is applied and the second is wanted."""
    scene = Scene(tmp_path_factory.mktemp("template"), proxy, zygote)
    clinic.write(scene.folder / "manifests", clinic.first())
    proxy.begin()
    with scene.emulator():
        assert scene.run("apply", "--auto-approve").code == 0
    clinic.write(scene.folder / "manifests", clinic.second())
    return scene.folder


MakeScene = Callable[..., AbstractContextManager[Scene]]


@pytest.fixture(scope="session")
def make_scene(tmp_path_factory: pytest.TempPathFactory, template: Path, proxy: Proxy, zygote: Zygote) -> MakeScene:
    """Give a maker of copies of the template, or of fresh folders, each served until its context ends."""

    @contextlib.contextmanager
    def make(*options: str, fresh: bool = False) -> Iterator[Scene]:
        folder = tmp_path_factory.mktemp("scene")
        if fresh:
            clinic.write(folder / "manifests", clinic.first())
        else:
            shutil.copytree(template, folder, dirs_exist_ok=True)
        scene = Scene(folder, proxy, zygote)
        proxy.begin()
        with scene.emulator(*options):
            yield scene
        shutil.rmtree(folder)

    return make
