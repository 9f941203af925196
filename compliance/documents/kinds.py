"""Which reports there are: each a row of data with the function that writes its sections."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, TypeVar
from uuid import UUID

from compliance.documents.blocks import Section
from crispmlq.errors import NotFound
from projects import access
from regulations.definitions import Pack
from regulations.records import Records

if TYPE_CHECKING:
    from accounts.actors import Actor
    from audit.past import Past, Present
    from projects.models import Project

Row = TypeVar("Row")
FORMATS = ("pdf", "html", "docx", "json")


@dataclass(frozen=True)
class Context:
    """What a builder may read: rows and records of one moment, and by regulation the text the project stands under."""

    project: Project  # as it was
    at: datetime
    source: Past | Present
    records: Records = field(default_factory=Records)
    packs: Mapping[str, Pack] = field(default_factory=dict)

    def rows(self, model: type[Row]) -> list[Row]:
        return self.source.rows(model)

    def get(self, model: type[Row], key: UUID) -> Row | None:
        return self.source.get(model, key)


Builder = Callable[[Context], tuple[Section, ...]]


@dataclass(frozen=True)
class ReportKind:
    """`roles`: who may build it beside auditors of the site; empty for everybody who may see the project.

    `needs`: record types it rests on; each that has no record is named in the last part. `law`: the regulation it
    answers to; empty for what every project may want.
    """

    key: str
    title: str
    about: str
    audience: str
    build: Builder
    roles: frozenset[str] = frozenset()
    needs: tuple[str, ...] = ()
    formats: tuple[str, ...] = FORMATS
    law: str = ""

    def require_builder(self, actor: Actor, project: Project) -> None:
        """Raises: NotFound: the actor may not see the project. NotAllowed: a token that only reads, or no such role."""
        access.project_for(actor, project.slug)
        access.require_write_scope(actor)
        if self.roles and not actor.is_auditor:
            access.require_role(actor, project, self.roles, f"build the report “{self.title}”")


KINDS: dict[str, ReportKind] = {}


def report(
    key: str, *, title: str, about: str, audience: str, roles: set[str] | frozenset[str] = frozenset(),
    needs: tuple[str, ...] = (), formats: tuple[str, ...] = FORMATS, law: str = "",
) -> Callable[[Builder], Builder]:  # fmt: skip
    """Register `f(context) -> sections` as the builder of a kind of report."""

    def register(build: Builder) -> Builder:
        KINDS[key] = ReportKind(key, title, about, audience, build, frozenset(roles), needs, formats, law)
        return build

    return register


def kind_of(key: str) -> ReportKind:
    """Raises: NotFound: there is no such kind."""
    if key not in KINDS:
        raise NotFound(f"There is no report “{key}”. There are: {', '.join(sorted(KINDS))}.")
    return KINDS[key]
