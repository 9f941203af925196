"""What another version of a regulation would change for a result: pure, before anything is applied."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from regulations import classifying
from regulations.classifying import Facts
from regulations.definitions import Obligation, Pack


@dataclass(frozen=True)
class Change:
    """One obligation. `kind`: new, gone, date moved or changed. `was` and `becomes`: what moved."""

    kind: str
    obligation: Obligation
    was: str = ""
    becomes: str = ""


@dataclass(frozen=True)
class Impact:
    """Classes before and after, questions that are new or gone, and every obligation that changes."""

    before: tuple[str, ...]
    after: tuple[str, ...]
    new_questions: tuple[str, ...]
    gone_questions: tuple[str, ...]
    changes: tuple[Change, ...]

    @property
    def is_nothing(self) -> bool:
        return self.before == self.after and not (self.changes or self.new_questions or self.gone_questions)


def compare(old: Pack, new: Pack, facts: Facts, roles: Iterable[str] | None, shifts: Iterable[str] = ()) -> Impact:
    """The same answers under both texts.

    Questions that only the new one asks are answered for nobody: while one of them can decide, the class after is
    undetermined. What changes in the obligations is told for the case that all of them are answered with no.
    """
    kept = {key: value for key, value in facts.items() if key in new.facts}
    asked = kept | {key: None for key in new.facts if key not in old.facts}
    before, after, if_no = (
        classifying.classify(old, facts),
        classifying.classify(new, asked),
        classifying.classify(new, kept),
    )
    was = {d.obligation.id: d for d in classifying.select(old, facts, before, roles, shifts).due}
    known_roles = None if roles is None else [role for role in roles if role in new.roles]
    known_shifts = [shift for shift in shifts if shift in new.role_shifts]
    becomes = {d.obligation.id: d for d in classifying.select(new, kept, if_no, known_roles, known_shifts).due}
    return Impact(
        before=before.outcomes,
        after=after.outcomes,
        new_questions=tuple(key for key in after.open_facts if key not in old.facts),
        gone_questions=tuple(key for key, value in facts.items() if value and key not in new.facts),
        changes=(
            *(Change("gone", due.obligation, due.due_on) for key, due in was.items() if key not in becomes),
            *(Change("new", due.obligation, "", due.due_on) for key, due in becomes.items() if key not in was),
            *(change for key, due in becomes.items() if key in was for change in _moved(was[key], due)),
        ),
    )


def _moved(was: classifying.Due, due: classifying.Due) -> list[Change]:
    found = []
    if was.due_on != due.due_on:
        found.append(Change("date moved", due.obligation, was.due_on, due.due_on))
    if was.obligation.title != due.obligation.title:
        found.append(Change("changed", due.obligation, was.obligation.title, due.obligation.title))
    return found
