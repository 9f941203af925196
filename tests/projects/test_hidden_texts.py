"""What explains an act or names a person is committed to, not told in plain: shown to whom may see it, and erasable."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.db import connection
from django.test import Client
from django.utils import timezone

from audit import SYSTEM, bundle, erasing, guards, history, past, sealing, selectors, telling, verifying
from audit.erasing import Target, erase
from audit.governed import ERASED
from audit.history import Wanted
from audit.models import Change, Event, Private
from projects.models import CriterionVersion, Project, Task
from projects.services import holds, projects, tasks
from tests import walk
from tests.audit.bundles import unpacked
from tests.cast import Cast

pytestmark = pytest.mark.django_db
WHY = "Dora is in hospital"


def held(cast: Cast) -> Project:
    return holds.hold(project=cast.project, reason=WHY, condition="She is well again", by=cast.mara)


def last(path: str, log_id: Any) -> Target:
    return Target(Event.objects.filter(log_id=log_id).latest("id").uid, path)


def differences(cast: Cast) -> dict[str, tuple[str, str]]:
    """Of the newest event of *churn*: label -> texts before and after."""
    entry = history.page(cast.project.pk, Wanted(), limit=1, with_changes=True).entries[0]
    return {
        each.label: (str(each.before), str(each.after))
        for row in telling.told([entry])[entry.uid]
        for each in row.differences
    }


def require_clean(cast: Cast) -> None:
    assert verifying.verify(cast.project.pk).findings == []
    assert verifying.verify_state(cast.project.pk).findings == []


def test_the_document_on_erasure_lists_every_hidden_field() -> None:
    told = (Path(__file__).parents[2] / "docs" / "erasure.md").read_text()
    listed = re.search(r"## Hidden texts\n(.*?)\n## ", told, re.DOTALL)[1]
    named = {
        (m, f)
        for m, fields in re.findall(r"(?m)^\| `(\w+)` \| (.*?) \|", listed)
        for f in re.findall(r"`(\w+)`", fields)
    }
    hidden = {
        (model.__name__, name)
        for model in apps.get_models()
        if model._meta.app_label not in {"accounts", "sample"}  # the account's fields have a table of their own
        for name in getattr(model, "audit_hidden", ())
    }
    assert named == hidden


def test_the_lines_hold_no_word_of_it(cast: Cast) -> None:
    held(cast)
    assert erasing.lines_with(WHY) == []
    holds.resume(project=cast.project, reason="She came back", by=cast.mara)
    assert erasing.lines_with("She came back") == []
    task = Task.objects.get(key="define-scope")
    tasks.start(task=task, by=cast.dana)


def test_names_of_owners_stand_in_no_line(cast: Cast) -> None:
    walk.approve_criteria(cast)
    name = CriterionVersion.objects.first().owner_name
    assert name
    changes = Change.objects.filter(obj_type="projects.criterionversion", obj_ver=1)
    assert all("owner_name" in json.loads(bytes(change.body))["hid"] for change in changes)


def test_what_is_blank_in_a_new_row_costs_no_row_and_is_still_watched(cast: Cast) -> None:
    other = projects.create(slug="other", name="Other", purpose="More.", by=cast.mara)
    creation = Event.objects.get(log_id=other.pk).uid
    kept = (
        Private.objects.filter(event_uid=creation)
        .exclude(path__in=["/reason", "/subject"])
        .values_list("path", flat=True)
    )
    assert {path.split("/")[2] for path in kept} <= {"reason"}  # of tasks that were ruled out, and the first iteration
    guards.remove(connection)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE projects_project SET stop_reason = 'x' WHERE slug = 'other'")
    assert {finding.check for finding in verifying.verify_state(other.pk).findings} == {"S2", "S5"}


def test_the_history_tells_it_before_and_after(cast: Cast) -> None:
    held(cast)
    assert differences(cast)["Hold reason"] == ("–", WHY)
    holds.resume(project=cast.project, reason="Well again.", by=cast.mara)
    assert differences(cast)["Hold reason"] == (WHY, "–")
    holds.hold(project=cast.project, reason="Again", condition="Later", by=cast.mara)
    assert differences(cast)["Hold reason"] == ("–", "Again")


def test_the_past_the_bundle_and_the_state_know_it(cast: Cast, tmp_path: Path) -> None:
    held(cast)
    at = timezone.now()
    holds.resume(project=cast.project, reason="Well again.", by=cast.mara)
    assert past.Past(cast.project.pk, at).get(Project, cast.project.pk).hold_reason == WHY
    bundle.write(cast.project.pk, tmp_path / "bundle.zip")
    files = unpacked(tmp_path / "bundle.zip")
    assert WHY.encode() in files["private.jsonl"]
    assert WHY.encode() not in files["changes.jsonl"] + files["state.json"]
    require_clean(cast)


class TestErased:
    @pytest.fixture
    def gone(self, cast: Cast) -> Project:
        held(cast)
        targets = [last(path, cast.project.pk) for path in ("/0/hold_reason", "/1/reason", "/reason")]
        erase(log_id=cast.project.pk, targets=targets, basis="Article 17 GDPR", by=SYSTEM)
        return Project.objects.get(pk=cast.project.pk)

    def test_a_row_that_must_have_a_reason_says_that_it_was_erased(self, gone: Project) -> None:
        assert (gone.state, gone.hold_reason) == ("on_hold", ERASED)
        assert not Private.objects.filter(value__icontains="hospital").exists()

    def test_all_still_verifies(self, cast: Cast, gone: Project) -> None:
        require_clean(cast)

    def test_history_and_past_say_so(self, cast: Cast, gone: Project) -> None:
        assert differences(cast)["Hold reason"] == (ERASED, ERASED)
        assert past.Past(gone.pk, timezone.now()).get(Project, gone.pk).hold_reason == ERASED
        before = Event.objects.filter(log_id=gone.pk, act="project.held").get().at + timedelta(microseconds=1)
        assert past.Past(gone.pk, before).get(Project, gone.pk).hold_reason == ""

    def test_the_page_says_so(self, cast: Cast, gone: Project) -> None:
        client = Client()
        client.force_login(cast.mara.user)
        assert ERASED in client.get("/projects/churn/").content.decode()

    def test_work_goes_on(self, cast: Cast, gone: Project) -> None:
        holds.resume(project=gone, reason="Well.", by=cast.mara)
        require_clean(cast)


def test_a_hidden_text_changed_behind_the_application_is_found(cast: Cast) -> None:
    held(cast)
    sealing.seal_all()
    guards.remove(connection)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE projects_project SET hold_reason = 'x' WHERE slug = 'churn'")
    assert {finding.check for finding in verifying.verify_state(cast.project.pk).findings} == {"S2", "S5"}


def test_reading_what_was_before_costs_the_same_for_many_events(cast: Cast, django_assert_num_queries: Any) -> None:
    for number in range(4):
        holds.hold(project=cast.project, reason=f"{number}", condition="Later", by=cast.mara)
        holds.resume(project=cast.project, reason="Well.", by=cast.mara)
    events = list(Event.objects.filter(log_id=cast.project.pk).order_by("-id")[:6])
    for some in (events[:1], events):
        with django_assert_num_queries(5):
            selectors.entries(some, with_changes=True)


def test_a_long_hidden_text_can_be_erased_too(cast: Cast) -> None:
    holds.hold(project=cast.project, reason="Dora " * 2000, condition="Later", by=cast.mara)
    erase(log_id=cast.project.pk, targets=[last("/0/hold_reason", cast.project.pk)], basis="Art. 17", by=SYSTEM)
    require_clean(cast)
