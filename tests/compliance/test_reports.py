"""What each kind of report says: every point, what is recorded with its reference, and what is missing."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest

from compliance import reports  # noqa: F401 - registers the kinds
from compliance.documents import blocks
from compliance.documents.kinds import KINDS, Context
from compliance.reports import answering, by_points, narrowing
from regulations import files
from regulations.definitions import pack_of
from regulations.points import Point, faults_of, lists_of, point_of
from regulations.record_types import built_in
from regulations.records import Records, Reference
from tests.compliance.sample_records import BASE, DATASET, record, some

PACKS = {folder.parent.name: pack_of(files.read(folder).body) for folder in files.built_in()}
OUTLINES = ("model-card", "datasheet", "reproducibility")
LAW_OF = {"gdpr-ropa": "gdpr", "dpia": "gdpr"}
OURS = [*(row.key for row in by_points.ROWS), "datasheet", "declaration", "reproducibility", "serious-incident"]


class Nothing:
    """A project without rows."""

    def rows(self, model: type) -> list[Any]:
        return []

    def get(self, model: type, key: object) -> None:
        return None


def context(records: Records | None = None, law: str = "eu-ai-act", at: str = "2026-06-10") -> Context:
    moment = datetime.fromisoformat(at).replace(tzinfo=UTC)
    return Context(SimpleNamespace(name="Churn"), moment, Nothing(), records or Records(), {law: PACKS[law]})  # type: ignore[arg-type]


def built(key: str, records: Records | None = None, **more: Any) -> tuple[blocks.Section, ...]:
    return KINDS[key].build(context(records, LAW_OF.get(key, "eu-ai-act"), **more))


def points_of(row: by_points.Row) -> list[Point]:
    if not row.law:
        return list(answering.outline(row.lists[0]))
    return [point for name in row.lists for point in lists_of(PACKS[row.law].body)[name]]


def section(sections: tuple[blocks.Section, ...], key: str) -> blocks.Section:
    return next(b for b in blocks.walk(sections) if isinstance(b, blocks.Section) and b.key == key)


def inside(part: blocks.Section, kind: type) -> list[Any]:
    return [block for block in blocks.walk((part,)) if isinstance(block, kind)]


@pytest.mark.parametrize("row", by_points.ROWS, ids=lambda row: row.key)
class TestEveryReportOfPoints:
    @pytest.mark.parametrize("records", [Records(), some()], ids=["nothing", "some"])
    def test_every_point_is_there_in_its_order(self, row: by_points.Row, records: Records) -> None:
        keys = [part.key for part in built(row.key, records)]
        assert keys == ["overview", *(point.id for point in points_of(row))]

    def test_without_records_every_field_of_every_point_is_told_as_missing(self, row: by_points.Row) -> None:
        written = built(row.key)
        for point in points_of(row):
            lacking = inside(section(written, point.id), blocks.NotRecorded)
            lacking += inside(section(written, point.id), blocks.Placeholder)
            assert len(lacking) == len(point.answers)
            labels = " ".join(map(str, lacking))
            for answer in point.answers:
                assert all(built_in()[answer.record].by_key[name].label in labels for name in answer.fields)
        assert {cell.text for line in written[0].blocks[-1].rows for cell in line[1:]} == {"not recorded"}

    def test_what_is_recorded_rests_on_its_record(self, row: by_points.Row) -> None:
        records = some()
        written = built(row.key, records)
        for point in points_of(row):
            told = set(blocks.references_in((section(written, point.id),)))
            for answer in point.answers:
                of = records.of(answer.record, answer.where)
                given = [r for r in of if any(r.fields.get(name) for name in answer.fields)]
                assert {each.source for each in given} <= told


@pytest.mark.parametrize("key", OURS)
class TestEveryKind:
    def test_the_same_records_give_the_same_document_with_no_key_twice(self, key: str) -> None:
        written = built(key, some())
        assert written == built(key, some())
        keys = [b.key for b in blocks.walk(written) if isinstance(b, (blocks.Section, blocks.Placeholder))]
        assert len(keys) == len(set(keys))

    def test_it_names_no_retired_provision_or_date_and_judges_nobody(self, key: str) -> None:
        said = str((KINDS[key].title, KINDS[key].about, built(key, some()), built(key)))
        for retired in ("Art. 10(5)", "art-10-5", "2 August 2026", "2026-08-02", "compliant"):
            assert retired not in said
        assert not re.search(r"Annex VIII Section B point (7|9)\b|annex-viii-b-(7|9)\b", said)


@pytest.mark.parametrize("key", sorted(set(OURS) - {"model-card", "datasheet", "reproducibility"}))
def test_without_a_law_in_force_it_says_so(key: str) -> None:
    nowhere = Context(SimpleNamespace(), datetime(2026, 6, 1, tzinfo=UTC), Nothing(), some())  # type: ignore[arg-type]
    said = str(KINDS[key].build(nowhere))
    assert "was in force here" in said


class TestAPoint:
    """How one point is answered."""

    POINT = point_of(
        {
            "id": "p", "ref": "P 1", "heading": "Data", "must_state": ["what", "how"], "condition": "where relevant",
            "answered_by": [{"record": "risk", "fields": ["description", "severity"]}],
        }
    )  # fmt: skip

    def answered(self, *records: Any, **changes: Any) -> blocks.Section:
        told = {"id": "p", "ref": "P 1", "heading": "Data", **changes}
        return answering.answered(context(Records.from_list(records)), [point_of(told)])[0]

    def test_it_says_what_is_asked_for_and_when(self) -> None:
        asked = self.answered(must_state=["what", "how"], condition="where relevant").blocks[0]
        assert asked.text == "Asked for where relevant: what; how."

    def test_few_records_are_told_one_below_the_other_with_a_reference_at_each_value(self) -> None:
        one = record("risk", description="Fire", severity="high")
        part = self.answered(one, answered_by=[{"record": "risk", "fields": ["description", "severity", "owner"]}])
        (pairs,) = inside(part, blocks.KeyValues)
        assert [(p.label, p.value.text, p.value.references) for p in pairs.rows] == [
            ("What may go wrong", "Fire", (one.source,)), ("Severity", "high", (one.source,)),
        ]  # fmt: skip
        assert inside(part, blocks.NotRecorded) == [blocks.NotRecorded("Risk: Responsible", ("risk",))]

    def test_more_make_a_table_and_gaps_are_counted(self) -> None:
        found = [record("risk", n, description=f"Risk {n}", severity="high" if n else "") for n in range(5)]
        part = self.answered(*found, answered_by=[{"record": "risk", "fields": ["description", "severity"]}])
        (table,) = inside(part, blocks.Table)
        assert [row[0].references for row in table.rows] == [(each.source,) for each in found]
        assert [row[1].text for row in table.rows] == ["–", "high", "high", "high", "high"]
        assert inside(part, blocks.NotRecorded)[0].what == "Risk: Severity in 1 of 5"

    def test_a_row_that_no_field_names_is_named_by_its_record(self) -> None:
        found = [record("qa-result", n, kind="fairness", value="0.1") for n in range(4)]
        (table,) = inside(
            self.answered(*found, answered_by=[{"record": "qa-result", "fields": ["kind", "value"]}]), blocks.Table
        )
        assert [cell.text for cell in table.rows[2]] == ["qa-result 2", "Fairness", "0.1"]

    def test_a_field_that_no_record_gives_has_no_column_and_long_texts_have_wide_ones(self) -> None:
        found = [record("risk", n, description="What may go wrong, at length " * 3, severity="low") for n in range(4)]
        part = self.answered(*found, answered_by=[{"record": "risk", "fields": ["description", "severity", "owner"]}])
        (table,) = inside(part, blocks.Table)
        assert [(each.title, each.width) for each in table.columns] == [("What may go wrong", 4), ("Severity", 2)]
        assert inside(part, blocks.NotRecorded)[0].what == "Risk: Responsible in 4 of 4"

    def test_a_table_is_narrowed_if_that_keeps_the_page_upright_and_else_left_as_wide_as_it_is(self) -> None:
        assert answering._fitting([5, 5, 5, 3]) == [4, 4, 5, 3]
        assert answering._fitting([2, 3, 4]) == [2, 3, 4]
        assert answering._fitting([5, 5, 5, 5, 2, 3]) == [5, 5, 5, 5, 2, 3]

    def test_tables_of_one_type_in_one_point_have_names_of_their_own(self) -> None:
        found = [record("risk", n, description=f"Risk {n}", severity="low") for n in range(4)]
        answers = [
            {"record": "risk", "fields": ["description", "severity"]},
            {"record": "risk", "fields": ["description"]},
        ]
        titles = [table.title for table in inside(self.answered(*found, answered_by=answers), blocks.Table)]
        assert titles == ["Risk (P 1)", "Risk, further (P 1)"]

    def test_only_records_with_the_wanted_values_answer(self) -> None:
        train, test = record("dataset", 1, name="a", use="training"), record("dataset", 2, name="b", use="testing")
        answer = {"record": "dataset", "fields": ["name"], "where": {"use": "testing"}}
        part = self.answered(train, test, answered_by=[answer])
        assert list(blocks.references_in((part,))) == [test.source]
        missing = self.answered(train, answered_by=[answer])
        assert inside(missing, blocks.NotRecorded)[0].what == "Data set (Use: Testing): Name"

    def test_what_only_a_person_can_say_is_left_open_until_it_is_recorded(self) -> None:
        answer = {"record": "declaration", "fields": ["place", "signatory"], "by_hand": "Whoever signs."}
        assert inside(self.answered(answered_by=[answer]), blocks.Placeholder) == [
            blocks.Placeholder("p-1", "EU declaration of conformity: Place, Signed by", "Whoever signs.")
        ]
        half = self.answered(record("declaration", place="Bonn"), answered_by=[answer])
        assert [open_.label for open_ in inside(half, blocks.Placeholder)] == [
            "EU declaration of conformity: Signed by"
        ]
        full = self.answered(record("declaration", place="Bonn", signatory="Mara"), answered_by=[answer])
        assert inside(full, blocks.Placeholder) == []

    @pytest.mark.parametrize(("tested", "verdict"), [("2026-01-01", "does not hold"), ("2026-02-01", "holds")])
    def test_the_order_in_time_is_checked_where_it_matters(self, tested: str, verdict: str) -> None:
        told = {
            "record": "success-criterion", "test": "before", "field": "set_on", "other_record": "qa-result",
            "other_field": "tested_on",
        }  # fmt: skip
        criterion, result = record("success-criterion", set_on="2026-01-05"), record("qa-result", tested_on=tested)
        (table,) = inside(self.answered(criterion, result, checks=[told]), blocks.Table)
        assert table.rows[0][0] == blocks.Text(
            verdict, (criterion.source, result.source), "good" if verdict == "holds" else "bad"
        )

    def test_times_are_told_to_the_minute_in_utc(self) -> None:
        one = record("release", version="v1", released_on="2026-04-01T10:30:00+02:00")
        part = self.answered(one, answered_by=[{"record": "release", "fields": ["released_on"]}])
        assert inside(part, blocks.KeyValues)[0].rows[0].value.text == "2026-04-01 08:30"


def test_outlines_ask_only_for_what_records_can_answer() -> None:
    for name in OUTLINES:
        assert list(faults_of(answering.outline(name), built_in())) == []


def test_a_report_by_a_law_says_which_text_it_follows() -> None:
    assert "Regulation (EU) 2024/1689" in built("annex-iv")[0].blocks[0].text
    assert "Regulation (EU) 2016/679" in built("dpia")[0].blocks[0].text


def test_technical_documentation_tells_that_thresholds_were_set_before_the_tests() -> None:
    part = section(built("annex-iv", some()), "annex-iv-2-g")
    checks = next(t for t in inside(part, blocks.Table) if t.title.startswith("Checks"))
    assert [row[0].text for row in checks.rows] == ["holds", "holds"]


class TestDeclaration:
    def test_it_is_open_until_a_signed_one_is_recorded(self) -> None:
        said = built("declaration", some())
        assert "No signed declaration is recorded" in said[0].blocks[0].text
        assert [p.key for p in blocks.walk(said) if isinstance(p, blocks.Placeholder)] == [
            "annex-v-1-2", "annex-v-3-1", "annex-v-4-1", "annex-v-5-3", "annex-v-8-1",
        ]  # fmt: skip

    def test_a_recorded_one_fills_every_open_place(self) -> None:
        fields = dict.fromkeys((field.key for field in built_in()["declaration"].fields), "said")
        said = built("declaration", some(record("declaration", **{**fields, "signed_on": "2026-05-01"})))
        assert [p for p in blocks.walk(said) if isinstance(p, blocks.Placeholder)] == []
        assert "A signed declaration is recorded" in said[0].blocks[0].text

    def test_it_tells_how_long_it_is_kept(self) -> None:
        assert "10 years (Art. 47(1))" in str(built("declaration")[0])


class TestSeriousIncident:
    def test_each_serious_one_has_its_clock(self) -> None:
        said = built("serious-incident", some(), at="2026-06-05")
        assert [part.key for part in said] == ["incidents", "incident-1", "rules"]
        (clock,) = section(said, "incident-1-clock").blocks[:1]
        assert [pair.value.text for pair in clock.rows] == [
            "2026-06-01", "10 days (Art. 73(4): death of a person)", "by the end of 2026-06-11", "6 days left",
        ]  # fmt: skip

    @pytest.mark.parametrize(
        ("at", "reported", "verdict", "status"),
        [
            ("2026-06-11", "", "0 days left", "warn"), ("2026-06-12", "", "late by 1 day", "bad"),
            ("2026-07-01", "2026-06-11", "reported on 2026-06-11, in time", "good"),
            ("2026-07-01", "2026-06-13", "reported on 2026-06-13, late by 2 days", "bad"),
        ],
    )  # fmt: skip
    def test_it_tells_whether_the_report_is_in_time(self, at: str, reported: str, verdict: str, status: str) -> None:
        one = record("incident", kind="death", aware_at="2026-06-01", reported_at=reported)
        said = built("serious-incident", Records.from_list([one]), at=at)
        assert inside(said[0], blocks.Table)[0].rows[0][3] == blocks.Text(verdict, (), status)

    def test_one_that_nobody_judged_is_shown_with_the_shortest_deadline(self) -> None:
        said = built("serious-incident", some(), at="2026-06-05")
        assert "incident 2" in inside(said[0], blocks.Callout)[0].text
        rows = inside(said[0], blocks.Table)[0].rows
        assert [[cell.text for cell in row[1:]] for row in rows] == [
            ["Serious", "2026-06-11", "6 days left"], ["Open", "2026-06-05", "0 days left"],
            ["Not serious", "–", "–"],
        ]  # fmt: skip

    def test_what_belongs_to_another_incident_is_not_told_of_this_one(self) -> None:
        first = record("incident", 7, kind="death", aware_at="2026-06-01", description="One")
        second = record("incident", 8, kind="death", aware_at="2026-06-02", description="Two")
        act = record("corrective-action", 5, to=(second.source,), action="Stopped.", status="done")
        said = built("serious-incident", Records.from_list([first, second, act]))
        assert act.source not in set(blocks.references_in((section(said, "incident-1"),)))
        assert act.source in set(blocks.references_in((section(said, "incident-2"),)))

    def test_without_incidents_it_says_so(self) -> None:
        assert "No incident was recorded." in str(built("serious-incident")[0])


class TestDatasheet:
    def test_each_data_set_has_seven_sections_and_its_hash(self) -> None:
        (sheet,) = built("datasheet", some())
        points = [point.id for point in answering.outline("datasheet")]
        assert [p.key for p in sheet.blocks if isinstance(p, blocks.Section)] == [f"1-{each}" for each in points]
        assert sheet.blocks[0] == blocks.Code("ab" * 32, "SHA-256")
        assert len(points) == 7

    def test_steps_of_another_data_set_are_not_told(self) -> None:
        other = Reference("registry.artefactversion", "0193a1f0-0000-7000-8000-00000000000e", "shop-data@1")
        records = some(record("dataset", source=other, name="shop-data", version="1"))
        first, second = built("datasheet", records)
        step = next(each for each in BASE if each.type == "data-transformation")
        assert step.source in set(blocks.references_in((first,)))
        assert step.source not in set(blocks.references_in((second,)))

    def test_without_data_sets_it_says_so(self) -> None:
        assert built("datasheet")[0].blocks == (blocks.NotRecorded("Data sets", ("dataset",)),)


def test_records_of_one_subject_leave_out_those_that_name_another() -> None:
    other = record("dataset", 2, name="shop-data")
    named = record("data-check", 1, dataset="shop-data", requirement="Complete")
    unnamed = record("data-check", 2, requirement="Fresh")
    records = some(other, named, unnamed)
    mine = next(each for each in BASE if each.source == DATASET)
    assert [each.source for each in narrowing.about(records, mine).of("data-check")] == [unnamed.source]
    both = narrowing.about(records, other).of("data-check")
    assert [each.source for each in both] == [named.source, unnamed.source]
