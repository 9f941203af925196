"""What people say and take on: confirmations of obligations, and who sees to them."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from crispmlq.errors import Conflict, Invalid, NotAllowed, NotFound
from projects.models import Membership, Project
from projects.services.doing import doing, require_known, required_text
from regulations import covering, selectors
from regulations.coverage import Coverage, Standing
from regulations.models import Confirmation, Responsibility

if TYPE_CHECKING:
    from accounts.actors import Actor

REVIEWERS = frozenset({"legal-reviewer", "sponsor", "data-owner", "model-owner"})


class EvidenceChanged(Conflict):
    code, title = "evidence_changed", "The evidence has changed"


def confirm(
    *, project: Project, regulation: str, obligation: str, verdict: str, reason: str, by: Actor, evidence: str = ""
) -> Confirmation:
    """Say as a reviewer how an obligation stands, on the records there are now.

    `evidence`: digest of what the reviewer saw; with it, a confirmation of something that changed meanwhile is refused.

    Raises:
        NotFound: no such obligation. Invalid: no verdict or reason; the obligation does not apply or nobody knows yet,
            is settled by its records alone, or is said to be met while records are missing. EvidenceChanged: see above.
        NotClassified: see `covering.of_project`.
        NotAllowed: who sees to an obligation does not confirm it; and as `doing`.
    """
    reason = required_text(reason, "reason", "Say why the evidence is enough, or what is lacking.", 4000)
    with doing("obligation.confirmed", by=by, on=project, right="confirm obligations", reason=reason) as now:
        covered = covering.of_project(now.project, regulation)
        standing = _standing(covered, obligation)
        _require_fitting(standing, verdict)
        if evidence and evidence != standing.evidence.digest:
            raise EvidenceChanged("The records have changed since you read them. Look at them again, then confirm.")
        row = Confirmation(
            project=now.project,
            pack=selectors.version(regulation, covered.basis.pack.version),
            obligation=obligation,
            verdict=verdict,
            reason=reason,
            evidence=standing.evidence.digest,
            role=sorted(now.roles & REVIEWERS)[0],
            confirmed_by_id=by.user.pk,
            confirmed_at=now.act.at,
        )
        if standing.assigned is not None and standing.assigned.owner_id == by.user.pk:
            raise NotAllowed("You see to this obligation; somebody else confirms it.")
        now.act.subject = row
        row.save()
        return row


def assign(
    *, project: Project, regulation: str, keys: list[str], owner: str, by: Actor, due_on: date | None = None
) -> list[Responsibility]:
    """Have a member see to obligations, in one act; whoever did before is relieved.

    Raises: Invalid: none chosen, one the regulation does not have, or nobody of this name in the project. As `doing`.
    """
    pack = selectors.pack_in_force(regulation).pack
    require_known(keys, pack.obligations, f"an obligation of “{pack.name}”")
    with doing("obligations.assigned", by=by, on=project, right="manage") as now:
        member = Membership.objects.filter(project=project, user__username=owner).exclude(roles=[]).first()
        if member is None:
            raise Invalid("Choose a member of the project.", errors={"owner": ["Choose a member of the project."]})
        mine = Responsibility.objects.select_for_update().filter(project=project, regulation=regulation)
        known = {row.obligation: row for row in mine.filter(obligation__in=keys)}
        rows = [
            known.get(key) or Responsibility(project=now.project, regulation=regulation, obligation=key)
            for key in dict.fromkeys(keys)
        ]
        for row in rows:
            row.owner_id, row.due_on = member.user_id, due_on
            row.save()
        return rows


def _standing(covered: Coverage, obligation: str) -> Standing:
    standing = covered.by_id.get(obligation)
    if standing is None:
        raise NotFound(f"{covered.basis.pack} has no obligation “{obligation}”.")
    return standing


def _require_fitting(standing: Standing, verdict: str) -> None:
    if verdict not in Confirmation.Verdict.values:
        words = ", ".join(Confirmation.Verdict.values)
        raise Invalid("Choose how it stands.", errors={"verdict": [f"One of {words}."]})
    if not standing.applies:
        raise Invalid(f"It does not apply. {standing.because[0]}")
    if not standing.is_decided:
        raise Invalid(f"It can be confirmed once it is known that it applies. {standing.because[0]}")
    if not standing.needs_person:
        raise Invalid("The records alone settle this obligation; there is nothing to confirm.")
    if verdict == Confirmation.Verdict.MET and not standing.evidence.is_complete:
        lacking = [outcome.because for outcome in standing.evidence.outcomes if outcome.result != "passed"]
        raise Invalid("It can not be met while records are missing. " + " ".join(lacking))
