"""Fixtures every test may use."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import connection
from django.test import Client, TransactionTestCase

from audit.testing import guards_lifted
from tests import cast as people
from tests.cast import Cast


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: Any) -> None:
    """The catalogue and the cast are there in every test; what a test changes is rolled back."""
    with django_db_blocker.unblock():
        set_up()


def set_up() -> None:
    from accounts.models import User
    from audit import SYSTEM, keys
    from catalogue import services
    from regulations.services import packs

    keys.make()
    if not User.objects.exists():
        services.load(by=SYSTEM)
        packs.load_built_in(by=SYSTEM)
        people.assemble()


@pytest.fixture
def cast(db: None) -> Cast:
    return people.gather()


@pytest.fixture(autouse=True)
def _files_apart(settings: Any, tmp_path: Any) -> None:
    settings.EVIDENCE_DIR = tmp_path / "evidence"
    settings.AUDIT_STATE_FILE = tmp_path / "audit_state"


@pytest.fixture
def committed_cast(transactional_db: None) -> Cast:
    """For tests that commit: the tables are emptied by their owner afterwards, and the cast comes back."""
    return people.gather()


@pytest.fixture(autouse=True, scope="session")
def _tables_emptied_by_their_owner() -> Iterator[None]:
    """After a test that commits, the guards let the tables be emptied, and the catalogue and the cast come back."""
    operations = type(connection.ops)
    empty, tear_down = operations.execute_sql_flush, TransactionTestCase._fixture_teardown

    def empty_unguarded(self: Any, statements: list[str]) -> None:
        with guards_lifted(self.connection):
            empty(self, statements)

    def tear_down_and_set_up(self: TransactionTestCase) -> None:
        tear_down(self)
        set_up()

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(operations, "execute_sql_flush", empty_unguarded)
        patch.setattr(TransactionTestCase, "_fixture_teardown", tear_down_and_set_up)
        yield


@pytest.fixture
def api(cast: Cast) -> Callable[..., Any]:
    """`api("mara", "post", "tasks/x/start", {...})` on *churn*: by session for people, by token for the pipeline."""
    clients: dict[str, Client] = {}

    def call(name: str, method: str, path: str, body: Any = None, **headers: str) -> Any:
        if name not in clients:
            clients[name] = Client()
            if name == "pipeline":
                clients[name].defaults["HTTP_AUTHORIZATION"] = f"Bearer {people.token_for(name, cast.project)}"
            elif name:
                clients[name].force_login(cast.actors[name].user)
        url = path if path.startswith("/") else f"/api/v1/projects/churn/{path}".rstrip("/")
        extra = {"HTTP_" + key.upper(): value for key, value in headers.items()}
        if method == "get":
            return clients[name].get(url, body, **extra)
        return clients[name].generic(method.upper(), url, _json(body), content_type="application/json", **extra)

    return call


def _json(body: Any) -> str:
    return "" if body is None else json.dumps(body)
