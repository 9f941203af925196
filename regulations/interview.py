"""What is still to be asked of a project, and what follows from what was answered. Pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from regulations import classifying
from regulations.classifying import Result, Selection
from regulations.definitions import Fact, Pack


@dataclass(frozen=True)
class Interview:
    """A pack, and what was answered so far: values by fact, None where nobody knows. What is missing is not asked yet.

    Nothing is false only because nobody was asked.
    """

    pack: Pack
    answers: Mapping[str, Any]
    roles: Collection[str]
    shifts: Collection[str] = ()

    @cached_property
    def facts(self) -> dict[str, Any]:
        return dict.fromkeys(self.pack.facts) | classifying.read_facts(self.pack, self.answers)

    @cached_property
    def result(self) -> Result:
        return classifying.classify(self.pack, self.facts, self.answers.keys())

    @cached_property
    def selection(self) -> Selection:
        """For the roles; for those of anybody while none is named."""
        asked = self.answers.keys()
        return classifying.select(self.pack, self.facts, self.result, self.roles or None, self.shifts, asked)

    @cached_property
    def next_facts(self) -> list[str]:
        """Facts to ask next, and no others: first what decides the class, then what decides which duties apply."""
        return list(self.result.next_facts or self.selection.next_facts)

    @property
    def open_facts(self) -> list[str]:
        """Unknown facts that can still decide the class or a duty, asked or not."""
        return list(dict.fromkeys([*self.result.open_facts, *self.selection.open_facts]))

    @property
    def unknown(self) -> list[str]:
        """Those of them that were answered with “not known”."""
        return [key for key in self.open_facts if key in self.answers]

    @cached_property
    def stage(self) -> str:
        """The earliest stage of which something is to be asked; empty if nothing is."""
        wanted = {self.pack.facts[key].stage for key in self.next_facts}
        return next((stage for stage in self.pack.stages if stage in wanted), "")

    @property
    def questions(self) -> list[Fact]:
        """Those of the present stage, in the order of the pack."""
        wanted = set(self.next_facts)
        return [fact for key, fact in self.pack.facts.items() if key in wanted and fact.stage == self.stage]
