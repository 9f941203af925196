"""Telling the owners of what was made from a version, in whichever project they work."""

from __future__ import annotations

from collections import defaultdict
from uuid import UUID

from projects.models import Project
from projects.services.doing import Doing
from projects.services.telling import tell
from registry import lineage
from registry.addresses import artefact_page, registry_page
from registry.models import Announcement, ArtefactVersion

MANAGERS = ("project-manager",)


def tell_of_change(now: Doing, version: ArtefactVersion) -> None:
    _tell(
        list(lineage.users_of(version)), f"upstream.changed {version.pk}",
        "{made} was made from something that has a new version now. Confirm that it still holds, or object.",
    )  # fmt: skip


def tell_of_announcement(now: Doing, announcement: Announcement) -> None:
    first = announcement.artefact.versions.first()
    affected = list(lineage.users_of(first)) if first else []
    _tell(
        affected, f"upstream.announced {announcement.pk}",
        f"Something that {{made}} was made from changes on {announcement.effective_on}. Confirm or object.",
    )  # fmt: skip


def tell_of_fault(now: Doing, version: ArtefactVersion) -> None:
    """Also the owner of the version itself."""
    affected = lineage.newest(lineage.downstream([version.pk]))
    _tell(
        [version, *affected.exclude(pk=version.pk)], f"upstream.faulty {now.act.uid}",
        "An error was found in {made} or in something it was made from.",
    )  # fmt: skip


def _tell(affected: list[ArtefactVersion], key: str, text: str) -> None:
    """One notice for each owner and project, naming only what is the project's own; no owner: the project manager."""
    by_project: dict[UUID, list[ArtefactVersion]] = defaultdict(list)
    for version in affected:
        by_project[version.project_id].append(version)
    for project in Project.objects.filter(pk__in=by_project):
        by_owner: dict[UUID | None, list[str]] = defaultdict(list)
        for version in by_project[project.pk]:
            by_owner[version.artefact.owner_id].append(version.ref)
        for owner, refs in by_owner.items():
            more = f" and {len(refs) - 1} more" if len(refs) > 1 else ""
            tell(
                project, key=key, text=text.format(made=f"“{refs[0]}”{more}"), url=registry_page(project),
                users=[owner] if owner else [], roles=() if owner else MANAGERS,
            )  # fmt: skip


def tell_of_objection(announcement: Announcement) -> None:
    """To whoever announced the change."""
    tell(
        announcement.project, key=f"upstream.objected {announcement.pk}", users=[announcement.announced_by_id],
        text=f"Somebody who depends on “{announcement.artefact}” objects to its change.",
        url=artefact_page(announcement.project, announcement.artefact),
    )  # fmt: skip
