"""Rules a pack must keep: its JSON Schema, then that everything it refers to exists."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator

from audit.canon import NotCanonical, canonical
from regulations.checks import BrokenCheck, check_of, is_triggered
from regulations.definitions import IN_SCOPE, UNDETERMINED, Obligation, Pack, pack_of
from regulations.files import Read
from regulations.logic import leaves
from regulations.points import faults_of, lists_of
from regulations.record_types import record_types
from regulations.records import Records

SCHEMA = json.loads((Path(__file__).parent / "schema" / "pack.json").read_text())


def check(found: Read) -> None:
    """Add a fault for every broken rule; references are looked at once the shape is right."""
    for error in sorted(Draft202012Validator(SCHEMA).iter_errors(found.body), key=lambda e: list(map(str, e.path))):
        path = list(error.absolute_path)
        where = "/".join(map(str, path)) or "the whole"
        found.fault(_entry(found.body, path), str(error.validator), f"{where}: {error.message[:300]}")
    try:
        canonical(found.body)
    except NotCanonical as error:
        found.fault("", "storable", f"{error} Put numbers with a point, and dates, in quotes.")
    if not found.faults:
        _References(found).check()


def _entry(body: Any, path: list[Any]) -> str:
    """Id of the innermost entry on the path."""
    name = ""
    for step in path:
        body = body[step]
        if isinstance(body, dict) and isinstance(body.get("id"), str):
            name = body["id"]
    return name


class _References:
    """Everything an id may refer to, gathered once."""

    def __init__(self, found: Read) -> None:
        self.found = found
        self.body = found.body
        self.pack: Pack = pack_of(found.body)
        self.record_types = record_types(found.body)
        self.known_facts = self.pack.facts.keys() | self.pack.derived.keys()

    def check(self) -> None:
        self._unique()
        self._expressions()
        self._classification()
        self._obligations()
        self._beside()
        self._points()

    def _unique(self) -> None:
        for key, entries in self.body.items():
            seen: set[str] = set()
            for entry in entries if isinstance(entries, list) else []:
                name = entry.get("id") if isinstance(entry, dict) else None
                if name in seen:
                    self.found.fault(name, "unique-id", f"{key} has “{name}” twice.")
                seen |= {name} if name else set()
        for name in sorted(self.pack.facts.keys() & self.pack.derived.keys()):
            self.found.fault(name, "unique-id", f"“{name}” is a fact and worked out at once.")
        if UNDETERMINED not in self.pack.outcomes:
            self.found.fault("", "complete", f"Among the outcomes, “{UNDETERMINED}” is missing.")

    def _expressions(self) -> None:
        for entry, expression in self._all_expressions():
            for name in leaves(expression):
                self._known(entry, [name], self.known_facts, "fact")
            for part in _parts(expression):
                self._comparison(entry, part)
                self._known(entry, part.get("no_outcome", []), self.pack.outcomes, "outcome")
        rules = {part.id for part in (*self.pack.rules, *self.pack.contradictions)}
        for entry, expression in self._all_expressions():
            if entry not in rules and any("no_outcome" in part for part in _parts(expression)):
                self.found.fault(
                    entry, "no-outcome", f"“{entry}” asks for outcomes; only rules and contradictions can."
                )
        for name in self.pack.derived:
            if name in self._needed(name, set()):
                self.found.fault(name, "no-circle", f"“{name}” is worked out from itself.")

    def _all_expressions(self) -> Iterator[tuple[str, Any]]:
        yield from self.pack.derived.items()
        for part in (*self.pack.rules, *self.pack.contradictions, *self.pack.transitions):
            if part.condition is not None:
                yield part.id, part.condition
        for obligation in self.pack.obligations.values():
            if obligation.when is not None:
                yield obligation.id, obligation.when

    def _comparison(self, entry: str, part: dict[str, Any]) -> None:
        fact = self.pack.facts.get(part.get("fact", ""))
        if fact is None:
            return
        if fact.type == "boolean" or ("eq" in part) != (fact.type == "enum"):
            self.found.fault(entry, "comparison", f"“{fact.id}” is {fact.type}; it can not be compared like this.")
        elif "eq" in part and part["eq"] not in fact.values:
            self.found.fault(entry, "comparison", f"“{fact.id}” is never “{part['eq']}”.")

    def _needed(self, name: str, seen: set[str]) -> set[str]:
        for leaf in leaves(self.pack.derived.get(name, {"all": []})):
            if leaf not in seen:
                seen.add(leaf)
                self._needed(leaf, seen)
        return seen

    def _classification(self) -> None:
        for part in (*self.pack.facts.values(), *self.pack.rules):
            if self.pack.stages and part.stage not in self.pack.stages:
                self.found.fault(part.id, "known-stage", f"There is no stage “{part.stage}”.")
        for rule in self.pack.rules:
            self._known(rule.id, rule.then, self.pack.outcomes, "outcome")
            self._known(rule.id, rule.obligation_groups, self.pack.groups, "group of obligations")
        for role in self.pack.roles.values():
            self._known(role.id, role.also_when, self.pack.role_shifts, "shift of roles")
            for carried in role.carries:
                self._known(role.id, [carried["role"]], self.pack.roles, "role")
                self._known(role.id, carried.get("classes", []), self.pack.outcomes, "outcome")
        for shift in self.pack.role_shifts.values():
            self._known(shift.id, [shift.becomes], self.pack.roles, "role")
        for fact in self.pack.facts.values():
            self._known(fact.id, fact.adjusts, self.pack.obligations, "obligation")

    def _obligations(self) -> None:
        for each in self.pack.obligations.values():
            self._known(each.id, [each.group], self.pack.groups, "group of obligations")
            self._known(each.id, each.roles, self.pack.roles, "role")
            self._known(each.id, each.classes, {*self.pack.outcomes, IN_SCOPE}, "outcome")
            self._known(each.id, each.carried_out_by, self.pack.obligations, "obligation")
            if undated := set(each.classes) - set(each.applies_from):
                self.found.fault(each.id, "dated", f"No date is given for {', '.join(sorted(undated))}.")
            self._checks(each)

    def _checks(self, obligation: Obligation) -> None:
        try:
            for told in obligation.checks:
                check_of(told, self.record_types)
            is_triggered(obligation.triggered_by, Records(), self.record_types)
        except BrokenCheck as error:
            self.found.fault(obligation.id, "answerable", str(error))

    def _beside(self) -> None:
        for transition in self.pack.transitions:
            self._known(transition.id, transition.groups, self.pack.groups, "group of obligations")
            self._known(transition.id, transition.obligations, self.pack.obligations, "obligation")
            if transition.effect and (
                transition.condition is None or (transition.effect == "postpones") > bool(transition.date)
            ):
                self.found.fault(
                    transition.id, "complete", "What has an effect needs `when`, and to postpone a `date`."
                )
        for practice in self.body.get("prohibited_practices", []):
            self._known(practice["id"], [practice["rule"]], {rule.id for rule in self.pack.rules}, "rule")
        for key in ("uncertain", "annex_iv", "fria", "record_keeping", "incident_deadlines", "retired_provisions"):
            for entry in self.body.get(key, []):
                named = [*entry.get("affects", []), *entry.get("obligations", []), *entry.get("now", [])]
                named += [entry["obligation"]] if "obligation" in entry else []
                self._known(entry["id"], named, self.pack.obligations, "obligation")

    def _points(self) -> None:
        for points in lists_of(self.body).values():
            for entry, fault in faults_of(points, self.record_types):
                self.found.fault(entry, "answerable", fault)

    def _known(self, entry: str, names: Iterable[str], known: Iterable[str], what: str) -> None:
        for name in sorted(set(names) - set(known)):
            self.found.fault(entry, "known-id", f"“{entry}” names the {what} “{name}”, which does not exist.")


def _parts(expression: Any) -> Iterator[dict[str, Any]]:
    """Every mapping inside an expression, the expression itself included."""
    if isinstance(expression, dict):
        yield expression
        inner = [expression["not"]] if "not" in expression else expression.get("all", expression.get("any", []))
        for part in inner:
            yield from _parts(part)
