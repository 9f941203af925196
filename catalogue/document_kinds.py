"""Kinds of documents as frozen objects: their fields, what these need, compute and cause."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Condition:
    """Holds of a record whose `field` has one of the values; without values, of one that leaves it empty."""

    field: str
    one_of: tuple[str, ...] = ()

    def holds(self, values: Mapping[str, Any]) -> bool:
        value = values.get(self.field)
        return value in self.one_of if self.one_of else value in (None, "", [])


@dataclass(frozen=True)
class Column:
    """`required_when` looks at the other columns of the row; `computed` is a formula, see `Field`."""

    key: str
    label: str
    type: str
    required: bool = True
    help: str = ""
    options: tuple[Mapping[str, str], ...] = ()
    required_when: Condition | None = None
    computed: Mapping[str, Any] | None = None


@dataclass(frozen=True)
class Field:
    """A field of a document. `type` is one of those in the schema: text, number, date, choice, table, sha256 …

    Before a review, a list or table has `at_least` entries (unless that holds), and each option of the column `covers`
    stands in a row. `computed` names the formula (`projects/document_computed.py`) that fills
    it in place of people.
    """

    key: str
    label: str
    type: str
    required: bool = True
    help: str = ""
    options: tuple[Mapping[str, str], ...] = ()
    columns: tuple[Column, ...] = ()
    required_when: Condition | None = None
    at_least: int = 0
    unless: Condition | None = None
    covers: str = ""
    computed: Mapping[str, Any] | None = None


@dataclass(frozen=True)
class Evidence:
    """A kind of evidence that a document is; with `field`, once that is filled in."""

    kind: str
    field: str = ""


@dataclass(frozen=True)
class NewRisk:
    """A risk that follows from what a document says. Of a row, the column `tells` says it in the row's own words."""

    key: str
    name: str
    what_goes_wrong: str
    category: str
    severity: str
    likelihood: str
    tells: str = ""


@dataclass(frozen=True)
class Consequence:
    """What follows at once when the document is accepted and `when` holds of it, or of a row of `table`."""

    when: Condition
    table: str = ""
    risk: NewRisk | None = None
    reopens: tuple[str, ...] = ()


@dataclass(frozen=True)
class DocumentKind:
    """`review_roles`: groups of role keys; one acceptance from each group makes the document accepted.

    `evidence`: as which kinds of evidence a QA method may rest on it.
    """

    key: str
    name: str
    kind: str
    phase: int
    review_roles: tuple[tuple[str, ...], ...]
    fields: tuple[Field, ...]
    evidence: tuple[Evidence, ...] = ()
    consequences: tuple[Consequence, ...] = ()
    tasks: tuple[str, ...] = ()
    source: str = ""


def document_kinds(body: Mapping[str, Any]) -> dict[str, DocumentKind]:
    producers: dict[str, list[str]] = {}
    for phase in body["phases"]:
        for task in phase["tasks"]:
            for kind in task["document_kinds"]:
                producers.setdefault(kind, []).append(task["key"])
    return {
        kind["key"]: DocumentKind(
            key=kind["key"],
            name=kind["name"],
            kind=kind["kind"],
            phase=file["phase"],
            review_roles=tuple(tuple(group) for group in kind["review_roles"]),
            fields=tuple(field_of(each) for each in kind["fields"]),
            evidence=tuple(Evidence(**each) for each in kind["evidence"]),
            consequences=tuple(_consequence(each) for each in kind.get("consequences", ())),
            source=kind.get("source", ""),
            tasks=tuple(producers.get(kind["key"], [])),
        )
        for file in body["documents"]
        for kind in file["documents"]
    }


def field_of(each: Mapping[str, Any]) -> Field:
    """A field as the schema of catalogues describes it."""
    return Field(**{**_place(each), "columns": tuple(Column(**_place(column)) for column in each.get("columns", ()))})


def _place(each: Mapping[str, Any]) -> dict[str, Any]:
    """What fields and columns have in common."""
    conditions = {name: _condition(each[name]) for name in ("required_when", "unless") if name in each}
    return {**each, "options": tuple(each.get("options", ())), **conditions}


def _condition(each: Mapping[str, Any]) -> Condition:
    return Condition(each["field"], tuple(each.get("one_of", ())))


def _consequence(each: Mapping[str, Any]) -> Consequence:
    return Consequence(
        when=_condition(each["when"]),
        table=each.get("table", ""),
        risk=NewRisk(**each["risk"]) if "risk" in each else None,
        reopens=tuple(each.get("reopens", ())),
    )
