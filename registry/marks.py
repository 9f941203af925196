"""What speaks against relying on a version as it stands: worked out from lineage, never stored, so never stale."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Exists, Max, OuterRef
from django.utils import timezone

from registry import lineage
from registry.models import Announcement, Answer, ArtefactVersion

LABELS = {
    "faulty": "Faulty",
    "check_failed": "Check failed",
    "affected": "Affected",
    "at_risk": "At risk",
    "upstream_changed": "Upstream changed",
    "change_announced": "Change announced",
    "objected": "Objected",
    "loop": "Feeds itself",
}


@dataclass(frozen=True)
class Mark:
    """`cause`: the version to look at, perhaps of another project; `announcement`, if the change is yet to come."""

    kind: str
    cause: ArtefactVersion | None = None
    announcement: Announcement | None = None

    @property
    def label(self) -> str:
        return LABELS[self.kind]

    @property
    def awaits_answer(self) -> bool:
        return self.kind in {"at_risk", "upstream_changed", "change_announced", "objected"}


def marks(versions: Iterable[ArtefactVersion], history_too: bool = False) -> dict[UUID, list[Mark]]:
    """Marks of each version; six queries, however many versions and steps.

    Only the newest version of an artefact is marked because something upstream changes, unless `history_too`.
    """
    wanted = list(versions)
    graph = lineage.above(v.pk for v in wanted)
    sources = graph.sources()
    about = _Changes({v.artefact_id for v in graph.versions.values()}, wanted)
    return {
        v.pk: [
            *_errors(graph, sources, v),
            *(about.of(v, _ancestors(graph, sources, v)) if history_too or about.is_newest(v) else []),
        ]
        for v in wanted
    }


def is_bad(version: ArtefactVersion) -> bool:
    return version.state == ArtefactVersion.State.FAULTY or version.check_result == ArtefactVersion.Check.FAILED


def _ancestors(
    graph: lineage.Graph, sources: dict[UUID, list[UUID]], version: ArtefactVersion
) -> list[ArtefactVersion]:
    seen: dict[UUID, ArtefactVersion] = {}
    waiting = list(sources[version.pk])
    while waiting:
        pk = waiting.pop()
        if pk not in seen:
            seen[pk] = graph.versions[pk]
            waiting += sources[pk]
    return sorted(seen.values(), key=lambda each: each.registered_at)


def _errors(graph: lineage.Graph, sources: dict[UUID, list[UUID]], version: ArtefactVersion) -> list[Mark]:
    found = []
    if version.state == ArtefactVersion.State.FAULTY:
        found.append(Mark("faulty", version))
    if version.check_result == ArtefactVersion.Check.FAILED:
        found.append(Mark("check_failed", version))
    above = _ancestors(graph, sources, version)
    found += [Mark("affected", each) for each in above if is_bad(each)]
    beyond = [each for each in above if each.artefact_id != version.artefact_id]
    # A model made from its own earlier version goes on learning; by way of another artefact it feeds itself.
    found += [
        Mark("loop", each)
        for each in above
        if each.artefact_id == version.artefact_id and any(each.pk in _pks(graph, sources, b) for b in beyond)
    ]
    return found


def _pks(graph: lineage.Graph, sources: dict[UUID, list[UUID]], version: ArtefactVersion) -> set[UUID]:
    return {each.pk for each in _ancestors(graph, sources, version)}


class _Changes:
    """New versions and announcements of some artefacts, and what was answered to them."""

    def __init__(self, artefacts: set[UUID], versions: list[ArtefactVersion]) -> None:
        concerning = ArtefactVersion.objects.filter(artefact__in=artefacts, concerns_users=True)
        later = concerning.filter(artefact=OuterRef("artefact"), number__gt=OuterRef("number"))
        self.news = {v.artefact_id: v for v in concerning.filter(~Exists(later)).select_related("artefact")}
        self.announced: dict[UUID, list[Announcement]] = defaultdict(list)
        to_come = Announcement.objects.filter(artefact__in=artefacts, effective_on__gte=timezone.localdate())
        for each in to_come.select_related("artefact"):
            self.announced[each.artefact_id].append(each)
        self.answers: dict[UUID, dict[UUID, str]] = defaultdict(dict)
        for answer in Answer.objects.filter(version__in=[v.pk for v in versions]):
            to = answer.to_version_id or answer.to_announcement_id
            self.answers[answer.version_id][to] = answer.verdict
        own = ArtefactVersion.objects.filter(artefact__in={v.artefact_id for v in versions}).order_by()
        self.last = dict(own.values_list("artefact").annotate(last=Max("number")))

    def is_newest(self, version: ArtefactVersion) -> bool:
        return version.state != ArtefactVersion.State.RETIRED and version.number == self.last[version.artefact_id]

    def of(self, version: ArtefactVersion, above: list[ArtefactVersion]) -> list[Mark]:
        used: dict[UUID, int] = {}
        for each in above:
            if each.artefact_id != version.artefact_id:
                used[each.artefact_id] = max(used.get(each.artefact_id, 0), each.number)
        found = []
        for artefact, number in used.items():
            new = self.news.get(artefact)
            if new is not None and new.number > number:
                kind = "at_risk" if new.artefact.kind == "schema" else "upstream_changed"
                found += self._unless_confirmed(version, new.pk, Mark(kind, new))
            for each in self.announced[artefact]:
                found += self._unless_confirmed(version, each.pk, Mark("change_announced", announcement=each))
        return found

    def _unless_confirmed(self, version: ArtefactVersion, to: UUID, mark: Mark) -> list[Mark]:
        verdict = self.answers[version.pk].get(to)
        if verdict == Answer.Verdict.CONFIRMED:
            return []
        return [Mark("objected", mark.cause, mark.announcement)] if verdict else [mark]
