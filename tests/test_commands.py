"""Commands of the command line: a good run, and refusals that say what to do. Every command has a test."""

from __future__ import annotations

import re
import shutil
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command, get_commands
from django.db import connection
from django.test import Client

from accounts.models import ServiceToken, User
from accounts.services import tokens, users
from audit import SYSTEM, SYSTEM_LOG, guards, selectors
from audit.standalone import verify_bundle
from catalogue import files
from catalogue.models import CatalogueVersion
from evidence.services import blobs
from projects.models import Decision, Project
from projects.services import memberships
from tests import walk
from tests.cast import Cast

TESTS = Path(__file__).resolve().parent
FOREIGN = ("django.", "allauth", "rest_framework", "drf_spectacular", "django_", "whitenoise", "tests.")


def own_commands() -> list[str]:
    return sorted(name for name, app in get_commands().items() if not app.startswith(("django.core", *FOREIGN)))


def run(name: str, *arguments: Any, **options: Any) -> str:
    out = StringIO()
    call_command(name, *map(str, arguments), stdout=out, **options)
    return out.getvalue()


def test_every_command_is_run_by_a_test() -> None:
    tests = "\n".join(path.read_text() for path in TESTS.rglob("test_*.py"))
    assert own_commands(), settings.INSTALLED_APPS
    assert [name for name in own_commands() if not re.search(rf'(run|call_command)\(\s*"{name}"', tests)] == []


class TestCreateUser:
    def test_it_prints_a_password_that_opens_the_account(self, db: None) -> None:
        said = run("create_user", "nina", "--display", "Nina Roth", "--email", "nina@example.org")
        password = re.fullmatch(r"nina was created\. Password: (\S{20})\n", said)[1]
        assert Client().login(username="nina", password=password)
        user = User.objects.get(username="nina")
        assert (user.display_name, user.email, user.site_role) == ("Nina Roth", "nina@example.org", "")
        assert selectors.events(SYSTEM_LOG, act="user.created", limit=1)[0].sentence == "created the account Nina Roth"

    def test_a_machine_gets_no_password(self, db: None) -> None:
        assert run("create_user", "robot", "--display", "Robot", "--service") == "robot was created.\n"
        assert User.objects.get(username="robot").is_service

    @pytest.mark.parametrize("role", ["administrator", "auditor"])
    def test_site_roles_are_given_here(self, db: None, role: str) -> None:
        run("create_user", "nina", "--display", "Nina", "--site-role", role)
        assert User.objects.get(username="nina").site_role == role

    @pytest.mark.parametrize(
        ("arguments", "said"),
        [
            (["mara", "--display", "Mara"], "This user name is taken"),
            (["two words", "--display", "Two"], "username"),
            (["nina", "--display", " "], "display_name"),
            (["nina", "--display", "Nina", "--email", "nowhere"], "email"),
            (["nina", "--display", "Nina", "--site-role", "king"], "invalid choice"),
            (["nina"], "--display"),
        ],
    )
    def test_an_unfit_account_is_not_made(self, cast: Cast, arguments: list[str], said: str) -> None:
        before = User.objects.count()
        with pytest.raises(CommandError, match=said):
            run("create_user", *arguments)
        assert User.objects.count() == before


class TestInviteUser:
    def test_it_prints_a_link_that_opens_the_page_to_choose_a_password(self, cast: Cast) -> None:
        users.create(username="nina", display_name="Nina", by=SYSTEM)
        link = run("invite_user", "nina", "--as", "root").splitlines()[-1]
        assert "Welcome, Nina" in Client().get(link.removeprefix(settings.CRISPMLQ_URL)).content.decode()

    @pytest.mark.parametrize(
        ("name", "by", "said"),
        [
            ("nobody", "root", "no account nobody"),
            ("mara", "root", "has a password"),
            ("nina", "mara", "administrator"),
        ],
    )
    def test_it_refuses_and_says_why(self, cast: Cast, name: str, by: str, said: str) -> None:
        users.create(username="nina", display_name="Nina", by=SYSTEM)
        with pytest.raises(CommandError, match=said):
            run("invite_user", name, "--as", by)


class TestCreateToken:
    GOOD = {"--user": "pipeline", "--project": "churn", "--scope": "read", "--expires": "30"}

    def call(self, **changes: str) -> str:
        given = {**self.GOOD, **{f"--{name}": value for name, value in changes.items()}}
        return run("create_token", *[part for pair in given.items() for part in pair])

    def test_it_prints_a_token_and_nothing_else(self, cast: Cast) -> None:
        plain = self.call()
        token = tokens.authenticate(plain.removesuffix("\n"))
        assert (token.user, token.project_id, token.scope) == (cast.pipeline.user, cast.project.pk, "read")
        assert (token.expires_at - token.created_at).days == 30

    @pytest.mark.parametrize(
        ("changes", "said"),
        [
            ({"user": "nobody"}, "no account of this name"),
            ({"project": "nothing"}, "no project of this name"),
            ({"user": "otto"}, "Otto is no member of Churn"),
            ({"scope": "admin"}, "invalid choice"),
            ({"expires": "0"}, "1 to 366 days"),
            ({"expires": "367"}, "1 to 366 days"),
            ({"expires": "soon"}, "invalid int"),
        ],
    )
    def test_it_makes_none_without_bounds(self, cast: Cast, changes: dict[str, str], said: str) -> None:
        before = ServiceToken.objects.count()
        with pytest.raises(CommandError, match=said):
            self.call(**changes)
        assert ServiceToken.objects.count() == before

    def test_it_makes_none_for_who_has_left(self, cast: Cast) -> None:
        memberships.set_roles(project=cast.project, user=cast.pipeline.user, roles=[], by=cast.mara)
        with pytest.raises(CommandError, match="give a role there first"):
            self.call()


class TestLoadCatalogue:
    @pytest.fixture
    def folder(self, tmp_path: Path) -> Path:
        return shutil.copytree(files.BUILT_IN, tmp_path / "changed")

    def renamed(self, folder: Path, old: str, new: str) -> None:
        path = folder / "catalogue.yaml"
        text = path.read_text(encoding="utf-8")
        assert old in text
        path.write_text(text.replace(old, new, 1), encoding="utf-8")

    def test_loading_the_built_in_one_again_changes_nothing(self, db: None) -> None:
        before = list(CatalogueVersion.objects.values())
        assert "is loaded." in run("load_catalogue")
        assert list(CatalogueVersion.objects.values()) == before

    def test_a_new_version_of_a_folder_stands_beside_the_old_one(self, db: None, folder: Path) -> None:
        self.renamed(folder, "1.0.0", "1.1.0")
        assert "1.1.0" in run("load_catalogue", folder)
        assert set(CatalogueVersion.objects.values_list("version", flat=True)) == {"1.0.0", "1.1.0"}

    def test_a_check_stores_nothing(self, db: None, folder: Path) -> None:
        self.renamed(folder, "1.0.0", "1.1.0")
        assert "1.1.0 breaks no rule." in run("load_catalogue", folder, "--check")
        assert CatalogueVersion.objects.count() == 1

    def test_other_content_under_the_same_version_is_refused(self, db: None, folder: Path) -> None:
        with (folder / "catalogue.yaml").open("a", encoding="utf-8") as file:
            file.write("\n# the same\n")
        run("load_catalogue", folder)
        self.renamed(folder, "name: ", "name: Another ")
        with pytest.raises(CommandError, match="Give the changed catalogue a new version"):
            run("load_catalogue", folder)

    @pytest.mark.parametrize("options", [[], ["--check"]])
    @pytest.mark.parametrize(
        ("text", "rule"),
        [
            ("gates: [", "yaml"),
            ("gates:\n\t- key: g1", "yaml"),
            ("gates: *nowhere", "yaml"),
            ("gates: &again [*again]", "yaml"),
            ("gates: &laugh [ha, *laugh]", "yaml"),
            ("gates: !!python/name:os.getcwd x", "yaml"),
            ("gates: !!python/object/apply:os.getcwd []", "minItems"),
            ("gates: !own x", "yaml"),
            ("gates: 2026-13-45", "yaml"),
            ("gates: !!int x", "yaml"),
            ("gates: !!binary x", "yaml"),
            ("\x00", "yaml"),
            ("", "type"),
            ("- gates", "type"),
            ("gates: 1", "type"),
        ],
    )
    def test_a_malformed_file_is_named_with_its_rule(
        self, db: None, folder: Path, options: list[str], text: str, rule: str
    ) -> None:
        (folder / "gates.yaml").write_text(text, encoding="utf-8")
        with pytest.raises(CommandError, match=rf"gates\.yaml, line \d+, {rule}:"):
            run("load_catalogue", folder, *options)
        assert CatalogueVersion.objects.count() == 1

    def test_a_file_of_another_encoding_is_named(self, db: None, folder: Path) -> None:
        (folder / "gates.yaml").write_bytes("gates: é".encode("latin-1"))
        with pytest.raises(CommandError, match=r"gates\.yaml, line 1, encoding"):
            run("load_catalogue", folder)

    @pytest.mark.parametrize("name", ["nowhere", "empty", "file"])
    def test_a_folder_without_a_catalogue_is_refused(self, db: None, tmp_path: Path, name: str) -> None:
        (tmp_path / "empty").mkdir()
        (tmp_path / "file").touch()
        with pytest.raises(CommandError, match=r"is not a folder|one file catalogue\.yaml"):
            run("load_catalogue", tmp_path / name)


@pytest.mark.slow
class TestGateReplay:
    @pytest.fixture
    def decision(self, cast: Cast) -> Decision:
        return walk.pass_gate(cast, 1)

    def test_it_judges_as_was_judged(self, decision: Decision) -> None:
        said = run("gate_replay", "--project", "churn")
        assert "All 1 decisions are judged as they were." in said
        assert re.search(rf"{decision.gate.key}, iteration 1: pass, (\d+) of \1 met, same verdicts", said)

    def test_it_fails_when_the_rules_judge_otherwise(self, decision: Decision, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("projects.gates.rules.evaluate", lambda *_: [])
        with pytest.raises(CommandError, match="1 of 1 decisions are judged differently"):
            run("gate_replay", "--project", "churn")

    def test_it_fails_when_the_facts_are_not_those_that_were_frozen(self, decision: Decision) -> None:
        blobs.path_of(decision.facts.sha256).write_text("{}")
        with pytest.raises(CommandError, match="judged differently"):
            run("gate_replay", "--project", "churn")

    def test_it_does_not_judge_by_rules_of_another_version(
        self, decision: Decision, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("projects.gates.rules.RULES_VERSION", "0")
        with pytest.raises(CommandError, match="judged differently"):
            run("gate_replay", "--project", "churn")


@pytest.mark.parametrize("slug", ["churn", "nothing"])
def test_a_replay_needs_a_decision(cast: Cast, slug: str) -> None:
    with pytest.raises(CommandError, match="no such project, or no gate of it was decided"):
        run("gate_replay", "--project", slug)


def test_the_example_is_not_built_beside_what_is_there(cast: Cast) -> None:
    before = (Project.objects.count(), User.objects.count())
    for _ in range(2):
        assert "There are accounts already" in run("demo")
    assert (Project.objects.count(), User.objects.count()) == before


class TestOfTheTrail:
    def test_the_key_is_shown_made_once_and_replaced(self, db: None, settings: Any, tmp_path: Path) -> None:
        shown = run("audit_key", "show")
        assert run("audit_key", "make") == shown
        assert re.fullmatch(r"\S+\+[0-9a-f]{8}\+\S{44}\n", shown)
        settings.AUDIT_KEY_FILE = shutil.copy(settings.AUDIT_KEY_FILE, tmp_path / "key")
        assert run("audit_key", "rotate").splitlines()[1] == shown.strip()
        settings.AUDIT_KEY_FILE = tmp_path / "nowhere"
        with pytest.raises(CommandError, match="no signing key"):
            run("audit_key", "show")
        with pytest.raises(CommandError, match="no signing key"):
            run("audit_seal")

    def test_sealing_says_how_much_it_sealed(self, cast: Cast) -> None:
        assert run("audit_seal").endswith("seals made.\n")
        assert run("audit_seal") == "Nothing was pending.\n"

    def test_guards_are_installed_again(self, db: None) -> None:
        guards.remove(connection)
        assert "audit_guard_audit_event" in run("audit_guards")
        assert run("audit_guards") == "No guard was missing.\n"

    def test_an_export_verifies_with_the_program_for_strangers(
        self, cast: Cast, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        path = tmp_path / "trail.zip"
        vkey = run("audit_export", "--project", "churn", "--out", path).splitlines()[-1]
        assert verify_bundle.main([str(path), "--vkey", vkey]) == 0
        assert "Self-attested" in capsys.readouterr().out
        assert selectors.events(cast.project.pk)[0].act == "trail.exported"

    @pytest.mark.parametrize(
        ("arguments", "said"), [(["--project", "nowhere"], "no project"), (["--project", "churn"], "no folder")]
    )
    def test_an_export_of_nothing_or_into_nowhere_is_refused(
        self, cast: Cast, tmp_path: Path, arguments: list[str], said: str
    ) -> None:
        with pytest.raises(CommandError, match=said):
            run("audit_export", *arguments, "--out", tmp_path / "none" / "x.zip")

    def test_verifying_tells_by_its_exit_status(self, cast: Cast) -> None:
        assert self.exit_of("--project", "churn", "--state") == 0
        assert self.exit_of("--project", "nowhere") == 2
        guards.remove(connection)
        with connection.cursor() as cursor:
            cursor.execute("UPDATE projects_task SET name = 'Another' WHERE key = 'define-scope'")
        assert self.exit_of("--project", "churn") == 0
        assert self.exit_of("--project", "churn", "--state") == 1

    def exit_of(self, *arguments: str) -> int:
        with pytest.raises(SystemExit) as ended:
            run("audit_verify", *arguments, stderr=StringIO())
        return ended.value.code


class TestOfAccounts:
    def test_a_closed_account_is_closed_once(self, cast: Cast) -> None:
        assert run("deactivate_user", "dana") == "dana can not sign in any more.\n"
        for name in ("dana", "nobody"):
            with pytest.raises(CommandError):
                run("deactivate_user", name)

    def test_a_revoked_token_is_revoked_once(self, cast: Cast) -> None:
        token, plain = tokens.create(
            user=cast.pipeline.user, project_id=cast.project.pk, scope="read", days=1, by=SYSTEM
        )
        assert run("revoke_token", plain[:12]) == f"The token {token} of Pipeline is revoked.\n"
        for prefix in (plain[4:12], "nothing"):
            with pytest.raises(CommandError):
                run("revoke_token", prefix)


class TestRoles:
    def test_the_rights_of_two_roles_are_printed_as_sql(self, db: None) -> None:
        said = run("audit_roles", "--web", "web", "--sealer", "sealer")
        assert 'GRANT SELECT, INSERT ON "audit_event" TO "web", "sealer";' in said
        assert 'GRANT DELETE ON "audit_pending" TO "sealer";' in said

    @pytest.mark.parametrize("name", ['a"; DROP TABLE x; --', "", "a b"])
    def test_a_name_that_is_none_is_refused(self, db: None, name: str) -> None:
        with pytest.raises(CommandError, match="no plain name"):
            run("audit_roles", "--web", name, "--sealer", "sealer")
