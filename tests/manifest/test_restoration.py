import pytest

from reconciler.manifest.restoration import with_placeholders


def flow(*widgets: dict) -> dict:
    """Give a definition of some widgets."""
    return {"description": "A test", "states": list(widgets), "initial_state": "Trigger"}


def widget(name: str, **properties: object) -> dict:
    """Give a widget."""
    return {"name": name, "type": "say-play", "properties": properties, "transitions": []}


def test_a_body_that_says_what_the_file_says_gives_the_file():
    """A round trip through Studio changes nothing in the file."""
    written = flow(widget("a", say="Hello ${var.name}", loop=1))
    resolved = flow(widget("a", say="Hello Ann", loop=1))
    assert with_placeholders(resolved, written, resolved) == written


def test_widgets_are_matched_by_name():
    """A widget that moved in the list, or has new neighbours, keeps its placeholders."""
    written = flow(widget("a", say="x"), widget("b", url="${var.url}"))
    resolved = flow(widget("a", say="x"), widget("b", url="https://shop.example"))
    body = flow(widget("new"), widget("b", url="https://shop.example", loop=2), widget("a", say="y"))
    assert with_placeholders(body, written, resolved) == flow(
        widget("new"), widget("b", url="${var.url}", loop=2), widget("a", say="y")
    )


@pytest.mark.parametrize(
    ("written", "resolved", "body", "restored"),
    [
        ("Hi ${var.a}!", "Hi Ann!", "Good day, Ann.", "Good day, ${var.a}."),
        ("Hi ${var.a}!", "Hi Ann!", "Ann, dear Ann", "Ann, dear Ann"),
        ("Hi ${var.a}!", "Hi Al!", "Hello Al!", "Hello Al!"),
        ("${var.a}, ${var.b}", "Annette, Ann", "Ann and Bob", "${var.b} and Bob"),
        ("$${var.a} ${var.b}", "$${var.a} Bob", "$${var.a} dear Bob", "$${var.a} dear ${var.b}"),
        ("no placeholder", "no placeholder", "something else", "something else"),
        ("${var.a}", "Ann", 7, 7),
    ],
)
def test_a_changed_text_gets_back_what_surely_stands_in_it(written, resolved, body, restored):
    """A value that stands exactly once in the new text, and not by chance, becomes its placeholder again."""
    found = with_placeholders(flow(widget("a", x=body)), flow(widget("a", x=written)), flow(widget("a", x=resolved)))
    assert found == flow(widget("a", x=restored))
