"""Pruning: after the retention date of a log, what its events said is deleted for good; that they were there is not.

Events, changes and values beside them go; places, hashes, heads and seals stay, so that every head ever signed is still
a beginning of the log. Why it is done so stands in docs/adr/0010-a-pruned-log-is-stated-anew.md.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from uuid import UUID

from django.apps import apps
from django.db import connection, models, transaction

from audit import guards, sealing, selectors, verifying
from audit.actors import ActorRef
from audit.acts import act
from audit.erasing import basis_of
from audit.governed import GovernedModel
from audit.trail import Change, Entry, Event, Log, Pending, Private, Pruning
from crispmlq.errors import Conflict, NotAllowed

CHUNK = 500
EMPTIED = (Private, Change, Event)  # in the order in which rows refer to each other


class NotPrunable(Conflict):
    code, title = "not_prunable", "Can not be pruned"


def prune(*, log_id: UUID, kept_until: date, basis: str, by: ActorRef) -> Pruning:
    """Delete what all sealed events of the log say; the act that tells it states anew every row of the log.

    Whether the date has passed and the log is over is for the caller to know. All others wait meanwhile.

    Raises:
        Invalid: no basis, or a longer one than 500 characters.
        NotAllowed: the database role does not own the tables.
        NotPrunable: the trail does not verify, or nothing is left but the pruning before. And as `sealing.seal`.
    """
    basis = basis_of(basis)
    require_owner()
    sealing.seal_all()
    _require_sound(verifying.verify(log_id))
    with transaction.atomic():
        _keep_others_waiting()
        log = Log.objects.select_for_update().get(pk=log_id)
        _require_sound(verifying.verify_state(log_id))
        _require_something(log)
        made = Pruning(log_id=log_id, events=log.size, kept_until=kept_until, basis=basis)
        with act("log.pruned", by=by, subject=made, reason=basis) as deed:
            rows = list(_rows(log_id))
            made.pruned_at = deed.at
            made.save()
            for part in rows:
                deed.restate(part)
                models.QuerySet(type(part[0])).bulk_update(part, ["audit_ver", "audit_head"], batch_size=200)
        with guards.lifted(connection, *EMPTIED):
            for doomed in _doomed(log_id, log.size):
                doomed.delete()
    return made


def counts(log_id: UUID) -> dict[str, int]:
    """How many events, changes and values beside them would go; what waits for its seal included."""
    uids = Event.objects.filter(log_id=log_id).values("uid")
    return {
        "events": uids.count(),
        "changes": Change.objects.filter(event__in=uids).count(),
        "values": Private.objects.filter(event_uid__in=uids).count(),
    }


def require_owner() -> None:
    """Raises: NotAllowed: on PostgreSQL, a role that does not own the trail, such as that of the web server."""
    if connection.vendor != "postgresql":
        return  # whoever can write the file owns it
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT bool_and(pg_has_role(tableowner, 'USAGE')) FROM pg_tables "
            "WHERE schemaname = current_schema() AND tablename = ANY(%s)",
            [[model._meta.db_table for model in EMPTIED]],
        )
        if not cursor.fetchone()[0]:
            raise NotAllowed("Only the owner of the tables prunes the trail. Use the role that runs migrations.")


def _keep_others_waiting() -> None:
    """Whoever acts has its event stored or begins afterwards. On SQLite there is one writer at a time anyway."""
    if connection.vendor == "postgresql":
        tables = ", ".join(f'"{model._meta.db_table}"' for model in EMPTIED)
        with connection.cursor() as cursor:
            cursor.execute(f"LOCK TABLE {tables} IN ACCESS EXCLUSIVE MODE")


def _require_sound(verdict: verifying.Verdict) -> None:
    """What is stated anew is believed from then on; so it has to be what was told before."""
    for finding in verdict.findings:
        raise NotPrunable(f"The trail does not verify, and what shows it would be lost. {finding.message}")


def _require_something(log: Log) -> None:
    pending = Event.objects.filter(pk__in=Pending.objects.values("event_id"), log_id=log.pk)
    if pending.exists():
        raise NotPrunable("Somebody acted just now. Try again.")
    before = selectors.pruning_of(log.pk)
    since = Event.objects.filter(log_id=log.pk)
    if before and not since.exclude(act="log.pruned").exists():
        raise NotPrunable("Nothing is left to be pruned.")


def _rows(log_id: UUID) -> Iterator[list[GovernedModel]]:
    """Every row the log tells of, locked, in parts of one kind."""
    told = Change.objects.filter(event__log_id=log_id)
    for kind in sorted(set(told.values_list("obj_type", flat=True).distinct())):
        model = apps.get_model(kind)
        keys = sorted(set(told.filter(obj_type=kind).values_list("obj_id", flat=True).distinct()))
        for at in range(0, len(keys), CHUNK):
            yield list(model._base_manager.select_for_update().filter(pk__in=keys[at : at + CHUNK]).order_by("pk"))


def _doomed(log_id: UUID, size: int) -> Iterator[models.QuerySet]:
    places = Entry.objects.filter(log_id=log_id, seq__lt=size)
    events = Event.objects.filter(pk__in=places.values("event_id"))
    yield Private.objects.filter(event_uid__in=events.values("uid"))
    yield Change.objects.filter(event__in=events.values("uid"))
    yield events
