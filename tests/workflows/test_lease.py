"""A run that loses the lock of its remote state in the middle: it begins nothing more, and loses nothing it did."""

import pytest

from reconciler.errors import LeaseLostError
from reconciler.plan.outcome import Done, Failed, Skipped
from reconciler.state.open import Run, store_at
from tests.support.flows import desired, flow
from tests.support.lock_server import PASSWORD, USER, lock_server
from tests.support.object_server import object_server
from tests.support.story import accounted_for, in_sync
from tests.support.world import Bed, InlinePool

WANTED = desired([flow(name) for name in map("flow-{}".format, range(12))])


class Thief:
    """Hands requests on, and takes the lock away just before the answer to the second create."""

    def __init__(self, inner, steal):
        self.inner, self.steal, self.creates = inner, steal, 0

    def __enter__(self):
        return self

    def __exit__(self, *_):
        return None

    def close(self):
        """Close nothing."""

    def handle_request(self, request):
        """Answer as the emulator does."""
        answer = self.inner.handle_request(request)
        if request.method == "POST" and request.url.path.endswith("/Flows"):
            self.creates += 1
            if self.creates == 2:
                self.steal()
        return answer


@pytest.fixture
def bed(tmp_path):
    """Give a function that makes a world whose state is at an address, and whose lock `steal` takes."""

    def make(location, environ, steal):
        found = Bed(tmp_path)
        found.store = store_at(location, Run(found.clock, "0.1.0", environ, "tests"))
        found.transport = lambda inner: Thief(inner, lambda: steal(found.store))
        return found

    return make


def break_lock(store):
    store.unlock(store.holder().split("(ID ")[1].split(")")[0])


def ended(bed):
    """Apply again, undisturbed: everything is there once, and recorded."""
    bed.transport = None
    bed.apply(WANTED)
    in_sync(bed, WANTED)
    accounted_for(bed, WANTED)


def test_a_lost_lease_halts_the_run(bed, monkeypatch):
    """What was in flight is recorded on condition, the next step fails for want of the lease, the rest is skipped."""
    with object_server() as (url, _):
        monkeypatch.setenv("STORAGE_EMULATOR_HOST", url)

        def steal(store):
            break_lock(store)
            beating[-1]()

        beating = []
        found = bed("gs://states/clinic.json", {"STORAGE_EMULATOR_HOST": url}, steal)
        found.store._lock._heartbeat = Beats(beating)
        applied = found.apply(WANTED)
        assert applied.lease_lost
        started = [each for each in applied.outcomes if not isinstance(each, Skipped)]
        assert [type(each) for each in started[:3]] == [Done, Done, Failed]
        assert all(isinstance(each.error, LeaseLostError) for each in started[2:])
        assert len(started) <= InlinePool.size
        assert {each.because for each in applied.outcomes[len(started) :]} == {"lease"}
        assert len(found.state().resources) == 2
        ended(found)


class Beats:
    """A heartbeat that beats when told to."""

    def __init__(self, beating):
        self.list = beating

    def beating(self, beat, *, every):
        """Note what beats."""
        del every
        self.list.append(beat)
        return Thief(None, None)


def test_a_lock_that_the_server_gave_away_ends_the_run(bed):
    """Behind Terraform's protocol the run ends at the first refused write, and the next one finds out what it did."""
    with lock_server() as (url, _):
        found = bed(f"{url}/clinic", {"TF_HTTP_USERNAME": USER, "TF_HTTP_PASSWORD": PASSWORD}, break_lock)
        with pytest.raises(LeaseLostError):
            found.apply(WANTED)
        assert len(found.state().resources) == 1
        assert len(found.state().pending) == 1
        ended(found)
