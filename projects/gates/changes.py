"""What changed since a gate was decided: the frozen facts beside those of today, line by line. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from projects.gates.process_rules import latest
from projects.gates.rules import Facts, link

Row = dict[str, Any]
ABSENT = "not there"


@dataclass(frozen=True)
class Change:
    """`kind` and `key` are a link of a verdict; before and after are words."""

    kind: str
    key: str
    name: str
    before: str
    after: str

    @property
    def link(self) -> dict[str, str]:
        return link(self.kind, self.key)


def since(frozen: Facts, now: Facts) -> list[Change]:
    """What the gate was decided on that is different today; what was added for later phases is none of it."""
    phase = frozen["phase"]
    return [
        *_documents(frozen, now),
        *_rows("criterion", frozen["criteria"], now["criteria"], _criterion),
        *_rows("requirement", *(_up_to(phase, each["requirements"]) for each in (frozen, now)), _state),
        *_rows("task", *(_up_to(phase, each["tasks"]) for each in (frozen, now)), _state),
        *_rows("risk", *(_up_to(phase, each["risks"]) for each in (frozen, now)), _risk),
    ]


def _up_to(phase: int, rows: list[Row]) -> list[Row]:
    return [row for row in rows if row["phase"] <= phase]


def _documents(frozen: Facts, now: Facts) -> Iterator[Change]:
    for kind, before in frozen["documents"].items():
        was, is_now = _document(before), _document(now["documents"].get(kind))
        if was != is_now:
            yield Change("document", kind, now["kind_names"].get(kind, kind), was, is_now)


def _rows(kind: str, before: list[Row], now: list[Row], says: Callable[[Row], str]) -> Iterator[Change]:
    was, there = {row["key"]: row for row in before}, {row["key"]: row for row in now}
    for key in [*was, *(key for key in there if key not in was)]:
        left, right = (says(rows[key]) if key in rows else ABSENT for rows in (was, there))
        if left != right:
            row = there.get(key) or was[key]
            yield Change(kind, key, row.get("name") or row["text"], left, right)


def _document(document: Row | None) -> str:
    if document is None:
        return ABSENT
    said = f"revision {document['revision']}, {document['state']}"
    return said if document["is_current"] or document["state"] != "accepted" else f"{said}, to be confirmed again"


def _criterion(criterion: Row) -> str:
    version = f"version {criterion['version']}" if criterion["version"] else "a draft"
    newest = latest(criterion, ["validation", "test", "production-like", "operation", "forecast"])
    return f"{version}, {newest['value']} in {newest['environment']}" if newest else f"{version}, no value"


def _state(row: Row) -> str:
    return row["state"].replace("_", " ")


def _risk(risk: Row) -> str:
    return f"{risk['state']}, rated {risk['rating']}" if risk["rating"] is not None else risk["state"]
