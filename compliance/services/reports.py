"""Reports: asked for, built in the background, issued with their hashes, handed out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import audit
from accounts.models import ServiceToken, User
from compliance import dossier, render
from compliance.models import Report
from crispmlq.errors import NotAllowed, NotFound
from evidence.services import blobs
from jobs import queue
from jobs.models import Job
from projects import access
from projects.models import Project

if TYPE_CHECKING:
    from accounts.actors import Actor

JOB = "dossier"


def request(*, project: Project, by: Actor, now: bool = False) -> Job:
    """Ask for the dossier; the job tells how far it is, and asking again meanwhile gives the same job.

    `now` builds it before coming back, for commands.

    Raises: NotFound: the actor may not see the project. NotAllowed: a token that may only read.
    """
    access.project_for(by, project.slug)
    unfinished = queue.unfinished(JOB, project_id=project.pk, requested_by=by.user.pk)
    if unfinished is not None:
        return unfinished
    if by.token is not None and by.token.scope != "write":
        raise NotAllowed("This token may only read.")
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
    return {"report": str(report.pk), "sha256": report.pdf.sha256, "url": f"/projects/{slug}/reports/{report.pk}/pdf"}


def issue(*, project: Project, data: dict[str, Any], files: dict[str, bytes], by: Actor) -> Report:
    """Store the files and tell so in the trail."""
    report = Report(
        project=project, kind=dossier.KIND, trail_size=data["trail"]["size"], trail_root=data["trail"]["root"],
        issued_by_id=by.user.pk,
    )  # fmt: skip
    with audit.act("report.issued", by=by.audit_by, subject=report) as act:
        Project.objects.select_for_update().get(pk=project.pk)  # of two that store the same bytes, one waits
        for name, field, media_type in (
            ("pdf", "pdf", "application/pdf"),
            ("html", "html", "text/html"),
            ("json", "data", "application/json"),
        ):
            file_name = f"{project.slug}-{dossier.KIND}-{data['trail']['size']}.{name}"
            blob = blobs.store(owner_id=project.pk, name=file_name, media_type=media_type, data=files[name])
            setattr(report, field, blob)
        report.issued_at = act.at
        report.save()
        return report


def of_project(project: Project) -> Any:
    return Report.objects.filter(project=project).select_related("pdf", "html", "data", "issued_by")


def hand_out(*, report: Report, form: str, by: Actor) -> tuple[str, bytes]:
    """(name, bytes) of a form of the report; the download is told in the trail.

    Raises: NotFound: no such form. EvidenceDamaged: the file is not what was stored.
    """
    access.project_for(by, report.project.slug)
    blob = {"pdf": report.pdf, "html": report.html, "json": report.data}.get(form)
    if blob is None:
        raise NotFound("A report is there as pdf, html and json.")
    data = blobs.read(blob)
    with audit.act("report.downloaded", by=by.audit_by, subject=report, reason=f"{form}, SHA-256 {blob.sha256}"):
        return blob.name, data
