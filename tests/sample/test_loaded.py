"""The sample through our own loader and our own checks: nothing to remark, whoever starts it."""

import json
from pathlib import Path

import pytest

from reconciler.definition.check import check
from reconciler.definition.document import of
from reconciler.manifest.format import fmt
from reconciler.manifest.load import Loaded, load

ENVIRONMENTS = {"local": {}, "production": {"CLINIC_BOOKING_TOKEN": "invented"}}


@pytest.fixture(scope="module", params=ENVIRONMENTS)
def loaded(request: pytest.FixtureRequest, repository: Path) -> Loaded:
    """Load the sample for one environment, with no more of the process environment than it needs."""
    process = ENVIRONMENTS[request.param]
    folder = repository / "manifests"
    return load(folder, request.param, variables={}, variable_files=(), process_environment=process)


def test_sample_loads_without_a_remark(loaded: Loaded):
    """Every environment loads without an error and without a warning."""
    assert loaded.warnings == ()
    assert (len(loaded.desired.flows), len(loaded.desired.test_users)) == (7, 1)


def test_sample_needs_no_environment_to_be_named(repository: Path):
    """Without --environment and with an empty process environment, the sample is the embedded emulator's."""
    folder = repository / "manifests"
    loaded = load(folder, None, variables={}, variable_files=(), process_environment={})
    assert (loaded.desired.environment.name, loaded.desired.environment.endpoint) == ("local", "embedded")


def test_definitions_are_right_as_they_are_written(sample):
    """The files themselves, placeholders and all, pass every check without a remark."""
    for path in sorted((sample.folder / "flows").glob("*.json")):
        text = path.read_text(encoding="utf-8")
        assert check(of(json.loads(text)), file=path.name, text=text) == ()


def test_definitions_are_right_as_they_are_sent(loaded: Loaded):
    """With the values of each environment filled in, they pass every check without a remark, too."""
    assert {str(address): check(flow.definition) for address, flow in loaded.desired.flows.items()} == {
        str(address): () for address in loaded.desired.flows
    }


def test_callers_refer_to_the_shared_sub_flow(loaded: Loaded):
    """References to sub-flows survive the load, so that a plan can order by them."""
    callers = {
        address.name for address, flow in loaded.desired.flows.items() if "opening-hours" in flow.definition.references
    }
    assert callers == {"support-bot", "voice-menu"}


def test_token_is_sensitive(loaded: Loaded):
    """The token of the booking system is known as sensitive, so that no view shows it."""
    assert loaded.desired.sensitive == {
        "not-a-secret"
        if loaded.desired.environment.name == "local"
        else ENVIRONMENTS["production"]["CLINIC_BOOKING_TOKEN"]
    }


def test_sample_is_in_its_format(repository: Path):
    """`fmt` has nothing to do, and nothing to say."""
    formatted = fmt(repository / "manifests", check=True)
    assert (formatted.changed, formatted.findings) == ((), ())
