import csv
import io
import json

from reconciler.views.machine.schemas import schemas
from reconciler.views.traffic import render_csv, render_json


def test_the_document_fits_its_schema_and_adds_up(reported, runs):
    """The JSON document follows its schema; who entered a widget is told as one of four."""
    import jsonschema  # noqa: PLC0415 - only here

    document = json.loads(render_json(reported(runs)))
    jsonschema.Draft202012Validator(schemas()["executions-report.schema.json"]).validate(document)
    (revision,) = document["flows"][0]["revisions"]
    assert (revision["runs"], revision["finished"], revision["dropped"], revision["active"]) == (10, 6, 3, 1)
    for widget in revision["widgets"]:
        assert widget["entered"] == widget["wentOn"] + widget["finished"] + widget["dropped"] + widget["active"]
        assert widget["known"] is True
    ways = {widget["name"]: widget["ways"] for widget in revision["widgets"]}
    assert ways["which"][0]["transitions"] == ['match equal_to "1"', 'match equal_to "one"']
    assert [way["trouble"] for way in ways["ask"]] == [None, "silence"]


def test_csv_has_a_line_for_each_widget(reported, runs, make):
    """Each widget is a line under the names of the columns; no name can become a formula."""
    bad = make(("Trigger", "incomingMessage", "=HYPERLINK(1)"))
    rows = list(csv.DictReader(io.StringIO(render_csv(reported([*runs, bad])))))
    assert [row["widget"] for row in rows] == ["Trigger", "ask", "which", "thanks", "'=HYPERLINK(1)"]
    assert (rows[1]["entered"], rows[1]["dropped"], rows[1]["silences"]) == ("16", "3", "2")
