"""Pages that change: one table says which service a form calls, and what it reads from the form."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from crispmlq.errors import NotFound, Stale
from projects import access
from projects.models import Project
from projects.views import conflicts, readers
from projects.views.readers import Reader


@dataclass(frozen=True)
class Command:
    """`service(<noun>=row, by=actor, **reads(form))`, and what is said when it is done."""

    service: Callable[..., Any]
    model: type[Any]
    noun: str
    reads: Reader
    said: str

    @property
    def takes_version(self) -> bool:
        """Whether the service can be told which version of the row the form was made from."""
        return "expected" in inspect.signature(self.service).parameters


# Every command by name. Each app adds its own when it is ready.
COMMANDS: dict[str, Command] = {}


def register_commands(table: dict[str, Command]) -> None:
    """Make an app's commands known to `projects:do` and to the template tag. Raises: ValueError: a name is taken."""
    if taken := sorted(COMMANDS.keys() & table.keys()):
        raise ValueError(f"Commands of these names exist already: {', '.join(taken)}.")
    COMMANDS.update(table)


@require_POST
def run(request: HttpRequest, slug: str, name: str, pk: UUID) -> HttpResponse:
    """Run a command of the table on one row of the project; then back to the page `next` names.

    A form that was made from an older version of the row than there is now shows both instead.
    """
    project = access.project_for(request.actor, slug)
    command = COMMANDS.get(name)
    if command is None:
        raise NotFound("There is no such command.")
    readers.require_text(request.POST)
    row = project if command.model is Project else command.model.objects.filter(project=project, pk=pk).first()
    if row is None:
        raise NotFound("It does not exist in this project.")
    version = readers.version(request.POST) if command.takes_version else None
    expected = {} if version is None else {"expected": version}
    try:
        done_to = command.service(**{command.noun: row}, by=request.actor, **command.reads(request.POST), **expected)
    except Stale:
        return conflicts.answer(request, row, version or 0)
    for warning in getattr(done_to, "warnings", ()):
        messages.warning(request, warning)
    return done(request, command.said, _next(request, project))


def done(request: HttpRequest, said: str, url: str) -> HttpResponse:
    """The page to look at afterwards; htmx is told to load it."""
    messages.success(request, said)
    if request.headers.get("HX-Request"):
        return HttpResponse(status=204, headers={"HX-Redirect": url})
    return redirect(url)


def _next(request: HttpRequest, project: Project) -> str:
    """`next` when it is a path inside this project or one of the person's lists, else the overview."""
    wanted = request.POST.get("next", "")
    home = reverse("projects:overview", args=[project.slug])
    lists = {reverse("projects:approvals"), reverse("projects:my_work")}
    is_ours = wanted.isprintable() and wanted.startswith(home)
    return wanted if is_ours or wanted in lists else home
