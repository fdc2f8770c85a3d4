"""What the sample's flows have in common can be said once: the same flows come out of a shared group."""

import json
from pathlib import Path

import pytest

from reconciler.definition.document import of
from reconciler.manifest.compose import compose
from reconciler.manifest.findings import Findings
from reconciler.manifest.folder import Folder
from reconciler.manifest.groups import Groups
from reconciler.manifest.source import read_file
from reconciler.model.finding import Place

NAMES = ("count_tries", "split_tries")


@pytest.mark.parametrize("name", ["voicemail", "satisfaction-survey", "support-bot"])
def test_three_flows_count_tries_with_one_group(sample, tmp_path: Path, name: str):
    """Two widgets that three flows have copies of, as a group with two exits, give the same flow."""
    data = sample.definitions[name]
    widgets = {state["name"]: state for state in data["states"]}
    missed, again = (one["next"] for one in widgets["split_tries"]["transitions"])
    group = json.loads(json.dumps([widgets[one] for one in NAMES]))
    group[1]["transitions"][0]["next"], group[1]["transitions"][1]["next"] = "enough", "again"
    condition = group[1]["transitions"][1]["conditions"][0]
    condition |= {"value": "${param.most}", "friendly_name": "If value less_than ${param.most}"}
    shared = {"parameters": {"most": {"default": "3"}}, "exits": ["again", "enough"], "states": group}
    include = {"include": {"file": "tries.json", "exits": {"again": again, "enough": missed}}}
    states = [include if state["name"] == NAMES[0] else state for state in data["states"] if state["name"] != NAMES[1]]
    (tmp_path / "tries.json").write_text(json.dumps(shared))
    (tmp_path / "flow.json").write_text(json.dumps({**data, "states": states}))
    findings = Findings()
    folder = Folder(tmp_path, findings)
    source = read_file(folder, "flow.json", Place("flow.json"), findings)
    assert source is not None
    done = compose(source, Groups(folder, findings), findings)
    assert (done is not None, findings.sorted()) == (True, ())
    assert done is not None
    assert done.definition.digests == of(data).digests
