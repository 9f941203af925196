"""Templates of the organisation."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import mixins
from rest_framework import serializers as drf
from rest_framework.request import Request
from rest_framework.response import Response

from api.fields import Input
from api.serializers import person
from api.views.base import Door
from projects import access
from projects.models import ProjectTemplate
from projects.services import templates


class TemplateOut(drf.ModelSerializer):
    catalogue = drf.StringRelatedField()
    saved_by = person()

    class Meta:
        model = ProjectTemplate
        fields = ["id", "name", "description", "catalogue", "body", "project_name", "saved_by", "saved_at"]


class TemplateIn(Input):
    project = drf.CharField(help_text="Short name of the project it is made from.")
    name = drf.CharField()
    description = drf.CharField(required=False, default="", allow_blank=True)


class Templates(mixins.ListModelMixin, Door):
    serializer_class = TemplateOut

    def get_queryset(self) -> QuerySet[ProjectTemplate]:
        found = ProjectTemplate.objects.filter(is_retired=False)
        return found.select_related("catalogue", "saved_by").defer("catalogue__body")

    @extend_schema(request=TemplateIn, responses={201: TemplateOut})
    def create(self, request: Request) -> Response:
        """Save a project one manages as a template."""
        given = TemplateIn(data=request.data)
        given.is_valid(raise_exception=True)
        data = dict(given.validated_data)
        project = access.project_for(self.actor, data.pop("project"))
        return Response(TemplateOut(templates.save(project=project, by=self.actor, **data)).data, status=201)

    @extend_schema(request=None, responses=TemplateOut)
    def retire(self, request: Request, pk: Any) -> Response:
        """Offer it no longer."""
        return Response(TemplateOut(templates.retire(template=templates.find(str(pk)), by=self.actor)).data)
