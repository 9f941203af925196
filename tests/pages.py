"""Addresses of the pages that show something of *churn*, or of all projects; for Mara."""

from __future__ import annotations

PAGES = [
    "/",
    "/my-work",
    "/approvals",
    "/notices",
    "/notices/count",
    "/policies",
    "/projects/churn/",
    "/projects/churn/phases/1",
    "/projects/churn/gates/1",
    "/projects/churn/criteria",
    "/projects/churn/risks",
    "/projects/churn/risks/contradictory-objectives",
    "/projects/churn/documents",
    "/projects/churn/documents/scope-document",
    "/projects/churn/documents/scope-document/edit",
    "/registry",
    "/registry?q=raw&kind=dataset",
    "/projects/churn/registry",
    "/projects/churn/registry/new/data-source",
    "/projects/churn/people",
    "/projects/churn/comments?type=projects.task&id=define-scope",
    "/projects/churn/history",
    "/projects/churn/history?act=task.started&since=2020-01-01&phase=1",
    "/projects/churn/history?object_type=projects.risk",
    "/projects/churn/integrity",
    "/projects/churn/as-it-was",
    "/projects/churn/reports",
    "/accounts/profile/",
]
