"""Statement of applicability and profile: every control, what was decided on it and what records show."""

from __future__ import annotations

from dataclasses import replace

import pytest

from compliance.documents import blocks, frame
from compliance.documents.kinds import KINDS
from regulations import selectors
from regulations.records import Records
from tests.cast import Cast
from tests.compliance.sample_records import record, some

FRAMEWORKS = [("soa", "iso-42001", 38), ("nist-profile", "nist-ai-rmf", 72)]


def built(cast: Cast, key: str, records: Records) -> tuple[blocks.Section, ...]:
    return KINDS[key].build(replace(frame.context_of(cast.project), records=records))


def rows(sections: tuple[blocks.Section, ...]) -> list[tuple[blocks.Text, ...]]:
    return [row for part in sections[1:] for row in part.blocks[0].rows]


@pytest.mark.parametrize(("key", "framework", "count"), FRAMEWORKS)
def test_every_control_is_there_once_in_its_order_with_what_records_show(
    cast: Cast, key: str, framework: str, count: int
) -> None:
    pack = selectors.pack_in_force(framework).pack
    found = rows(built(cast, key, some()))
    assert [row[0].text for row in found] == [f"{each.ref} {each.title}" for each in pack.obligations.values()]
    assert len(found) == count
    assert {row[1].text for row in found} == {"not recorded"}
    assert all(row[4].references for row in found if row[4].status == "warn")
    assert {"warn", "bad"} <= {row[4].status for row in found}


@pytest.mark.parametrize(("key", "framework", "count"), FRAMEWORKS)
def test_a_decision_is_told_with_its_record_and_the_newest_counts(
    cast: Cast, key: str, framework: str, count: int
) -> None:
    control = next(iter(selectors.pack_in_force(framework).pack.obligations.values())).ref
    common = {"framework": framework, "control": control}
    old = record("control-decision", 1, **common, applicable="yes", reason="First.", how="By rule.")
    new = record("control-decision", 2, **common, applicable="no", reason="No such use.", how="Not at all.")
    written = built(cast, key, some(old, new))
    row = rows(written)[0]
    assert [cell.text for cell in row[1:4]] == ["No", "No such use.", "Not at all."]
    assert row[1].references == (new.source,)
    missing = next(block for block in blocks.walk(written) if isinstance(block, blocks.NotRecorded))
    assert missing.what.startswith(f"Decisions on {count - 1} of {count}")


@pytest.mark.parametrize(("key", "framework", "count"), FRAMEWORKS)
def test_it_judges_nobody_and_is_the_same_again(cast: Cast, key: str, framework: str, count: int) -> None:
    written = built(cast, key, some())
    assert written == built(cast, key, some())
    assert "compliant" not in str(written)
