"""Going on after the database was set back, for instance to a backup: in a new epoch, and told in every log.

Heads were published of what is gone. So that the key never signs two roots of one name and size, the names of all logs
end in the number of their epoch from then on; the trees go on from where the database stands.
"""

from __future__ import annotations

from pathlib import Path

from django.conf import settings
from django.db import transaction

from audit import keys, notes, sealing
from audit.actors import ROOT_LOG, SYSTEM
from audit.acts import act
from audit.trail import Log
from crispmlq.errors import Conflict


class NotBehind(Conflict):
    code, title = "not_behind", "Nothing was set back"


def restored() -> tuple[int, str]:
    """Close every log where it stands and open the next epoch; gives back its number and the last published note.

    The state file is put aside, as `<name>.e<epoch>`; the seals that follow write it anew. Work may go on meanwhile.

    Raises:
        NotBehind: the state file knows no later head. NoKey: as `keys.current`.
    """
    state = Path(settings.AUDIT_STATE_FILE)
    with transaction.atomic():
        keys.current()
        root = Log.objects.select_for_update().get(pk=ROOT_LOG)
        _require_behind(root)
        published = state.read_text()
        closed, seals = root.epoch, root.size
        for row in Log.objects.select_for_update().order_by("pk"):
            if row.pk != ROOT_LOG:
                _tell(row, closed, seals, published)
            row.origin, row.epoch = f"{keys.base(row)}/e{closed + 1}", closed + 1
            row.save(update_fields=["origin", "epoch"])
    state.replace(state.with_name(f"{state.name}.e{closed}"))  # only now: cut off before, it may be run again
    sealing.seal_all()
    return closed + 1, published


def _require_behind(root: Log) -> None:
    try:
        sealing.require_not_behind(root)
    except sealing.TrailBehind:
        return
    raise NotBehind("The database is not behind the last published head; there is nothing to do.")


def _tell(row: Log, epoch: int, seals: int, published: str) -> None:
    """The reason is read by `verify_bundle.py`."""
    text = notes.head_of(published).text
    reason = f"epoch {epoch} closed at {seals} seals, {row.size} events here; last published:\n{text}"
    with act("log.restored", by=SYSTEM, subject=("audit.log", row.pk), reason=reason, log_id=row.pk):
        pass
