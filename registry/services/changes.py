"""Changes upstream: announced ahead of time, and answered by the owners of what depends on them."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from django.utils import timezone

from crispmlq.errors import Conflict, Invalid, NotAllowed
from projects.services.doing import Doing, doing, required_text
from registry import lineage
from registry.models import Announcement, Answer, Artefact, ArtefactVersion
from registry.services import users

if TYPE_CHECKING:
    from accounts.actors import Actor


def announce(*, artefact: Artefact, text: str, effective_on: date, by: Actor) -> Announcement:
    """Tell those who use it what will change, and when; they confirm or object.

    Raises:
        NotAllowed: not the owner (without one: the project manager). Invalid: no text, or a date that has passed.
    """
    text = required_text(text, "text", "Say what will change.")
    with doing("change.announced", by=by, on=artefact, right="work") as now:
        require_owner(now, now.row, by)
        if effective_on < timezone.localdate():
            raise Invalid("Choose a day to come.", errors={"effective_on": ["Choose a day to come."]})
        row = Announcement(
            project=now.project, artefact=now.row, text=text, effective_on=effective_on, announced_by_id=by.user.pk,
            announced_at=now.act.at,
        )  # fmt: skip
        row.save()
        now.act.subject = row
        users.tell_of_announcement(now, row)
        return row


def answer(
    *, version: ArtefactVersion, verdict: str, note: str, by: Actor, to_version: ArtefactVersion | None = None,
    to_announcement: Announcement | None = None,
) -> Answer:  # fmt: skip
    """Say for a version that it holds after a change upstream of it, or object to the change.

    Raises:
        NotAllowed: not the owner (without one: the project manager).
        Invalid: no note, an unknown verdict, or not exactly one change. Conflict: the change is not upstream of it.
    """
    if verdict not in Answer.Verdict.values:
        raise Invalid("Confirm or object.", errors={"verdict": [f"One of {', '.join(Answer.Verdict.values)}."]})
    note = required_text(note, "note", "Say what you looked at, or what speaks against it.")
    if (to_version is None) == (to_announcement is None):
        raise Invalid("Name the change you answer to.", errors={"to": ["Name one new version or one announcement."]})
    act = "change.confirmed" if verdict == Answer.Verdict.CONFIRMED else "change.objected"
    with doing(act, by=by, on=version, right="work", reason=note) as now:
        require_owner(now, now.row.artefact, by)
        changing = to_version.artefact_id if to_version else to_announcement.artefact_id
        made_from = lineage.upstream([now.row.pk]).exclude(pk=now.row.pk)
        if not made_from.filter(artefact=changing).exists():
            raise Conflict("It was not made from what changes.")
        row = Answer(
            project=now.project, version=now.row, to_version=to_version, to_announcement=to_announcement,
            verdict=verdict, note=note, answered_by_id=by.user.pk, answered_at=now.act.at,
        )  # fmt: skip
        row.save()
        if to_announcement and verdict == Answer.Verdict.OBJECTED:
            users.tell_of_objection(to_announcement)
        return row


def require_owner(now: Doing, artefact: Artefact, by: Actor) -> None:
    """Raises: NotAllowed: a machine, or not the owner; without one, not the project manager."""
    if by.is_machine:
        raise NotAllowed("Only a person can do this, a token or service account can not.")
    if artefact.owner_id is None and "project-manager" not in now.roles:
        raise NotAllowed(f"“{artefact}” has no owner; name one, or let the project manager do it.")
    if artefact.owner_id not in {None, by.user.pk}:
        raise NotAllowed(f"Only {artefact.owner}, who owns “{artefact}”, can do this.")
