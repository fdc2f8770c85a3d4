from __future__ import annotations

from urllib.parse import urlencode

from reconciler.definition.document import of
from reconciler.definition.size import LIMIT, form_size
from reconciler.model.live import FlowInput


def test_size_is_that_of_the_form_body():
    """The size is the number of bytes of the form body, percent-encoding included."""
    definition = of({"description": "é & {}"})
    what = FlowInput("Näme", "draft", definition, "[mark] x")
    body = urlencode(
        {"FriendlyName": "Näme", "Status": "draft", "Definition": definition.text, "CommitMessage": "[mark] x"}
    )
    assert form_size(what) == len(body.encode())
    assert form_size(FlowInput("n", "draft", of({"d": "x" * LIMIT}), "m")) > LIMIT
