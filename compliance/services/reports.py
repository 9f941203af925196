"""Reports: asked for, built in the background, issued with their hashes, handed out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.urls import reverse

import audit
from accounts.models import ServiceToken, User
from compliance import dossier, render
from compliance.models import Report
from crispmlq.errors import NotFound
from evidence.models import Blob
from evidence.services import blobs
from jobs import queue
from jobs.models import Job
from projects import access
from projects.models import Project

if TYPE_CHECKING:
    from accounts.actors import Actor

JOB = "dossier"
# form -> (field of the report, media type)
FORMS = {"pdf": ("pdf", "application/pdf"), "html": ("html", "text/html"), "json": ("data", "application/json")}


def request(*, project: Project, by: Actor, now: bool = False) -> Job:
    """Ask for the dossier; the job tells how far it is, and asking again meanwhile gives the same job.

    `now` builds it before coming back, for commands.

    Raises: NotFound: the actor may not see the project. NotAllowed: a token that may only read.
    """
    access.project_for(by, project.slug)
    access.require_write_scope(by)
    unfinished = queue.unfinished(JOB, project_id=project.pk, requested_by=by.user.pk)
    if unfinished is not None:
        return unfinished
    args = {"slug": project.slug, "token": str(by.token.pk) if by.token else None}
    return queue.enqueue(JOB, args, requested_by=by.user.pk, project_id=project.pk, now=now)


@queue.handler(JOB)
def build(job: Job, slug: str, token: str | None = None) -> dict[str, Any]:
    """Build and issue; running twice issues the same bytes twice under the same hashes."""
    from accounts.actors import Actor

    used = ServiceToken.objects.get(pk=token) if token else None
    by = Actor(User.objects.get(pk=job.requested_by_id), token=used, via="task")
    project = access.project_for(by, slug)
    data = dossier.build(project, lambda percent, message: queue.report(job, percent, message))
    queue.report(job, 40, "Setting the pages")
    files = {"pdf": render.as_pdf(data), "html": render.as_html(data), "json": render.as_json(data)}
    queue.report(job, 90, "Storing")
    report = issue(project=project, data=data, files=files, by=by)
    url = reverse("compliance:download", args=[slug, report.pk, "pdf"])
    return {"report": str(report.pk), "sha256": report.pdf.sha256, "url": url}


def issue(*, project: Project, data: dict[str, Any], files: dict[str, bytes], by: Actor) -> Report:
    """Store the files and tell so in the trail."""
    report = Report(
        project=project, kind=dossier.KIND, trail_size=data["trail"]["size"], trail_root=data["trail"]["root"],
        issued_by_id=by.user.pk,
    )  # fmt: skip
    with audit.act("report.issued", by=by.audit_by, subject=report) as act:
        Project.objects.select_for_update().get(pk=project.pk)  # of two that store the same bytes, one waits
        for name, (field, media_type) in FORMS.items():
            file_name = f"{project.slug}-{dossier.KIND}-{data['trail']['size']}.{name}"
            blob = blobs.store(owner_id=project.pk, name=file_name, media_type=media_type, data=files[name])
            setattr(report, field, blob)
        report.issued_at = act.at
        report.save()
        return report


def of_project(project: Project) -> Any:
    return Report.objects.filter(project=project).select_related("pdf", "html", "data", "issued_by")


def hand_out(*, report: Report, form: str, by: Actor) -> tuple[Blob, bytes]:
    """The file and its bytes, of one form of the report; the download is told in the trail.

    Raises: NotFound: no such form. EvidenceDamaged: the file is not what was stored.
    """
    access.project_for(by, report.project.slug)
    if form not in FORMS:
        raise NotFound("A report is there as pdf, html and json.")
    blob = getattr(report, FORMS[form][0])
    data = blobs.read(blob)
    with audit.act("report.downloaded", by=by.audit_by, subject=report, reason=f"{form}, SHA-256 {blob.sha256}"):
        return blob, data
