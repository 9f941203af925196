"""From facts to classes, from classes to obligations. Pure, so an old one can be replayed."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from itertools import islice
from typing import Any

from audit.canon import decimal_of
from crispmlq.errors import Invalid
from regulations.definitions import IN_SCOPE, UNDETERMINED, Contradiction, Expression, Obligation, Pack, Rule
from regulations.logic import Logic

Facts = Mapping[str, Any]
MOST = Decimal("1e60")  # of any number; more is a slip of the keyboard
NAMED, LONGEST_KEY = 20, 80  # so many faults a refusal names, with so much of a strange name


@dataclass(frozen=True)
class Due:
    """An obligation that applies, and since or from when. `postponed_by`: the transitional rule that moved the date."""

    obligation: Obligation
    due_on: str
    because: tuple[str, ...]  # classes of the project that it applies to
    postponed_by: str = ""


@dataclass(frozen=True)
class Result:
    """What facts lead to.

    `outcomes`: highest rank first; only "undetermined" while an open answer could still lead to a higher rank than
    what was `given` so far. `decided_by`: rules that fired, in order, on the facts in `grounds`. `undecided`: rules
    that may still fire, each with the unknown facts it hangs on; `open_facts`: all of these; `next_facts`: those of
    them to ask next.
    """

    outcomes: tuple[str, ...]
    given: tuple[str, ...]
    decided_by: tuple[str, ...]
    undecided: Mapping[str, tuple[str, ...]]
    contradictions: tuple[Contradiction, ...]
    next_facts: tuple[str, ...]
    grounds: tuple[str, ...]

    @property
    def open_facts(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(fact for facts in self.undecided.values() for fact in facts))

    @property
    def is_determined(self) -> bool:
        return UNDETERMINED not in self.outcomes

    @property
    def first(self) -> str:
        """The class to show first."""
        return self.outcomes[0] if self.outcomes else UNDETERMINED


@dataclass(frozen=True)
class Selection:
    """Obligations for a result. `lifted` by a transitional rule; of `open` it is not known yet whether they apply, each
    with the unknown facts that decide.

    `open_facts` decide on obligations and transitional rules of the classes that were given; `next_facts`: those of
    them to ask next.
    """

    due: tuple[Due, ...]
    lifted: tuple[tuple[Obligation, str], ...]
    open: tuple[tuple[Obligation, tuple[str, ...]], ...]
    open_facts: tuple[str, ...]
    next_facts: tuple[str, ...]


def read_facts(pack: Pack, given: Mapping[str, Any]) -> dict[str, Any]:
    """The facts as values of their types; numbers may come as text.

    Raises: Invalid: facts the pack does not know, and values of another type, the first of them each under its id.
    """
    errors: dict[str, list[str]] = {}
    facts: dict[str, Any] = {}
    for key, value in given.items():
        fact = pack.facts.get(key)
        if fact is None:
            hint = " It is worked out from other facts; leave it out." if key in pack.derived else ""
            errors[key] = [f"{pack.name} {pack.version} knows no fact “{key[:LONGEST_KEY]}”.{hint}"]
            continue
        try:
            facts[key] = value if value is None or value is False else _READERS[fact.type](fact, value)
        except ValueError as error:
            errors[key] = [str(error)]
    if errors:
        named = dict(islice(errors.items(), NAMED))
        raise Invalid("Some facts can not be read: " + "; ".join(e[0] for e in named.values()), errors=named)
    return facts


def classify(pack: Pack, facts: Facts, asked: Collection[str] = ()) -> Result:
    """Run the rules in their order. Facts that are not listed are false, those that are None unknown.

    `asked`: facts not to ask again, though they may be unknown.
    """
    logic = Logic(pack, facts, asked)
    fired: list[Rule] = []
    unknown: dict[str, tuple[str, ...]] = {}
    next_facts: dict[str, None] = {}
    grounds: dict[str, None] = {}
    for rule in pack.rules:
        holds = logic.truth(rule.condition)
        if holds is None:
            unknown[rule.id] = tuple(dict.fromkeys(logic.open_facts(rule.condition)))
            logic.undecided |= set(rule.then)
            next_facts |= dict.fromkeys(logic.next_facts(rule.condition))
        elif holds:
            fired.append(rule)
            grounds |= dict.fromkeys(logic.grounds(rule.condition))
            logic.given += [outcome for outcome in rule.then if outcome not in logic.given]
            if rule.stop:
                break
    given = tuple(sorted(logic.given, key=lambda outcome: -_rank(pack, outcome)))  # stable: of equal rank, rules' order
    highest = max((_rank(pack, outcome) for outcome in given), default=-1)
    could_be_higher = any(_rank(pack, outcome) > highest for outcome in logic.undecided)
    return Result(
        outcomes=(UNDETERMINED,) if could_be_higher or not given else given,
        given=given,
        decided_by=tuple(rule.id for rule in fired),
        undecided=unknown,
        contradictions=tuple(each for each in pack.contradictions if logic.truth(each.condition)),
        next_facts=tuple(next_facts),
        grounds=tuple(grounds),
    )


def select(
    pack: Pack,
    facts: Facts,
    result: Result,
    roles: Iterable[str] | None,
    shifts: Iterable[str] = (),
    asked: Collection[str] = (),
) -> Selection:
    """The obligations that follow from what was given, in pack order; for these roles (None: whoever bears them).

    What hangs on a rule that is not decided yet is open, also beside a class that stands: nothing is left out because
    nobody knows.
    """
    logic = Logic(pack, facts, asked)
    groups = {group for rule in pack.rules if rule.id in result.decided_by for group in rule.obligation_groups}
    due, lifted, unknown = [], [], []
    undecided: list[Expression] = []
    for obligation in pack.obligations.values():
        classes = tuple(c for c in obligation.classes if c in result.given or c == IN_SCOPE)
        applies = True if obligation.when is None else logic.truth(obligation.when)
        if obligation.group not in groups or not concerns(pack, obligation, classes, roles, shifts):
            if applies is not False and (deciding := _hangs_on(pack, obligation, result, roles, shifts)):
                facts_of_rules = (fact for rule in deciding for fact in result.undecided[rule.id])
                unknown.append((obligation, tuple(dict.fromkeys(facts_of_rules))))
        elif applies is None:
            unknown.append((obligation, tuple(dict.fromkeys(logic.open_facts(obligation.when)))))
            undecided.append(obligation.when)
        elif applies:
            transitions = [each for each in pack.transitions if each.effect and each.covers(obligation)]
            undecided += [each.condition for each in transitions if logic.truth(each.condition) is None]
            transition = next((each for each in transitions if logic.truth(each.condition)), None)
            if transition is not None and transition.effect == "lifts":
                lifted.append((obligation, transition.id))
            else:
                date = transition.date if transition else _due_on(pack, obligation, classes, result)
                due.append(Due(obligation, date, classes, transition.id if transition else ""))
    return Selection(
        tuple(due),
        tuple(lifted),
        tuple(unknown),
        open_facts=tuple(dict.fromkeys(fact for each in undecided for fact in logic.open_facts(each))),
        next_facts=tuple(dict.fromkeys(fact for each in undecided for fact in logic.next_facts(each))),
    )


def _hangs_on(
    pack: Pack, obligation: Obligation, result: Result, roles: Iterable[str] | None, shifts: Iterable[str]
) -> list[Rule]:
    """Rules not decided yet that would bring the obligation to one of the roles."""
    near = [rule for rule in pack.rules if rule.id in result.undecided and _touches(rule, obligation)]
    fired = [rule for rule in pack.rules if rule.id in result.decided_by]
    if not any(obligation.group in rule.obligation_groups for rule in (*fired, *near)):
        return []
    possible = {IN_SCOPE, *result.given, *(outcome for rule in near for outcome in rule.then)}
    classes = tuple(name for name in obligation.classes if name in possible)
    return near if concerns(pack, obligation, classes, roles, shifts) else []


def _touches(rule: Rule, obligation: Obligation) -> bool:
    return obligation.group in rule.obligation_groups or not set(rule.then).isdisjoint(obligation.classes)


def require_roles(pack: Pack, roles: Iterable[str], shifts: Iterable[str] = ()) -> None:
    """Raises: Invalid: a role or shift that the pack does not know, with those it knows."""
    for field, given, known in (("roles", roles, pack.roles), ("role_shifts", shifts, pack.role_shifts)):
        if strange := sorted(set(given) - set(known)):
            sentence = (
                f"{pack.name} knows no {field.rstrip('s').replace('_', ' ')} “{strange[0]}”, but: {', '.join(known)}."
            )
            raise Invalid(sentence, errors={field: [sentence]})


def concerns(
    pack: Pack, obligation: Obligation, classes: tuple[str, ...], roles: Iterable[str] | None, shifts: Iterable[str]
) -> bool:
    """Whether the obligation is of one of the classes, and of one of the roles or those they bear too."""
    if not classes:
        return False
    if roles is None:
        return True
    borne = set(roles) | {pack.role_shifts[shift].becomes for shift in shifts}
    for role in tuple(borne):
        for carried in pack.roles[role].carries:
            if "classes" not in carried or set(carried["classes"]) & set(classes):
                borne.add(carried["role"])
    return bool(borne & set(obligation.roles))


def _due_on(pack: Pack, obligation: Obligation, classes: tuple[str, ...], result: Result) -> str:
    """The earliest date of its classes; for a prohibition that of the practice that was found."""
    practices = [pack.practice_dates[rule] for rule in result.decided_by if rule in pack.practice_dates]
    if practices and "prohibited" in classes:
        return min(practices)
    return min(obligation.applies_from[name] for name in classes if name in obligation.applies_from)


def _rank(pack: Pack, outcome: str) -> int:
    rank = pack.outcomes[outcome].rank
    return -1 if rank is None else rank


def _boolean(fact: Any, value: Any) -> bool:
    if not isinstance(value, bool):
        raise ValueError(f"“{fact.id}” is a yes or no question: give true, false or null.")
    return value


def _number(fact: Any, value: Any) -> Decimal:
    said = f"“{fact.id}” is a number of {fact.unit or 'units'}, such as 1e25, or null."
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise ValueError(said)
    try:
        number = decimal_of(str(value))
    except ValueError:
        raise ValueError(said) from None
    if not 0 <= number < MOST:
        raise ValueError(said)
    return number


def _enum(fact: Any, value: Any) -> str:
    if value not in fact.values:
        raise ValueError(f"“{fact.id}” is one of {', '.join(fact.values)}, or null.")
    return value


_READERS = {"boolean": _boolean, "number": _number, "enum": _enum}
