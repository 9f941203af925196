"""Classifying a project: some give answers, somebody else signs. What was signed is never changed in place."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from audit.canon import plain
from crispmlq.errors import Conflict, Invalid, NotAllowed
from projects import access
from projects.services.doing import Doing, doing, required_text
from projects.states import require_move
from regulations import classifying, selectors
from regulations.definitions import Pack
from regulations.models import Classification

if TYPE_CHECKING:
    from accounts.actors import Actor
    from projects.models import Project

State = Classification.State
Answers = Mapping[str, Mapping[str, Any]]
SIGN = "sign classifications"
LONGEST_REASON = 2000


def begin(*, project: Project, regulation: str, by: Actor) -> Classification:
    """A draft under the text in force, with the answers of the last one as far as that text still asks for them.

    Who begins takes these answers over; whoever gave them stays among the authors.

    Raises:
        NotFound: no such regulation is in force. Conflict: there is a draft already.
    """
    with doing("classification.begun", by=by, on=project, right="work", alone=True) as now:
        version = selectors.pack_in_force(regulation)
        last = Classification.objects.filter(project=now.project, regulation=regulation).first()
        if last and last.state == State.DRAFT:
            raise Conflict(f"There is a draft already: {last}. Change its answers, or withdraw it.", number=last.number)
        newest = Classification.objects.filter(project=now.project).first()
        row = Classification(
            project=now.project, number=newest.number + 1 if newest else 1, regulation=regulation, pack_version=version,
            purpose=now.project.purpose, authors=[str(by.user.pk)], begun_by_id=by.user.pk, begun_at=now.act.at,
        )  # fmt: skip
        if last:
            _take_over(row, last)
        row.result = _result(row)
        row.save()
        now.act.subject = row
        return row


def answer(
    *, classification: Classification, answers: Answers, by: Actor, expected: int | None = None
) -> Classification:
    """Answer questions of a draft: by fact, its `value` (None: not known) and the `reason`; what is left out stays.

    With no answers at all, those given before are confirmed for the purpose the project has now.

    Raises:
        Invalid: facts the text does not know, values it can not read, a reason without an answer; each under its fact.
        Conflict: it is no draft any more, or nothing changes. Stale.
    """
    with doing("classification.answered", by=by, on=classification, right="work", expected=expected) as now:
        row = _open_draft(now)
        values = {key: given["value"] for key, given in answers.items() if "value" in given}
        reasons = {key: _reason(row, key, given) for key, given in answers.items() if "reason" in given}
        before = (row.answers, row.reasons, row.purpose)
        row.answers = row.answers | plain(classifying.read_facts(row.pack, values))
        row.reasons = {key: reason for key, reason in (row.reasons | reasons).items() if reason}
        row.purpose = now.project.purpose
        if (row.answers, row.reasons, row.purpose) == before:
            raise Conflict("Nothing was changed.")
        return _changed(now, by)


def set_roles(
    *,
    classification: Classification,
    roles: Iterable[str],
    by: Actor,
    role_shifts: Iterable[str] = (),
    expected: int | None = None,
) -> Classification:
    """Say which roles the organisation has under the regulation, and what makes it bear the duties of another.

    Raises:
        Invalid: roles or shifts the text does not know, or no role at all. Conflict: no draft, nothing changes. Stale.
    """
    with doing("classification.roles_set", by=by, on=classification, right="work", expected=expected) as now:
        row = _open_draft(now)
        wanted, shifts = set(roles), set(role_shifts)
        classifying.require_roles(row.pack, sorted(wanted), sorted(shifts))
        if not wanted:
            sentence = "Choose at least one role."
            raise Invalid(sentence, errors={"roles": [sentence]})
        before = (row.roles, row.role_shifts)
        row.roles = [role for role in row.pack.roles if role in wanted]
        row.role_shifts = [shift for shift in row.pack.role_shifts if shift in shifts]
        if (row.roles, row.role_shifts) == before:
            raise Conflict("Nothing was changed.")
        return _changed(now, by)


def sign(*, classification: Classification, reasoning: str, by: Actor, expected: int | None = None) -> Classification:
    """Say that the answers are right and the class follows; it holds from now on, in place of the one before.

    Raises:
        NotAllowed: a token, who has not the right, and whoever has answered in it.
        Conflict: a decisive answer is missing, answers contradict each other, another text came into force, or the
            purpose changed since they were given. IllegalMove; Stale.
        Invalid: no reasoning, no role, or an answer that decided has no reason (under its fact).
    """
    reasoning = required_text(reasoning, "reasoning", "Say why this class is right.", LONGEST_REASON)
    with doing("classification.signed", by=by, on=classification, right=SIGN, expected=expected) as now:
        row = now.row
        require_move(row, State.SIGNED)
        if str(by.user.pk) in row.authors:
            raise NotAllowed("Answers of yours are in it; another person has to sign.")
        _require_present(row, now.project)
        _require_ready(row)
        for earlier in _signed(row):
            earlier.state = State.SUPERSEDED
            earlier.save(update_fields=["state"])
        row.state, row.reasoning = State.SIGNED, reasoning
        row.signed_by_id, row.signed_at = by.user.pk, now.act.at
        row.signed_role = min(now.roles & set(access.RIGHTS[SIGN][0]))
        row.save(update_fields=["state", "reasoning", "signed_by", "signed_role", "signed_at"])
        return row


def withdraw(*, classification: Classification, reason: str, by: Actor) -> Classification:
    """Take back a draft; or, by who may sign, one that was signed, after which the project has none.

    Raises: NotAllowed; Invalid: no reason. IllegalMove.
    """
    reason = required_text(reason, "reason", "Say why it is withdrawn.", LONGEST_REASON)
    with doing("classification.withdrawn", by=by, on=classification, right="work", reason=reason) as now:
        row = now.row
        require_move(row, State.WITHDRAWN)
        if row.state == State.SIGNED:
            access.require(by, now.project, SIGN)
        row.state, row.withdrawn_because = State.WITHDRAWN, reason
        row.save(update_fields=["state", "withdrawn_because"])
        return row


def _take_over(row: Classification, last: Classification) -> None:
    row.answers = {key: value for key, value in last.answers.items() if _is_readable(row.pack, key, value)}
    row.reasons = {key: reason for key, reason in last.reasons.items() if key in row.answers}
    row.roles = [role for role in last.roles if role in row.pack.roles]
    row.role_shifts = [shift for shift in last.role_shifts if shift in row.pack.role_shifts]
    row.authors = sorted({*last.authors, *row.authors})


def _is_readable(pack: Pack, key: str, value: Any) -> bool:
    try:
        classifying.read_facts(pack, {key: value})
    except Invalid:
        return False
    return True


def _reason(row: Classification, key: str, given: Mapping[str, Any]) -> str:
    reason = (given["reason"] or "").strip()
    if key not in row.answers and "value" not in given:
        raise Invalid("Answer the question too.", errors={key: ["Answer the question too."]})
    if len(reason) > LONGEST_REASON:
        sentence = f"Use up to {LONGEST_REASON} characters."
        raise Invalid(sentence, errors={key: [sentence]})
    return reason


def _open_draft(now: Doing) -> Classification:
    if now.row.state != State.DRAFT:
        raise Conflict(
            f"Only a draft can be changed; this one is {now.row.get_state_display().lower()}. Begin a new one.",
            state=now.row.state,
        )
    return now.row


def _changed(now: Doing, by: Actor) -> Classification:
    row = now.row
    row.authors = sorted({*row.authors, str(by.user.pk)})
    row.result = _result(row)
    row.save(update_fields=["answers", "reasons", "roles", "role_shifts", "purpose", "authors", "result"])
    return row


def _result(row: Classification) -> dict[str, Any]:
    """What follows from the answers as they are now."""
    interview = row.interview()
    result = interview.result
    return {
        "outcomes": list(result.outcomes),
        "given_so_far": list(result.given),
        "decided_by": list(result.decided_by),
        "grounds": list(result.grounds),
        "open_facts": interview.open_facts,
    }


def _signed(row: Classification) -> list[Classification]:
    others = Classification.objects.select_for_update().filter(project_id=row.project_id, regulation=row.regulation)
    return list(others.filter(state=State.SIGNED))


def _require_present(row: Classification, project: Project) -> None:
    current = selectors.pack_in_force(row.regulation)
    if current.pk != row.pack_version_id:
        raise Conflict(
            f"{current} is in force now, and this was answered under {row.pack_version.version}. "
            "Withdraw it and begin again; the answers are taken over.",
            in_force=current.version,
        )
    if row.purpose != project.purpose:
        raise Conflict("The purpose of the project changed since. Have the answers confirmed for the new one first.")


def _require_ready(row: Classification) -> None:
    if not row.roles:
        raise Invalid("Say first which roles you have.", errors={"roles": ["Choose at least one role."]})
    result, facts = row.interview().result, row.pack.facts
    if not result.is_determined:
        asked = [facts[key].question for key in result.open_facts]
        raise Conflict(f"A decisive answer is missing: {asked[0]}", open_facts=list(result.open_facts))
    if result.contradictions:
        said = [each.says for each in result.contradictions]
        raise Conflict(f"Answers contradict each other. {' '.join(said)}", contradictions=said)
    if bare := [key for key in result.grounds if not row.reasons.get(key)]:
        sentence = f"Say why: {facts[bare[0]].question}"
        raise Invalid(sentence, errors={key: ["This answer decides; give its reason."] for key in bare})
