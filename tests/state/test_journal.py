from dataclasses import replace
from functools import reduce

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.errors import StateDamagedError
from reconciler.model.address import flow
from reconciler.model.record import PutResource, changed
from reconciler.state.document import encode
from reconciler.state.encoding import merge, patch, to_document
from reconciler.state.journal import encode_entry, read_journal, recover
from reconciler.state.lines import encode_line


def written(state, batches):
    return b"".join(encode_entry(state, number, batch) for number, batch in enumerate(batches, 1))


def recovered(state, journal):
    return recover(encode(state), read_journal(journal, "j"), "s", "j")


@pytest.fixture
def three(empty, flow_record):
    """Give three lines on top of the empty state, and the states after none, one, two and three of them."""
    batches = [[PutResource(flow(f"f{n}"), flow_record(n))] for n in range(3)]
    states = [reduce(changed, batches[:n], empty) for n in range(4)]
    return written(empty, batches), states


@given(data=st.data())
def test_round_trip(states, changes, data):
    """Snapshot and journal together are the state after all changes."""
    state = data.draw(states)
    batches = data.draw(st.lists(st.lists(changes, max_size=4), max_size=4))
    expected = reduce(changed, batches, state)
    assert recovered(state, written(state, batches)) == (expected, len(batches))


@given(data=st.data())
def test_a_patch_is_worth_its_changes(states, changes, data):
    """Merging a patch into a document, once or twice, is the same as making the changes."""
    state, batch = data.draw(states), data.draw(st.lists(changes, max_size=6))
    document = to_document(state)
    for _ in range(2):
        merge(document, patch(batch))
        assert document == to_document(changed(state, batch))


def test_a_torn_tail_is_left_out_wherever_it_is_torn(empty, three):
    """Cut at any byte, a journal gives exactly the changes of its whole lines."""
    journal, states = three
    for length in range(len(journal) + 1):
        whole = journal[:length].count(b"\n")
        assert recovered(empty, journal[:length]) == (states[whole], whole)
        assert read_journal(journal[:length], "j").length == journal[:length].rfind(b"\n") + 1


@given(data=st.data())
def test_a_flipped_byte_never_gives_a_wrong_state(empty, flow_record, data):
    """Whatever byte changes into whatever other, the journal is refused, or its last line is taken for torn."""
    batches = [[PutResource(flow(f"f{n}"), flow_record(n))] for n in range(3)]
    journal = bytearray(written(empty, batches))
    index = data.draw(st.integers(0, len(journal) - 1))
    journal[index] ^= data.draw(st.integers(1, 255))
    try:
        state, count = recovered(empty, bytes(journal))
    except StateDamagedError:
        return
    assert index == len(journal) - 1  # the end of the last line alone
    assert (state, count) == (reduce(changed, batches[:2], empty), 2)


def test_every_bit_of_a_line_is_guarded(empty, three):
    """No single bit of a line can flip unseen."""
    journal, _ = three
    first = journal.index(b"\n")
    for index in range(first + 1):
        for bit in range(8):
            flipped = bytearray(journal)
            flipped[index] ^= 1 << bit
            with pytest.raises(StateDamagedError):
                recovered(empty, bytes(flipped))


def test_damage_names_its_line(three):
    """Damage is told with the number of its line."""
    journal, _ = three
    lines = journal.splitlines(keepends=True)
    with pytest.raises(StateDamagedError) as caught:
        read_journal(lines[0] + lines[1].replace(b"Flow 1", b"Flow 7") + lines[2], "state/production.journal")
    assert "state/production.journal:2" in caught.value.message
    assert caught.value.hint


@pytest.mark.parametrize("order", [(0, 2), (1, 0), (0, 0), (1, 2)])
def test_a_missing_or_repeated_line_is_damage(three, order):
    """A line that is gone, doubled or in another place is seen."""
    lines = three[0].splitlines(keepends=True)
    with pytest.raises(StateDamagedError):
        read_journal(b"".join(lines[n] for n in order), "j")


def test_lines_from_before_a_fold_are_left_out(three):
    """After a crash between snapshot and removal of the journal, the old lines are not applied to the new snapshot."""
    journal, states = three
    folded = replace(states[3], serial=1, resources={})
    assert recovered(folded, journal) == (folded, 0)


def test_a_journal_of_a_later_snapshot_is_refused(empty):
    """An old snapshot put beside a newer journal is damage, not a state."""
    later = replace(empty, serial=7)
    journal = encode_entry(later, 1, [])
    with pytest.raises(StateDamagedError):
        recovered(empty, journal)


def test_a_journal_of_another_lineage_is_refused(empty, three):
    """A journal of another state is damage, not a state."""
    with pytest.raises(StateDamagedError):
        recovered(replace(empty, lineage="other"), three[0])


def test_a_newer_journal_is_refused(empty):
    """A journal that a newer version wrote is refused."""
    line = encode_line({"format": 3, "lineage": empty.lineage, "serial": 0, "number": 1, "changes": {}})
    with pytest.raises(StateDamagedError):
        recovered(empty, line)


@pytest.mark.parametrize("entry", [{}, {"format": 1}, {"format": 1, "lineage": "l", "serial": "0", "number": 1}])
def test_a_line_that_is_no_entry_is_refused(entry):
    """A whole line that says something else than an entry is damage."""
    with pytest.raises(StateDamagedError):
        read_journal(encode_line(entry), "j")


def test_an_entry_that_the_document_cannot_hold_is_refused(empty):
    """Changes that would make an invalid document are damage."""
    line = encode_line(
        {
            "format": 1,
            "lineage": empty.lineage,
            "serial": 0,
            "number": 1,
            "changes": {"pending": {}, "resources": {"Flow/a": {"sid": 5}}},
        }
    )
    with pytest.raises(StateDamagedError):
        recovered(empty, line)


@pytest.mark.parametrize("snapshot", [b"{}", b'{"format": 1}', b'{"format": 1, "serial": "0", "lineage": "lineage-1"}'])
def test_a_damaged_snapshot_below_a_journal_is_refused(three, snapshot):
    """A snapshot that cannot be trusted is refused, journal or not."""
    with pytest.raises(StateDamagedError):
        recover(snapshot, read_journal(three[0], "j"), "s", "j")
