"""States of every shape, and a clock that only moves when told to."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import strategies as st

from reconciler.errors import InterruptedRunError
from reconciler.model.address import Address
from reconciler.model.definition import Digests
from reconciler.model.record import (
    DropIntent,
    DropResource,
    FlowRecord,
    Intent,
    PublishedHead,
    PutIntent,
    PutRelease,
    PutResource,
    RevisionEntry,
    SetAccount,
    State,
    StateChange,
    TestUsersRecord,
    Writer,
)
from reconciler.model.release import Release, ReleasedFlow, SmokeRun

START = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
optional = st.none() | texts
names = st.from_regex(r"[a-z0-9]([-a-z0-9]{0,6}[a-z0-9])?", fullmatch=True)
numbers = st.integers(min_value=0, max_value=2**60)
times = st.datetimes(timezones=st.just(UTC))
statuses = st.sampled_from(["draft", "published"])
flow_addresses = st.builds(Address, st.just("Flow"), names)
users_addresses = st.builds(Address, st.just("TestUsers"), names)
addresses = flow_addresses | users_addresses
digests = st.builds(Digests, texts, texts)
revisions = st.builds(
    RevisionEntry,
    revision=numbers,
    status=statuses,
    digest=optional,
    message=optional,
    author=optional,
    at=st.none() | times,
    by=st.sampled_from(["us", "others"]),
    plan=optional,
    source=optional,
)
flows = st.builds(
    FlowRecord,
    sid=texts,
    friendly_name=texts,
    status=statuses,
    revision=numbers,
    webhook_url=optional,
    published=st.none() | st.builds(PublishedHead, numbers, digests),
    sent=st.none() | digests,
    stored=digests,
    on_delete=st.sampled_from(["delete", "retain"]),
    revisions=st.lists(revisions, max_size=3).map(tuple),
)
contacts = st.lists(texts, max_size=3).map(tuple)
users = st.builds(TestUsersRecord, flow=flow_addresses, sid=texts, sent=contacts, stored=contacts)
intents = st.builds(
    Intent,
    token=texts,
    kind=st.sampled_from(["create", "update", "publish", "delete", "set-test-users"]),
    sid=optional,
    friendly_name=texts,
    status=statuses,
    base=numbers,
    target=texts,
    plan=texts,
    at=times,
)
releases = st.builds(
    Release,
    id=texts,
    stage=st.sampled_from(["draft", "smoke", "watch", "back", "done", "taken-back"]),
    began=times,
    message=optional,
    flows=st.lists(
        st.builds(
            ReleasedFlow,
            address=flow_addresses,
            sid=optional,
            base=numbers,
            previous=st.none() | numbers,
            previous_digest=optional,
            publish=st.booleans(),
            manifest=texts,
            target=optional,
            draft=st.none() | numbers,
            published=st.none() | numbers,
            back=st.none() | numbers,
            left=optional,
        ),
        max_size=2,
    ).map(tuple),
    smoke=st.lists(
        st.builds(
            SmokeRun,
            flow=flow_addresses,
            name=texts,
            token=texts,
            at=st.none() | times,
            sid=optional,
            ended=st.booleans(),
            verdict=st.sampled_from(["open", "passed", "failed"]),
            message=optional,
        ),
        max_size=2,
    ).map(tuple),
    since=st.none() | times,
    until=st.none() | times,
    cause=st.sampled_from([None, "smoke", "conflict"]),
    reason=optional,
    ended=st.none() | times,
)
all_states = st.builds(
    State,
    lineage=texts,
    serial=numbers,
    project=texts,
    environment=texts,
    account=optional,
    endpoint=optional,
    writer=st.none() | st.builds(Writer, texts, times, optional),
    resources=st.builds(
        lambda a, b: {**a, **b},
        st.dictionaries(flow_addresses, flows, max_size=3),
        st.dictionaries(users_addresses, users, max_size=2),
    ),
    pending=st.dictionaries(addresses, intents, max_size=2),
    release=st.none() | releases,
)
all_changes: st.SearchStrategy[StateChange] = st.one_of(
    st.builds(PutResource, flow_addresses, flows),
    st.builds(PutResource, users_addresses, users),
    st.builds(DropResource, addresses),
    st.builds(PutIntent, addresses, intents),
    st.builds(DropIntent, addresses),
    st.builds(SetAccount, texts),
    st.builds(PutRelease, releases),
)


@dataclass
class StillClock:
    """A clock whose waits take no time; `stop_after` waits, the run is to stop."""

    at: datetime = START
    stop_after: int | None = None
    waits: list[float] = field(default_factory=list)

    def now(self) -> datetime:
        """Give the start and what was waited."""
        return self.at + timedelta(seconds=sum(self.waits))

    def monotonic(self) -> float:
        """Give what was waited."""
        return sum(self.waits)

    def sleep(self, seconds: float) -> None:
        """Note the wait."""
        self.waits.append(seconds)
        if self.stopping():
            raise InterruptedRunError("stopped")

    def stopping(self) -> bool:
        """Tell whether there were waits enough."""
        return self.stop_after is not None and len(self.waits) >= self.stop_after


@pytest.fixture
def clock() -> StillClock:
    """Give a clock that stands still."""
    return StillClock()


@pytest.fixture(scope="session")
def states() -> st.SearchStrategy[State]:
    """Give states of every shape."""
    return all_states


@pytest.fixture(scope="session")
def changes() -> st.SearchStrategy[StateChange]:
    """Give changes of every kind."""
    return all_changes


@pytest.fixture(scope="session")
def flow_record() -> Callable[..., FlowRecord]:
    """Give a function that makes the record of flow number n."""

    def make(number: int, *, history: int = 1, first: int = 1) -> FlowRecord:
        digest = Digests(f"sha256:{number:064x}", f"sha256:{number + 1:064x}")
        last = first + history - 1
        return FlowRecord(
            sid=f"FW{number:032x}",
            friendly_name=f"Flow {number}",
            status="published",
            revision=last,
            webhook_url=f"https://webhooks.example.com/{number}",
            published=PublishedHead(last, digest),
            sent=digest,
            stored=digest,
            revisions=tuple(
                RevisionEntry(each, "published", digest.full, "Reminder", "US1", START, "us", "sha256:0", "git:abc")
                for each in range(first, last + 1)
            ),
        )

    return make


@pytest.fixture(scope="session")
def empty() -> State:
    """Give the state of a project that has none yet."""
    return State("lineage-1", 0, "clinic", "production", None, None)
