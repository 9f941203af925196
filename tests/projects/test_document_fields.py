"""What the fields of a document may hold."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalogue.document_kinds import Column, DocumentKind, Field
from crispmlq.errors import Invalid
from projects import document_fields


def kind(**field: Any) -> DocumentKind:
    only = Field(**{"key": "f", "label": "F", "type": "text", **field})
    return DocumentKind("k", "K", "record", 1, (("sponsor",),), (only,))


@pytest.mark.parametrize(
    ("type_", "bad"),
    [
        ("number", "NaN"),
        ("number", "Infinity"),
        ("number", "1e30"),
        ("number", "many"),
        ("number", True),
        ("integer", "1.5"),
        ("date", "31.12.2026"),
        ("yes_no", "perhaps"),
        ("sha256", "abc"),
        ("version", "two words"),
        ("text", 5),
        ("text", "a\0b"),
        ("list", "not a list"),
        ("table", [1]),
    ],
)
def test_a_value_of_another_type_is_refused_under_its_key(type_: str, bad: Any) -> None:
    columns = (Column("c", "C", "text"),)
    with pytest.raises(Invalid) as refusal:
        document_fields.cleaned(kind(type=type_, columns=columns), {"f": bad})
    assert list(refusal.value.errors) == ["f"]


def test_an_unknown_field_is_refused_and_an_empty_one_left_out() -> None:
    with pytest.raises(Invalid):
        document_fields.cleaned(kind(), {"g": "x"})
    assert document_fields.cleaned(kind(), {"f": "   "}) == {}
    assert [f.key for f in document_fields.lacking(kind(), {})] == ["f"]


def test_a_row_names_what_it_lacks() -> None:
    table = kind(type="table", columns=(Column("a", "A", "text"), Column("b", "B", "number")))
    with pytest.raises(Invalid) as refusal:
        document_fields.cleaned(table, {"f": [{"a": "x", "b": "1"}, {"a": "x"}]})
    assert refusal.value.errors["f"] == ["Row 2 lacks B."]


@given(st.decimals(-(10**17), 10**17, places=12))
def test_a_number_is_kept_digit_by_digit(value: Decimal) -> None:
    stored = document_fields.cleaned(kind(type="number"), {"f": str(value)})
    assert Decimal(stored.get("f", "0")) == value
