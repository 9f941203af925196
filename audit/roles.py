"""Database roles on PostgreSQL: who owns the tables, who serves the web, who seals; rights as SQL for the owner."""

from __future__ import annotations

from collections.abc import Iterator

from django.apps import apps
from django.db.models import Model

from audit.guards import GUARDED, governed_models
from audit.trail import Actor, Checkpoint, Entry, Log, Pending, Private, Seal, Tile

SEALED = (Entry, Tile, Log, Checkpoint, Seal)


def statements(web: str, sealer: str) -> Iterator[str]:
    """Grants for two login roles that own nothing.

    `web` runs the server: it adds to the trail and never changes it, and deletes no governed row. `sealer` runs the
    background worker: it may also write places, tiles, heads and seals, and empty the queue.
    """
    yield f'REVOKE ALL ON ALL TABLES IN SCHEMA public FROM "{web}", "{sealer}";'
    for role in (web, sealer):
        yield f'GRANT USAGE ON SCHEMA public TO "{role}";'
        yield f'GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO "{role}";'
    for model in apps.get_models(include_auto_created=True):
        yield f'GRANT {_rights(model)} ON "{model._meta.db_table}" TO "{web}", "{sealer}";'
    yield f'GRANT SELECT ON django_migrations TO "{web}", "{sealer}";'
    for model in SEALED:
        yield f'GRANT INSERT, UPDATE ON "{model._meta.db_table}" TO "{sealer}";'
    yield f'GRANT DELETE ON "{Pending._meta.db_table}" TO "{sealer}";'


def _rights(model: type[Model]) -> str:
    if model in SEALED:
        return "SELECT"
    if model in (Private, Actor):
        return "SELECT, INSERT, UPDATE"  # erased, by the guards' leave
    if model in GUARDED or model is Pending:
        return "SELECT, INSERT"
    if model in governed_models():
        return "SELECT, INSERT, UPDATE"
    return "SELECT, INSERT, UPDATE, DELETE"
