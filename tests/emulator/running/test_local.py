"""Which addresses are servers on this machine."""

import pytest

from reconciler.emulator.running.local import is_local


@pytest.mark.parametrize(
    ("url", "local"),
    [
        ("http://127.0.0.1:8000/x", True),
        ("http://127.9.9.9/", True),
        ("http://[::1]:8000", True),
        ("http://localhost/x?y", True),
        ("http://LOCALHOST", True),
        ("https://127.0.0.1/x", False),
        ("http://localhost.example.com/", False),
        ("http://user@10.0.0.1/", False),
        ("http://127.0.0.1@evil.example/", False),
        ("http://0.0.0.0/", False),
        ("http://[::ffff:10.0.0.1]/", False),
        ("http://2130706433/", False),
        ("http://127.0.0.1:99999/", False),
        ("file:///etc/hosts", False),
        ("", False),
    ],
)
def test_which_servers_are_here(url, local):
    """This machine is named by a loopback address or as localhost, over plain HTTP; all else may be elsewhere."""
    assert is_local(url) is local
