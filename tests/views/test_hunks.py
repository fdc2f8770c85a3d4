"""Long texts are shown where they differ, and nothing that differs is hidden."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from reconciler.views.human.hunks import hunks
from reconciler.views.style import Style

STYLE = Style(unicode=True)
TEXT = (
    "Hello {{contact.channel.address}}, we expect you on {{flow.data.day}} at {{flow.data.hour}} in our clinic at Main "
    "Street. Please bring your insurance card and a list of your medicines. Reply YES or NO. Your clinic"
)


def test_short_texts_stay_whole():
    """What fits is shown whole."""
    assert hunks("Hello", "Hi", 20, STYLE) == [("Hello", "Hi")]


def test_each_place_is_shown():
    """Two changes far apart are two places, each with what is around it."""
    after = TEXT.replace("expect you", "wait for you").replace("Your clinic", "Your practice")
    assert hunks(TEXT, after, 50, STYLE) == [
        ("…annel.address}}, we expect you on {{flow.data.…", "…annel.address}}, we wait for you on {{flow.data.…"),
        ("…f your medicines. Reply YES or NO. Your clinic", "…f your medicines. Reply YES or NO. Your practice"),
    ]


def test_changes_close_together_are_one_place():
    """Two words next to each other are one place."""
    assert len(hunks(TEXT, TEXT.replace("insurance", "blue").replace("list", "bag"), 60, STYLE)) == 1


def test_unlike_texts_are_shown_from_their_beginning():
    """Texts with little in common are not cut into chance matches; nor are very large ones."""
    assert len(hunks(TEXT, "Something else, and nothing of it was there before. " * 4, 60, STYLE)) == 1
    large = "word " * 2_000
    assert len(hunks(f"a {large}", f"b {large}c", 60, STYLE)) == 1


@given(st.integers(20, 60), st.sets(st.sampled_from(range(0, 60, 3)), max_size=6), st.integers(40, 100))
def test_nothing_that_differs_is_hidden(number_of_words, places, room):
    """However many words are changed, each new one is shown in lines that fit, if words are matched at all."""
    words = [f"word{number}" for number in range(number_of_words)]
    changed = [f"new{number}" if number in places else word for number, word in enumerate(words)]
    before, after = " ".join(words), " ".join(changed)
    pairs = hunks(before, after, room, STYLE)
    if len(pairs) > 1:
        assert all(len(text) <= room for pair in pairs for text in pair)
        shown = " ".join(after for _, after in pairs)
        assert {word for word in changed if word.startswith("new")} <= set(shown.replace("…", " ").split())
