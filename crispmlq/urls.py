"""Every route of the product. All need a signed-in person, except those that say otherwise."""

from __future__ import annotations

from django.urls import include, path

from crispmlq.health import healthz

urlpatterns = [
    path("healthz", healthz, name="healthz"),
    path("accounts/", include("allauth.urls")),
    path("api/v1/", include("api.urls")),
]
