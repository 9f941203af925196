"""How a gate stands now: one answer for pages, API and command."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.db.models import Prefetch, prefetch_related_objects

from catalogue import definitions
from evidence.services import blobs
from projects.gates import changes, facts, policy, rules
from projects.gates.process_rules import status_of
from projects.models import Decision, Evaluation, Gate, Project, Signature
from projects.services.gates import is_never_passed, judge_submission

EVALUATIONS = Prefetch(
    "evaluations",
    Evaluation.objects.select_related("submitted_by", "facts", "decision").prefetch_related(
        Prefetch("signatures", Signature.objects.select_related("signer"))
    ),
)


@dataclass(frozen=True)
class Readiness:
    """The checks of a gate, judged on what its next step will be judged on.

    An open gate on the records of today; a submitted one on the facts frozen with it and the signatures since; a passed
    one on the records of today and the signatures it was passed with.
    """

    gate: Gate
    definition: definitions.Gate
    verdicts: list[rules.Verdict]
    facts: facts.Facts  # what they were judged on
    deciders: list[str]  # roles that have to sign
    evaluation: Evaluation | None  # the submission that waits for signatures
    signatures: list[Any]  # on that submission
    passed_by: Decision | None = None  # the decision by which a passed gate was passed

    @property
    def blockers(self) -> list[rules.Verdict]:
        return rules.blockers(self.verdicts, "decision")

    @property
    def missing_roles(self) -> list[str]:
        """Deciding roles that have not signed yet."""
        signed = {signature.role for signature in self.signatures}
        return [role for role in self.deciders if role not in signed]

    @property
    def outcomes(self) -> list[Any]:
        """How the gate may end now: not passed, while a check stops it that no signature mends."""
        stopped = is_never_passed(self.gate.project, self.definition) or any(
            verdict.rule != "signed_by" for verdict in self.blockers
        )
        return [o for o in self.definition.outcomes if not (stopped and o["outcome"] == Decision.Outcome.PASS)]

    @property
    def is_ready(self) -> bool:
        """Nothing stops the next step: to submit an open gate, to pass a submitted one; a passed one still holds."""
        if self.gate.state == Gate.State.OPEN:
            return not rules.blockers(self.verdicts, "submission")
        if self.gate.state == Gate.State.PASSED:
            return not self.blockers
        agreed = all(s.verdict == Signature.Verdict.APPROVE for s in self.signatures)
        stopped = is_never_passed(self.gate.project, self.definition)
        return agreed and not (stopped or self.blockers or self.missing_roles)

    @property
    def criteria(self) -> list[dict[str, Any]]:
        """How each approved criterion stands at this gate."""
        return [
            {"key": c["key"], "name": c["name"], "level": c["level"], "measures": c["measures"],
             "status": status_of(c, self.gate.phase.number)}
            for c in self.facts["criteria"]
            if c["version"] is not None
        ]  # fmt: skip

    @property
    def open_first(self) -> list[rules.Verdict]:
        """What is still to do before what is done, each in the order of the process."""
        return sorted(self.verdicts, key=lambda each: each.verdict in {rules.MET, rules.WAIVED})

    def name_of(self, link: dict[str, Any]) -> str:
        """What people call the row a verdict points at; empty where it has no name of its own."""
        return self._names.get((link["type"], link["key"]), "")

    @cached_property
    def _names(self) -> dict[tuple[str, str], str]:
        catalogue = definitions.of(self.gate.project.catalogue)
        lists = {"criterion": "criteria", "risk": "risks", "task": "tasks"}
        names = {(kind, row["key"]): row["name"] for kind, rows in lists.items() for row in self.facts[rows]}
        names |= {("requirement", row["key"]): row["text"] for row in self.facts["requirements"]}
        names |= {("document", kind.key): kind.name for kind in catalogue.document_kinds.values()}
        return names | {("gate", phase.gate.key): phase.gate.name for phase in catalogue.phases}

    @property
    def changed_criteria(self) -> list[dict[str, Any]]:
        """Criteria the gate was passed with that have another approved version now."""
        if self.passed_by is None:
            return []
        now = {c["key"]: c for c in self.facts["criteria"] if c["version"] is not None}
        return [
            {"key": key, "name": now[key]["name"], "before": version, "now": now[key]["version"]}
            for key, version in self.passed_by.criteria.items()
            if now[key]["version"] != version
        ]

    @property
    def is_out_of_date(self) -> bool:
        """It was passed, but on the records of today it would not be, or with a criterion that has changed since."""
        return self.gate.state == Gate.State.PASSED and bool(self.blockers or self.changed_criteria)

    @property
    def met(self) -> int:
        return sum(v.verdict in {rules.MET, rules.WAIVED} for v in self.verdicts)


def readiness(gate: Gate, base: facts.Facts | None = None) -> Readiness:
    """How the gate stands; about twenty queries, with `base` (the facts all gates of the project share) four.

    Raises: EvidenceDamaged: the facts of a submitted gate are not what was stored.
    """
    prefetch_related_objects([gate], "waivers", EVALUATIONS)
    definition = definitions.of(gate.project.catalogue).gate(gate.key)
    judged = _last(gate, Evaluation.State.OPEN) if gate.state == Gate.State.SUBMITTED else None
    if judged:
        signatures = list(judged.signatures.all())
        frozen, verdicts = judge_submission(judged)
        return Readiness(gate, definition, verdicts, frozen, judged.deciders, judged, signatures)
    passed_with = _last(gate, Evaluation.State.DECIDED) if gate.state == Gate.State.PASSED else None
    snapshot = facts.of_gate(base or facts.of_project(gate.project), gate, passed_with)
    roles = policy.deciders(definition, snapshot["policy"]["values"])
    verdicts, decision = rules.evaluate(definition.checks, snapshot), passed_with.decision if passed_with else None
    return Readiness(gate, definition, verdicts, snapshot, roles, None, [], decision)


def outdated(project: Project, base: facts.Facts | None = None) -> dict[Gate, Readiness]:
    """Passed gates that are out of date on today's records, each with how it stands.

    Nothing is stored: a gate holds again as soon as its checks do and it was decided on the criteria of today. About
    fifteen queries, however many gates and rows.
    """
    passed = list(
        project.gate_set.filter(state=Gate.State.PASSED)
        .select_related("phase")
        .prefetch_related("waivers", EVALUATIONS)
        .order_by("phase__number")
    )
    if not passed:
        return {}
    base = base or facts.of_project(project)
    standing = [readiness(gate, base) for gate in passed]
    return {each.gate: each for each in standing if each.is_out_of_date}


@dataclass(frozen=True)
class Since:
    """The decision a gate rests on, and what is different today."""

    decision: Decision | None
    changes: list[changes.Change]


def changed_since(gate: Gate) -> Since:
    """What changed since the gate was decided last; nothing, if it never was. About seventeen queries and one file.

    Raises: EvidenceDamaged: the facts of the decision are not what was stored.
    """
    decision = gate.decisions.select_related("facts", "decided_by").order_by("decided_at").last()
    if decision is None:
        return Since(None, [])
    frozen = json.loads(blobs.read(decision.facts))
    return Since(decision, changes.since(frozen, facts.collect(gate)))


def _last(gate: Gate, state: str) -> Evaluation | None:
    """The newest submission in this state."""
    found = [evaluation for evaluation in gate.evaluations.all() if evaluation.state == state]
    return found[-1] if found else None
