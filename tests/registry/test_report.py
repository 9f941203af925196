"""What the dossier says of the parts, and what the registry reminds of."""

from __future__ import annotations

from typing import Any

from accounts.services import users
from audit import SYSTEM
from notices.models import Notice
from projects import reminders
from projects.services import memberships
from tests import reported
from tests.artefacts import artefact, model, version
from tests.cast import Cast


def test_the_report_lists_parts_of_others_pre_trained_parts_and_the_share_of_automated_steps(cast: Cast) -> None:
    model(cast)
    artefact(cast, "external", "geocoder")
    part = {"name": "encoder", "source": "hub", "version": "2.0", "licence": "MIT"}
    version(cast, "model", "other@1", "raw@1", "training@1", **{"pre-trained-parts": [part]})
    version(cast, "dataset", "typed@1", step="typed in", step_mode="manual")
    document = reported.built(cast.project)
    [bought] = reported.table(document, "Parts of others")
    assert bought == {
        "Part": "Geocoder", "Supplier": "Vendor", "Version": "1.0", "Licence": "MIT", "Owner here": "Olga",
    }  # fmt: skip
    assert reported.table(document, "Pre-trained parts") == [
        {"Model": "other@1", "Part": "encoder", "Source": "hub", "Version": "2.0", "Licence": "MIT"}
    ]
    assert "3 of 4 steps ran automated" in reported.page(document)


def test_a_project_manager_is_asked_to_name_a_successor(cast: Cast) -> None:
    artefact(cast, "data-source", "crm", owner="dana")
    reminders.remind()
    assert not Notice.objects.filter(key__contains="artefact.orphaned").exists()
    users.deactivate(user=cast.dana.user, by=SYSTEM)
    reminders.remind()
    reminders.remind()
    notice = Notice.objects.get(to=cast.mara.user, key__contains="artefact.orphaned")
    assert "name a successor" in notice.text
    assert notice.url == "/projects/churn/registry/artefacts/crm"


def test_who_left_the_project_is_no_owner_to_rely_on(cast: Cast) -> None:
    artefact(cast, "code", "training", owner="dana")
    memberships.set_roles(project=cast.project, user=cast.dana.user, roles=[], by=cast.mara)
    reminders.remind()
    assert Notice.objects.filter(to=cast.mara.user, key__contains="artefact.orphaned").exists()


def test_versions_are_a_list_to_filter_and_take_away(client: Any, cast: Cast) -> None:
    model(cast)
    client.force_login(cast.dana.user)
    page = client.get("/projects/churn/lists/artefact-versions").content.decode()
    assert "churn-model@1" in page
    assert "/projects/churn/registry/versions/" in page
