"""Points of annexes: that records can answer them, and what is refused."""

from __future__ import annotations

from typing import Any

import pytest

from regulations import files
from regulations.points import faults_of, lists_of, point_of
from regulations.record_types import built_in

ACT = files.read(files.DATA / "eu-ai-act" / "2026-07-27").body
GDPR = files.read(files.DATA / "gdpr" / "2018-05-25").body


@pytest.mark.parametrize("body", [ACT, GDPR], ids=["eu-ai-act", "gdpr"])
def test_every_point_is_answered_by_records_and_fields_that_exist(body: dict[str, Any]) -> None:
    for name, points in lists_of(body).items():
        assert list(faults_of(points, built_in())) == []
        assert [point.id for point in points if not point.answers] == [], name


def test_annexes_keep_their_order_and_number_of_points() -> None:
    counts = {name: len(points) for name, points in lists_of(ACT).items()}
    assert counts["annex_iv"] == 27
    assert (counts["annex_viii_a"], counts["annex_viii_b"], counts["annex_viii_c"]) == (13, 7, 5)
    assert [point.ref for point in lists_of(ACT)["annex_v"]] == [f"Annex V {n}" for n in range(1, 9)]


@pytest.mark.parametrize(
    ("told", "says"),
    [
        ({"answered_by": [{"record": "ghost", "fields": ["name"]}]}, "There is no record type “ghost”."),
        ({"answered_by": [{"record": "risk", "fields": ["colour"]}]}, "Records of “risk” have no field “colour”."),
        (
            {"answered_by": [{"record": "dataset", "fields": ["name"], "where": {"use": "fun"}}]},
            "“use” of “dataset” is never “fun”.",
        ),
        ({"checks": [{"record": "risk", "test": "seems-fine"}]}, "There is no test “seems-fine”."),
        ({"see": ["elsewhere"]}, "There is no point “elsewhere”."),
    ],
)
def test_a_point_that_no_record_could_answer_is_at_fault(told: dict[str, Any], says: str) -> None:
    point = point_of({"id": "p", "heading": "Point", **told})
    assert list(faults_of([point], built_in())) == [("p", says)]
