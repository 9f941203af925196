"""What a document has to state, point by point, and which records answer each point.

Annexes of a pack are lists of such points, and so are outlines of reports that no law shapes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from regulations.checks import BrokenCheck, check_of, is_triggered
from regulations.record_types import RecordType
from regulations.records import Records


@dataclass(frozen=True)
class Answer:
    """Records of a type, of those with the values `where`, and the fields of theirs that answer the point.

    `by_hand`: what belongs there, if only a person can say it and has not recorded it yet. `condition`: when it has to
    be there, if not always.
    """

    record: str
    fields: tuple[str, ...]
    where: Mapping[str, Any] = field(default_factory=dict)
    by_hand: str = ""
    condition: str = ""


@dataclass(frozen=True)
class Point:
    """`asks`: what has to be stated, in own words. `see`: points that answer it too. `checks` as obligations have them.

    `condition`: when the point has to be answered at all, if not always.
    """

    id: str
    ref: str
    heading: str
    asks: tuple[str, ...] = ()
    answers: tuple[Answer, ...] = ()
    checks: tuple[Mapping[str, Any], ...] = ()
    see: tuple[str, ...] = ()
    condition: str = ""


ANNEXES = ("annex_iv", "annex_v", "annex_xi", "annex_xii", "fria")


def lists_of(body: Mapping[str, Any]) -> dict[str, tuple[Point, ...]]:
    """Every list of points that a pack has, by name: annexes, sections of Annex VIII, outlines."""
    told = {name: body[name] for name in ANNEXES if name in body}
    told |= {f"annex_viii_{part['section'].lower()}": part["fields"] for part in body.get("annex_viii", ())}
    told |= body.get("outlines", {})
    return {name: tuple(map(point_of, points)) for name, points in told.items()}


def point_of(told: Mapping[str, Any]) -> Point:
    return Point(
        id=told["id"],
        ref=told.get("ref", ""),
        heading=told.get("heading") or told["field"],
        asks=tuple(told.get("must_state", ())),
        answers=tuple(
            Answer(**{**answer, "fields": tuple(answer["fields"])}) for answer in told.get("answered_by", ())
        ),
        checks=tuple(told.get("checks", ())),
        see=tuple(told.get("see", ())),
        condition=told.get("condition", ""),
    )


def faults_of(points: Iterable[Point], types: Mapping[str, RecordType]) -> Iterator[tuple[str, str]]:
    """(id of the point, fault) for all that no record could answer, and for points that lead nowhere."""
    points = list(points)
    known = {point.id for point in points}
    for point in points:
        for answer in point.answers:
            yield from ((point.id, fault) for fault in _faults(answer, types))
        try:
            for told in point.checks:
                check_of(told, types)
        except BrokenCheck as error:
            yield point.id, str(error)
        for name in point.see:
            if name not in known:
                yield point.id, f"There is no point “{name}”."


def _faults(answer: Answer, types: Mapping[str, RecordType]) -> Iterator[str]:
    try:
        is_triggered([{"record": answer.record, "where": answer.where}], Records(), types)
    except BrokenCheck as error:
        yield str(error)
        return
    for name in answer.fields:
        if name not in types[answer.record].by_key:
            yield f"Records of “{answer.record}” have no field “{name}”."
