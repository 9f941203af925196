"""What the example records for a regulation fits the types of the packs."""

from __future__ import annotations

import pytest

from examples.breast_cancer.obligations import ENTRIES
from projects import document_fields
from regulations.record_types import built_in


@pytest.mark.parametrize("kind", ENTRIES)
def test_an_entry_of_the_example_fits_its_type(kind: str) -> None:
    for fields in ENTRIES[kind]:
        assert document_fields.cleaned(built_in()[kind], fields) == fields
        assert document_fields.lacking(built_in()[kind], fields) == []
