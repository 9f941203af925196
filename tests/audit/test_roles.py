"""What the roles of the web server and of the sealer can do on PostgreSQL, and what they can not."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.db import DatabaseError, connection, transaction

import audit
from audit import roles, sealing
from audit.models import Event
from tests.audit.test_acts import made

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite knows no roles"),
]


@pytest.fixture(autouse=True)
def granted() -> None:
    """Two roles of this transaction; they are rolled back with it."""
    with connection.cursor() as cursor:
        for name in ("test_web", "test_sealer"):
            cursor.execute(f"CREATE ROLE {name}")
        for statement in roles.statements("test_web", "test_sealer"):
            cursor.execute(statement)


@contextmanager
def acting_as(role: str) -> Iterator[None]:
    with connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL ROLE {role}")
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("RESET ROLE")


def refused(role: str, statement: str) -> bool:
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"SET LOCAL ROLE {role}")
            cursor.execute(statement)
    except DatabaseError as error:
        return "permission denied" in str(error) or "must be owner" in str(error)
    return False


def test_the_web_role_acts_and_can_not_seal() -> None:
    with acting_as("test_web"):
        made()
        assert Event.objects.filter(log_id=audit.SYSTEM_LOG).exists()
    for statement in (
        "INSERT INTO audit_entry (log_id, seq, event_id) VALUES (gen_random_uuid(), 1, 1)",
        "UPDATE audit_log SET size = 0",
        "DELETE FROM audit_pending",
    ):
        assert refused("test_web", statement), statement


def test_the_sealer_seals() -> None:
    made()
    with acting_as("test_sealer"):
        assert sealing.seal() is not None
        assert sealing.seal() is None


@pytest.mark.parametrize("role", ["test_web", "test_sealer"])
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_event SET act = 'x'",
        "DELETE FROM audit_event",
        "DELETE FROM audit_change",
        "TRUNCATE audit_change",
        "DELETE FROM audit_checkpoint",
        "DELETE FROM sample_thing",
        "ALTER TABLE audit_event DISABLE TRIGGER ALL",
        "DROP TABLE audit_anchor",
    ],
)
def test_neither_changes_what_was_told(role: str, statement: str) -> None:
    assert refused(role, statement), statement
