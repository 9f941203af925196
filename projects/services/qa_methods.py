"""QA methods: planned, performed with evidence, accepted or rejected by another person."""

from __future__ import annotations

from typing import TYPE_CHECKING

from audit.ids import uuid7
from catalogue.definitions import of
from crispmlq.errors import Conflict, Invalid, NotAllowed
from projects.models import Document, Phase, Project, QAMethod, Revision, Risk
from projects.services.doing import doing, require_known, required_text
from projects.services.phases import require_not_in_review, task_of
from projects.states import require_move

if TYPE_CHECKING:
    from accounts.actors import Actor


def add(
    *, phase: Phase, name: str, what_it_does: str, mitigates: list[str], by: Actor, task: str | None = None
) -> QAMethod:
    """Add a QA method of the project's own that lowers the risks with these keys.

    Raises: Invalid: no name or words, a risk the project does not have, or a `task` that is none of the phase.
    """
    name = required_text(name, "name", "Give the QA method a name.", 160)
    what = required_text(what_it_does, "what_it_does", "Say what it does.")
    with doing("qa_method.added", by=by, on=phase, right="work") as now:
        require_not_in_review(now.row, "add a QA method")
        require_known(mitigates, now.project.risk_set.values_list("key", flat=True), "a risk of the project")
        method = QAMethod(
            project=now.project, phase=now.row, key=f"own-{uuid7().hex[-12:]}", name=name, what_it_does=what,
            mitigates=sorted(set(mitigates)), task=task_of(now.row, task), is_own=True,
            position=phase.qamethod_set.count() + 1,
        )  # fmt: skip
        method.save()
        now.act.subject = method
        return method


def plan(*, method: QAMethod, by: Actor) -> QAMethod:
    with doing("qa_method.planned", by=by, on=method, right="work") as now:
        require_not_in_review(now.row.phase, "plan a QA method")
        require_move(now.row, QAMethod.State.PLANNED)
        now.row.state, now.row.reviewed_by, now.row.reviewed_at = QAMethod.State.PLANNED, None, None
        now.row.save()
        return now.row


def plan_many(*, project: Project, keys: list[str], by: Actor) -> list[QAMethod]:
    """Plan several in one act. Raises: Invalid: a key is unknown. PhaseClosed; IllegalMove."""
    with doing("qa_methods.planned", by=by, on=project, right="work"):
        known = project.qamethod_set
        require_known(keys, known.values_list("key", flat=True), "a QA method of this project")
        rows = list(known.select_for_update(of=("self",)).select_related("phase").filter(key__in=keys).order_by("pk"))
        for row in rows:
            require_not_in_review(row.phase, "plan a QA method")
            require_move(row, QAMethod.State.PLANNED)
            row.state, row.reviewed_by, row.reviewed_at = QAMethod.State.PLANNED, None, None
        QAMethod.objects.bulk_update(rows, ["state", "reviewed_by", "reviewed_at"])
        return rows


def perform(*, method: QAMethod, finding: str, evidence_kinds: list[str], by: Actor) -> QAMethod:
    """Say what carrying it out showed, and on which documents of the project that rests.

    Raises:
        Invalid: no finding, no evidence, a kind the project has no document of, or documents that are not the kinds of
            evidence the method expects. PhaseClosed; IllegalMove.
    """
    finding = required_text(finding, "finding", "Say what carrying it out showed.")
    with doing("qa_method.performed", by=by, on=method, right="work") as now:
        require_not_in_review(now.row.phase, "record a QA method")
        require_move(now.row, QAMethod.State.PERFORMED)
        row = now.row
        _require_evidence(now.project.pk, evidence_kinds)
        _require_expected(now.project, row, evidence_kinds)
        row.state, row.finding, row.evidence_kinds = QAMethod.State.PERFORMED, finding, sorted(set(evidence_kinds))
        row.performed_by_id, row.performed_at = by.user.pk, now.act.at
        row.save()
        return row


def accept(*, method: QAMethod, by: Actor, note: str = "") -> QAMethod:
    """Agree that it was carried out well. The risks it lowers are then to be rated again; none is closed by this.

    Raises:
        NotAllowed: who performed it can not accept it. PhaseClosed; IllegalMove.
        Conflict: a document it rests on is not accepted.
    """
    with doing("qa_method.accepted", by=by, on=method, right="review", reason=note) as now:
        require_not_in_review(now.row.phase, "accept a QA method")
        _require_accepted_evidence(now.row)
        _review(now.row, QAMethod.State.ACCEPTED, note, by, now.act.at)
        risks = list(
            Risk.objects.select_for_update().filter(
                project=now.project, key__in=now.row.mitigates, state=Risk.State.RATED
            )
        )
        for risk in risks:
            risk.state = Risk.State.TREATED
        Risk.objects.bulk_update(risks, ["state"])
        return now.row


def reject(*, method: QAMethod, reason: str, by: Actor) -> QAMethod:
    reason = required_text(reason, "reason", "Say what is missing.")
    with doing("qa_method.rejected", by=by, on=method, right="review", reason=reason) as now:
        require_not_in_review(now.row.phase, "reject a QA method")
        _review(now.row, QAMethod.State.REJECTED, reason, by, now.act.at)
        return now.row


def _review(row: QAMethod, state: str, note: str, by: Actor, at: object) -> None:
    require_move(row, state)
    if row.performed_by_id == by.user.pk:
        raise NotAllowed("You performed this QA method; another person has to judge it.")
    row.state, row.review_note, row.reviewed_by_id, row.reviewed_at = state, note, by.user.pk, at
    row.save()


def _require_accepted_evidence(row: QAMethod) -> None:
    held = Revision.objects.filter(
        project_id=row.project_id, document__kind__in=row.evidence_kinds, state=Revision.State.ACCEPTED
    )
    lacking = sorted(set(row.evidence_kinds) - set(held.values_list("document__kind", flat=True)))
    if lacking:
        raise Conflict(f"Not accepted yet: {', '.join(lacking)}. Have the evidence reviewed first.", documents=lacking)


def _require_evidence(project_id: object, kinds: list[str]) -> None:
    known = set(Document.objects.filter(project_id=project_id, kind__in=kinds).values_list("kind", flat=True))
    unknown = sorted(set(kinds) - known)
    if unknown or not kinds:
        sentence = (
            f"The project has no document of: {', '.join(unknown)}." if unknown else "Name at least one document."
        )
        raise Invalid(sentence, errors={"evidence_kinds": [sentence]})


def _require_expected(project: Project, row: QAMethod, kinds: list[str]) -> None:
    """Each document is evidence of a kind the method expects, and together they are of every kind it expects."""
    expected = {each["kind"] for each in row.evidence_expected}
    if not expected:
        return
    is_what = _evidence(project, kinds)
    names = {kind: of(project.catalogue).document_kinds[kind].name for kind in kinds}
    strange = sorted(names[kind] for kind, held in is_what.items() if not held & expected)
    lacking = sorted(expected - {each for held in is_what.values() for each in held})
    said = [f"“{name}” is none of the evidence this method expects." for name in strange]
    if lacking:
        said.append(f"Still missing: {_words(lacking)}.")
    if said:
        said.append(f"It expects: {_words(sorted(expected))}.")
        raise Invalid(" ".join(said), errors={"evidence_kinds": said})


def _evidence(project: Project, kinds: list[str]) -> dict[str, set[str]]:
    """Document kind -> what evidence its newest revision is. Whatever is reviewed is an approval, too."""
    newest = {
        revision.document.kind: revision.fields
        for revision in Revision.objects.filter(project=project, document__kind__in=kinds)
        .select_related("document")
        .order_by("number")
    }
    defined = of(project.catalogue).document_kinds
    return {
        kind: {"approval"} | {e.kind for e in defined[kind].evidence if not e.field or e.field in newest[kind]}
        for kind in kinds
    }


def _words(kinds: list[str]) -> str:
    return ", ".join(kind.replace("-", " ") for kind in kinds)
