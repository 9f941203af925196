"""Artefacts, their versions, and what is known of these."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.db.models import Prefetch
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import mixins
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from api import filters, registry_inputs, registry_serializers
from api.inputs import Reason
from api.views.base import Door, Rows, command, expected_version
from crispmlq.errors import Invalid, NotFound
from registry import lineage, selectors, sides
from registry.models import Announcement, Answer, Artefact, ArtefactVersion, Edge, Profile
from registry.services import artefacts, changes, profiles, versions

INPUTS = Prefetch("incoming", Edge.objects.select_related("source__artefact"))
TEXT = OpenApiParameter("q", str, description="Part of a name, key or label, or the beginning of a hash.")
KIND = OpenApiParameter("kind", str, description="Kind of artefact.")


class Named:
    """Mixin of views whose answers name versions of other projects, as far as the actor may read those."""

    def get_serializer_context(self) -> dict[str, Any]:
        context = super().get_serializer_context()
        if not getattr(self, "swagger_fake_view", False):
            context["naming"] = selectors.Naming(self.actor, getattr(self, "project", None))
        return context


class Artefacts(Named, Rows):
    serializer_class = registry_serializers.ArtefactOut
    model = Artefact
    noun = "artefact"
    related = ("owner", "registered_by")
    prefetched = (Prefetch("versions", ArtefactVersion.objects.order_by("number")),)
    lookup_field = "key"
    filterset_class = filters.by(Artefact, "kind", owner="owner__username")

    @extend_schema(request=registry_inputs.NewArtefact, responses={201: registry_serializers.ArtefactOut})
    def create(self, request: Request, slug: str) -> Response:
        """Begin to keep versions of something."""
        row = artefacts.register(project=self.project, by=self.actor, **self.taken(registry_inputs.NewArtefact))
        return self.answer(row, registry_serializers.ArtefactOut, 201)

    @extend_schema(request=registry_inputs.ArtefactChange)
    def partial_update(self, request: Request, **_: str) -> Response:
        """Say something else of it; what is left out stays as it is."""
        given = self.taken(registry_inputs.ArtefactChange)
        row, expected = self.get_object(), expected_version(request)
        saying = replace(artefacts.said_of(row), **given.pop("said"))
        row = artefacts.change(artefact=row, saying=saying, by=self.actor, expected=expected, **given)
        return self.answer(row, registry_serializers.ArtefactOut)

    register_version = command(
        "register_version", versions.register, path="versions", takes=registry_inputs.NewArtefactVersion,
        gives=registry_serializers.ArtefactVersionOut, status=201,
    )  # fmt: skip
    announce = command(
        "announce", changes.announce, path="announcements", takes=registry_inputs.AnnouncementIn,
        gives=registry_serializers.AnnouncementOut, status=201,
    )  # fmt: skip

    @extend_schema(responses=registry_serializers.RelatedVersionOut(many=True))
    @action(detail=True, methods=["get"])
    def users(self, request: Request, **_: Any) -> Response:
        """Newest versions of everything made from it, over the borders of projects."""
        first = self.get_object().versions.first()
        found = lineage.users_of(first) if first else ArtefactVersion.objects.none()
        gives = registry_serializers.RelatedVersionOut(found, many=True, context=self.get_serializer_context())
        return Response(gives.data)


class ArtefactVersions(Named, Rows):
    serializer_class = registry_serializers.ArtefactVersionOut
    model = ArtefactVersion
    noun = "version"
    related = ("artefact", "parent", "author")
    prefetched = (INPUTS,)
    lookup_field = "pk"
    filterset_class = filters.by(
        ArtefactVersion, "label", "ref", "sha256", "state", artefact="artefact__key", kind="artefact__kind"
    )

    link = command(
        "link", versions.link, path="inputs", takes=registry_inputs.NewInput, gives=registry_serializers.InputOut,
        status=201,
    )  # fmt: skip
    check = command("check", versions.check, path="checks", takes=registry_inputs.CheckIn)
    report_fault = command("report_fault", versions.report_fault, takes=Reason)
    clear = command("clear", versions.clear, takes=Reason)
    retire = command("retire", versions.retire, takes=Reason)
    record_profile = command(
        "record_profile", profiles.record, path="profiles", takes=registry_inputs.ProfileIn,
        gives=registry_serializers.ProfileOut, status=201,
    )  # fmt: skip

    @extend_schema(request=registry_inputs.AnswerIn, responses={201: registry_serializers.AnswerOut})
    @action(detail=True, methods=["post"])
    def answers(self, request: Request, **_: Any) -> Response:
        """Confirm that it holds after a change upstream, or object to the change."""
        given = self.taken(registry_inputs.AnswerIn)
        for name, model in (("to_version", ArtefactVersion), ("to_announcement", Announcement)):
            if name in given:
                given[name] = model.objects.filter(pk=given[name]).first()
                if given[name] is None:
                    raise Invalid("There is no such change.", errors={name: ["There is no such change."]})
        row = changes.answer(version=self.get_object(), by=self.actor, **given)
        return self.answer(row, registry_serializers.AnswerOut, 201)

    @extend_schema(responses=registry_serializers.VersionStandingOut)
    @action(detail=True, methods=["get"])
    def standing(self, request: Request, **_: Any) -> Response:
        """What speaks against relying on it, and what it lacks."""
        return self._shown(registry_serializers.VersionStandingOut, sides.standing(self.get_object()))

    @extend_schema(responses=registry_serializers.GraphOut)
    @action(detail=True, methods=["get"])
    def lineage(self, request: Request, **_: Any) -> Response:
        """Everything it was made from and everything made from it."""
        return self._shown(registry_serializers.GraphOut, sides.graph(self.get_object()))

    @extend_schema(
        parameters=[OpenApiParameter("feature", str, required=True)],
        responses={200: {"type": "array", "items": {"type": "array", "items": {"type": "object"}}}},
    )
    @action(detail=True, methods=["get"], url_path="feature-paths")
    def feature_paths(self, request: Request, **_: Any) -> Response:
        """Ways by which a feature came about, back to its sources."""
        version = self.get_object()
        graph = lineage.above([version.pk])
        ways = lineage.feature_paths(graph, version, request.query_params.get("feature", ""))
        context = self.get_serializer_context()
        rows = [[{"version": at, "name": name} for at, name in way] for way in ways]
        return Response([registry_serializers.WayOut(way, many=True, context=context).data for way in rows])

    @extend_schema(
        parameters=[OpenApiParameter("since", str, description="Label to compare with; without, the parent.")],
        responses=registry_serializers.SchemaChangeOut(many=True),
    )
    @action(detail=True, methods=["get"], url_path="schema-changes")
    def schema_changes(self, request: Request, **_: Any) -> Response:
        """Fields that were added, removed or changed, for a version of a schema."""
        version = self.get_object()
        since = request.query_params.get("since", "")
        before = version.artefact.versions.filter(label=since).first() if since else version.parent
        if version.artefact.kind != "schema" or before is None:
            raise NotFound("There are no two versions of a schema to compare.")
        found = sides.schema_changes(before, version)
        return self._shown(registry_serializers.SchemaChangeOut, found, many=True)

    @extend_schema(responses=registry_serializers.ProfilesOut)
    @action(detail=True, methods=["get"])
    def comparison(self, request: Request, **_: Any) -> Response:
        """Its statistics by feature, segment and stage, and its checks by feature."""
        return self._shown(registry_serializers.ProfilesOut, sides.profiles(self.get_object()))

    def _shown(self, gives: Any, what: Any, many: bool = False) -> Response:
        return Response(gives(what, many=many, context=self.get_serializer_context()).data)


class Profiles(Rows):
    serializer_class = registry_serializers.ProfileOut
    model = Profile
    related = ("version", "recorded_by")
    lookup_field = "pk"
    filterset_class = filters.by(Profile, "stage", of="version__ref")


class Announcements(Rows):
    serializer_class = registry_serializers.AnnouncementOut
    model = Announcement
    related = ("artefact", "announced_by")
    prefetched = ("answers",)
    lookup_field = "pk"


class Answers(Named, Rows):
    serializer_class = registry_serializers.AnswerOut
    model = Answer
    related = ("version", "to_version__artefact", "answered_by")
    lookup_field = "pk"
    filterset_class = filters.by(Answer, "verdict", of="version__ref")


class Register(mixins.ListModelMixin, Door):
    """All versions one may see, over all projects."""

    serializer_class = registry_serializers.FoundVersionOut

    def get_queryset(self) -> Any:
        if getattr(self, "swagger_fake_view", False):
            return ArtefactVersion.objects.none()
        given = self.request.query_params
        return selectors.search(self.actor, given.get("q", ""), given.get("kind", ""))

    @extend_schema(parameters=[TEXT, KIND])
    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().list(request, *args, **kwargs)
