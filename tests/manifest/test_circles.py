"""Flows that refer to each other."""

from itertools import pairwise

import pytest

from reconciler.model.address import flow

FW1, FW2 = ("FW" + "0" * 31 + digit for digit in "12")


class TestCircles:
    """Flows that refer to each other."""

    @pytest.fixture
    def flows(self, folder, texts, definition, subflow):
        """Give a function that writes flows which call each other."""

        def write(**calls):
            for name, called in calls.items():
                folder.write(
                    {
                        f"{name}.yaml": texts["flow"].replace("reminder", name),
                        f"{name}.json": definition(*([subflow(called)] if called else [])),
                    }
                )
            return folder

        return write

    def test_a_chain_is_fine(self, flows):
        """Flows that call each other in a line load, and say what they refer to."""
        loaded = flows(a="${flow.b.sid}", b="${flow.c.sid}", c=None).load()
        assert loaded.desired.flows[flow("a")].definition.references == ("b",)

    def test_a_circle_is_refused_as_a_path(self, flows):
        """A circle of references is shown as a path at one of its flows."""
        (finding,) = flows(a="${flow.b.sid}", b="${flow.c.sid}", c="${flow.b.sid}").findings()
        assert (finding.rule, str(finding.place)) == ("cycle", "b.yaml:5:15")
        assert "b -> c -> b" in finding.message

    def test_a_flow_that_calls_itself_is_refused(self, flows):
        """The shortest circle is one flow."""
        (finding,) = flows(a="${flow.a.sid}").findings()
        assert "a -> a" in finding.message

    def test_a_circle_through_known_sids_is_refused(self, flows, texts):
        """A literal SID that the project gives a name to counts as that flow."""
        made = flows(a=FW2, b=FW1)
        made.load()
        made.write({"project.yaml": texts["project"] + f"      imports: {{a: {FW1}, b: {FW2}}}\n"})
        (finding,) = made.findings()
        assert "a -> b -> a" in finding.message

    def test_a_long_chain_does_not_overflow(self, flows):
        """Three thousand flows in a line are followed without recursion."""
        names = [f"f{number}" for number in range(1_500)]
        calls = {name: f"${{flow.{following}.sid}}" for name, following in pairwise(names)}
        (finding,) = flows(**calls, f1499="${flow.f0.sid}").findings()
        assert finding.rule == "cycle"
