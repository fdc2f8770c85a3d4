import re
import xml.etree.ElementTree as ET
from dataclasses import replace

import pytest

from reconciler.definition.graph import Note, Overlay
from reconciler.views.graph import render_svg
from reconciler.views.graph.palette import style_of
from reconciler.views.graph.text import drawable, fitted, width_of

SVG = "{http://www.w3.org/2000/svg}"


def read(svg):
    return ET.fromstring(svg)  # noqa: S314 - our own text


def drawn(pictured, **settings):
    return read(render_svg(pictured, **settings))


def texts(root):
    return [element.text for element in root.iter(f"{SVG}text")]


def luminance(colour):
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return sum(weight * part for weight, part in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def contrast(one, other):
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def rule(theme, selector, name):
    """Give a colour of a style sheet; of several the last, as a reader's program does."""
    return re.findall(rf"(?:^|\}}\n?|, ){re.escape(selector)}(?:, [^{{]+)? \{{[^}}]*{name}: (#\w+)", style_of(theme))[
        -1
    ]


def test_a_picture_is_xml_that_says_what_it_shows(one):
    """Title and description tell a screen reader which flow it is, and every widget with where it leads."""
    root = drawn(one)
    assert root.attrib["role"] == "img"
    assert root.attrib["aria-labelledby"] == "title desc"
    assert root.findtext(f"{SVG}title") == "Flow/sample"
    described = root.findtext(f"{SVG}desc") or ""
    assert "manifest · 6 widgets · 7 transitions" in described
    assert "choose, split-based-on: noMatch to ask; = 1 to shop." in described


def test_other_peoples_text_is_escaped(one, make):
    """Names, texts and conditions may hold anything: the document stays XML and shows them as they are."""
    assert 'Hello <you> & "all"' in texts(drawn(one))
    odd = '</text><script>"\x00\ud800\u202e]]>'
    states = [{"name": odd, "type": odd, "transitions": [{"event": odd, "next": odd}], "properties": {"say": odd}}]
    root = drawn(make(states))
    assert not list(root.iter(f"{SVG}script"))
    assert any((text or "").startswith("</text><script>") for text in texts(root))


def test_the_same_flow_gives_the_same_bytes(one, both):
    """Nothing of a picture depends on anything but its input."""
    assert render_svg(one) == render_svg(one)
    assert render_svg(both) == render_svg(both)


def test_kinds_of_widgets_have_signs_and_shapes_of_their_own(one):
    """Families differ by class and by the path of their sign, and the legend names those that occur."""
    root = drawn(one)
    kinds = {group.get("class") for group in root.iter(f"{SVG}g")}
    assert kinds == {None, "trigger", "voice", "decision", "flow"}
    signs = {path.attrib["d"] for path in root.iter(f"{SVG}path") if path.get("class") == "glyph"}
    assert len(signs) == 4
    assert {"start", "call", "decision", "subflow"} <= set(texts(root))
    assert "message" not in texts(root)


def test_error_paths_are_dashed_and_the_legend_says_so(one):
    """A way out for errors is drawn with dashes; what is usual is not."""
    svg = render_svg(one)
    root = read(svg)
    lines = [path.attrib["class"] for path in root.iter(f"{SVG}path") if path.get("class", "").startswith("line")]
    assert sorted(lines) == ["line"] * 5 + ["line error"] * 4  # the legend has one of each
    assert ".error { stroke-dasharray:" in svg
    assert "on failure, or when nothing matches" in texts(root)


def test_ways_out_that_lead_nowhere_are_told(one):
    """A transition without `next` stands in its box in words, and a dangling one leads to a box that says so."""
    assert "ends at: incomingMessage" in texts(drawn(one))


def test_differences_are_told_in_words_and_signs(both):
    """Added, removed, changed and renamed widgets carry the word, transitions a sign, and the legend explains both."""
    shown = texts(drawn(both))
    assert {"+ added", "\N{MINUS SIGN} removed", "~ changed", "\N{RIGHTWARDS ARROW} renamed", "was greet"} <= set(shown)
    assert {"+ success", "+ failed", "+ = 1", "\N{MINUS SIGN} = 1", "no such widget"} <= set(shown)
    assert {"added", "removed", "changed", "renamed"} <= set(shown)


def test_nothing_is_too_small_to_read(both):
    """No text is smaller than 12 pixels."""
    sizes = [int(size) for size in re.findall(r"font-size: (\d+)px", render_svg(both))]
    assert sizes
    assert min(sizes) >= 12


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_text_can_be_told_from_its_ground(theme):
    """Every text has a contrast of 4.5 to 1 on every ground that it stands on, in both themes."""
    grounds = [rule(theme, ".ground", "fill"), rule(theme, ".box", "fill")]
    marks = ["added", "removed", "changed", "renamed"]
    grounds += [rule(theme, f".{mark} .box", "fill") for mark in marks]
    inks = [rule(theme, "text", "fill"), rule(theme, ".faint", "fill")]
    inks += [rule(theme, f".head.{mark}", "fill") for mark in ("error", *marks)]
    assert min(contrast(ink, ground) for ink in inks for ground in grounds) >= 4.5
    assert min(contrast("#ffffff", rule(theme, f".badge.{mark} rect", "fill")) for mark in marks) >= 4.5


def test_an_overlay_is_written_on_nodes_and_edges(one):
    """Notes by node and edge appear, with weights as widths; keys that do not exist are of no account."""
    overlay = Overlay(
        {"ask": Note("1,204 runs", "good"), "gone": Note("never")},
        {("choose", "noMatch"): Note("12 %", "bad", 0.5), ("choose", "x"): Note("never")},
    )
    svg = render_svg(replace(one, overlay=overlay))
    assert {"1,204 runs", "12 %"} <= set(texts(read(svg)))
    assert "never" not in svg
    assert "stroke-width:3.7px" in svg


def test_a_note_on_a_rewired_transition_stands_once(both):
    """What an overlay says of a transition is said where it leads now, not where it led."""
    overlay = Overlay(edges={("choose", 'match equal_to "1"'): Note("7 runs")})
    assert texts(drawn(replace(both, overlay=overlay))).count("7 runs") == 1


def test_secrets_are_covered_everywhere(one):
    """A text that nobody may see stands nowhere in a picture, whole or cut."""
    svg = render_svg(one, sensitive=frozenset({"Good bye", "choose", "Press 1"}))
    assert not {word for word in ("Good b", "choose", "Press") if word in svg}
    assert "(sensitive)" in svg


@pytest.mark.parametrize("layout", [None, "auto", "canvas"])
@pytest.mark.parametrize("theme", ["auto", "light", "dark"])
def test_every_layout_and_theme_draws_every_widget(both, layout, theme):
    """Whatever is asked for, all widgets of both sides are in the picture."""
    shown = texts(drawn(both, layout=layout, theme=theme))
    assert {"Trigger", "welcome", "ask", "choose", "shop", "notify", "bye", "sorry"} <= set(shown)


def test_texts_are_cut_to_their_room():
    """A text that is too long ends with an ellipsis inside its room; wide and combining characters are measured."""
    cut = fitted("a rather long text", 12, 60)
    assert cut.endswith("…")
    assert width_of(cut, 12) <= 60
    assert fitted("short", 12, 60) == "short"
    assert width_of("日本", 10) > width_of("ab", 10) > width_of("a\u0301", 10) == width_of("a", 10)
    assert drawable("a\tb\x00\u202e") == "a b\ufffd\ufffd"
