"""The kinds of state stores that the contracts are held against. Where their states are: contracts/conftest.py."""

from dataclasses import dataclass

import pytest


@dataclass(frozen=True)
class Implementation:
    """One kind of store.

    Attributes:
        server: the fixture of its server, which gives the location of a new state and its environment variables.
        lock_dies: whether its lock goes with its process; others are broken by their ID.
        kills: how often a run is killed in the test that does.
    """

    server: str
    lock_dies: bool
    kills: int = 6


IMPLEMENTATIONS = {
    "file": Implementation("file_server", lock_dies=True, kills=20),
    "s3-moto": Implementation("moto_server", lock_dies=False),
    "s3-seaweedfs": Implementation("seaweed_server", lock_dies=False),
    "azure-azurite": Implementation("azurite_server", lock_dies=False),
    "gcs-stub": Implementation("gcs_server", lock_dies=False),
    "postgres": Implementation("postgres_server", lock_dies=True),
    "http-stub": Implementation("http_server", lock_dies=False),
}
NEEDS = {
    "moto_server": "moto",
    "seaweed_server": "seaweedfs",
    "azurite_server": "azurite",
    "postgres_server": "postgres",
}
LEASED = ("s3-moto", "s3-seaweedfs", "azure-azurite", "gcs-stub")
LEASE = {"RECONCILER_STATE_LEASE_SECONDS": "10"}


def params(names):
    """Give these kinds of stores as parameters, each marked with the server it needs."""
    return [_param(name) for name in names]


def _param(name):
    needs = NEEDS.get(IMPLEMENTATIONS[name].server)
    marks = [] if needs is None else [pytest.mark.needs_server(needs)]
    return pytest.param(IMPLEMENTATIONS[name], id=name, marks=marks)
