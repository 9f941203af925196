"""Values of a document that follow from its other values. Pure; a value that is not there yet leaves them empty."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from audit.canon import decimal_text, rounded
from catalogue.document_kinds import Condition, DocumentKind

Values = Mapping[str, Any]
Formula = Mapping[str, Any]


def computed(formula: Formula, values: Values) -> str | None:
    """`values`: of the document, or of one row where a column is computed."""
    return FORMULAS[formula["by"]](formula, values)


def difference(formula: Formula, values: Values) -> str | None:
    """`of` less `minus`: of two dates in days. Its sign is turned where less is better, so that a gain is positive."""
    left, right = values.get(formula["of"]), values.get(formula["minus"])
    if left is None or right is None:
        return None
    if _is_date(left) and _is_date(right):
        return str((date.fromisoformat(left) - date.fromisoformat(right)).days)
    found = Decimal(left) - Decimal(right)
    when = formula.get("lower_is_better_when")
    if when and Condition(when["field"], tuple(when.get("one_of", ()))).holds(values):
        found = -found
    return decimal_text(found)


def every_row_reaches(formula: Formula, values: Values) -> str | None:
    """`gives[0]` when in each row the number in `column` keeps the bound of its row, else `gives[1]`."""
    rows = values.get(formula["table"]) or []
    if not rows:
        return None
    return formula["gives"][0 if all(_keeps(formula, row) for row in rows) else 1]


def no_row_has(formula: Formula, values: Values) -> str | None:
    """`gives[0]` when no row has one of `values` in `column`, else `gives[1]`."""
    rows = values.get(formula["table"]) or []
    if not rows:
        return None
    return formula["gives"][1 if any(row.get(formula["column"]) in formula["values"] for row in rows) else 0]


def mean(formula: Formula, values: Values) -> str | None:
    numbers = _numbers(formula, values)
    return decimal_text(rounded(sum(numbers) / len(numbers), 12)) if numbers else None


def variance(formula: Formula, values: Values) -> str | None:
    """The sample variance; one number has none."""
    numbers = _numbers(formula, values)
    if len(numbers) < 2:
        return None
    middle = sum(numbers) / len(numbers)
    return decimal_text(rounded(sum((n - middle) ** 2 for n in numbers) / (len(numbers) - 1), 12))


def level_reached(formula: Formula, values: Values) -> str | None:
    """The highest level all of whose signs, and all of the levels below, have a row with one of `values`.

    `levels` lists the signs of level 1, of level 2 and so on; without those of level 1 it is level 0.
    """
    rows = values.get(formula["table"]) or []
    if not rows:
        return None
    there = {row.get(formula["column"]) for row in rows if row.get(formula["judged"]) in formula["values"]}
    levels = formula["levels"]
    return str(next((below for below, signs in enumerate(levels) if not set(signs) <= there), len(levels)))


def lowest_sum(formula: Formula, values: Values) -> str | None:
    """What the rows of a group are `worth` together, of the lowest group; a row's group is how `column` begins."""
    rows = values.get(formula["table"]) or []
    if not rows:
        return None
    sums = dict.fromkeys(formula["groups"], Decimal(0))
    for row in rows:
        group = next((each for each in formula["groups"] if str(row.get(formula["column"])).startswith(each)), None)
        if group is not None:
            sums[group] += Decimal(formula["worth"][row[formula["judged"]]])
    return decimal_text(min(sums.values()))


FORMULAS: dict[str, Callable[[Formula, Values], str | None]] = {
    rule.__name__: rule
    for rule in (difference, every_row_reaches, no_row_has, mean, variance, level_reached, lowest_sum)
}


def values_of(kind: DocumentKind, values: Values) -> dict[str, str]:
    """What was computed of the whole document, by the label of its field."""
    return {field.label: values[field.key] for field in kind.fields if field.computed and values.get(field.key)}


def trends(kind: DocumentKind, revisions: Iterable[Any]) -> list[tuple[str, list[tuple[Any, str]]]]:
    """Each computed number of the document with the revisions that had one, oldest first."""
    numbers = [field for field in kind.fields if field.computed and field.type in {"number", "integer"}]
    oldest_first = sorted(revisions, key=lambda revision: revision.number)
    found = [(f.label, [(r, r.fields[f.key]) for r in oldest_first if r.fields.get(f.key)]) for f in numbers]
    return [(label, points) for label, points in found if points]


def _keeps(formula: Formula, row: Values) -> bool:
    value = Decimal(row[formula["column"]])
    if "at_least" in formula:
        return value >= Decimal(row[formula["at_least"]])
    return value <= Decimal(row[formula["at_most"]])


def _numbers(formula: Formula, values: Values) -> list[Decimal]:
    return [Decimal(row[formula["column"]]) for row in values.get(formula["table"]) or []]


def _is_date(text: str) -> bool:
    return len(text) == 10 and text[4] == text[7] == "-"
