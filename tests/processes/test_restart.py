"""Studio goes away in the middle of an apply and comes back with all it had: the emulator, killed and restarted."""

import os
import signal
import socket
import threading
import time

import pytest

from tests.support.proxy import Trap, is_write
from tests.support.scene import APPLY, converge

pytestmark = [pytest.mark.socket, pytest.mark.slow]


@pytest.fixture(scope="module")
def shape(make_scene):
    """Give what Studio has when it stays."""
    with make_scene() as scene:
        assert scene.run(*APPLY).code == 0
        return scene.account().shape()


def kill(pid):
    """End an emulator as a power cut would."""
    os.kill(pid, signal.SIGKILL)


@pytest.mark.parametrize("parallelism", ["1", "4"])
@pytest.mark.parametrize("write", [1, 4, 9])
def test_gone_and_back_for_the_next_run(make_scene, shape, write, parallelism):
    """Studio dies with a write in flight and stays away: the run says what is open, the next one finishes."""
    with make_scene() as scene:
        with scene.emulator() as emulator:
            scene.proxy.begin(Trap(write, "during", lambda: kill(emulator), is_write))
            ended = scene.end(scene.execute(*APPLY, "--parallelism", parallelism))
            assert ended.code == 1, ended
            assert scene.proxy.trap.sprung
            assert "pending" in ended.out
            assert "apply" in ended.out.splitlines()[-1]
        with scene.emulator():
            converge(scene, shape)


@pytest.mark.parametrize("parallelism", ["1", "4"])
def test_gone_and_back_within_a_run(make_scene, shape, parallelism):
    """Studio dies with a write in flight and is back at once: the run itself looks what became of it, and goes on."""
    with make_scene() as scene, scene.emulator() as first:

        def restart():
            kill(first)
            back.append(scene.emulator())
            back[0].__enter__()

        back = []
        scene.proxy.begin(Trap(3, "during", restart, is_write))
        try:
            ended = scene.end(scene.execute(*APPLY, "--parallelism", parallelism))
            assert ended.code in {0, 1}, ended
            converge(scene, shape)
        finally:
            back[0].__exit__(None, None, None)


def test_a_refused_connection_is_no_lost_answer(make_scene, shape):
    """Where nobody listens, nothing was sent: without a proxy, a Studio that is away and back is waited for or told."""
    port = _free_port()
    with make_scene() as scene:
        direct = f"http://127.0.0.1:{port}"
        # The state is that of the proxy's address: this Studio is the same one at another address.
        state = scene.state.read_text().replace(scene.proxy.url, direct)
        scene.state.write_text(state)
        scene.endpoint = direct
        ended = {}
        with scene.emulator("--latency", "30ms", port=port) as emulator:
            runner = threading.Thread(target=lambda: ended.update(one=scene.end(scene.execute(*APPLY))))
            runner.start()
            while scene.account().created < 8:
                time.sleep(0.005)
            kill(emulator)
            runner.join(60)
        assert ended["one"].code == 1, ended
        with scene.emulator(port=port):
            scene.proxy.begin()
            again = scene.run(*APPLY)
            assert again.code == 0, again
            assert scene.account().shape() == shape
            assert scene.run("plan", "--detailed-exitcode").code == 0


def _free_port():
    with socket.create_server(("127.0.0.1", 0)) as server:
        return server.getsockname()[1]
