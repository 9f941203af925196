"""All routes. Every page needs a signed-in account unless its view says otherwise."""

from __future__ import annotations

from importlib.util import find_spec

from django.conf import settings
from django.urls import include, path

from crispmlq.health import healthz
from crispmlq.trail_key import vkey

handler400 = "crispmlq.refusals.bad_request"
handler403 = "crispmlq.refusals.permission_denied"
handler404 = "crispmlq.refusals.page_not_found"
handler500 = "crispmlq.refusals.server_error"

urlpatterns = [
    path("healthz", healthz, name="healthz"),
    path(".well-known/crispmlq-vkey", vkey, name="vkey"),
    path("accounts/", include("accounts.urls")),
    path("accounts/", include("allauth.urls")),
    path("jobs/", include("jobs.urls")),
    path("api/v1/", include("api.urls")),
]
for prefix, module in (("", "compliance.urls"), ("", "projects.urls")):
    if find_spec(module):
        urlpatterns.append(path(prefix, include(module)))
if settings.CRISPMLQ_GALLERY and find_spec("ui.urls"):
    urlpatterns.append(path("gallery/", include("ui.urls")))
