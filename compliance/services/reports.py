"""Reports: asked for, built in the background, issued with their hashes, handed out."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_datetime

import audit
from accounts.models import ServiceToken, User
from audit.canon import plain
from compliance.documents import frame
from compliance.documents.blocks import ReportDocument, placeholders_in
from compliance.documents.forms import FORMS, File, table_file
from compliance.documents.kinds import ReportKind, kind_of
from compliance.documents.plain import from_json
from compliance.models import Report
from compliance.services import wordings
from crispmlq.errors import Conflict, Invalid, NotFound
from evidence.models import Blob
from evidence.services import blobs
from jobs import queue
from jobs.models import Job
from projects import access
from projects.models import Project

if TYPE_CHECKING:
    from accounts.actors import Actor

JOB = "report"
FILES = tuple(form.field for form in FORMS.values())


class PlaceholdersOpen(Conflict):
    code, title = "placeholders_open", "Places are still open"


def request(
    *, project: Project, by: Actor, kind: str = "dossier", at: datetime | None = None, status: str = "final",
    now: bool = False,
) -> Job:  # fmt: skip
    """Ask for a report; the job tells how far it is, and asking for the same meanwhile gives the same job.

    `at`: show the state of then. `now` builds it before coming back, for commands.

    Raises:
        NotFound: no such kind, or the actor may not see the project.
        NotAllowed: a token that only reads, or a role is missing that the kind asks for.
        Invalid: a time that is still to come, or a status that does not exist.
    """
    kind_of(kind).require_builder(by, project)
    if status not in Report.Status.values:
        raise Invalid("A report is a draft or final.", errors={"status": ["Give draft or final."]})
    if at is not None and at > timezone.now():
        raise Invalid("That time is still to come.", errors={"as_of": ["Give a time that has passed."]})
    args = {
        "slug": project.slug, "token": str(by.token.pk) if by.token else None, "kind": kind, "at": plain(at),
        "status": status,
    }  # fmt: skip
    same = queue.unfinished(JOB, project_id=project.pk, requested_by=by.user.pk, args=args)
    return same or queue.enqueue(JOB, args, requested_by=by.user.pk, project_id=project.pk, now=now)


@queue.handler(JOB)
def build(job: Job, slug: str, token: str | None, kind: str, at: str | None, status: str) -> dict[str, Any]:
    """Build and issue; running twice issues the same bytes twice under the same hashes."""
    from accounts.actors import Actor

    used = ServiceToken.objects.get(pk=token) if token else None
    by = Actor(User.objects.get(pk=job.requested_by_id), token=used, via="task")
    project, wanted = access.project_for(by, slug), kind_of(kind)
    wanted.require_builder(by, project)
    then = parse_datetime(at) if at else None
    document = frame.build(
        wanted, project, at=then, status=status, words=wordings.in_force(kind, then),
        tell=lambda percent, message: queue.report(job, percent, message),
    )  # fmt: skip
    require_complete(document)
    files = _files(wanted, document, job)
    queue.report(job, 95, "Storing")
    report = issue(project=project, document=document, files=files, by=by)
    form, blob = report.files[0]
    url = reverse("compliance:download", args=[slug, report.pk, form])
    return {"report": str(report.pk), "sha256": blob.sha256, "url": url}


def require_complete(document: ReportDocument) -> None:
    """Raises: PlaceholdersOpen: it is meant to be final, and places are left open."""
    lacking = [placeholder.label for placeholder in placeholders_in(document)]
    if document.status == Report.Status.FINAL and lacking:
        raise PlaceholdersOpen(
            f"A final report has no open places. Still open: {'; '.join(lacking)}. Build a draft meanwhile.",
            placeholders=[placeholder.key for placeholder in placeholders_in(document)],
        )


def _files(kind: ReportKind, document: ReportDocument, job: Job) -> dict[str, bytes]:
    wanted = dict.fromkeys((*kind.formats, "json"))
    files = {}
    for at, form in enumerate(wanted):
        queue.report(job, 30 + 60 * at // len(wanted), f"Making the file {form.upper()}")
        files[form] = FORMS[form].make(document)
    return files


def issue(*, project: Project, document: ReportDocument, files: dict[str, bytes], by: Actor) -> Report:
    """Store the files, by form, and tell so in the trail.

    Raises: PlaceholdersOpen: it is meant to be final, and places are left open.
    """
    require_complete(document)
    report = Report(
        project=project, kind=document.kind, status=document.status, as_of=parse_datetime(document.as_of),
        text_versions=list(document.text_versions), trail_size=document.trail.size, trail_root=document.trail.root,
        issued_by_id=by.user.pk,
    )  # fmt: skip
    with audit.act("report.issued", by=by.audit_by, subject=report) as act:
        Project.objects.select_for_update().get(pk=project.pk)  # of two that store the same bytes, one waits
        for form, data in files.items():
            name = f"{project.slug}-{document.kind}-{document.trail.size}.{form}"
            blob = blobs.store(owner_id=project.pk, name=name, media_type=FORMS[form].media_type, data=data)
            setattr(report, FORMS[form].field, blob)
        report.issued_at = act.at
        report.save()
        return report


def of_project(project: Project) -> QuerySet[Report]:
    return Report.objects.filter(project=project).select_related(*FILES, "issued_by", "project")


def one_of(project: Project, key: object) -> Report:
    """Raises: NotFound: it is not in this project."""
    report = of_project(project).filter(pk=key).first()
    if report is None:
        raise NotFound("There is no such report in this project.")
    return report


def document_of(report: Report) -> ReportDocument:
    """What the report says. Raises: NotFound: one of before documents. EvidenceDamaged: the file was altered."""
    if report.as_of is None:
        raise NotFound("This report was made before reports were kept as documents; build it anew for that time.")
    return from_json(blobs.read(report.data))


def hand_out(*, report: Report, form: str, by: Actor) -> tuple[Blob, bytes]:
    """The file and its bytes, of one form of the report; the download is told in the trail.

    Raises: NotFound: no such form. EvidenceDamaged: the file is not what was stored.
    """
    access.project_for(by, report.project.slug)
    files = dict(report.files)
    if form not in files:
        raise NotFound(f"This report is there as {', '.join(files)}.")
    blob, data = files[form], blobs.read(files[form])
    with audit.act("report.downloaded", by=by.audit_by, subject=report, reason=f"{form}, SHA-256 {blob.sha256}"):
        return blob, data


def hand_out_table(*, report: Report, number: int, form: str, by: Actor) -> File:
    """One of its tables, by place from 1, as csv or xlsx; the download is told in the trail.

    Raises: NotFound: no such table or form. EvidenceDamaged: the file is not what was stored.
    """
    access.project_for(by, report.project.slug)
    file = table_file(document_of(report), number, form)
    with audit.act("report.downloaded", by=by.audit_by, subject=report, reason=f"table {number} as {form}"):
        return file
