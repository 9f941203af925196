"""`manage.py report PROJECT`: builds a report and says where it is; exit 1 if it could not be built."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.actors import Actor
from accounts.models import User
from compliance.documents.kinds import KINDS
from compliance.models import Report
from compliance.services import reports
from crispmlq.errors import DomainError
from jobs.models import Job
from projects import access


class Command(BaseCommand):
    help = "Build and issue a report of a project, as the account that is named."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("project", help="Slug of the project.")
        parser.add_argument("--by", required=True, help="User name of the account that asks for it.")
        parser.add_argument("--kind", default="dossier", help=f"One of: {', '.join(sorted(KINDS))}.")
        parser.add_argument("--as-of", type=moment, help="Show the state of this time in UTC, 2026-11-24T10:00:00.")
        parser.add_argument("--status", choices=Report.Status.values, default=Report.Status.FINAL)
        parser.add_argument("--to", type=Path, help="Folder to write the files into as well.")

    def handle(
        self, *, project: str, by: str, kind: str, as_of: datetime | None, status: str, to: Path | None, **_: Any
    ) -> None:
        try:
            actor = Actor(User.objects.get(username=by, is_active=True), via="command")
            found = access.project_for(actor, project)
            job = reports.request(project=found, by=actor, kind=kind, at=as_of, status=status, now=True)
        except User.DoesNotExist:
            raise CommandError(f"There is no account “{by}”.") from None
        except DomainError as refusal:
            raise CommandError(refusal.message) from refusal
        if job.state != Job.State.DONE:
            raise CommandError(job.message)
        self._tell(reports.one_of(found, job.result["report"]), actor, to)

    def _tell(self, report: Report, actor: Actor, to: Path | None) -> None:
        self.stdout.write(f"{report}, {report.status}, as of {report.as_of:%Y-%m-%d %H:%M:%S} UTC")
        for form, blob in report.files:
            self.stdout.write(f"{blob.sha256}  {blob.name}")
            if to is not None:
                _, data = reports.hand_out(report=report, form=form, by=actor)
                (to / blob.name).write_bytes(data)


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)
