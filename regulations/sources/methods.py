"""Tests and their outcomes: QA methods that were performed, and values measured against criteria."""

from __future__ import annotations

from collections.abc import Iterator

from audit.canon import decimal_text
from projects.models import Criterion, Measurement, QAMethod
from regulations.records import Record
from regulations.sources.collecting import source
from regulations.sources.documents import MAP
from regulations.sources.project import threshold
from regulations.sources.reading import Rows, person, record, reference

METHODS: dict[str, str] = {key: what for what, keys in MAP["methods"].items() for key in keys}
CARRIED_OUT = (QAMethod.State.PERFORMED, QAMethod.State.ACCEPTED)
TESTED = ("validation", "test", "production-like")


def _performed(rows: Rows) -> Iterator[tuple[QAMethod, str]]:
    """Methods that were carried out and are a test in the sense of the law, with what they test.

    Their finding is a text: whether the test was passed is a person's judgement, and recorded as an entry about it.
    """
    for method in rows.rows(QAMethod):
        if method.state in CARRIED_OUT and method.key in METHODS:
            yield method, METHODS[method.key]


@source("data-check")
def data_checks(rows: Rows) -> Iterator[Record]:
    for method, what in _performed(rows):
        if what == "data-check":
            yield record(
                "data-check", method, requirement=method.name, method=method.what_it_does, result=method.finding,
                checked_on=method.performed_at, checked_by=person(method.performed_by),
            )  # fmt: skip


@source("bias-check")
def bias_checks(rows: Rows) -> Iterator[Record]:
    for method, what in _performed(rows):
        if what == "bias-check":
            yield record(
                "bias-check", method, subject=method.name, value=method.finding, checked_on=method.performed_at
            )


@source("qa-result")
def tests(rows: Rows) -> Iterator[Record]:
    for method, what in _performed(rows):
        if what not in {"data-check", "bias-check"}:
            yield record(
                "qa-result", method, kind=what, metric=method.name, value=method.finding,
                conditions=method.what_it_does, signed_by=person(method.reviewed_by), tested_on=method.performed_at,
            )  # fmt: skip


@source("qa-result")
def measurements(rows: Rows) -> Iterator[Record]:
    """Values of criteria on machine learning; those of business and economy test no system."""
    for measured in rows.rows(Measurement):
        version = measured.version
        if version.criterion.level == Criterion.Level.ML and measured.environment in TESTED:
            yield record(
                "qa-result", measured, f"{version.criterion}: {measured}", kind="performance", metric=version.metric,
                threshold=threshold(version), value=decimal_text(measured.value),
                verdict="passed" if version.is_reached_by(measured.value) else "failed", dataset=measured.dataset,
                conditions=measured.get_environment_display(), tested_on=measured.measured_at, to=(reference(version),),
            )  # fmt: skip
