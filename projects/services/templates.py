"""Templates of the organisation: saved from a project, chosen when one begins, retired."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from django.db import IntegrityError

import audit
from crispmlq.errors import Conflict, Invalid, NotAllowed, NotFound
from projects import access, blueprints
from projects.models import Project, ProjectTemplate
from projects.services.doing import required_text

if TYPE_CHECKING:
    from accounts.actors import Actor


def find(key: str) -> ProjectTemplate:
    """The template of this id. Raises: NotFound: there is none, or it is retired."""
    try:
        found = ProjectTemplate.objects.filter(pk=UUID(key), is_retired=False).select_related("catalogue").first()
    except ValueError:
        found = None
    if found is None:
        raise NotFound("There is no such template any more.")
    return found


def save(*, project: Project, name: str, by: Actor, description: str = "") -> ProjectTemplate:
    """Keep the project's choices for others to begin with; told in the trail of the site.

    Raises: Invalid: no name, or one that is taken. NoRight: only who manages the project.
    """
    name = required_text(name, "name", "Give the template a name.", 120)
    project = access.project_for(by, project.slug)
    access.require(by, project, "manage")
    template = ProjectTemplate(
        name=name, description=description.strip(), catalogue=project.catalogue, body=blueprints.body_of(project),
        project_name=project.name, saved_by_id=by.user.pk,
    )  # fmt: skip
    _require_free(name)
    try:
        with audit.act("template.saved", by=by.audit_by, subject=template) as act:
            template.saved_at = act.at
            template.save()
    except IntegrityError:
        _require_free(name)
        raise
    return template


def retire(*, template: ProjectTemplate, by: Actor) -> ProjectTemplate:
    """Offer it no longer; projects made from it stay. Raises: NotAllowed: an administrator may, and who saved it."""
    if by.is_machine or not (by.is_administrator or template.saved_by_id == by.user.pk):
        raise NotAllowed("A template is retired by an administrator, or by who saved it.")
    with audit.act("template.retired", by=by.audit_by, subject=template):
        row = ProjectTemplate.objects.select_for_update().get(pk=template.pk)
        if row.is_retired:
            raise Conflict("This template is retired already.")
        row.is_retired = True
        row.save(update_fields=["is_retired"])
        return row


def _require_free(name: str) -> None:
    if ProjectTemplate.objects.filter(name=name, is_retired=False).exists():
        raise Invalid("This name is taken.", errors={"name": ["Another template has this name; retire it first."]})
