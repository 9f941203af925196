"""What all views of the API share: who acts, in which project, and how one line makes a service an endpoint."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, ClassVar

from django.db.models import QuerySet
from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_view
from rest_framework import mixins
from rest_framework.decorators import action
from rest_framework.permissions import IsAuthenticated
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer
from rest_framework.viewsets import GenericViewSet

from accounts.actors import Actor
from api.as_of import AsOf
from api.errors import PreconditionRequired
from api.idempotency import IdempotentPosts
from api.renderers import CsvRenderer, SheetRenderer, XlsxRenderer
from crispmlq.errors import Invalid, NotAllowed, NotFound
from evidence.models import Blob
from projects import access
from projects.models import Project

AS_OF = OpenApiParameter("as_of", OpenApiTypes.DATETIME, description="Show it as it was at this time.")


class Door(IdempotentPosts, GenericViewSet):
    """A view of the API. Refusals for want of a right are told in the trail."""

    permission_classes: ClassVar[list[type]] = [IsAuthenticated]
    refusal: Exception | None = None

    @property
    def actor(self) -> Actor:
        return Actor(self.request.user, token=self.request.auth, via="api")

    def get_renderers(self) -> list[BaseRenderer]:
        """Lists come as tables too."""
        further = [CsvRenderer(), XlsxRenderer()] if getattr(self, "action", None) == "list" else []
        return [*super().get_renderers(), *further]

    def paginate_queryset(self, queryset: Any) -> Any:
        """A table is handed out whole."""
        is_sheet = isinstance(getattr(self.request, "accepted_renderer", None), SheetRenderer)
        return None if is_sheet else super().paginate_queryset(queryset)

    def basename_of_file(self) -> str:
        return self.request.path.rstrip("/").rpartition("/")[2]

    def dispatch(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        answer = super().dispatch(request, *args, **kwargs)
        if isinstance(self.refusal, NotAllowed) and self.request.user.is_authenticated:
            tried = f"{self.request.method} {self.request.path}"
            access.record_refusal(self.actor, tried, self.refusal, getattr(self, "project", None))
        return answer


class ProjectDoor(Door):
    """A view inside one project, which is not there for whom may not see it."""

    project: Project
    model: Any = None
    noun: str = ""
    related: ClassVar[tuple[str, ...]] = ()
    prefetched: ClassVar[tuple[str, ...]] = ()

    def check_permissions(self, request: Request) -> None:
        """Also before an answer is repeated: who has left the project gets none of it."""
        super().check_permissions(request)
        self.project = access.project_for(self.actor, self.kwargs["slug"])

    def get_queryset(self) -> QuerySet:
        if getattr(self, "swagger_fake_view", False):
            return self.model.objects.none()
        rows = self.model.objects.filter(project=self.project)
        return rows.select_related(*self.related).prefetch_related(*self.prefetched)

    def get_object(self) -> Any:
        row = self.filter_queryset(self.get_queryset()).filter(**self.lookup()).first()
        if row is None:
            raise NotFound(f"There is no such {self.model._meta.verbose_name} in this project.")
        return row

    def lookup(self) -> dict[str, Any]:
        return {self.lookup_field: self.kwargs[self.lookup_field]}

    def answer(self, row: Any, gives: type[BaseSerializer], status: int = 200) -> Response:
        """The row as stored now, with its version as ETag."""
        fresh = type(row)._base_manager.get(pk=row.pk)
        answer = Response(gives(fresh, context=self.get_serializer_context()).data, status=status)
        if hasattr(fresh, "audit_ver"):
            answer["ETag"] = f'"{fresh.audit_ver}"'
        return answer

    def taken(self, takes: type[BaseSerializer] | None) -> dict[str, Any]:
        if takes is None:
            return {}
        given = takes(data=self.request.data, context=self.get_serializer_context())
        given.is_valid(raise_exception=True)
        return dict(given.validated_data)


class Row(ProjectDoor):
    """Retrieve."""

    def retrieve(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        row = self.get_object()
        answer = Response(self.get_serializer(row).data)
        answer["ETag"] = f'"{row.audit_ver}"'
        return answer


@extend_schema_view(list=extend_schema(parameters=[AS_OF]), retrieve=extend_schema(parameters=[AS_OF]))
class Rows(AsOf, mixins.ListModelMixin, Row):
    """List and retrieve, now or as it was."""


def handed_out(blob: Blob, data: bytes) -> HttpResponse:
    """A stored file, to be saved and not shown."""
    headers = {"Content-Disposition": f'attachment; filename="{blob.name}"', "X-Content-Type-Options": "nosniff"}
    return HttpResponse(data, content_type=blob.media_type, headers=headers)


def expected_version(request: Request) -> int:
    """The version named by If-Match.

    Raises:
        PreconditionRequired: no If-Match. Invalid: not an ETag of this API.
    """
    given = request.headers.get("If-Match")
    if given is None:
        raise PreconditionRequired("Send If-Match with the ETag you read, so that nobody's change is lost.")
    if not re.fullmatch('"?[0-9]{1,9}"?', given):
        raise Invalid('If-Match takes one ETag as this API gives it, such as "3".')
    return int(given.strip('"'))


def command(
    name: str,
    service: Callable[..., Any],
    *,
    path: str = "",
    takes: type[BaseSerializer] | None = None,
    gives: type[BaseSerializer] | None = None,
    status: int = 200,
    conditional: bool = False,
) -> Any:
    """An endpoint POST .../{row}/{path} that calls `service(<noun>=row, by=actor, **input)`; `name`: the attribute."""
    path = path or name.replace("_", "-")

    def endpoint(self: ProjectDoor, request: Request, **_: Any) -> Response:
        arguments = self.taken(takes)
        if conditional and "If-Match" in request.headers:
            arguments["expected"] = expected_version(request)
        row = service(**{self.noun: self.get_object()}, by=self.actor, **arguments)
        answer = self.answer(row, gives or self.serializer_class, status)
        if warnings := getattr(row, "warnings", ()):
            answer.data["warnings"] = list(warnings)
        return answer

    endpoint.__name__ = name
    endpoint.__doc__ = (service.__doc__ or "").split("\n\n")[0]
    routed = action(detail=True, methods=["post"], url_path=path, url_name=path)(endpoint)
    # After `action`, which would throw the description away.
    return extend_schema(request=takes, responses={status: gives} if gives else None)(routed)
