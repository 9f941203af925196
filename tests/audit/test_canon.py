"""Canonical bytes and the tree, against independent implementations."""

from __future__ import annotations

import hashlib
from decimal import Decimal

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from audit import tree
from audit.canon import GREATEST_INTEGER, NotCanonical, canonical, decimal_text, plain

texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"))
keys = st.text(st.characters(max_codepoint=126, min_codepoint=32))
values = st.recursive(
    st.none() | st.booleans() | st.integers(-GREATEST_INTEGER, GREATEST_INTEGER) | texts,
    lambda inner: st.lists(inner) | st.dictionaries(keys, inner),
)


@given(values)
def test_it_equals_rfc_8785_inside_the_profile(value: object) -> None:
    assert canonical(value) == rfc8785.dumps(value)


@pytest.mark.parametrize("bad", [1.5, float("nan"), 2**53, "\0", "\ud800", {"ü": 1}, {1: 2}, object(), b"x"])
def test_whatever_lies_outside_is_refused(bad: object) -> None:
    with pytest.raises(NotCanonical):
        canonical(bad)


@given(st.decimals(allow_nan=False, allow_infinity=False, places=6))
def test_a_decimal_reads_back_as_itself(value: Decimal) -> None:
    text = decimal_text(value)
    assert Decimal(text) == value
    assert "E" not in text


def test_a_time_without_zone_is_refused() -> None:
    from datetime import datetime

    with pytest.raises(NotCanonical):
        plain(datetime(2026, 1, 1))  # noqa: DTZ001


def recursive_root(leaves: list[bytes]) -> bytes:
    """RFC 6962, section 2.1, word for word."""
    if len(leaves) <= 1:
        return leaves[0] if leaves else hashlib.sha256(b"").digest()
    k = 1 << ((len(leaves) - 1).bit_length() - 1)
    return hashlib.sha256(b"\x01" + recursive_root(leaves[:k]) + recursive_root(leaves[k:])).digest()


@given(st.lists(st.binary(max_size=4), max_size=70))
def test_the_root_equals_the_definition(bodies: list[bytes]) -> None:
    leaves = [tree.leaf(body) for body in bodies]
    assert tree.root(leaves) == recursive_root(leaves)
