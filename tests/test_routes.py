"""Every route for everybody: what `routes.yaml` says, and nothing that it does not say.

A project with a row of every kind is made once. Each request is undone: one that is allowed changes what later ones
would find, and one that is refused leaves a line in the trail. Pages are not drawn here; `tests/pages.py` lists them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.urls import resolve

from audit import sealing
from audit.acts import REFUSED
from audit.trail import Event
from catalogue.definitions import of
from projects.access import ANYBODY, RIGHTS
from tests import cast as people
from tests import doors, everything
from tests.doors import Door

pytestmark = [pytest.mark.slow, pytest.mark.django_db]
SPACES = sorted({name.partition(":")[0] for name in doors.own_paths()})
UNKNOWN = {"anonymous", *doors.OUTSIDE}


@dataclass(frozen=True)
class House:
    """Who may come, what is there, and where its files lie."""

    clients: dict[str, Client]
    rows: dict[str, Any]
    evidence: Path

    def knock(self, door: Door, who: str) -> int:
        """The status of the answer. Whoever is refused has changed nothing: no act but the refusal is in the trail."""
        with transaction.atomic():
            before = 0 if door.method == "GET" else acts()
            status = doors.knock(door, self.clients[who], self.rows)
            if door.method != "GET" and status in doors.REFUSED:
                assert acts() == before, f"{who} was refused {door}, but something was done."
            transaction.set_rollback(True)
        return status


def acts() -> int:
    return Event.objects.exclude(act=REFUSED).count()


@pytest.fixture(scope="module")
def house(django_db_setup: None, django_db_blocker: Any, tmp_path_factory: Any) -> Iterator[House]:
    with django_db_blocker.unblock(), pytest.MonkeyPatch.context() as patch, transaction.atomic():
        evidence = tmp_path_factory.mktemp("evidence")
        patch.setattr("django.conf.settings.EVIDENCE_DIR", evidence)
        patch.setattr("django.conf.settings.AUDIT_STATE_FILE", evidence / "audit_state")
        patch.setattr("django.template.backends.django.Template.render", lambda *_, **__: "")
        cast = people.gather()
        rows = everything.make(cast)
        sealing.seal_all()
        yield House(doors.people(cast), rows, evidence)
        transaction.set_rollback(True)


@pytest.fixture(autouse=True)
def _its_files(house: House, settings: Any, _files_apart: None) -> None:
    settings.EVIDENCE_DIR = house.evidence


def surprises(house: House, space: str, who: set[str]) -> dict[str, str]:
    """Of the doors of a space, who is answered otherwise than the table says."""
    found = {}
    for door in doors.doors():
        for name, due in door.visitors().items():
            if name in who and door.name.partition(":")[0] == space and (status := house.knock(door, name)) != due:
                found[f"{door} for {name}"] = f"{status} instead of {due}"
    return found


def test_every_route_stands_in_the_table_and_the_table_names_no_other() -> None:
    told = {door.name for door in doors.doors()}
    assert sorted(set(doors.own_paths()) - told) == [], "Add a line for each method to tests/routes.yaml."
    assert sorted(told - set(doors.own_paths())) == []


def test_the_table_names_every_role_of_the_catalogue(house: House) -> None:
    named = {name for kin in doors.groups("kin").values() for name in kin}
    assert named == {*of(people.gather().project.catalogue).roles, *UNKNOWN, *doors.TOKENS, "site-auditor"}
    assert {name for group in doors.groups("who").values() for name in group} == named


@pytest.mark.parametrize(("group", "right"), doors.table()["rights"].items())
def test_groups_that_have_a_right_are_those_the_product_gives_it_to(group: str, right: str) -> None:
    roles, tokens_too = RIGHTS[right]
    named = doors.groups("kin")["workers"] if roles == ANYBODY else roles
    assert set(doors.groups("who")[group]) == {*named, *(["write-token"] if tokens_too else [])}


@pytest.mark.parametrize("name", sorted(doors.own_paths()))
def test_a_method_that_the_table_does_not_name_is_not_there(house: House, name: str) -> None:
    told = {door.method for door in doors.doors() if door.name == name}
    door = Door(name, "POST", doors.own_paths()[name], {})
    if door.is_api:
        actions = getattr(resolve(doors.address(door, house.rows)).func, "actions", ["get"])
        assert {method.upper() for method in actions} <= told | {"HEAD"}
    elif "POST" not in told:
        assert house.knock(door, "project-manager") in {403, 404, 405}


@pytest.mark.parametrize("space", SPACES)
def test_nobody_gets_in_without_signing_in(house: House, space: str) -> None:
    assert surprises(house, space, {"anonymous"}) == {}


@pytest.mark.parametrize("space", SPACES)
def test_a_project_is_not_there_for_strangers(house: House, space: str) -> None:
    assert surprises(house, space, doors.OUTSIDE) == {}


@pytest.mark.parametrize("space", SPACES)
def test_a_door_opens_to_those_the_table_names(house: House, space: str) -> None:
    assert surprises(house, space, set(house.clients) - UNKNOWN) == {}
