"""How a project stands to each obligation of a regulation. Pure: what follows from facts, records and confirmations.

Nothing here says that a project complies. An obligation is *met* when its records settle it, or when they are complete
and a named reviewer confirmed on just these records that they are enough.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import Any
from uuid import UUID

from audit.canon import canonical
from regulations import checks, classifying
from regulations.classifying import Due
from regulations.definitions import IN_SCOPE, Obligation, Pack
from regulations.interview import Interview
from regulations.logic import leaves
from regulations.record_types import RecordType
from regulations.records import Records, Reference

MET, PARTLY, OPEN, NOT_APPLICABLE, NEEDS_REVIEW = "met", "partly", "open", "not_applicable", "needs_review"
NAMED = 3  # so many answers are named in a sentence
STATUSES = {
    MET: "Met",
    PARTLY: "Partly",
    OPEN: "Open",
    NEEDS_REVIEW: "Needs review",
    NOT_APPLICABLE: "Not applicable",
}
MARKS = {OPEN: "not_met"}  # where a status looks like another's


@dataclass(frozen=True)
class Confirmed:
    """What a named reviewer said to an obligation, and the digest of the evidence it was said on."""

    verdict: str
    reason: str
    by: str
    at: datetime
    evidence: str
    source: Reference

    def holds_for(self, evidence: Evidence) -> bool:
        """Whether it was said on just this evidence; otherwise it has to be said again."""
        return self.evidence == evidence.digest


@dataclass(frozen=True)
class Assigned:
    """Who sees to an obligation, and until when the project wants it."""

    owner: str
    owner_id: UUID
    due_on: date | None


@dataclass(frozen=True)
class Evidence:
    """What records say to an obligation: a verdict for each of its checks. `digest` changes when they say otherwise."""

    outcomes: tuple[checks.Outcome, ...]
    is_dormant: bool = False

    @property
    def passed(self) -> int:
        return sum(outcome.result == checks.PASSED for outcome in self.outcomes)

    @property
    def is_complete(self) -> bool:
        return self.passed == len(self.outcomes)

    @property
    def references(self) -> tuple[Reference, ...]:
        return tuple(dict.fromkeys(each for outcome in self.outcomes for each in outcome.references))

    @cached_property
    def digest(self) -> str:
        rows = sorted({(each.kind, each.id, each.sha256) for each in self.references})
        told = {"results": [outcome.result for outcome in self.outcomes], "rows": [list(row) for row in rows]}
        return hashlib.sha256(canonical(told)).hexdigest()


@dataclass(frozen=True)
class Standing:
    """One obligation and how the project stands to it. `because`: sentences; `due_on` is the law's date."""

    obligation: Obligation
    status: str
    because: tuple[str, ...]
    evidence: Evidence
    due_on: str = ""
    confirmed: Confirmed | None = None
    assigned: Assigned | None = None

    @property
    def label(self) -> str:
        return STATUSES[self.status]

    @property
    def mark(self) -> str:
        """How it is drawn: what is open here is not met, unlike a phase or a task that is open."""
        return MARKS.get(self.status, self.status)

    @property
    def applies(self) -> bool:
        return self.status != NOT_APPLICABLE

    @property
    def is_decided(self) -> bool:
        """Whether the answers tell if it applies; only then does the law have a date for it."""
        return not self.applies or bool(self.due_on)

    @property
    def needs_person(self) -> bool:
        """Whether somebody has to look before it can count as met."""
        return self.obligation.level != "decides"


@dataclass(frozen=True)
class Coverage:
    """`is_signed`: whether somebody signed the answers that it follows from."""

    basis: Interview
    standings: tuple[Standing, ...]
    today: date
    is_signed: bool = False

    @cached_property
    def by_id(self) -> dict[str, Standing]:
        return {standing.obligation.id: standing for standing in self.standings}

    @property
    def applicable(self) -> tuple[Standing, ...]:
        return tuple(standing for standing in self.standings if standing.applies)

    @property
    def counts(self) -> dict[str, int]:
        """How many stand how, every status, in the order of `STATUSES`."""
        found = Counter(standing.status for standing in self.standings)
        return {status: found[status] for status in STATUSES}

    @property
    def gaps(self) -> tuple[Standing, ...]:
        """Those that apply and are not met, by date of the law and then in the pack's order."""
        left = (standing for standing in self.applicable if standing.status != MET)
        return tuple(sorted(left, key=lambda standing: standing.due_on))

    @property
    def next_date(self) -> str:
        """The next date of the law on which something that is not met is due; empty if none lies ahead."""
        return min((s.due_on for s in self.gaps if s.due_on >= self.today.isoformat()), default="")


def cover(
    basis: Interview,
    records: Records,
    types: Mapping[str, RecordType],
    confirmed: Mapping[str, Confirmed],
    assigned: Mapping[str, Assigned],
    today: date,
    *,
    is_signed: bool = False,
) -> Coverage:
    """The standing of every obligation of the pack, in its order; `confirmed` and `assigned` by obligation."""
    due = {each.obligation.id: each for each in basis.selection.due}
    lifted = {obligation.id: transition for obligation, transition in basis.selection.lifted}
    undecided = {obligation.id: facts for obligation, facts in basis.selection.open}
    standings = []
    for obligation in basis.pack.obligations.values():
        if obligation.id in due:
            evidence = _evidence(obligation, records, types, today)
            said = confirmed.get(obligation.id)
            standings.append(_standing(due[obligation.id], evidence, said, assigned.get(obligation.id)))
        elif obligation.id in undecided:
            because = (_not_answered(basis, undecided[obligation.id]),)
            standings.append(Standing(obligation, NEEDS_REVIEW, because, Evidence(())))
        else:
            because = (_why_not(basis, obligation, lifted),)
            standings.append(Standing(obligation, NOT_APPLICABLE, because, Evidence(())))
    return Coverage(basis, tuple(standings), today, is_signed)


def _evidence(obligation: Obligation, records: Records, types: Mapping[str, RecordType], today: date) -> Evidence:
    if not checks.is_triggered(obligation.triggered_by, records, types):
        return Evidence((), is_dormant=True)
    asked = [checks.check_of(told, types) for told in obligation.checks]
    return Evidence(tuple(checks.judge(check, records, today) for check in asked))


def _standing(due: Due, evidence: Evidence, said: Confirmed | None, assigned: Assigned | None) -> Standing:
    obligation = due.obligation
    if evidence.is_dormant:
        because: tuple[str, ...] = ("Nothing to report so far: no record exists that would make it due.",)
        return Standing(obligation, NOT_APPLICABLE, because, evidence, due.due_on, said, assigned)
    because = tuple(outcome.because for outcome in evidence.outcomes)
    status = _by_records(obligation, evidence)
    if said is not None:
        told = f"{said.by} confirmed on {said.at:%Y-%m-%d}: {STATUSES[said.verdict].lower()}. {said.reason}"
        because = (*because, told)
    if obligation.level == "decides" or (status in {OPEN, PARTLY} and obligation.checks):
        return Standing(
            obligation, status, because, evidence, due.due_on, said, assigned
        )  # no word makes up for records
    if said is None:
        missing = "The records are there; a reviewer has to confirm that they are enough."
        if not obligation.checks:
            missing = "No record can show it; a reviewer has to state how it is met, with what."
        status = NEEDS_REVIEW if obligation.checks else OPEN
        return Standing(obligation, status, (*because, missing), evidence, due.due_on, said, assigned)
    if not said.holds_for(evidence):
        because = (*because, "What it rested on has changed since; it has to be confirmed again.")
        return Standing(obligation, NEEDS_REVIEW, because, evidence, due.due_on, said, assigned)
    return Standing(obligation, said.verdict, because, evidence, due.due_on, said, assigned)


def _by_records(obligation: Obligation, evidence: Evidence) -> str:
    if evidence.is_complete:
        return MET if obligation.checks else OPEN
    return PARTLY if evidence.passed else OPEN


def _not_answered(basis: Interview, unknown: Sequence[str]) -> str:
    """Which questions decide; a rule that waits for others hangs on whatever these hang on."""
    questions = [basis.pack.facts[key].question for key in unknown or basis.result.open_facts]
    more = f" And {len(questions) - NAMED} further questions." if len(questions) > NAMED else ""
    return f"Whether it applies is not answered yet: {' '.join(questions[:NAMED])}{more}"


def _why_not(basis: Interview, obligation: Obligation, lifted: Mapping[str, str]) -> str:
    """Which fact makes it so."""
    pack = basis.pack
    if obligation.id in lifted:
        transition = next(each for each in pack.transitions if each.id == lifted[obligation.id])
        return f"{transition.cite}: {transition.rule}"
    classes = set(obligation.classes) & {*basis.result.given, *((IN_SCOPE,) if _is_in_scope(basis, obligation) else ())}
    if not _is_for(basis, obligation, tuple(classes) or obligation.classes):
        bound = ", ".join(pack.roles[role].label.lower() for role in obligation.roles)
        return f"It binds {bound}, which is not your role."
    if not classes:
        named = ", ".join(pack.outcomes[name].label for name in obligation.classes if name in pack.outcomes)
        return f"The system is not of the class: {named or 'in scope'}."
    facts = list(_leaf_facts(pack, obligation.when))
    told = [f"{pack.facts[name].question} {_answer(basis.facts.get(name))}." for name in facts[:NAMED]]
    more = f" And {len(facts) - NAMED} further answers." if len(facts) > NAMED else ""
    return f"By these answers: {' '.join(told)}{more}"


def _is_for(basis: Interview, obligation: Obligation, classes: tuple[str, ...]) -> bool:
    """Whether one of the roles bears it in one of the classes; before roles are named, anybody's."""
    return not basis.roles or classifying.concerns(basis.pack, obligation, classes, basis.roles, basis.shifts)


def _answer(value: Any) -> str:
    return "Yes" if value is True else "No" if value is None or value is False else str(value)


def _is_in_scope(basis: Interview, obligation: Obligation) -> bool:
    fired = {rule.id: rule for rule in basis.pack.rules if rule.id in basis.result.decided_by}
    return any(obligation.group in rule.obligation_groups for rule in fired.values())


def _leaf_facts(pack: Pack, expression: Any) -> Iterable[str]:
    """Facts that an expression rests on, each once, through those that are worked out."""
    found: dict[str, None] = {}
    for name in leaves(expression) if expression is not None else ():
        inner = _leaf_facts(pack, pack.derived[name]) if name in pack.derived else [name]
        found |= dict.fromkeys(inner)
    return list(found)
