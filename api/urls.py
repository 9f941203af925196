"""Routes of the REST API, version 1."""

from __future__ import annotations

from typing import Any

from django.urls import path
from drf_spectacular.views import SpectacularAPIView
from rest_framework.permissions import AllowAny
from rest_framework.viewsets import ViewSetMixin

from api import docs
from api.views import (
    classifications,
    comments,
    coverage,
    criteria,
    documents,
    erasures,
    experiments,
    gates,
    imports,
    items,
    monitoring,
    notices,
    operation,
    policies,
    portable,
    projects,
    records,
    registry,
    regulations,
    releases,
    reports,
    templates,
    trail,
    work,
)

app_name = "api"
REGULATION = "regulations/<slug:key>/<str:version>"


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
    path("policies", policies.Policies.as_view({"get": "list"}), name="policies"),
    path(
        "policies/in-force",
        policies.InForce.as_view({"get": "retrieve", "patch": "partial_update"}),
        name="policies-in-force",
    ),
    path("regulations", regulations.Regulations.as_view({"get": "list"}), name="regulations"),
    path(REGULATION, classifications.Regulation.as_view({"get": "retrieve"}), name="regulation"),
    path(f"{REGULATION}/impact", classifications.Regulation.as_view({"get": "impact"}), name="regulation-impact"),
    path(
        f"{REGULATION}/put-in-force",
        classifications.Regulation.as_view({"post": "put_in_force"}),
        name="regulation-put-in-force",
    ),
    path(
        "classifications:evaluate",
        regulations.Evaluations.as_view({"post": "evaluate"}),
        name="classifications-evaluate",
    ),
    path("projects", projects.ProjectList.as_view({"get": "list", "post": "create"}), name="projects"),
    path(
        "projects/<slug:slug>",
        projects.ProjectDetail.as_view({"get": "retrieve", "patch": "partial_update"}),
        name="project",
    ),
    *commands("projects/<slug:slug>", projects.ProjectDetail, "project"),
    path("projects/<slug:slug>/standing", projects.Standing.as_view({"get": "retrieve"}), name="standing"),
    *rows("holds", projects.Holds, "hold", "<uuid:pk>"),
    *rows("members", projects.Members, "member", "<slug:username>"),
    *rows("phases", projects.Phases, "phase", "<int:number>"),
    *rows("iterations", projects.Iterations, "iteration", "<int:number>"),
    path("projects/<slug:slug>/events", projects.Events.as_view({"get": "list"}), name="events"),
    *rows("classifications", classifications.Classifications, "classification", "<int:number>"),
    *rows("requirements", items.Requirements, "requirement", "<slug:key>"),
    path("projects/<slug:slug>/tasks/assignments", items.Tasks.as_view({"post": "assign"}), name="tasks-assign"),
    path("projects/<slug:slug>/qa-methods/plans", items.QAMethods.as_view({"post": "plan_many"}), name="methods-plan"),
    *rows("tasks", items.Tasks, "task", "<slug:key>"),
    *rows("risks", items.Risks, "risk", "<slug:key>"),
    *rows("qa-methods", items.QAMethods, "qa-method", "<slug:key>"),
    path(
        "projects/<slug:slug>/criteria-standing",
        criteria.Criteria.as_view({"get": "standing"}),
        name="criteria-standing",
    ),
    *rows("criteria", criteria.Criteria, "criterion", "<slug:key>"),
    *rows("criteria/<slug:key>/versions", criteria.Versions, "version", "<int:number>")[1:],
    *rows("measurements", criteria.Measurements, "measurement", "<uuid:pk>"),
    *rows("documents", documents.Documents, "document", "<slug:kind>"),
    path(
        "projects/<slug:slug>/document-kinds",
        documents.DocumentKinds.as_view({"get": "list"}),
        name="document-kinds",
    ),
    path(
        "projects/<slug:slug>/document-kinds/<slug:kind>",
        documents.DocumentKinds.as_view({"get": "retrieve"}),
        name="document-kind",
    ),
    *rows("documents/<slug:kind>/revisions", documents.Revisions, "revision", "<int:number>")[1:],
    path(
        "projects/<slug:slug>/attachments/<uuid:pk>",
        documents.Attachments.as_view({"get": "retrieve"}),
        name="attachment",
    ),
    *rows("artefacts", registry.Artefacts, "artefact", "<slug:key>"),
    *rows("artefact-versions", registry.ArtefactVersions, "artefact-version", "<uuid:pk>"),
    *rows("profiles", registry.Profiles, "profile", "<uuid:pk>"),
    *rows("announcements", registry.Announcements, "announcement", "<uuid:pk>"),
    *rows("answers", registry.Answers, "answer", "<uuid:pk>"),
    path("registry", registry.Register.as_view({"get": "list"}), name="registry"),
    *rows("gates", gates.Gates, "gate", "<slug:key>"),
    *rows("submissions", gates.Submissions, "submission", "<uuid:pk>"),
    *rows("decisions", gates.Decisions, "decision", "<uuid:pk>"),
    *rows("waivers", gates.Waivers, "waiver", "<uuid:pk>"),
    path("projects/<slug:slug>/runs/comparison", experiments.Runs.as_view({"get": "compare"}), name="run-comparison"),
    path("projects/<slug:slug>/runs/ranking", experiments.Runs.as_view({"get": "ranking"}), name="run-ranking"),
    path(
        "projects/<slug:slug>/compliance-record-types",
        records.RecordTypes.as_view({"get": "list"}),
        name="compliance-record-types",
    ),
    path(
        "projects/<slug:slug>/compliance-records", records.Records.as_view({"get": "list"}), name="compliance-records"
    ),
    *rows("compliance-entries", records.Entries, "compliance-entry", "<uuid:pk>"),
    *rows("runs", experiments.Runs, "run", "<int:number>"),
    *rows("test-set-uses", experiments.TestSetUses, "test-set-use", "<uuid:pk>"),
    *rows("handovers", experiments.Handovers, "handover", "<uuid:pk>"),
    path(
        "projects/<slug:slug>/releases/<int:number>/comparison",
        releases.Releases.as_view({"get": "comparison"}),
        name="release-comparison",
    ),
    *rows("releases", releases.Releases, "release", "<int:number>"),
    *rows("increments", releases.Increments, "increment", "<uuid:pk>"),
    path("projects/<slug:slug>/served", releases.Servings.as_view({"get": "served"}), name="served"),
    path("projects/<slug:slug>/served/rollback", releases.Servings.as_view({"post": "roll_back"}), name="rollback"),
    path("projects/<slug:slug>/served/fallback", releases.Servings.as_view({"post": "fall_back"}), name="fallback"),
    path("projects/<slug:slug>/served/off", releases.Servings.as_view({"post": "switch_off"}), name="switch-off"),
    *rows("servings", releases.Servings, "serving", "<uuid:pk>"),
    path("projects/<slug:slug>/coverage/<slug:key>", coverage.Coverages.as_view({"get": "list"}), name="coverage"),
    path(
        "projects/<slug:slug>/coverage/<slug:key>/summary",
        coverage.Coverages.as_view({"get": "summary"}),
        name="coverage-summary",
    ),
    path(
        "projects/<slug:slug>/obligation-confirmations",
        coverage.Coverages.as_view({"post": "confirm"}),
        name="obligation-confirmations",
    ),
    path(
        "projects/<slug:slug>/obligation-assignments",
        coverage.Coverages.as_view({"post": "assign"}),
        name="obligation-assignments",
    ),
    *rows("comments", comments.Comments, "comment", "<uuid:pk>"),
    *rows("reports", reports.Reports, "report", "<uuid:pk>"),
    path(
        "projects/<slug:slug>/reports/<uuid:pk>/tables/<int:number>/<slug:form>",
        reports.Reports.as_view({"get": "table"}),
        name="report-table",
    ),
    path(
        "projects/<slug:slug>/reports/<uuid:pk>/compare/<uuid:other>",
        reports.Reports.as_view({"get": "compare"}),
        name="report-comparison",
    ),
    path(
        "projects/<slug:slug>/audit-packages",
        reports.Packages.as_view({"post": "make"}),
        name="audit-packages",
    ),
    path(
        "projects/<slug:slug>/audit-packages/<uuid:pk>",
        reports.Packages.as_view({"get": "file"}),
        name="audit-package",
    ),
    path("projects/<slug:slug>/jobs/<uuid:pk>", reports.Jobs.as_view({"get": "retrieve"}), name="job"),
    path(
        "projects/<slug:slug>/events/<uuid:uid>/receipt", trail.Trail.as_view({"get": "receipt"}), name="event-receipt"
    ),
    path("projects/<slug:slug>/trail", trail.Trail.as_view({"get": "retrieve"}), name="trail"),
    path("projects/<slug:slug>/trail/verifications", trail.Trail.as_view({"post": "verify"}), name="trail-verify"),
    path("projects/<slug:slug>/trail/exports", trail.Trail.as_view({"post": "export"}), name="trail-export"),
    path("projects/<slug:slug>/trail/exports/<uuid:pk>", trail.Trail.as_view({"get": "bundle"}), name="trail-bundle"),
    path(
        "projects/<slug:slug>/imports/<slug:name>", imports.RowImports.as_view({"post": "create"}), name="import-rows"
    ),
    path("imports", portable.Imports.as_view({"post": "create"}), name="imports"),
    path("projects/<slug:slug>/exports", portable.Exports.as_view({"post": "create"}), name="exports"),
    path("projects/<slug:slug>/exports/<uuid:pk>", portable.Exports.as_view({"get": "retrieve"}), name="export"),
    path("templates", templates.Templates.as_view({"get": "list", "post": "create"}), name="templates"),
    path("templates/<uuid:pk>/retire", templates.Templates.as_view({"post": "retire"}), name="template-retire"),
    path("work", work.MyWork.as_view({"get": "list"}), name="work"),
    path("approvals", work.Approvals.as_view({"get": "list"}), name="approvals"),
    path("activity", work.Activity.as_view({"get": "list"}), name="activity"),
    path("notices", notices.Notices.as_view({"get": "list"}), name="notices"),
    path("notices/seen", notices.Notices.as_view({"post": "see_all"}), name="notices-seen"),
    path("notices/<uuid:pk>/seen", notices.Notices.as_view({"post": "see"}), name="notice-seen"),
    path(
        "notices/preference",
        notices.NoticePreference.as_view({"get": "retrieve", "put": "update"}),
        name="notice-preference",
    ),
    *rows("signals", monitoring.Signals, "signal", "<slug:key>"),
    *rows("deliveries", monitoring.Deliveries, "delivery", "<uuid:pk>"),
    *rows("alarms", monitoring.Alarms, "alarm", "<uuid:pk>"),
    path("projects/<slug:slug>/monitoring", monitoring.Monitoring.as_view({"get": "retrieve"}), name="monitoring"),
    path("projects/<slug:slug>/signal-rules", monitoring.SignalRules.as_view({"get": "list"}), name="signal-rules"),
    path("projects/<slug:slug>/metrics", monitoring.Metrics.as_view({"get": "list"}), name="metrics"),
    *rows("incidents", operation.Incidents, "incident", "<int:number>"),
    *rows("reviews", operation.Reviews, "review", "<int:number>"),
    *rows("update-decisions", operation.Updates, "update-decision", "<int:number>"),
    *rows("observations", operation.Observations, "observation", "<uuid:pk>"),
    path(
        "projects/<slug:slug>/monitoring-terms",
        operation.Terms.as_view({"get": "retrieve", "patch": "partial_update"}),
        name="monitoring-terms",
    ),
    *rows("external-events", operation.ExternalEvents, "external-event", "<uuid:pk>"),
    *rows("system-updates", operation.SystemUpdates, "system-update", "<uuid:pk>"),
    *rows("feedback-loops", operation.FeedbackLoops, "feedback-loop", "<uuid:pk>"),
    path("erasures", erasures.Erasures.as_view({"post": "create"}), name="erasures"),
    path("erasures/search", erasures.Erasures.as_view({"post": "search"}), name="erasure-search"),
    path("docs", docs.page, name="docs"),
]
