"""A whole project as one file, JSON or YAML: taken out here, brought in elsewhere with the same rows and trail.

The file holds the trail, from which the rows are rebuilt; the rows themselves, for other programs to read; the names of
the people and the bytes of the files. It is refused if these do not agree.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID

import yaml
from django.db import Error, connection, transaction
from django.urls import reverse

import audit
from accounts.models import User
from audit import lines, replay, sealing
from audit.past import Past
from catalogue.models import CatalogueVersion
from crispmlq import __version__
from crispmlq.errors import Conflict, Invalid, NotAllowed
from evidence.models import Blob
from evidence.services import blobs
from jobs import queue
from jobs.models import Job
from projects import access, exports
from projects.models import Project
from projects.services import downloads
from ui import strange_yaml

if TYPE_CHECKING:
    from accounts.actors import Actor

FORMAT = "crispmlq-project/1"
EXPORT = "project-export"
FORMS = {"json": "application/json", "yaml": "application/yaml"}
END_OF_TIME = datetime.max.replace(tzinfo=UTC)
Tell = Callable[[int, str], None]


class _Plain(yaml.CSafeDumper):
    """Writes equal values out each time; no reader takes aliases from strangers."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


class AlreadyHere(Conflict):
    code, title = "already_here", "The project is here already"


def request(*, project: Project, form: str, by: Actor) -> Job:
    """Ask for the file; the job's result tells where it is.

    Raises:
        NotFound: the actor may not see the project. NotAllowed: a token that may only read, or there are confidential
            files that the actor may not read. Invalid: no such form.
    """
    access.project_for(by, project.slug)
    access.require_write_scope(by)
    downloads.require_all(project=project, by=by)
    if form not in FORMS:
        raise Invalid("A project is exported as json or yaml.", errors={"form": ["json or yaml"]})
    waiting = queue.unfinished(EXPORT, project_id=project.pk, requested_by=by.user.pk)
    return waiting or queue.enqueue(EXPORT, {"form": form}, requested_by=by.user.pk, project_id=project.pk)


@queue.handler(EXPORT)
def export(job: Job, form: str) -> dict[str, Any]:
    project = Project.objects.get(pk=job.project_id)
    data = as_bytes(taken_out(project, lambda percent, said: queue.report(job, percent, said)), form)
    path = exports.path_of(job)
    path.write_bytes(data)
    url = reverse("projects:export_file", args=[project.slug, job.pk])
    return {"sha256": hashlib.sha256(data).hexdigest(), "size": len(data), "form": form, "url": url}


def hand_out(*, project: Project, job_id: UUID, by: Actor) -> tuple[str, Path]:
    """Name and place of an exported file, whoever asked for it; the download is told in the trail.

    Raises: NotFound: it is not there, or the actor may not see the project. NotAllowed: as `request`.
    """
    job = exports.finished(EXPORT, project=project, job_id=job_id, by=by)
    downloads.require_all(project=project, by=by)
    with audit.act("project.exported", by=by.audit_by, subject=project, reason=f"SHA-256 {job.result['sha256']}"):
        return f"{project.slug}.{job.result['form']}", exports.path_of(job)


def taken_out(project: Project, tell: Tell = lambda *_: None) -> dict[str, Any]:
    """The project as plain data: what is sealed of its trail, and what follows from that. Seals first."""
    tell(5, "Sealing and reading the trail")
    trail = replay.written(project.pk)
    tell(40, "Reading the records")
    rows = Past(project.pk, END_OF_TIME).everything()
    accounts = {UUID(a["account"]) for a in trail["actors"] if a["account"]} | _referred(rows, User)
    people = User.objects.filter(pk__in=accounts).order_by("username")
    tell(60, "Reading the files")
    files = {blob.sha256: blob for blob in rows if isinstance(blob, Blob)}
    return {
        "format": FORMAT,
        "version": __version__,
        "project": {"id": str(project.pk), "slug": project.slug, "name": project.name},
        "catalogue": {"id": str(project.catalogue_id), "name": str(project.catalogue)},
        "people": [
            {"id": str(p.pk), "username": p.username, "display_name": p.display_name, "is_service": p.is_service}
            for p in people
        ],
        "records": _records(rows),
        "files": {sha: base64.b64encode(blobs.read(blob)).decode() for sha, blob in sorted(files.items())},
        "trail": trail,
    }


def as_bytes(data: dict[str, Any], form: str) -> bytes:
    if form == "json":
        return json.dumps(data, ensure_ascii=False, indent=1).encode()
    return yaml.dump(data, Dumper=_Plain, sort_keys=False, allow_unicode=True, width=120).encode()


def read(data: bytes) -> dict[str, Any]:
    """Raises: Invalid: neither JSON nor YAML, or of another format."""
    try:
        text = data.decode()
        found = json.loads(text) if text.lstrip().startswith("{") else strange_yaml.load(text)
    except (ValueError, RecursionError):
        raise Invalid("The file is neither JSON nor YAML, or it holds aliases, which an export has none of.") from None
    if not isinstance(found, dict) or found.get("format") != FORMAT:
        raise Invalid(f"This is no exported project of the format {FORMAT}.")
    return found


def bring_in(*, data: dict[str, Any], by: Actor) -> Project:
    """Store an exported project, with the ids, versions and trail it has: all of it, or nothing.

    People it names get accounts that nobody can sign in to before an administrator gives them a password; who is here
    already under the same id is taken as the same. The import is told in the trail of the site.

    Raises:
        NotAllowed: only an administrator or the command line may. Invalid: altered, incomplete, or of another version.
        AlreadyHere: the project, or its short name. Conflict: its catalogue is not loaded here.
    """
    if not by.is_administrator:
        raise NotAllowed("Projects are imported by an administrator of the site.")
    trail = replay.checked(data.get("trail"))
    people, files = _checked_people(data), _checked_files(data)
    _require_room(data, trail.log_id)
    try:
        with transaction.atomic():
            _store(trail, people, files, data, by)
            connection.check_constraints()
            project = Project.objects.filter(pk=trail.log_id).first()
            if project is None:
                raise Invalid("Its trail makes no project.")
            return project
    except Error as error:
        raise Invalid(f"Its rows do not fit into this installation: {str(error).strip()[:300]}") from error


def _store(trail: replay.Checked, people: list[User], files: dict[str, bytes], data: dict[str, Any], by: Actor) -> None:
    subject = ("projects.project", trail.log_id)
    with audit.act("project.imported", by=by.audit_by, subject=subject, reason=f"root {trail.root}"):
        _store_people(people)
        for digest, content in files.items():
            blobs.keep(digest, content)
        replay.replay(trail)
        _require_agreement(trail.log_id, data)
        sealing.seal_at_commit()


def _referred(rows: list[Any], model: type[Any]) -> set[UUID]:
    """Keys of the rows of a model to which a row refers."""
    found = {
        getattr(row, field.attname)
        for row in rows
        for field in row._meta.concrete_fields
        if field.is_relation and field.related_model is model
    }
    return found - {None}


def _records(rows: list[Any]) -> dict[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        found.setdefault(row._meta.label_lower, []).append({"id": str(row.pk), **lines.values_of(row)})
    return found


def _checked_people(data: dict[str, Any]) -> list[User]:
    try:
        return [
            User(
                id=UUID(p["id"]), username=str(p["username"])[:60], display_name=str(p["display_name"])[:120],
                is_service=bool(p["is_service"]),
            )
            for p in data["people"]
        ]  # fmt: skip
    except (KeyError, TypeError, ValueError):
        raise Invalid("The names of its people are missing or no names.") from None


def _checked_files(data: dict[str, Any]) -> dict[str, bytes]:
    try:
        files = {str(sha): base64.b64decode(text, validate=True) for sha, text in data["files"].items()}
        wanted = {row["sha256"] for row in data["records"].get("evidence.blob", [])}
    except (KeyError, TypeError, ValueError, AttributeError):
        raise Invalid("Its files are missing or can not be read.") from None
    for digest, content in files.items():
        if hashlib.sha256(content).hexdigest() != digest:
            raise Invalid(f"A file was altered: {digest}.")
    if lacking := sorted(wanted - files.keys()):
        raise Invalid(f"A file is missing: {lacking[0]}.")
    if beside := sorted(files.keys() - wanted):
        raise Invalid(f"No record tells of this file: {beside[0]}.")
    return files


def _require_room(data: dict[str, Any], log_id: UUID) -> None:
    try:
        slug, catalogue, name = data["project"]["slug"], UUID(data["catalogue"]["id"]), data["catalogue"]["name"]
        if not (isinstance(slug, str) and isinstance(name, str)):
            raise TypeError
    except (KeyError, TypeError, ValueError):
        raise Invalid("It does not say which project it is, or by which catalogue.") from None
    if Project.objects.filter(pk=log_id).exists():
        raise AlreadyHere("This project is here already.")
    if Project.objects.filter(slug=slug).exists():
        raise AlreadyHere(f"Another project has the short name “{slug}”.")
    if not CatalogueVersion.objects.filter(pk=catalogue).exists():
        raise Conflict(f"Its process catalogue, {name}, is not loaded here, or has another content. Load it first.")


def _store_people(people: list[User]) -> None:
    known = set(User.objects.filter(pk__in=[p.pk for p in people]).values_list("pk", flat=True))
    fresh = [person for person in people if person.pk not in known]
    taken = {name.lower() for name in User.objects.values_list("username", flat=True)}
    for person in fresh:
        person.set_unusable_password()
        if person.username.lower() in taken:
            person.username = f"{person.username[:50]}-{person.pk.hex[-8:]}"
    User.objects.bulk_create(fresh)


def _require_agreement(log_id: UUID, data: dict[str, Any]) -> None:
    """The rows the trail leads to are those the file shows, and refer to no file of another project."""
    rows = Past(log_id, END_OF_TIME).everything()
    if _records(rows) != data["records"]:
        raise Invalid("The records it shows are not those its trail leads to.")
    if abroad := _referred(rows, Blob) - {row.pk for row in rows if isinstance(row, Blob)}:
        raise Invalid(f"It refers to a file that is not its own: {min(abroad)}.")
