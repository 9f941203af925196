"""Deeds at reports."""

from __future__ import annotations

from typing import Any

from compliance.documents import plain
from compliance.services import packages, reports, wordings
from tests.cast import Cast
from tests.compliance import samples
from tests.deeds import Deed, case


def issued(cast: Cast) -> Any:
    document = samples.document(*samples.every_block(), status="draft")
    files = {"pdf": b"%PDF", "json": plain.as_json(document)}
    return reports.issue(project=cast.project, document=document, files=files, by=cast.mara)


@case("reports.issue")
def _(cast: Cast) -> Deed:
    return lambda: issued(cast)


@case("reports.hand_out")
def _(cast: Cast) -> Deed:
    report = issued(cast)
    return lambda: reports.hand_out(report=report, form="pdf", by=cast.ada)


@case("reports.hand_out_table")
def _(cast: Cast) -> Deed:
    report = issued(cast)
    return lambda: reports.hand_out_table(report=report, number=1, form="csv", by=cast.ada)


@case("packages.hand_out")
def _(cast: Cast) -> Deed:
    job = packages.request(project=cast.project, by=cast.ada, now=True)
    return lambda: packages.hand_out(project=cast.project, job_id=job.pk, by=cast.ada)


@case("wordings.change")
def _(cast: Cast) -> Deed:
    words = {"kind": "dossier", "title": "File", "introduction": "", "closing": ""}
    return lambda: wordings.change(**words, by=cast.root)
