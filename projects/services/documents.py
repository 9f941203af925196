"""Documents: drafted, submitted, reviewed by others. Nothing is overwritten; a change is a new revision."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from django.utils import timezone

from catalogue.definitions import of
from catalogue.document_kinds import DocumentKind
from crispmlq.errors import Conflict, Invalid, NotAllowed
from evidence.services import blobs
from projects import access, document_fields, fillers
from projects.document_reviews import open_groups
from projects.models import Attachment, Document, Project, Review, Revision, Task
from projects.services import consequences
from projects.services.doing import Doing, doing, require_known, required_text
from projects.services.phases import require_not_in_review
from projects.services.quota import require_room
from projects.states import require_move

if TYPE_CHECKING:
    from accounts.actors import Actor

ACCEPTING = {Review.Verdict.ACCEPTED, Review.Verdict.CONFIRMED}


def draft(
    *, project: Project, kind: str, fields: dict[str, Any], by: Actor, change_reason: str = "", fill: bool = False
) -> Revision:
    """Begin a document, or its next revision, with what is known so far; `fill` adds what records of the project say.

    Raises:
        Invalid: an unknown kind, fields that do not fit, nothing to fill it, or a further revision without a reason.
        Conflict: a revision is open already. PhaseClosed: the phase's gate is being judged.
    """
    with doing("document.drafted", by=by, on=project, right="work", reason=change_reason, alone=True) as now:
        definition = kind_of(now.project, kind)
        document = Document.objects.select_for_update().filter(project=now.project, kind=kind).first()
        document = document or _begin(now, definition)
        require_not_in_review(document.phase, "write a document of it")
        last = document.revisions.last()
        if last and last.state in {Revision.State.DRAFT, Revision.State.SUBMITTED}:
            raise Conflict(f"Revision {last.number} is open. Change it, or have it reviewed first.")
        if last and not change_reason.strip():
            sentence = f"Say why a revision after revision {last.number} is needed."
            raise Invalid(sentence, errors={"change_reason": [sentence]})
        known = fillers.filled(now.project, kind) if fill else {}
        revision = Revision(
            project=now.project, document=document, number=last.number + 1 if last else 1,
            fields=document_fields.cleaned(definition, known | fields), change_reason=change_reason.strip(),
            iteration=now.project.iteration, author_id=by.user.pk, authors=[str(by.user.pk)], created_at=now.act.at,
        )  # fmt: skip
        revision.save()
        now.act.subject = revision
        return revision


def change_draft(*, revision: Revision, fields: dict[str, Any], by: Actor, expected: int | None = None) -> Revision:
    """Replace the fields of a draft; who changes it becomes its author, beside those before.

    Raises:
        Invalid: fields that do not fit. Conflict: it is no draft any more, or nothing changes. Stale; PhaseClosed.
    """
    with doing("document.changed", by=by, on=revision, right="work", expected=expected) as now:
        row = _open_draft(now, "change")
        stored = document_fields.cleaned(kind_of(now.project, row.document.kind), fields)
        if stored == row.fields:
            raise Conflict("Nothing was changed.")
        row.fields, row.author_id, row.authors = stored, by.user.pk, _with(row, by)
        row.save(update_fields=["fields", "author", "authors"])
        return row


def set_validity(
    *, revision: Revision, valid_from: date | None, valid_until: date | None, by: Actor, expected: int | None = None
) -> Revision:
    """Say from when and until when a draft is to count as evidence; outside of that no gate counts it.

    Raises:
        Invalid: it would end before it begins, or has ended. Conflict: no draft any more, or nothing changes. Stale.
    """
    with doing("document.validity_set", by=by, on=revision, right="work", expected=expected) as now:
        row = _open_draft(now, "date")
        if valid_until is not None and valid_until < max(valid_from or timezone.localdate(), timezone.localdate()):
            sentence = "Choose a day that is neither past nor before the first one."
            raise Invalid(sentence, errors={"valid_until": [sentence]})
        if (row.valid_from, row.valid_until) == (valid_from, valid_until):
            raise Conflict("Nothing was changed.")
        row.valid_from, row.valid_until, row.authors = valid_from, valid_until, _with(row, by)
        row.save(update_fields=["valid_from", "valid_until", "authors"])
        return row


def attach(
    *,
    revision: Revision,
    name: str,
    media_type: str,
    data: bytes,
    by: Actor,
    claimed_sha256: str | None = None,
    readers: list[str] | None = None,
) -> Attachment:
    """Attach a file to a draft; who does so is among its authors. With `readers` it is confidential to these roles.

    Raises:
        Invalid: empty, too large, a bad name, bytes without the claimed SHA-256, or an unknown role. Conflict: no draft
            any more.
        QuotaExceeded: the project would hold more than the policy allows.
    """
    with doing("document.attached", by=by, on=revision, right="work") as now:
        row = _open_draft(now, "attach a file to")
        require_room(now.project, len(data))
        blob = blobs.store(
            owner_id=now.project.pk, name=name, media_type=media_type, data=data, claimed_sha256=claimed_sha256
        )
        if row.attachments.filter(blob=blob).exists():
            raise Conflict("This file is attached already.")
        if readers:
            require_known(readers, of(now.project.catalogue).roles, "a role of the project")
        attachment = Attachment(project=now.project, revision=row, blob=blob, readers=sorted(set(readers or [])))
        attachment.save()
        if not row.is_written_by(by.user.pk):
            row.authors = _with(row, by)
            row.save(update_fields=["authors"])
        return attachment


def submit(*, revision: Revision, by: Actor, expected: int | None = None) -> Revision:
    """Ask for the reviews its kind demands.

    Raises:
        Invalid: a required field is empty or a table says too little, each under its key. IllegalMove; PhaseClosed.
    """
    with doing("document.submitted", by=by, on=revision, right="work", expected=expected) as now:
        row = now.row
        require_not_in_review(row.document.phase, "submit a document of it")
        require_move(row, Revision.State.SUBMITTED)
        _require_ready(kind_of(now.project, row.document.kind), row.fields)
        row.state, row.submitted_at = Revision.State.SUBMITTED, now.act.at
        row.save(update_fields=["state", "submitted_at"])
        return row


def accept(*, revision: Revision, by: Actor, note: str = "") -> Review:
    """Accept in the first role the actor holds of a group that is still open; the last group accepts the document.

    What its kind declares as consequences follows in the same act.

    Raises:
        NotAllowed: the author, who has reviewed already, a machine, or nobody of the groups. IllegalMove; PhaseClosed.
    """
    with doing("document.accepted", by=by, on=revision, right="review", reason=note) as now:
        row = now.row
        require_not_in_review(row.document.phase, "review a document of it")
        require_move(row, Revision.State.ACCEPTED)
        kind = kind_of(now.project, row.document.kind)
        groups, reviews = kind.review_roles, list(row.reviews.all())
        review = _review(now, by, open_groups(groups, reviews, ACCEPTING), Review.Verdict.ACCEPTED, note)
        if not open_groups(groups, [*reviews, review], ACCEPTING):
            for earlier in row.document.revisions.select_for_update().filter(state=Revision.State.ACCEPTED):
                earlier.state = Revision.State.SUPERSEDED
                earlier.save(update_fields=["state"])
            row.state, row.decided_at = Revision.State.ACCEPTED, now.act.at
            row.save(update_fields=["state", "decided_at"])
            consequences.follow(now, row, kind)
        return review


def reject(*, revision: Revision, reason: str, by: Actor) -> Review:
    """Reject; one rejection is enough. The next draft is a new revision, and tasks handed in with it are open again."""
    reason = required_text(reason, "reason", "Say what has to be changed.")
    with doing("document.rejected", by=by, on=revision, right="review", reason=reason) as now:
        row = now.row
        require_not_in_review(row.document.phase, "review a document of it")
        require_move(row, Revision.State.REJECTED)
        groups = kind_of(now.project, row.document.kind).review_roles
        review = _review(now, by, list(groups), Review.Verdict.REJECTED, reason)
        row.state, row.decided_at = Revision.State.REJECTED, now.act.at
        row.save(update_fields=["state", "decided_at"])
        _return_tasks(now, row)
        return review


def confirm(*, revision: Revision, by: Actor, note: str = "") -> Review:
    """Say that an accepted revision still holds in the present iteration, which went back before it.

    Raises:
        Conflict: it is not the accepted revision, or was confirmed by everybody needed. NotAllowed; PhaseClosed.
    """
    with doing("document.confirmed", by=by, on=revision, right="review", reason=note) as now:
        row = now.row
        require_not_in_review(row.document.phase, "confirm a document of it")
        if row.state != Revision.State.ACCEPTED:
            raise Conflict("Only the accepted revision can be confirmed again.", state=row.state)
        groups = kind_of(now.project, row.document.kind).review_roles
        still_open = open_groups(groups, row.reviews.all(), ACCEPTING, now.project.iteration)
        if not still_open:
            raise Conflict(f"It holds in iteration {now.project.iteration} already.")
        return _review(now, by, still_open, Review.Verdict.CONFIRMED, note)


def _return_tasks(now: Doing, revision: Revision) -> None:
    """Tasks that were handed in with the rejected document go back to who works on them."""
    waiting = Task.objects.select_for_update().filter(project=now.project, state=Task.State.IN_REVIEW)
    concerned = [task for task in waiting if revision.document.kind in task.document_kinds]
    for task in concerned:
        require_move(task, Task.State.IN_PROGRESS)
        task.state, task.reason = Task.State.IN_PROGRESS, f"“{revision}” was rejected."
    Task.objects.bulk_update(concerned, ["state", "reason"])


def kind_of(project: Project, kind: str) -> DocumentKind:
    """Raises: Invalid when the project's catalogue has no such kind."""
    kinds = of(project.catalogue).document_kinds
    if kind not in kinds:
        raise Invalid(f"There is no kind of document “{kind}”.", errors={"kind": ["There is no such kind."]})
    return kinds[kind]


def _begin(now: Doing, definition: DocumentKind) -> Document:
    phase = now.project.phase_set.get(number=definition.phase)
    document = Document(project=now.project, phase=phase, kind=definition.key, title=definition.name)
    document.save()
    return document


def _require_ready(definition: DocumentKind, stored: dict[str, Any]) -> None:
    unready = document_fields.unready(definition, stored)
    if unready:
        labels = {field.key: field.label for field in definition.fields}
        said = [labels[key] if key not in stored else f"{labels[key]} ({why})" for key, why in unready.items()]
        raise Invalid(f"Still missing: {'; '.join(said)}", errors={key: [why] for key, why in unready.items()})


def _open_draft(now: Doing, verb: str) -> Revision:
    require_not_in_review(now.row.document.phase, f"{verb} a document of it")
    if now.row.state != Revision.State.DRAFT:
        raise Conflict(
            f"You can only {verb} a draft; this revision is {now.row.get_state_display().lower()}.",
            state=now.row.state,
        )
    return now.row


def _with(row: Revision, by: Actor) -> list[str]:
    return sorted({*row.authors, str(row.author_id), str(by.user.pk)})


def _review(now: Doing, by: Actor, groups: list[Any], verdict: str, note: str) -> Review:
    wanted = {role for group in groups for role in group}
    held = access.require_role(by, now.project, wanted, "review this document")
    if now.row.is_written_by(by.user.pk):
        raise NotAllowed("You wrote in this; another person has to review it.")
    if now.row.reviews.filter(reviewer_id=by.user.pk, iteration=now.project.iteration).exists():
        raise NotAllowed("You have reviewed this already; another person has to speak for the other roles.")
    role = next(role for group in groups for role in group if role in held)
    review = Review(
        project=now.project, revision=now.row, reviewer_id=by.user.pk, role=role, verdict=verdict, note=note,
        iteration=now.project.iteration, reviewed_at=now.act.at,
    )  # fmt: skip
    review.save()
    return review
