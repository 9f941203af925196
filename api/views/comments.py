"""Comments on the rows of a project."""

from __future__ import annotations

from django.db.models import QuerySet
from django_filters import CharFilter, FilterSet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers as drf
from rest_framework.request import Request
from rest_framework.response import Response

from api.fields import Input
from api.serializers import person
from api.views.base import Rows
from projects.models import Comment
from projects.services import comments


class CommentOut(drf.ModelSerializer):
    author = person()

    class Meta:
        model = Comment
        fields = ["id", "subject_type", "subject_id", "subject_name", "text", "mentions", "author", "written_at"]


class CommentIn(Input):
    subject_type = drf.CharField(help_text="Such as `projects.task`.")
    subject = drf.CharField(help_text="Key of the row as this API gives it (`define-scope`), or its id.")
    text = drf.CharField(help_text="`@username` tells that member.")


class CommentFilters(FilterSet):
    subject_type = CharFilter()
    author = CharFilter(field_name="author__username")
    subject = CharFilter(method="on_subject", label="Key or id of the row; with subject_type.")

    def on_subject(self, found: QuerySet[Comment], name: str, value: str) -> QuerySet[Comment]:
        project = self.request.parser_context["view"].project
        row = comments.subject_of(project, self.data.get("subject_type", ""), value)
        return found.filter(subject_id=row.pk)


class Comments(Rows):
    serializer_class = CommentOut
    model = Comment
    related = ("author",)
    lookup_field = "pk"
    filterset_class = CommentFilters

    @extend_schema(request=CommentIn, responses={201: CommentOut})
    def create(self, request: Request, slug: str) -> Response:
        """Comment on a row, also while the project is on hold. A correction is another comment."""
        row = comments.write(project=self.project, by=self.actor, **self.taken(CommentIn))
        return self.answer(row, CommentOut, 201)
