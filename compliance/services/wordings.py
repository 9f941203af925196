"""The organisation's own words in reports: set by its administrators, version by version."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import audit
from compliance.documents.kinds import kind_of
from compliance.documents.wording import Wording, require_valid
from compliance.models import ReportWording
from crispmlq.errors import Conflict, NotAllowed, Stale

if TYPE_CHECKING:
    from accounts.actors import Actor


def in_force(kind: str, at: datetime | None = None) -> Wording:
    """The newest words for the kind of report, or those of a past time; none where none were set. One query."""
    found = ReportWording.objects.filter(kind=kind, **({"set_at__lte": at} if at else {}))
    newest = found.order_by("-number").first()
    return newest.wording if newest else Wording()


def change(
    *, kind: str, title: str, introduction: str, closing: str, by: Actor, expected: int | None = None
) -> ReportWording:
    """A new version of the words; reports that were issued keep theirs.

    Raises:
        NotAllowed: only an administrator, in person, sets them. NotFound: no such kind of report.
        Invalid: an unknown field, a stray brace or too long a text. Conflict: nothing changes.
        Stale: `expected` is not the version in force.
    """
    if not by.is_administrator or by.is_machine:
        raise NotAllowed("The words of reports are set by an administrator of the site.")
    kind_of(kind)
    wanted = Wording(title.strip(), introduction.strip(), closing.strip())
    require_valid(wanted)
    row = ReportWording(
        kind=kind, title=wanted.title, introduction=wanted.introduction, closing=wanted.closing, set_by_id=by.user.pk
    )
    with audit.act("report_wording.changed", by=by.audit_by, subject=row) as act:
        last = ReportWording.objects.select_for_update().filter(kind=kind).order_by("-number").first()
        number, now = (last.number, last.wording) if last else (0, Wording())
        row.number, row.set_at = number + 1, act.at
        if expected is not None and expected != number:
            raise Stale("Somebody changed these words since you read them. Read them again.", current=number)
        if (now.title, now.introduction, now.closing) == (wanted.title, wanted.introduction, wanted.closing):
            raise Conflict("Nothing was changed.")
        row.save()
        return row
