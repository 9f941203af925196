"""For test suites that empty tables between tests: only the owner of the tables can lift the guards."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from audit import guards


@contextmanager
def guards_lifted(connection: object) -> Iterator[None]:
    _check_references(connection)
    guards.remove(connection)
    try:
        yield
    finally:
        _check_references(connection)
        guards.install(connection)


def _check_references(connection: object) -> None:
    """PostgreSQL takes no triggers away or on while references of the transaction wait for their check."""
    if connection.vendor == "postgresql" and connection.in_atomic_block:
        connection.check_constraints()
