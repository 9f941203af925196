"""What the pages of a project show of its classifications, ready for the templates."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from regulations.classifying import Due
from regulations.definitions import Fact, Pack, Rule
from regulations.interview import Interview
from regulations.models import Classification

YES_NO_UNKNOWN = {True: "Yes", False: "No", None: "Not known"}


@dataclass(frozen=True)
class Question:
    """A fact with what was answered, if it was."""

    fact: Fact
    is_answered: bool
    value: Any
    reason: str
    decides: bool

    @property
    def said(self) -> str:
        """The answer in words."""
        return YES_NO_UNKNOWN[self.value] if self.value in (True, False, None) else f"{self.value} {self.fact.unit}"

    @property
    def options(self) -> list[tuple[str, str, bool]]:
        """Value in the form, words, and whether it is the answer; none where a number is asked for."""
        if self.fact.type == "number":
            return []
        known = (
            [("true", "Yes", True), ("false", "No", False)]
            if self.fact.type == "boolean"
            else [(value, value.capitalize(), value) for value in self.fact.values]
        )
        return [(key, words, self.is_answered and self.value == value) for key, words, value in known] + [
            ("unknown", "Not known", self.is_answered and self.value is None)
        ]


@dataclass(frozen=True)
class Group:
    """Questions that are read together. `limit`: what the text says of all of them."""

    title: str
    ref: str
    limit: str
    questions: list[Question]

    @property
    def rest(self) -> str:
        """Those that one “no” can answer, for the form."""
        return " ".join(q.fact.id for q in self.questions if q.fact.type == "boolean" and not q.is_answered)

    @property
    def gist(self) -> str:
        """How the questions begin, so that one sees whether the area concerns oneself."""
        return "; ".join(truncated(question.fact.question) for question in self.questions)

    @property
    def can_be_denied_at_once(self) -> bool:
        return self.rest.count(" ") > 0


def truncated(question: str, most: int = 60) -> str:
    short = question.removesuffix("?").rpartition(": ")[2]
    return short if len(short) <= most else short[:most].rpartition(" ")[0] + " …"


@dataclass(frozen=True)
class Step:
    stage: str
    title: str
    answered: int
    open: int
    is_present: bool


class Conversation:
    """A classification as an interview: the stage that is shown, and what stands around it."""

    def __init__(self, row: Classification, wanted: str = "") -> None:
        self.row, self.pack = row, row.pack
        self.interview: Interview = row.interview()
        self.result = self.interview.result
        next_facts = set(self.interview.next_facts)
        self.stage = wanted if wanted in self.pack.stages else self.interview.stage
        self.is_looking_back = bool(wanted) and self.stage == wanted
        shown = {key for key in row.answers if self.is_looking_back} | next_facts
        self.groups = _groups(self.pack, [self._question(f) for f in self._facts(self.stage) if f.id in shown])
        self.steps = [
            Step(
                stage,
                title,
                sum(fact.id in row.answers for fact in self._facts(stage)),
                sum(fact.id in next_facts for fact in self._facts(stage)),
                stage == self.stage,
            )
            for stage, title in self.pack.stages.items()
            if self._facts(stage)
        ]

    @property
    def title(self) -> str:
        return self.pack.stages.get(self.stage, "")

    @property
    def outcomes(self) -> list[Any]:
        return [self.pack.outcomes[key] for key in self.result.outcomes]

    @property
    def given(self) -> list[Any]:
        return [self.pack.outcomes[key] for key in self.result.given]

    @property
    def deciding(self) -> list[Rule]:
        """Rules that fired and gave a class."""
        return [rule for rule in self.pack.rules if rule.id in self.result.decided_by and rule.then]

    @property
    def unknown(self) -> list[Fact]:
        return [self.pack.facts[key] for key in self.interview.unknown]

    @property
    def without_reason(self) -> list[Fact]:
        """Answers that decided, and have no reason yet."""
        return [self.pack.facts[key] for key in self.result.grounds if not self.row.reasons.get(key)]

    @property
    def is_ready(self) -> bool:
        """Whether nothing but a signature is missing."""
        return self.result.is_determined and not (self.result.contradictions or self.without_reason)

    @property
    def answered(self) -> list[tuple[str, str, list[Question]]]:
        """Answers by stage: its id, its title, the answers."""
        found = [(s, t, [self._question(f) for f in self._facts(s) if f.id in self.row.answers])
                 for s, t in self.pack.stages.items()]  # fmt: skip
        return [each for each in found if each[2]]

    def _facts(self, stage: str) -> list[Fact]:
        return [fact for fact in self.pack.facts.values() if fact.stage == stage]

    def _question(self, fact: Fact) -> Question:
        answers = self.row.answers
        reason = self.row.reasons.get(fact.id, "")
        return Question(fact, fact.id in answers, answers.get(fact.id), reason, fact.id in self.result.grounds)


def next_dates(row: Classification, today: date) -> tuple[int, list[tuple[str, int]]]:
    """How many duties apply already, and by date how many follow."""
    due: Iterable[Due] = row.interview().selection.due
    dates = Counter(each.due_on for each in due)
    later = sorted(each for each in dates if each > today.isoformat())
    return sum(dates.values()) - sum(dates[each] for each in later), [(each, dates[each]) for each in later]


def _groups(pack: Pack, questions: list[Question]) -> list[Group]:
    """By area where the text has areas, the others together."""
    areas, left = [], questions
    for area in pack.body.get("annex_iii_areas", ()):
        own = [*area["facts"], *area["exception_facts"]]
        found = [question for question in left if question.fact.id in own and question.fact.stage == "annex-iii"]
        left = [question for question in left if question not in found]
        if found:
            areas.append(Group(area["title"], area["ref"], area.get("limit", ""), found))
    return [*([Group("", "", "", left)] if left else []), *areas]
