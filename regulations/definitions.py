"""A pack of a regulation as frozen objects, made from the body of a stored version."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

Expression = Any  # a fact's id, or {"all" | "any" | "not" | "fact" | "no_outcome": …}; see `regulations/logic.py`
IN_SCOPE = "any-in-scope"
UNDETERMINED = "undetermined"


@dataclass(frozen=True)
class Fact:
    """A question. `type`: boolean, number (in `unit`) or enum (of `values`). `adjusts`: duties it changes."""

    id: str
    stage: str
    question: str
    cite: str
    type: str
    help: str = ""
    values: tuple[str, ...] = ()
    unit: str = ""
    adjusts: tuple[str, ...] = ()


@dataclass(frozen=True)
class Outcome:
    """A class. The one of highest rank is shown first; without rank it is a label beside the class."""

    id: str
    label: str
    meaning: str
    rank: int | None = None


@dataclass(frozen=True)
class Rule:
    """Gives the outcomes `then` and makes the groups due if `condition` holds; `stop` ends the run."""

    id: str
    stage: str
    condition: Expression
    then: tuple[str, ...]
    cite: str
    obligation_groups: tuple[str, ...] = ()
    stop: bool = False
    note: str = ""


@dataclass(frozen=True)
class Contradiction:
    """Answers that can not all be true."""

    id: str
    condition: Expression
    says: str
    cite: str = ""


@dataclass(frozen=True)
class Role:
    """`carries`: [{"role", "classes"}], roles whose duties it bears too, in these classes or in all."""

    id: str
    label: str
    cite: str
    definition: str
    decide: tuple[str, ...] = ()
    carries: tuple[Mapping[str, Any], ...] = ()
    also_when: tuple[str, ...] = ()
    note: str = ""


@dataclass(frozen=True)
class RoleShift:
    """What makes somebody bear the duties of another role (Art. 25 of the EU AI Act)."""

    id: str
    condition: str
    becomes: str
    cite: str


@dataclass(frozen=True)
class Obligation:
    """A duty, option, prohibition, scope rule, control or outcome that the text asks for.

    `applies_from`: class -> ISO date; `formal_date`: general date of application where another one is the practical
    one. `level` says whether the records settle it (decides), show gaps (supports) or say nothing (none); `checks` are
    read by `regulations/checks.py`. `triggered_by`: dormant until such a record exists. `crosswalk`: key of another
    regulation -> ids there that the same evidence speaks to.
    """

    id: str
    ref: str
    title: str
    kind: str
    group: str
    roles: tuple[str, ...]
    classes: tuple[str, ...]
    when: Expression | None
    phases: tuple[int, ...]
    evidence: tuple[str, ...]
    applies_from: Mapping[str, str]
    level: str
    checks: tuple[Mapping[str, Any], ...]
    triggered_by: tuple[Mapping[str, Any], ...] = ()
    formal_date: str = ""
    retention: str = ""
    carried_out_by: tuple[str, ...] = ()
    crosswalk: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    note: str = ""


@dataclass(frozen=True)
class Transition:
    """A rule for what was there before: `effect` lifts the obligations it covers, or postpones them to `date`."""

    id: str
    cite: str
    rule: str
    effect: str = ""  # empty: told in reports, without effect on a project
    condition: Expression | None = None
    date: str = ""
    groups: tuple[str, ...] = ()
    obligations: tuple[str, ...] = ()
    note: str = ""

    def covers(self, obligation: Obligation) -> bool:
        return obligation.group in self.groups or obligation.id in self.obligations


@dataclass(frozen=True)
class Pack:
    """One version of a regulation. `body` is what it was made from, for what only reports look at, such as annexes."""

    key: str
    version: str
    name: str
    kind: str
    text_version: str
    text_line: str
    body: Mapping[str, Any]

    @cached_property
    def stages(self) -> dict[str, str]:
        """Titles of the stages of the interview and of the rules, in their order."""
        return {each["id"]: each["title"] for each in self.body.get("stages", ())}

    @cached_property
    def facts(self) -> dict[str, Fact]:
        return {each["id"]: _made(Fact, each) for each in self.body.get("facts", ())}

    @cached_property
    def derived(self) -> dict[str, Expression]:
        return {each["id"]: each["expr"] for each in self.body.get("derived", ())}

    @cached_property
    def outcomes(self) -> dict[str, Outcome]:
        return {each["id"]: _made(Outcome, each) for each in self.body["outcomes"]}

    @cached_property
    def rules(self) -> tuple[Rule, ...]:
        return tuple(_made(Rule, each, condition="if") for each in self.body["rules"])

    @cached_property
    def contradictions(self) -> tuple[Contradiction, ...]:
        return tuple(_made(Contradiction, each, condition="if") for each in self.body.get("contradictions", ()))

    @cached_property
    def roles(self) -> dict[str, Role]:
        return {each["id"]: _made(Role, each) for each in self.body["roles"]}

    @cached_property
    def role_shifts(self) -> dict[str, RoleShift]:
        return {each["id"]: _made(RoleShift, each, condition="if") for each in self.body.get("role_shifts", ())}

    @cached_property
    def groups(self) -> dict[str, str]:
        """Titles of the obligation groups, in their order."""
        return {each["id"]: each["title"] for each in self.body["obligation_groups"]}

    @cached_property
    def obligations(self) -> dict[str, Obligation]:
        return {each["id"]: _obligation(each) for each in self.body["obligations"]}

    @cached_property
    def transitions(self) -> tuple[Transition, ...]:
        return tuple(_made(Transition, each, condition="when") for each in self.body.get("transitional", ()))

    @cached_property
    def practice_dates(self) -> dict[str, str]:
        """Date from which a prohibited practice is prohibited, by the rule that finds it."""
        return {each["rule"]: each["applies_from"] for each in self.body.get("prohibited_practices", ())}

    def __str__(self) -> str:
        return f"{self.name}, {self.text_version}"


def pack_of(body: Mapping[str, Any]) -> Pack:
    names = ("key", "version", "name", "kind", "text_version", "text_line")
    return Pack(**{name: body[name] for name in names}, body=body)


def _obligation(each: Mapping[str, Any]) -> Obligation:
    flat = {key: value for key, value in each.items() if key not in {"applies_to", "records", "crosswalk"}}
    to, records = each["applies_to"], each["records"]
    return _made(
        Obligation,
        {
            **flat,
            "roles": to["roles"],
            "classes": to["classes"],
            "when": to.get("when"),
            "level": records["level"],
            "checks": records["checks"],
            "crosswalk": {key: tuple(ids) for key, ids in each.get("crosswalk", {}).items()},
        },
    )


def _made(kind: type, each: Mapping[str, Any], **renamed: str) -> Any:
    """An object of the data; `renamed` maps a field to the key it has in the files. Lists become tuples."""
    values = {name: each[key] for name, key in renamed.items() if key in each}
    values |= {key: value for key, value in each.items() if key not in renamed.values()}
    known = kind.__dataclass_fields__
    return kind(**{key: tuple(v) if isinstance(v, list) else v for key, v in values.items() if key in known})
