"""Pages of the registry: of one project, and over all one may see."""

from django.urls import path

from registry.views import forms, pages

app_name = "registry"

urlpatterns = [
    path("registry", pages.register, name="register"),
    path("projects/<slug:slug>/registry", pages.artefacts, name="artefacts"),
    path("projects/<slug:slug>/registry/new/<slug:kind>", forms.new_artefact, name="new_artefact"),
    path("projects/<slug:slug>/registry/artefacts/<slug:key>", pages.artefact, name="artefact"),
    path("projects/<slug:slug>/registry/artefacts/<slug:key>/edit", forms.edit_artefact, name="edit_artefact"),
    path("projects/<slug:slug>/registry/artefacts/<slug:key>/new-version", forms.new_version, name="new_version"),
    path("projects/<slug:slug>/registry/versions/<uuid:pk>", pages.version, name="version"),
]
