"""Pages of releases, inside a project."""

from django.urls import path

from releases.views import pages

app_name = "releases"

urlpatterns = [
    path("projects/<slug:slug>/releases", pages.releases, name="releases"),
    path("projects/<slug:slug>/releases/<int:number>", pages.release, name="release"),
]
