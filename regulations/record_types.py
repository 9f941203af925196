"""The types of records that a pack asks for, as frozen objects: their fields, and what tells how old they are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Any

import yaml

from catalogue.document_kinds import Field, field_of

BUILT_IN = Path(__file__).parent / "data" / "eu-ai-act" / "2026-07-27" / "records.yaml"


@dataclass(frozen=True)
class RecordType:
    """`phases`: numbers of those in which such records arise. `dated_by`: fields that tell when it happened."""

    id: str
    name: str
    meaning: str
    phases: tuple[int, ...]
    fields: tuple[Field, ...]
    dated_by: tuple[str, ...] = ()

    @cached_property
    def by_key(self) -> Mapping[str, Field]:
        return {field.key: field for field in self.fields}

    def told(self, key: str, value: Any) -> str:
        """A value of a field in words: the label of an option, texts as they are."""
        if isinstance(value, list):
            return ", ".join(str(each) for each in value)
        options = {"yes": "Yes", "no": "No"} if self.by_key[key].type == "yes_no" else {}
        options |= {option["key"]: option["label"] for option in self.by_key[key].options}
        return options.get(value, str(value))


def record_types(body: Mapping[str, Any]) -> dict[str, RecordType]:
    """Those of a pack's body, by id; those that come with the product, if it has none of its own.

    A field need not be given unless it says so.
    """
    if "record_types" not in body:
        return built_in()
    return {
        each["id"]: RecordType(
            id=each["id"],
            name=each["name"],
            meaning=each["meaning"],
            phases=tuple(each["phases"]),
            fields=tuple(field_of({"required": False, **field}) for field in each["fields"]),
            dated_by=tuple(each.get("dated_by", ())),
        )
        for each in body["record_types"]
    }


@cache
def built_in() -> dict[str, RecordType]:
    return record_types(yaml.safe_load(BUILT_IN.read_text()))
