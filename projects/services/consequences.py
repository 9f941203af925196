"""What follows at once when a document is accepted, as its kind declares: a risk, or tasks to be done again."""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from django.urls import reverse

from projects.services import risks, tasks
from projects.services.telling import tell

if TYPE_CHECKING:
    from catalogue.document_kinds import Consequence, DocumentKind, NewRisk
    from projects.models import Revision
    from projects.services.doing import Doing


def follow(now: Doing, revision: Revision, kind: DocumentKind) -> None:
    """As part of the act that accepts `revision`."""
    for consequence in kind.consequences:
        for values in _matching(consequence, revision.fields):
            if consequence.risk:
                risks.enter(now, _entry(kind, consequence.risk, values))
            if consequence.reopens:
                _reopen(now, kind, consequence.reopens)


def _matching(consequence: Consequence, fields: dict[str, Any]) -> Iterator[dict[str, Any]]:
    rows = fields.get(consequence.table, []) if consequence.table else [fields]
    return (row for row in rows if consequence.when.holds(row))


def _entry(kind: DocumentKind, risk: NewRisk, values: dict[str, Any]) -> risks.Entry:
    told = str(values.get(risk.tells, "")) if risk.tells else ""
    return risks.Entry(
        key=f"own-{risk.key}-{sha256(told.encode()).hexdigest()[:8]}" if told else f"own-{risk.key}",
        phase=kind.phase,
        name=f"{risk.name}: {told}" if told else risk.name,
        what_goes_wrong=risk.what_goes_wrong,
        category=risk.category,
        severity=risk.severity,
        likelihood=risk.likelihood,
    )


def _reopen(now: Doing, kind: DocumentKind, keys: tuple[str, ...]) -> None:
    reason = f"“{kind.name}” was accepted with a result that asks for it."
    for task in tasks.reopen_again(now, keys, reason):
        tell(
            now.project, key=f"reopened {task.key} {now.act.at.isoformat()}", text=f"“{task.name}” is open again.",
            url=reverse("projects:phase", args=[now.project.slug, kind.phase]) + f"#{task.key}",
            roles=["project-manager"], users=[task.assignee_id],
        )  # fmt: skip
