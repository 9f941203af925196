from __future__ import annotations

import pytest

from ui.numbers import whole


@pytest.mark.parametrize("text", ["", " 1", "-1", "1.0", "1e3", "1_000", "²", "١", "9" * 5000, "1234567890"])
def test_what_is_no_short_number_of_ascii_digits_is_none(text: str) -> None:
    assert whole(text) is None


def test_leading_zeros_and_longer_numbers_where_they_are_wanted() -> None:
    assert (whole("007"), whole("1234567890", digits=10)) == (7, 1234567890)
