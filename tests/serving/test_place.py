"""Where a server of ours listens."""

from __future__ import annotations

import pytest

from reconciler.errors import UsageError
from reconciler.serving.place import base_url, exposed, parse_listen


def test_places_to_listen_on():
    """HOST:PORT is read, with brackets around an IPv6 address."""
    assert parse_listen("127.0.0.1:0") == ("127.0.0.1", 0)
    assert parse_listen("[::1]:8080") == ("::1", 8080)
    for text in ("8080", ":8080", "host:", "host:99999", "host:http"):
        with pytest.raises(UsageError):
            parse_listen(text)


def test_the_url_of_a_place():
    """An IPv6 address stands in brackets in a URL too."""
    assert base_url("127.0.0.1", 80) == "http://127.0.0.1:80"
    assert base_url("::1", 8080) == "http://[::1]:8080"


def test_who_can_reach_a_place():
    """Loopback is for this machine alone; every other host may be reached by others."""
    assert not any(map(exposed, ("127.0.0.1", "::1", "localhost")))
    assert all(map(exposed, ("0.0.0.0", "10.1.2.3", "some.host")))  # noqa: S104 - nothing listens there
