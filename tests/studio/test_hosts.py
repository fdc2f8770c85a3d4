from __future__ import annotations

import pytest

from reconciler.errors import UsageError
from reconciler.studio.hosts import EMBEDDED, Hosts, checked_base, hosts_of, is_loopback


@pytest.mark.parametrize("region", [None, "us1", "ie1"])
@pytest.mark.parametrize("edge", [None, "dublin", "ashburn"])
def test_hosts_are_those_of_twilios_own_client(region, edge):
    """Region and edge make the same host names as in Twilio's library."""
    rest = pytest.importorskip("twilio.base.client_base")
    theirs = rest.ClientBase(username="AC", password="x", region=region, edge=edge, environment={"-": ""})
    ours = hosts_of(None, region, edge)
    assert (ours.studio, ours.api) == (
        theirs.get_hostname("https://studio.twilio.com"),
        theirs.get_hostname("https://api.twilio.com"),
    )
    assert ours.url("serverless", "") == theirs.get_hostname("https://serverless.twilio.com")


def test_an_endpoint_serves_both():
    """An emulator answers for Studio and for the account; a slash at the end changes nothing."""
    assert hosts_of("http://127.0.0.1:8080/") == Hosts("http://127.0.0.1:8080", "http://127.0.0.1:8080")
    assert hosts_of("https://Studio.example.test") == Hosts(*["https://studio.example.test"] * 2)
    assert hosts_of("http://[::1]:80").studio == "http://[::1]:80"
    assert hosts_of("embedded") == EMBEDDED
    assert is_loopback(EMBEDDED.studio)


@pytest.mark.parametrize(
    "url",
    [
        "http://studio.example.test", "http://10.0.0.1", "http://127.0.0.1.example.test", "http://localhost.test",
        "studio.example.test", "ftp://127.0.0.1", "https://", "https://h/path", "https://h?x=1", "https://h#x",
        "https://h:port", "https://[x", "",
    ],
)  # fmt: skip
def test_what_is_no_endpoint(url):
    """Plain http beyond loopback, other schemes, paths and nonsense are refused."""
    with pytest.raises(UsageError):
        checked_base(url)


def test_credentials_in_an_endpoint_are_refused_unseen():
    """A password in a URL is neither used nor shown."""
    with pytest.raises(UsageError) as caught:
        hosts_of("https" + "://me:9171@studio.example.test")
    assert "9171" not in f"{caught.value.message}{caught.value.hint}"


@pytest.mark.parametrize("name", ["evil.test/", "a.b", "x@y", ""])
def test_a_region_is_one_label(name):
    """A region or edge cannot turn the host into another."""
    with pytest.raises(UsageError):
        hosts_of(None, region=name)
    with pytest.raises(UsageError):
        hosts_of(None, edge=name)
