"""The three sides in one normal form, and how two of them differ."""

from __future__ import annotations

from dataclasses import replace

import pytest

from reconciler.compare.flows import Comparison, compare, matters
from reconciler.compare.snapshot import Content, Snapshot, content_of, of_desired, of_live, of_record, sent_for
from reconciler.model.definition import Digests
from reconciler.model.live import LiveFlow
from reconciler.model.record import PublishedHead, RevisionEntry
from tests.support.flows import greeting
from tests.support.scripted import numbered, recorded, row

HELLO, NEW, MOVED = (Content(d.digests) for d in (greeting(), greeting("New"), greeting(x=9)))


def side(latest: Content = HELLO, published: Content | None = HELLO, **more: object) -> Snapshot:
    """A published flow."""
    return replace(Snapshot("menu", "published", latest, published), **more)


def test_a_thing_and_itself_do_not_differ():
    """Comparing a snapshot with itself gives the class none, by either head."""
    for one in (side(), side(status="draft"), side(published=None, status="draft")):
        for by in ("draft", "published"):
            found = compare(one, one, by=by)
            assert found == Comparison("none", name=False, status=False, draft=False)
            assert found.flow_class == "none"


@pytest.mark.parametrize(
    ("after", "by", "expected"),
    [
        (side(NEW, NEW), "published", "behaviour"),
        (side(MOVED, MOVED), "published", "layout"),
        (side(friendly_name="x"), "published", "metadata"),
        (side(NEW, HELLO, status="draft"), "published", "draft"),
        (side(NEW, HELLO, status="draft"), "draft", "behaviour"),
        (side(HELLO, HELLO, status="draft"), "draft", "metadata"),
        (side(NEW, NEW, friendly_name="x"), "published", "behaviour"),
        (side(NEW, HELLO, status="draft", friendly_name="x"), "published", "draft"),
    ],
)
def test_gravest_class(after: Snapshot, by: str, expected: str):
    """The class of a comparison is the gravest that applies to the head that is looked at."""
    assert compare(side(), after, by=by).flow_class == expected  # type: ignore[arg-type]  # one of two words


def test_what_one_side_does_not_have_is_behaviour():
    """A head that only one side has is a difference of behaviour; one that neither has is none."""
    draft = side(published=None, status="draft")
    assert compare(draft, side(), by="published").content == "behaviour"
    assert compare(side(), draft, by="published").content == "behaviour"
    assert compare(draft, draft, by="published").content == "none"


def test_known_draft_is_not_news():
    """A draft that the first side has too is no draft of somebody's since."""
    drafted = side(NEW, HELLO, status="draft")
    assert not compare(drafted, drafted, by="published").draft
    assert compare(drafted, replace(drafted, latest=MOVED), by="published").draft


def test_layout_matters_only_where_it_is_managed():
    """A move of widgets is a change under `layout: manage` alone."""
    assert [matters(c, "ignore") for c in ("none", "layout", "behaviour")] == [False, False, True]
    assert [matters(c, "manage") for c in ("none", "layout", "behaviour")] == [False, True, True]


def test_live_flow_that_was_not_fetched_is_as_recorded():
    """The record speaks for a body that nobody read, the row for name and status."""
    found = of_live(LiveFlow(row(name="x")), recorded())
    assert found == replace(of_record(recorded()), friendly_name="x")


def test_live_flow_without_body_and_record():
    """Without a record there must be a body."""
    with pytest.raises(ValueError, match="body"):
        of_live(LiveFlow(row()), None)
    with pytest.raises(ValueError, match="definition"):
        content_of(numbered(1, None))


def test_published_head_of_a_draft():
    """The head of a draft is what was fetched, nothing when never published, else what is recorded."""
    draft = LiveFlow(row(2, "draft"), numbered(2, "New", status="draft"))
    assert of_live(draft, recorded()).published == HELLO
    assert of_live(draft, recorded(published=None)).published is None
    assert of_live(draft, None).published is None
    assert of_live(replace(draft, never_published=True), recorded()).published is None
    assert of_live(replace(draft, published=numbered(1, "Other")), recorded()).published == Content(
        greeting("Other").digests
    )
    assert of_live(LiveFlow(row(), numbered(1)), None).published == HELLO


def test_what_equals_what_we_sent_stands_for_what_studio_stored():
    """A server's habits never look like a change, and any other definition is taken as it is."""
    stored = Digests("sha256:b", "sha256:f")
    record = recorded(sent=greeting(), stored=stored, published=None)
    record = replace(record, published=PublishedHead(1, stored))
    assert of_desired("menu", "published", greeting(), record).latest.digests == stored
    moved = of_desired("menu", "published", greeting(x=9), record).latest.digests
    assert moved == Digests("sha256:b", greeting(x=9).digests.full)
    assert of_desired("menu", "published", greeting("New"), record).latest == NEW
    assert of_desired("menu", "published", greeting(), None).latest == HELLO
    assert of_desired("menu", "published", greeting(), replace(record, sent=None)).latest == HELLO
    assert of_desired("menu", "published", greeting(), replace(record, published=None, status="draft")).latest == HELLO
    assert of_desired("menu", "draft", greeting(), record).published is None


def entry(number: int, by: str, status: str = "published") -> RevisionEntry:
    """An entry of a history."""
    return RevisionEntry(number, status, None, None, None, None, by)  # type: ignore[arg-type]  # words of the model


def test_what_we_sent_belongs_to_one_head():
    """What we sent belongs to the published head below a draft of others, and to a draft of ours above one."""
    foreign = recorded(2, status="draft", revisions=(entry(1, "us"), entry(2, "others", "draft")))
    assert sent_for(foreign, "published") == greeting().digests
    assert sent_for(foreign, "draft") is None
    own = recorded(2, status="draft", revisions=(entry(1, "us"), entry(2, "us", "draft")))
    assert sent_for(own, "published") is None
    assert sent_for(own, "draft") == greeting().digests
    for record in (recorded(), recorded(status="draft", published=None)):
        assert sent_for(record, "published") == sent_for(record, "draft") == greeting().digests
    assert sent_for(recorded(2, status="draft", revisions=()), "draft") == greeting().digests
    assert sent_for(replace(own, sent=None), "draft") is None
