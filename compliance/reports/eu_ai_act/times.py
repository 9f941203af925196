"""What has to come before what: thresholds before tests, tests before release. Checked, and printed with both dates."""

from __future__ import annotations

from compliance.documents.blocks import Section, Status
from compliance.documents.kinds import Context
from compliance.documents.writing import cell, table
from compliance.documents.writing import text as column
from regulations import checks, record_types
from regulations.coverage import Coverage

ORDERS = (
    ("Thresholds were set before they were measured", {
        "record": "success-criterion", "test": "before", "field": "set_on", "other_record": "qa-result",
        "other_field": "tested_on",
    }),
    ("Tests came before the release", {
        "record": "qa-result", "test": "before", "field": "tested_on", "other_record": "release",
        "other_field": "released_on",
    }),
    ("The classification came before the release", {
        "record": "classification", "test": "before", "field": "decided_on", "other_record": "release",
        "other_field": "released_on",
    }),
)  # fmt: skip
SAID: dict[str, tuple[str, Status]] = {
    checks.PASSED: ("yes", "good"),
    checks.FAILED: ("no", "bad"),
    checks.OPEN: ("not to be said yet", "warn"),
}


def section(context: Context, covered: Coverage) -> Section:
    rows = []
    for claim, told in ORDERS:
        check = checks.check_of(told, record_types.built_in())
        outcome = checks.judge(check, context.records, covered.today)
        word, status = SAID[outcome.result]
        rows.append([claim, cell(word, status=status), cell(outcome.because, *outcome.references)])
    columns = [column("Order", 3), column("Kept"), column("Dates", 5)]
    return Section("times", "What came before what", (table("Order in time", columns, rows),))
