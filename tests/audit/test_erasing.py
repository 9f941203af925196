"""Erasure: what the law lets go is gone, what was recorded of it still verifies, and nothing else can go that way."""

from __future__ import annotations

import json
from io import StringIO
from pathlib import Path
from typing import Any
from unittest.mock import Mock

import pytest
from allauth.account.models import EmailAddress
from django.contrib.auth.hashers import is_password_usable
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.utils import timezone

import audit
from accounts import selectors as people
from accounts.actors import Actor as Account
from accounts.models import User
from accounts.services import tokens, users
from audit import SYSTEM, SYSTEM_LOG, erasing, guards, past, sealing, selectors, verifying
from audit.erasing import NotErasable, Target, erase
from audit.models import Actor, Change, Erasure, Event, Private
from crispmlq.errors import Conflict, Invalid, NotFound
from projects.services import holds, memberships, projects
from tests.audit.sample.models import Thing
from tests.audit.test_acts import BY, made
from tests.cast import PASSWORD, Cast

pytestmark = pytest.mark.django_db
BASIS = "Article 17 GDPR"


@pytest.fixture(autouse=True)
def trail(settings: Any, tmp_path: Path) -> None:
    settings.AUDIT_STATE_FILE = tmp_path / "state"


def changed(thing: Thing, reason: str = "", **values: Any) -> Thing:
    with audit.act("thing.changed", by=BY, subject=thing, reason=reason):
        for name, value in values.items():
            setattr(thing, name, value)
        thing.save()
    return thing


def last(path: str, log_id: Any = SYSTEM_LOG) -> Target:
    return Target(Event.objects.filter(log_id=log_id).latest("id").uid, path)


def erased(*targets: Target, log_id: Any = SYSTEM_LOG) -> list[Erasure]:
    return erase(log_id=log_id, targets=targets, basis=BASIS, by=SYSTEM)


def value_at(target: Target) -> str | None:
    return Private.objects.get(event_uid=target.event, path=target.path).value


def require_clean(log_id: Any = SYSTEM_LOG) -> None:
    assert verifying.verify(log_id).findings == []
    assert verifying.verify_state().findings == []


def findings(log_id: Any = SYSTEM_LOG) -> set[str]:
    return {finding.check for finding in (*verifying.verify(log_id).findings, *verifying.verify_state().findings)}


def run(name: str, *arguments: Any) -> str:
    out = StringIO()
    call_command(name, *map(str, arguments), stdout=out)
    return out.getvalue()


class TestOfValues:
    def test_a_reason_goes_and_the_trail_still_verifies(self) -> None:
        changed(made(), reason="Otto was ill", name="Second")
        target = last("/reason")
        sealing.seal_all()
        leaf = Event.objects.get(uid=target.event).leaf
        (erasure,) = erased(target)
        assert value_at(target) is None
        assert Event.objects.get(uid=target.event).leaf == leaf
        assert erasure.paths == [{"event": str(target.event), "path": "/reason"}]
        require_clean()

    def test_history_says_that_it_was_erased_and_why(self) -> None:
        thing = changed(made(), reason="Otto was ill", name="Otto's")
        erased(last("/reason"), last("/subject"))
        told = selectors.events(SYSTEM_LOG, limit=2)
        assert told[0].sentence == f"erased values from the trail: {BASIS}"
        assert (told[1].reason, told[1].sentence) == ("(erased)", "changed (erased)")
        assert Thing.objects.get(pk=thing.pk).name == "Otto's"

    def test_a_row_that_still_holds_the_value_is_blanked_in_the_same_act(self) -> None:
        thing = made(nickname="Bibi")
        erased(last("/0/nickname"))
        fresh = Thing.objects.get(pk=thing.pk)
        assert (fresh.nickname, fresh.audit_ver) == ("", 2)
        event = Event.objects.latest("id")
        assert event.act == "audit.erased"
        assert Private.objects.get(event_uid=event.uid, path="/1/nickname").value == '""'
        fields = selectors.changes_of("sample.thing", thing.pk)[1].changes[0].fields
        assert next(field.after for field in fields if field.field == "nickname") == "(erased)"
        require_clean()

    def test_a_row_that_holds_another_value_meanwhile_keeps_it(self) -> None:
        thing = made(nickname="Bibi")
        target = last("/0/nickname")
        changed(thing, nickname="Bo")
        erased(target)
        fresh = Thing.objects.get(pk=thing.pk)
        assert (fresh.nickname, fresh.audit_ver) == ("Bo", 2)
        assert not Private.objects.filter(value='"Bibi"').exists()
        require_clean()

    def test_the_past_shows_an_empty_value(self) -> None:
        thing = made(nickname="Bibi")
        target, before = last("/0/nickname"), timezone.now()
        changed(thing, nickname="Bo")
        erased(target)
        assert past.Past(SYSTEM_LOG, before).get(Thing, thing.pk).nickname == ""
        assert past.Past(SYSTEM_LOG, timezone.now()).get(Thing, thing.pk).nickname == "Bo"

    def test_many_values_are_one_act_whose_lines_the_verifier_reads(self) -> None:
        thing = made()
        for number in range(130):
            changed(thing, reason=f"Reason {number}", name=f"Name {number}")
        uids = Change.objects.filter(obj_id=thing.pk, obj_ver__gt=1).values_list("event", flat=True)
        before = Event.objects.count()
        parts = erased(*(Target(uid, "/reason") for uid in uids))
        assert Event.objects.count() == before + 1
        assert len(parts) > 1
        assert sum(len(part.paths) for part in parts) == 130
        assert not Private.objects.filter(event_uid=Event.objects.latest("id").uid, salt=None, path="/0/paths").exists()
        require_clean()

    def test_an_erasure_in_a_project_is_told_in_its_own_log(self, cast: Cast) -> None:
        holds.hold(project=cast.project, reason="Dora is ill", condition="She is back", by=cast.mara)
        target = last("/reason", cast.project.pk)
        with pytest.raises(NotFound):
            erased(target)
        erased(target, log_id=cast.project.pk)
        assert selectors.events(cast.project.pk, limit=1)[0].act == "audit.erased"
        require_clean(cast.project.pk)


class TestRefusals:
    def test_a_long_value_can_not_be_erased(self) -> None:
        made(note="x" * 5000)
        with pytest.raises(NotErasable, match="without salt"):
            erased(last("/0/note"))

    def test_a_value_is_erased_once(self) -> None:
        changed(made(), reason="Because", name="Second")
        target = last("/reason")
        erased(target)
        with pytest.raises(NotErasable, match="before"):
            erased(target)

    @pytest.mark.parametrize("path", ["/reason", "/0/name", "/7/nickname", "nickname", ""])
    def test_what_is_not_kept_beside_the_event_is_not_found(self, path: str) -> None:
        made(nickname="Bibi")
        with pytest.raises(NotFound):
            erased(last(path))

    def test_a_blank_value_is_not_erased(self) -> None:
        changed(made(nickname="Bibi"), nickname="")
        with pytest.raises(NotErasable, match="blank"):
            erased(last("/0/nickname"))

    @pytest.mark.parametrize("basis", ["", "  ", "x" * 501])
    def test_it_needs_a_legal_basis(self, basis: str) -> None:
        made()
        with pytest.raises(Invalid):
            erase(log_id=SYSTEM_LOG, targets=[last("/subject")], basis=basis, by=SYSTEM)

    def test_it_needs_something_to_erase(self) -> None:
        with pytest.raises(NotErasable, match="nothing"):
            erased()

    def test_one_value_that_can_not_go_keeps_all(self) -> None:
        changed(made(), reason="Because", note="x" * 5000)
        with pytest.raises(NotErasable):
            erased(last("/reason"), last("/0/note"))
        assert value_at(last("/reason")) == '"Because"'
        assert not Erasure.objects.exists()

    def test_nothing_is_left_when_the_event_can_not_be_written(self, monkeypatch: pytest.MonkeyPatch) -> None:
        thing = made(nickname="Bibi")
        target = last("/0/nickname")
        monkeypatch.setattr("audit.storing.knowing", Mock(side_effect=OSError))
        with pytest.raises(OSError):
            erased(target)
        assert value_at(target) == '"Bibi"'
        assert Thing.objects.get(pk=thing.pk).nickname == "Bibi"
        assert not Erasure.objects.exists()

    @pytest.mark.parametrize(
        "statement",
        [
            "UPDATE audit_private SET value = NULL",
            "UPDATE audit_private SET salt = NULL",
            "UPDATE audit_private SET value = 'x', salt = NULL",
            "UPDATE audit_erasure SET basis = 'x'",
            "DELETE FROM audit_erasure",
        ],
    )
    def test_the_database_refuses_half_an_erasure_and_a_changed_one(self, statement: str) -> None:
        changed(made(), reason="Because", name="Second")
        erased(last("/reason"))
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)


class TestTampering:
    def test_a_value_taken_away_without_erasure_is_found(self) -> None:
        changed(made(), reason="Because", name="Second")
        kept = Private.objects.filter(event_uid=last("/reason").event, path="/reason")
        kept.update(salt=None, value=None)
        assert findings() == {"V9"}

    def test_so_is_the_last_value_of_a_hidden_field(self) -> None:
        made(nickname="Bibi")
        Private.objects.filter(event_uid=last("").event, path="/0/nickname").update(salt=None, value=None)
        assert findings() == {"V9", "S2"}

    def test_an_erasure_excuses_the_values_it_names_alone(self) -> None:
        changed(made(), reason="Because", name="Second")
        target = last("/reason")
        erased(target)
        Private.objects.filter(event_uid=target.event, path="/subject").update(salt=None, value=None)
        assert findings() == {"V9"}

    def test_an_erasure_that_is_put_in_behind_the_application_is_found(self) -> None:
        changed(made(), reason="Because", name="Second")
        target = last("/reason")
        Private.objects.filter(event_uid=target.event, path="/reason").update(salt=None, value=None)
        guards.remove(connection)
        models_save = super(audit.governed.GovernedModel, Erasure).save
        paths = [{"event": str(target.event), "path": target.path}]
        models_save(Erasure(log_id=SYSTEM_LOG, paths=paths, basis="None", erased_at=timezone.now(), audit_ver=1))
        assert findings() == {"V9", "S2", "S5"}

    def test_a_value_that_comes_back_after_its_erasure_is_found(self) -> None:
        changed(made(), reason="Because", name="Second")
        target = last("/reason")
        erased(target)
        guards.remove(connection)
        Private.objects.filter(event_uid=target.event, path="/reason").update(salt=b"0" * 16, value='"Another"')
        assert findings() == {"V9", "S5"}


class TestOfPeople:
    @pytest.fixture
    def dora(self, cast: Cast) -> User:
        """Dora Weber, of whom the account's history and the project's trail tell."""
        user = cast.dora.user
        with audit.act("user.created", by=SYSTEM, subject=user):
            user.display_name, user.email = "Dora Weber", "dora@example.org"
            user.save()
        memberships.set_roles(project=cast.project, user=user, roles=["sponsor"], by=cast.mara)
        holds.hold(project=cast.project, reason="Dora Weber is ill", condition="She is back", by=cast.mara)
        EmailAddress.objects.create(user=user, email=user.email)
        return user

    def test_nothing_of_the_account_tells_who_it_was(self, dora: User, cast: Cast) -> None:
        users.erase(user=dora, basis=BASIS, by=SYSTEM)
        fresh = User.objects.get(pk=dora.pk)
        assert (fresh.username, fresh.display_name, fresh.email) == (f"erased-{dora.pk.hex}", "(erased)", "")
        assert not fresh.is_active
        assert not is_password_usable(fresh.password)
        assert not EmailAddress.objects.filter(user=dora).exists()
        assert not Actor.objects.filter(display__icontains="dora").exists()
        told = json.dumps([entry.__dict__ for entry in selectors.changes_of("accounts.user", dora.pk)], default=str)
        assert "dora" not in told.lower()
        assert "(erased)" in told
        require_clean()
        require_clean(cast.project.pk)

    def test_it_opens_to_nobody_any_more(self, dora: User) -> None:
        client = Client()
        client.force_login(dora)
        users.erase(user=dora, basis=BASIS, by=SYSTEM)
        assert client.get("/").status_code == 302
        for name in ("dora", f"erased-{dora.pk.hex}"):
            assert not Client().login(username=name, password=PASSWORD)

    def test_its_acts_stay_and_name_nobody(self, cast: Cast) -> None:
        memberships.set_roles(project=cast.project, user=cast.otto.user, roles=["end-user"], by=cast.mara)
        users.erase(user=cast.mara.user, basis=BASIS, by=SYSTEM)
        entry = selectors.events(cast.project.pk, limit=1)[0]
        assert (entry.act, entry.actor_display) == ("member.roles_changed", "(erased)")

    def test_the_references_of_its_tokens_name_nobody_either(self, dora: User, cast: Cast) -> None:
        token, _ = tokens.create(user=dora, project_id=cast.project.pk, scope="read", days=1, by=SYSTEM)
        subject = ("accounts.user", dora.pk)
        audit.refused("gate.decided", by=Account(dora, token).audit_by, subject=subject, reason="no right")
        assert "Dora Weber" in Actor.objects.get(ref=token.pk).display
        users.erase(user=dora, basis=BASIS, by=SYSTEM)
        assert Actor.objects.get(ref=token.pk).display is None

    def test_others_keep_their_names(self, dora: User, cast: Cast) -> None:
        users.erase(user=dora, basis=BASIS, by=SYSTEM)
        assert User.objects.get(username="mara").display_name == "Mara"
        assert selectors.events(cast.project.pk, limit=1)[0].actor_display == "Mara"

    def test_what_others_wrote_is_found_and_stays_until_it_is_named(self, dora: User, cast: Cast) -> None:
        found = people.mentions_of(dora)
        told = {(each.act, each.target.path, each.text) for each in found if each.log_id == cast.project.pk}
        assert ("project.held", "/reason", "Dora Weber is ill") in told
        assert ("member.roles_changed", "/subject", "Dora Weber") in told
        users.erase(user=dora, basis=BASIS, by=SYSTEM)
        assert selectors.events(cast.project.pk, act="project.held")[0].reason == "Dora Weber is ill"
        erased(*(each.target for each in found if each.log_id == cast.project.pk), log_id=cast.project.pk)
        assert not Private.objects.filter(value__icontains="Dora Weber").exists()
        require_clean(cast.project.pk)

    def test_words_that_only_hold_the_name_are_no_mentions(self, dora: User, cast: Cast) -> None:
        holds.resume(project=cast.project, reason="Pandora and dora's box, Adora too", by=cast.mara)
        holds.hold(project=cast.project, reason="Pandora Weberian", condition="Later", by=cast.mara)
        texts = {each.text for each in people.mentions_of(dora)}
        assert "Pandora and dora's box, Adora too" in texts
        assert "Pandora Weberian" not in texts

    def test_lines_out_of_reach_are_named(self, dora: User, cast: Cast) -> None:
        holds.resume(project=cast.project, reason="Well.", by=cast.mara)
        projects.change(project=cast.project, purpose="Dora Weber wants it.", by=cast.mara)
        line = people.lines_naming(dora)[-1]
        assert (line.obj_type, line.obj_id) == ("projects.project", cast.project.pk)

    def test_a_person_is_erased_once(self, dora: User) -> None:
        users.erase(user=dora, basis=BASIS, by=SYSTEM)
        with pytest.raises(Conflict):
            users.erase(user=dora, basis=BASIS, by=SYSTEM)

    def test_a_person_of_whom_one_value_was_erased_before_is_erased_all_the_same(self, dora: User) -> None:
        target = next(each for each in erasing.values_of(dora) if each.path.endswith("/username"))
        erased(target)
        users.erase(user=dora, basis=BASIS, by=SYSTEM)
        assert User.objects.get(pk=dora.pk).display_name == "(erased)"
        require_clean()

    def test_two_people_can_be_erased(self, dora: User, cast: Cast) -> None:
        for user in (dora, cast.otto.user):
            users.erase(user=user, basis=BASIS, by=SYSTEM)
        assert User.objects.filter(username__startswith="erased-").count() == 2
        require_clean()

    @pytest.mark.parametrize("failing", ["audit.erased", "user.deactivated"])
    def test_nothing_is_left_when_one_of_its_acts_fails(
        self, dora: User, monkeypatch: pytest.MonkeyPatch, failing: str
    ) -> None:
        before = (Event.objects.count(), list(Private.objects.order_by("pk").values()), list(Actor.objects.values()))
        store = audit.Act.store

        def broken(act: audit.Act) -> None:
            if act.name == failing:
                raise OSError
            store(act)

        monkeypatch.setattr(audit.Act, "store", broken)
        with pytest.raises(OSError):
            users.erase(user=dora, basis=BASIS, by=SYSTEM)
        after = (Event.objects.count(), list(Private.objects.order_by("pk").values()), list(Actor.objects.values()))
        assert after == before
        assert User.objects.get(pk=dora.pk).display_name == "Dora Weber"
        assert EmailAddress.objects.filter(user=dora).exists()


class TestCommands:
    def test_a_trial_run_says_what_would_go_and_changes_nothing(self, cast: Cast) -> None:
        events = Event.objects.count()
        said = run("erase_user", "dora", "--basis", BASIS, "--dry-run")
        assert "values of dora would be erased" in said
        assert "manage.py audit_erase --event" in said
        assert Event.objects.count() == events
        assert User.objects.filter(username="dora", is_active=True).exists()

    def test_a_person_is_erased_and_mentions_are_listed(self, cast: Cast) -> None:
        said = run("erase_user", "dora", "--basis", BASIS)
        assert "values of dora are erased, and the account is closed." in said
        assert "member.roles_changed says: Dora\n    to erase it: manage.py audit_erase --event" in said
        assert not User.objects.filter(username="dora").exists()
        require_clean()

    def test_a_reason_is_erased_and_its_copies_are_named(self, cast: Cast) -> None:
        projects.change(project=cast.project, purpose="Dora is ill", by=cast.mara)
        holds.hold(project=cast.project, reason="Dora is ill", condition="She is back", by=cast.mara)
        target = last("/reason", cast.project.pk)
        said = run("audit_erase", "--event", target.event, "--path", "/reason", "--basis", BASIS)
        assert f"Erased: /reason of the event {target.event}." in said
        assert f"The same text stands at --event {target.event} --path /0/hold_reason." in said
        assert f"of projects.project {cast.project.pk}, out of reach." in said
        assert value_at(target) is None
        require_clean(cast.project.pk)

    @pytest.mark.parametrize(
        ("arguments", "said"),
        [
            (["erase_user", "nobody", "--basis", BASIS], "no account"),
            (["erase_user", "dora", "--basis", " "], "legal basis"),
            (["erase_user", "dora"], "--basis"),
            (["audit_erase", "--event", str(SYSTEM_LOG), "--path", "/reason", "--basis", BASIS], "no event"),
            (["audit_erase", "--event", "x", "--path", "/reason", "--basis", BASIS], "invalid UUID"),
        ],
    )
    def test_what_can_not_be_done_is_refused(self, cast: Cast, arguments: list[str], said: str) -> None:
        with pytest.raises(CommandError, match=said):
            run(*arguments)

    def test_a_value_that_is_not_there_is_refused(self, cast: Cast) -> None:
        event = Event.objects.filter(act="user.created").first()
        with pytest.raises(CommandError, match="no value at"):
            run("audit_erase", "--event", event.uid, "--path", "/reason", "--basis", BASIS)


def test_what_was_lost_at_a_restore_is_never_erased(cast: Cast) -> None:
    with audit.act("log.restored", by=audit.SYSTEM, subject=cast.project, reason="12 seals"):
        pass
    event = Event.objects.latest("id")
    with pytest.raises(NotErasable, match="an auditor needs it"):
        erase(log_id=cast.project.pk, targets=[Target(event.uid, "/reason")], basis="Art. 17", by=audit.SYSTEM)
