"""All routes. Every page needs a signed-in account unless its view says otherwise."""

from __future__ import annotations

from django.conf import settings
from django.urls import include, path

from crispmlq.health import healthz
from crispmlq.trail_key import root, vkey

handler400 = "crispmlq.refusals.bad_request"
handler403 = "crispmlq.refusals.permission_denied"
handler404 = "crispmlq.refusals.page_not_found"
handler500 = "crispmlq.refusals.server_error"

urlpatterns = [
    path("healthz", healthz, name="healthz"),
    path(".well-known/crispmlq-vkey", vkey, name="vkey"),
    path(".well-known/crispmlq-root", root, name="root"),
    path("accounts/", include("accounts.urls")),
    path("accounts/", include("allauth.urls")),
    path("jobs/", include("jobs.urls")),
    path("api/v1/", include("api.urls")),
    path("", include("monitoring.urls")),
    path("", include("notices.urls")),
    path("", include("policies.urls")),
    path("", include("compliance.urls")),
    path("", include("regulations.urls")),
    path("", include("experiments.urls")),
    path("", include("releases.urls")),
    path("", include("registry.urls")),
    path("", include("projects.urls")),
]
if settings.CRISPMLQ_GALLERY:
    urlpatterns.append(path("gallery/", include("ui.urls")))
