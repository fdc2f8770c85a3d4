"""What is special about states in PostgreSQL: the connection is the lock, rights are few, and no password is shown."""

import os
import uuid
from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest

from reconciler.errors import LeaseLostError, StateUnreachableError, UsageError
from reconciler.model.address import flow
from reconciler.model.definition import Digests
from reconciler.model.record import FlowRecord, PutResource, State
from reconciler.state.open import Run, store_at
from reconciler.state.postgres import location_of

EMPTY = State("lineage-1", 0, "clinic", "production", None, None)
DIGESTS = Digests("sha256:b", "sha256:f")


def put(number):
    return PutResource(flow(f"f{number}"), FlowRecord(f"FW{number:032x}", "n", "draft", 1, None, None, None, DIGESTS))


@pytest.fixture
def address(postgres_server):
    """Give the address of a new state."""
    return postgres_server[0](None)


@pytest.fixture
def make(clock):
    """Give a function that makes a store at an address."""
    return lambda location: store_at(location, Run(clock, "1.2.3", os.environ, "tests"))


@pytest.fixture
def ask(postgres_server):
    """Give a function that runs a statement as the administrator."""
    dsn = location_of(postgres_server[0](None)).dsn

    def run(statement):
        with psycopg.connect(dsn, autocommit=True) as connection:
            return connection.execute(statement)

    return run


@pytest.mark.needs_server("postgres")
def test_the_lock_goes_with_its_connection(make, address, ask):
    """A session whose connection the server ended records nothing more, and the next one needs no unlock."""

    def cut_off():
        with make(address).open(create=EMPTY, timeout=0) as session:
            session.record([put(1)])
            ask("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'reconciler'")
            session.record([put(2)])

    with pytest.raises(LeaseLostError):
        cut_off()
    with make(address).open(create=EMPTY, timeout=5) as session:
        assert session.state.resources.keys() == {flow("f1")}


@pytest.mark.needs_server("postgres")
def test_few_rights_are_enough(make, address, ask):
    """A user that may only use what is there records; one without rights is told, and no password is shown."""
    with make(address).open(create=EMPTY, timeout=0) as session:
        session.record([put(1)])
    name = f"u{uuid.uuid4().hex[:12]}"
    ask(f"CREATE ROLE {name} LOGIN")
    theirs = address.replace("//postgres@", f"//{name}:not-to-be-shown@")
    with pytest.raises(StateUnreachableError) as caught:
        make(theirs).read()
    assert "not-to-be-shown" not in f"{caught.value.message}{caught.value.hint}{make(theirs)}"
    ask(f"GRANT USAGE ON SCHEMA reconciler TO {name}")
    ask(f"GRANT SELECT, INSERT, UPDATE, DELETE ON reconciler.objects TO {name}")
    ask(f"GRANT USAGE ON SEQUENCE reconciler.versions TO {name}")
    with make(theirs).open(create=EMPTY, timeout=0) as session:
        session.record([put(2)])
    assert make(address).read().serial == 2


@pytest.mark.needs_server("postgres")
def test_first_users_at_once_make_the_tables_once(make, address, ask):
    """Several runs that all find no table end up with one, and with their states."""
    ask("DROP SCHEMA IF EXISTS reconciler CASCADE")

    def first(number):
        with make(f"{address}{number}").open(create=EMPTY, timeout=5) as session:
            session.record([put(number)])

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(first, range(4)))
    assert [make(f"{address}{number}").read().serial for number in range(4)] == [1, 1, 1, 1]


def test_to_another_machine_tls_is_wanted():
    """Without a word about it, a server elsewhere is spoken to with TLS only; one on this machine as it likes."""
    assert "sslmode=require" in location_of("postgresql://db.example.com/x?state=s").dsn
    assert "sslmode=verify-full" in location_of("postgres://db.example.com/x?state=s&sslmode=verify-full").dsn
    assert "sslmode" not in location_of("postgresql://127.0.0.1/x?state=s").dsn


@pytest.mark.parametrize("location", ["postgresql://h/d", "postgresql://h/d?state=", "postgresql://h:x/d?state=s"])
def test_an_address_without_a_state_is_refused(location):
    """The name of the state is wanted."""
    with pytest.raises(UsageError):
        location_of(location)
