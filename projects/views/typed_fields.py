"""Fields of a kind as a form: what was typed into them, and what they show."""

from __future__ import annotations

from typing import Any

from catalogue.document_kinds import Field
from projects.document_fields import Kind

EXTRA_ROWS = 3


def values(kind: Kind, given: Any) -> dict[str, Any]:
    """What stands in a form, by field key; empty rows of tables are left out."""
    return {field.key: _value(field, given) for field in kind.fields}


def rows(kind: Kind, values: dict[str, Any], errors: dict[str, list[str]]) -> list[dict[str, Any]]:
    """Each field with what it shows, for `_components/typed_fields.html`; tables get a few empty rows to write into."""
    return [_row(field, values.get(field.key), errors) for field in kind.fields]


def _value(field: Field, given: Any) -> Any:
    if field.type == "list":
        return [line.strip() for line in given.get(field.key, "").splitlines() if line.strip()]
    if field.type == "table":
        columns = {c.key: given.getlist(f"{field.key}.{c.key}") for c in field.columns}
        count = max(map(len, columns.values()), default=0)
        rows = [{k: v[i].strip() for k, v in columns.items() if i < len(v)} for i in range(count)]
        return [row for row in rows if any(row.values())]
    return given.get(field.key, "")


def _row(field: Field, value: Any, errors: dict[str, list[str]]) -> dict[str, Any]:
    rows = [*(value or []), *({} for _ in range(EXTRA_ROWS))] if field.type == "table" else []
    return {
        "field": field,
        "value": "\n".join(value or []) if field.type == "list" else value or "",
        "rows": [[(column, row.get(column.key, "")) for column in field.columns] for row in rows],
        "errors": errors.get(field.key, []),
    }
