"""Gates: submitted with frozen facts, signed by the roles that decide, and decided."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING

from audit import sealing
from audit.canon import canonical
from catalogue import definitions
from crispmlq.errors import Conflict, Invalid, NotAllowed
from evidence.models import Blob
from evidence.services import blobs
from policies import selectors as policies
from projects import access
from projects.gates import facts, policy, rules
from projects.models import Decision, Evaluation, Gate, Hold, Iteration, Phase, Project, Signature
from projects.services import holds, iterations, projects
from projects.services.doing import Doing, doing, required_text
from projects.services.phases import require_open
from projects.states import require_move

if TYPE_CHECKING:
    from accounts.actors import Actor

FACTS_TYPE = "application/json"
# Outcomes that need a right besides that to decide.
NEEDED_RIGHT = {Decision.Outcome.HOLD: "hold", Decision.Outcome.STOP: "stop"}


class GateNotReady(Conflict):
    code, title = "gate_not_ready", "Gate is not ready"


@dataclass(frozen=True)
class Resolution:
    """How a submission is to end.

    `to_phase`, `tasks`, `origin`: of iterate and backtrack; `condition`, `code`, `expected_on`: of hold.
    """

    outcome: str
    reason: str
    to_phase: int | None = None
    tasks: list[str] = field(default_factory=list)
    origin: str = Iteration.Origin.EVALUATION
    condition: str = ""
    code: str = Hold.Code.OTHER
    expected_on: date | None = None

    @property
    def terms(self) -> holds.Terms:
        return holds.Terms(self.reason, self.condition, self.code, self.expected_on)


def submit(*, gate: Gate, by: Actor, note: str = "") -> Evaluation:
    """Freeze the facts and ask the deciding roles for their signatures.

    Raises:
        GateNotReady: a blocking check that can be judged now is not met (`data["blockers"]`). PhaseClosed; NoRight.
    """
    with doing("gate.submitted", by=by, on=gate, right="submit gates", reason=note, alone=True) as now:
        require_open(now.row.phase, "submit its gate")
        require_move(now.row, Gate.State.SUBMITTED)
        definition = definitions.of(now.project.catalogue).gate(now.row.key)
        frozen, verdicts = judge(now.row)
        _require_none(rules.blockers(verdicts, "submission"), "The gate can not be submitted yet")
        evaluation = Evaluation(
            project=now.project, gate=now.row, iteration=now.project.iteration,
            facts=_freeze(now, frozen, "submission"), verdicts=rules.as_rows(verdicts),
            rules_version=rules.RULES_VERSION, note=note, submitted_by_id=by.user.pk, submitted_at=now.act.at,
            policy_version=frozen["policy"]["version"], model_version=_judged_version(definition, frozen),
            deciders=policy.deciders(definition, frozen["policy"]["values"]),
        )  # fmt: skip
        evaluation.save()
        _move(now.row, Gate.State.SUBMITTED)
        _move(now.row.phase, Phase.State.IN_REVIEW)
        return evaluation


def withdraw(*, evaluation: Evaluation, reason: str, by: Actor) -> Evaluation:
    """Take a submission back, so that its phase can be worked on again."""
    reason = required_text(reason, "reason", "Say why the submission is taken back.")
    with doing("gate.withdrawn", by=by, on=evaluation, right="submit gates", reason=reason, alone=True) as now:
        require_move(now.row, Evaluation.State.WITHDRAWN)
        _move(now.row, Evaluation.State.WITHDRAWN)
        _move(now.row.gate, Gate.State.OPEN)
        _move(now.row.gate.phase, Phase.State.OPEN)
        return now.row


def sign(*, evaluation: Evaluation, role: str, by: Actor, approves: bool = True, note: str = "") -> Signature:
    """Sign a submission in one of the deciding roles; `note` is needed for an objection.

    Raises:
        NoRight: the actor does not hold the role, or the role does not decide this gate; a token never signs.
        Conflict: decided or withdrawn, or the role or the person has signed.
    """
    if not approves:
        note = required_text(note, "note", "Say what you object to.")
    name = "gate.signed" if approves else "gate.objected"
    with doing(name, by=by, on=evaluation, right="review", reason=note) as now:
        if role not in now.row.deciders:
            listed = ", ".join(now.row.deciders)
            raise Invalid(f"This gate is signed by: {listed}.", errors={"role": [f"One of {listed}."]})
        access.require_role(by, now.project, {role}, "sign in this role")
        if now.row.state != Evaluation.State.OPEN:
            raise Conflict("This submission waits for no signature any more.", state=now.row.state)
        is_further_role = _require_fresh_signer(now.row, role, by)
        verdict = Signature.Verdict.APPROVE if approves else Signature.Verdict.OBJECT
        signature = Signature(
            project=now.project, evaluation=now.row, signer_id=by.user.pk, role=role, verdict=verdict, note=note,
            signed_at=now.act.at, is_further_role=is_further_role, model_version=now.row.model_version,
            facts_sha256=now.row.facts.sha256,
        )  # fmt: skip
        signature.save()
        sealing.seal_at_commit()
        return signature


def decide(*, evaluation: Evaluation, resolution: Resolution, by: Actor) -> Decision:
    """End a submission, judged on the facts frozen with it and the signatures since.

    The project is held alone, so of two calls at once the second finds it decided.

    Raises:
        GateNotReady: `pass` while a blocking check is not met, signatures included (`data["blockers"]`).
        NotAllowed: the actor neither manages the project nor decides this gate, or lacks the right to hold or stop it.
        Invalid: no reason, or an outcome, phase or condition that does not fit the gate. IllegalMove.
    """
    reason = required_text(resolution.reason, "reason", "Say in a sentence what the decision rests on.")
    with doing("gate.decided", by=by, on=evaluation, right="review", reason=reason, alone=True) as now:
        row, gate = now.row, now.row.gate
        definition = definitions.of(now.project.catalogue).gate(gate.key)
        access.require_role(by, now.project, set(policy.may_end(row.deciders)), "decide this gate")
        require_move(row, Evaluation.State.DECIDED)
        _require_possible(now.project, definition, resolution)
        if resolution.outcome in NEEDED_RIGHT:
            access.require(by, now.project, NEEDED_RIGHT[resolution.outcome])
        frozen, verdicts = judge_submission(row)
        if resolution.outcome == Decision.Outcome.PASS:
            _require_passable(now.project, gate, row, verdicts, by)
        decision = Decision(
            project=now.project, evaluation=row, gate=gate, iteration=now.project.iteration, outcome=resolution.outcome,
            to_phase=resolution.to_phase, reason=reason, condition=resolution.condition,
            facts=_freeze(now, frozen, "decision"), verdicts=rules.as_rows(verdicts),
            rules_version=rules.RULES_VERSION, decided_by_id=by.user.pk, decided_at=now.act.at,
            criteria=judged_criteria(definition, frozen),
        )  # fmt: skip
        decision.save()
        _move(row, Evaluation.State.DECIDED)
        sealing.seal_at_commit()
        _CONSEQUENCES[resolution.outcome](now, gate, definition, resolution, by)
        return decision


def judge(gate: Gate, evaluation: Evaluation | None = None) -> tuple[facts.Facts, list[rules.Verdict]]:
    """The facts as they are now and the verdict of each check on them."""
    collected = json.loads(canonical(facts.collect(gate, evaluation)))  # the very snapshot a replay will read
    return collected, rules.evaluate(definitions.of(gate.project.catalogue).gate(gate.key).checks, collected)


def judge_submission(evaluation: Evaluation) -> tuple[facts.Facts, list[rules.Verdict]]:
    """The facts frozen with the submission, with the signatures and the date of now, and the verdicts on them.

    Raises: Conflict: the stored facts are damaged.
    """
    frozen = json.loads(blobs.read(evaluation.facts)) | facts.of_now(evaluation)
    gate = evaluation.gate
    return frozen, rules.evaluate(definitions.of(gate.project.catalogue).gate(gate.key).checks, frozen)


def judged_criteria(definition: definitions.Gate, frozen: facts.Facts) -> dict[str, int]:
    """Approved version by key of the criteria whose level the gate looks at."""
    return {
        c["key"]: c["version"] for c in frozen["criteria"] if c["version"] is not None and definition.judges(c["level"])
    }


def replay(decision: Decision) -> list[rules.Verdict]:
    """The verdicts once more, from the stored facts; nothing else is read but the project's catalogue.

    Raises: Conflict: the facts were judged by rules of another version, or the stored file is damaged.
    """
    if decision.rules_version != rules.RULES_VERSION:
        raise Conflict(f"Decided by rules {decision.rules_version}; this is {rules.RULES_VERSION}.")
    frozen = json.loads(blobs.read(decision.facts))
    return rules.evaluate(definitions.of(decision.project.catalogue).gate(decision.gate.key).checks, frozen)


def _pass(now: Doing, gate: Gate, definition: definitions.Gate, resolution: Resolution, by: Actor) -> None:
    phase = gate.phase
    _move(phase, Phase.State.PASSED, passed_at=now.act.at)
    _move(gate, Gate.State.PASSED)
    if definition.recurring:
        _move(phase, Phase.State.OPEN)
        _move(gate, Gate.State.OPEN)
        return
    following = now.project.phase_set.select_for_update().get(number=phase.number + 1)
    if following.state != Phase.State.OPEN:  # it stayed open where the served model was only to be replaced
        _move(following, Phase.State.OPEN, opened_at=now.act.at)
    if definition.releases and now.project.state == Project.State.ACTIVE:
        if now.project.running_since is not None:
            now.project.caught_up_at = now.act.at
            now.project.save(update_fields=["caught_up_at"])
        _move(now.project, Project.State.IN_OPERATION)


def _go_back(now: Doing, gate: Gate, definition: definitions.Gate, resolution: Resolution, by: Actor) -> None:
    turn = iterations.Turn(resolution.to_phase, resolution.tasks, resolution.origin, resolution.reason)
    iterations.reopen(now.project, turn, by, now.act.at)


def _hold(now: Doing, gate: Gate, definition: definitions.Gate, resolution: Resolution, by: Actor) -> None:
    _reopen_for_work(gate)
    holds.put_on_hold(now.project, resolution.terms, by, now.act.at)


def _stop(now: Doing, gate: Gate, definition: definitions.Gate, resolution: Resolution, by: Actor) -> None:
    _reopen_for_work(gate)
    projects.bring_to_a_stop(now.project, resolution.reason, by, now.act.at)


_CONSEQUENCES = {
    Decision.Outcome.PASS: _pass,
    Decision.Outcome.ITERATE: _go_back,
    Decision.Outcome.BACKTRACK: _go_back,
    Decision.Outcome.HOLD: _hold,
    Decision.Outcome.STOP: _stop,
}


def _reopen_for_work(gate: Gate) -> None:
    _move(gate, Gate.State.OPEN)
    _move(gate.phase, Phase.State.OPEN)


def _move(row: Phase | Gate | Evaluation | Project, to: str, **also: object) -> None:
    require_move(row, to)
    row.state = to
    for name, value in also.items():
        setattr(row, name, value)
    row.save(update_fields=["state", *also])


def _freeze(now: Doing, collected: facts.Facts, moment: str) -> Blob:
    name = f"{collected['gate']}-{moment}-{now.act.at:%Y%m%dT%H%M%S%f}.json"
    return blobs.store(owner_id=now.project.pk, name=name, media_type=FACTS_TYPE, data=canonical(collected))


def _judged_version(definition: definitions.Gate, frozen: facts.Facts) -> str:
    """The version of the model the gate decides on, as its document names it; empty where there is none."""
    where = definition.judged_version
    document = rules.accepted(frozen, where["kind"]) if where else None
    return str(document["fields"].get(where["field"]) or "")[:200] if document else ""


def _require_fresh_signer(evaluation: Evaluation, role: str, by: Actor) -> bool:
    """Whether the person signs in a further role, which only a policy allows."""
    signatures = list(evaluation.signatures.all())
    if any(s.role == role for s in signatures):
        raise Conflict("This role has signed already.")
    has_signed = any(s.signer_id == by.user.pk for s in signatures)
    if has_signed and not policies.of_version(evaluation.policy_version)["one_person_may_sign_twice"]:
        raise NotAllowed("You have signed already; nobody signs for two roles.")
    return has_signed


def _require_possible(project: Project, definition: definitions.Gate, resolution: Resolution) -> None:
    allowed: dict[str, set[int]] = {}
    for outcome in definition.outcomes:
        allowed.setdefault(outcome["outcome"], set()).update(outcome["to_phases"])
    if resolution.outcome not in allowed:
        sentence = f"This gate ends with one of: {', '.join(sorted(allowed))}."
        raise Invalid(sentence, errors={"outcome": [sentence]})
    going_back = resolution.outcome in {Decision.Outcome.ITERATE, Decision.Outcome.BACKTRACK}
    if going_back and resolution.to_phase not in allowed[resolution.outcome]:
        numbers = ", ".join(str(n) for n in sorted(allowed[resolution.outcome]))
        raise Invalid("Choose the phase to go back to.", errors={"to_phase": [f"One of {numbers}."]})
    if not going_back and resolution.to_phase is not None:
        raise Invalid("Only iterate and backtrack name a phase.", errors={"to_phase": ["Leave this empty."]})
    if resolution.outcome == Decision.Outcome.HOLD:
        holds.sound(resolution.terms)


def _require_passable(
    project: Project, gate: Gate, evaluation: Evaluation, verdicts: list[rules.Verdict], by: Actor
) -> None:
    if is_never_passed(project, definitions.of(project.catalogue).gate(gate.key)):
        raise GateNotReady("A proof of concept is never released; make a full project of it first.")
    signatures = list(evaluation.signatures.all())
    objections = [s for s in signatures if s.verdict == Signature.Verdict.OBJECT]
    if objections:
        raise GateNotReady(f"{objections[0].signer} objects: {objections[0].note}")
    lacking = set(evaluation.deciders) - {s.role for s in signatures}
    if lacking:
        raise GateNotReady(f"Signatures are missing: {', '.join(sorted(lacking))}.", roles=sorted(lacking))
    if {s.signer_id for s in signatures} == {evaluation.submitted_by_id}:
        raise NotAllowed("Who submitted a gate can not be the only one to sign it.")
    four_eyes = policies.of_version(evaluation.policy_version)["four_eyes_gates"]
    if gate.phase.number in four_eyes and by.user.pk == evaluation.submitted_by_id:
        raise NotAllowed("You submitted this gate; by policy another person decides that it is passed.")
    _require_none(rules.blockers(verdicts, "decision"), "The gate can not be passed")


def is_never_passed(project: Project, definition: definitions.Gate) -> bool:
    """A proof of concept is not released."""
    return definition.releases and project.kind == Project.Kind.PROOF_OF_CONCEPT


def _require_none(blockers: list[rules.Verdict], sentence: str) -> None:
    if blockers:
        said = " ".join(f"{v.text.rstrip('.')}: {v.because}" for v in blockers[:3])
        more = f" And {len(blockers) - 3} more." if len(blockers) > 3 else ""
        raise GateNotReady(f"{sentence}. {said}{more}", blockers=rules.as_rows(blockers))
