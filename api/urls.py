"""Routes of the REST API, version 1."""

from __future__ import annotations

from typing import Any

from django.urls import path
from drf_spectacular.views import SpectacularAPIView
from rest_framework.permissions import AllowAny
from rest_framework.viewsets import ViewSetMixin

from api import docs
from api.views import criteria, documents, erasures, gates, items, projects, reports, trail

app_name = "api"


def rows(prefix: str, view: type[ViewSetMixin], name: str, key: str) -> list[Any]:
    """List and detail of a kind of row inside a project, and every command on one row."""
    base = f"projects/<slug:slug>/{prefix}"
    listing = {"get": "list"} if hasattr(view, "list") else {}
    listing |= {"post": "create"} if hasattr(view, "create") else {}
    single = {"get": "retrieve"} | {
        method: action for method, action in (("patch", "partial_update"), ("put", "update")) if hasattr(view, action)
    }
    routes = [path(base, view.as_view(listing), name=name)] if listing else []
    routes.append(path(f"{base}/{key}", view.as_view(single), name=f"{name}-detail"))
    return routes + commands(f"{base}/{key}", view, name)


def commands(base: str, view: type[ViewSetMixin], name: str) -> list[Any]:
    routes = []
    for extra in view.get_extra_actions():
        url = extra.url_path.replace(r"(?P<check>[\w-]+)", "<slug:check>").replace(r"(?P<form>\w+)", "<slug:form>")
        handler = view.as_view(dict(extra.mapping), **extra.kwargs)
        routes.append(path(f"{base}/{url}", handler, name=f"{name}-{extra.url_name}"))
    return routes


urlpatterns = [
    path("schema", SpectacularAPIView.as_view(permission_classes=[AllowAny], authentication_classes=[]), name="schema"),
    path("projects", projects.ProjectList.as_view({"get": "list", "post": "create"}), name="projects"),
    path(
        "projects/<slug:slug>",
        projects.ProjectDetail.as_view({"get": "retrieve", "patch": "partial_update"}),
        name="project",
    ),
    *commands("projects/<slug:slug>", projects.ProjectDetail, "project"),
    *rows("members", projects.Members, "member", "<slug:username>"),
    *rows("phases", projects.Phases, "phase", "<int:number>"),
    *rows("iterations", projects.Iterations, "iteration", "<int:number>"),
    path("projects/<slug:slug>/events", projects.Events.as_view({"get": "list"}), name="events"),
    *rows("requirements", items.Requirements, "requirement", "<slug:key>"),
    *rows("tasks", items.Tasks, "task", "<slug:key>"),
    *rows("risks", items.Risks, "risk", "<slug:key>"),
    *rows("qa-methods", items.QAMethods, "qa-method", "<slug:key>"),
    *rows("criteria", criteria.Criteria, "criterion", "<slug:key>"),
    *rows("criteria/<slug:key>/versions", criteria.Versions, "version", "<int:number>")[1:],
    *rows("measurements", criteria.Measurements, "measurement", "<uuid:pk>"),
    *rows("documents", documents.Documents, "document", "<slug:kind>"),
    *rows("documents/<slug:kind>/revisions", documents.Revisions, "revision", "<int:number>")[1:],
    path(
        "projects/<slug:slug>/attachments/<uuid:pk>",
        documents.Attachments.as_view({"get": "retrieve"}),
        name="attachment",
    ),
    *rows("gates", gates.Gates, "gate", "<slug:key>"),
    *rows("submissions", gates.Submissions, "submission", "<uuid:pk>"),
    *rows("decisions", gates.Decisions, "decision", "<uuid:pk>"),
    *rows("waivers", gates.Waivers, "waiver", "<uuid:pk>"),
    *rows("reports", reports.Reports, "report", "<uuid:pk>"),
    path("projects/<slug:slug>/jobs/<uuid:pk>", reports.Jobs.as_view({"get": "retrieve"}), name="job"),
    path(
        "projects/<slug:slug>/events/<uuid:uid>/receipt", trail.Trail.as_view({"get": "receipt"}), name="event-receipt"
    ),
    path("projects/<slug:slug>/trail", trail.Trail.as_view({"get": "retrieve"}), name="trail"),
    path("projects/<slug:slug>/trail/verifications", trail.Trail.as_view({"post": "verify"}), name="trail-verify"),
    path("projects/<slug:slug>/trail/exports", trail.Trail.as_view({"post": "export"}), name="trail-export"),
    path("projects/<slug:slug>/trail/exports/<uuid:pk>", trail.Trail.as_view({"get": "bundle"}), name="trail-bundle"),
    path("erasures", erasures.Erasures.as_view({"post": "create"}), name="erasures"),
    path("erasures/search", erasures.Erasures.as_view({"post": "search"}), name="erasure-search"),
    path("docs", docs.page, name="docs"),
]
