"""Which environment is loaded, and what it says."""

from datetime import timedelta

import pytest

from reconciler.errors import UsageError

FW1, FW2, FW3 = ("FW" + "0" * 31 + digit for digit in "123")


class TestEnvironments:
    """Which environment is loaded, and what it says."""

    TWO = "    live:\n      account: AC0123456789abcdef0123456789abcdef\n"

    def test_the_only_one_is_the_default(self, folder):
        """A project with one environment needs no default."""
        assert folder.load().desired.environment.name == "local"

    def test_the_default_is_taken_and_another_can_be_asked_for(self, folder, texts):
        """`--environment` beats `defaultEnvironment`."""
        folder.write({"project.yaml": texts["project"] + self.TWO + "  defaultEnvironment: live\n"})
        assert folder.load().desired.environment.name == "live"
        folder.environment = "local"
        assert folder.load().desired.environment.name == "local"

    def test_an_unknown_one_is_a_usage_error_that_names_all(self, folder, texts):
        """Whoever mistypes an environment is told the nearest and all of them."""
        folder.environment = "lvie"
        folder.write({"project.yaml": texts["project"] + self.TWO})
        with pytest.raises(UsageError) as caught:
            folder.load()
        assert all(word in (caught.value.hint or "") for word in ("'live'", "local, live"))

    def test_several_without_a_default_must_be_chosen_from(self, folder, texts):
        """Nobody guesses which account is meant."""
        folder.write({"project.yaml": texts["project"] + self.TWO})
        with pytest.raises(UsageError):
            folder.load()

    @pytest.mark.parametrize(
        ("endpoint", "seconds"),
        [
            ("embedded", 1),
            ("http://127.0.0.1:8080", 1),
            ("http://[::1]:8080", 1),
            ("http://localhost", 1),
            ("https://studio.example.com", 30),
        ],
    )
    def test_the_window_follows_the_endpoint(self, folder, texts, endpoint, seconds):
        """Where nothing is said, a write may stay unseen for 30 s, and for 1 s on this machine."""
        folder.write({"project.yaml": texts["project"].replace("embedded", f'"{endpoint}"')})
        assert folder.load().desired.policy.consistency_window == timedelta(seconds=seconds)

    @pytest.mark.parametrize(
        ("text", "window"),
        [
            ("500ms", timedelta(milliseconds=500)),
            ("30s", timedelta(seconds=30)),
            ("2m", timedelta(minutes=2)),
            ("1h", timedelta(hours=1)),
            ("0s", timedelta(0)),
        ],
    )
    def test_durations(self, folder, texts, text, window):
        """A duration is a number and a unit."""
        folder.write({"project.yaml": texts["project"] + f"  policy: {{consistencyWindow: {text}}}\n"})
        assert folder.load().desired.policy.consistency_window == window

    def test_another_endpoint_can_be_given(self, folder, texts):
        """`--endpoint` replaces the window, unless it is written down, and near emulators have their own account."""
        folder.write(
            {
                "project.yaml": texts["project"].replace(
                    "endpoint: embedded", "account: AC0123456789abcdef0123456789abcdef"
                )
            }
        )
        loaded = folder.load()
        there = loaded.redirected("http://127.0.0.1:9999")
        assert there.desired.environment.account is None
        assert there.desired.policy.consistency_window == timedelta(seconds=1)
        assert there.desired.digest != loaded.desired.digest
        assert (
            loaded.redirected("https://proxy.example").desired.environment.account == loaded.desired.environment.account
        )
        folder.write({"project.yaml": texts["project"] + "  policy: {consistencyWindow: 5s}\n"})
        assert folder.load().redirected("https://x.example").desired.policy.consistency_window == timedelta(seconds=5)
        with pytest.raises(UsageError):
            loaded.redirected("http://example.com")

    def test_another_environment_may_need_what_is_not_set_here(self, folder, texts):
        """Local work needs none of the variables that production takes from its process environment."""
        live = "    live:\n      account: ${env.PROD_ACCOUNT}\n      variables: {a: '${env.A}', b: x}\n"
        live += "      state: ${var.a}\n      bindings: {phone/x: '${env.PHONE}', phone/y: '+15555550101'}\n"
        folder.write({"project.yaml": texts["project"] + live})
        folder.environment = "local"
        assert folder.load().desired.environment.name == "local"
        folder.environment = "live"
        assert [rule for rule, _ in folder.faults()] == ["unknown-env", "unknown-env", "unknown-env"]

    def test_the_same_identifier_may_have_the_same_name_everywhere(self, folder, texts):
        """Environments may share a phone number; another name for it is an error that names both places."""
        local = texts["project"] + '      bindings: {phone/main: "+15555550101"}\n'
        live = self.TWO + '      bindings: {phone/%s: "+15555550101"}\n'
        folder.environment = "local"
        folder.write({"project.yaml": local + live % "main"}).load()
        (finding,) = folder.write({"project.yaml": local + live % "other"}).findings()
        assert (finding.rule, str(finding.place)) == ("two-names", "project.yaml:11:31")
        assert "project.yaml:8:30" in finding.message

    def test_functions_of_one_service_share_its_sids(self, folder, texts):
        """Service and environment of a Function are no names of their own; its URL is."""
        shared = "service: ZS00000000000000000000000000000001, environment: ZE00000000000000000000000000000001"
        line = "        function/%s: {url: 'https://a.twil.io/%s', " + shared + "}\n"
        bindings = "      bindings:\n" + line % ("a", "a") + line % ("b", "b")
        folder.write({"project.yaml": texts["project"] + bindings}).load()
        folder.write({"project.yaml": texts["project"] + bindings + line % ("c", "a")})
        assert folder.faults() == [("two-names", "project.yaml:11:21")]

    def test_free_names_are_identifiers_of_their_kind_only(self, folder, texts):
        """A queue and a connector may be called alike."""
        bindings = "      bindings: {queue/a: support, connector/b: support}\n"
        assert folder.write({"project.yaml": texts["project"] + bindings}).load()
        folder.write({"project.yaml": texts["project"] + "      bindings: {queue/a: support, queue/b: support}\n"})
        assert folder.faults() == [("two-names", "project.yaml:8:45")]

    def test_sids_of_flows_are_known_from_every_environment(self, folder, texts):
        """An export of one account can be read because `imports` and `flow/NAME` of all environments give names."""
        more = f"      bindings: {{flow/reminder: {FW1}}}\n" + self.TWO
        more += f"      imports: {{reminder: {FW2}}}\n      bindings: {{flow/elsewhere: {FW3}}}\n"
        folder.environment = "local"
        folder.write({"project.yaml": texts["project"] + more})
        assert folder.load().desired.known_sids == {FW1: "reminder", FW2: "reminder", FW3: "elsewhere"}
