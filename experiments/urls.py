"""Pages of experiments, inside a project."""

from django.urls import path

from experiments.views import pages

app_name = "experiments"

urlpatterns = [
    path("projects/<slug:slug>/experiments", pages.runs, name="runs"),
    path("projects/<slug:slug>/experiments/compare", pages.compare, name="compare"),
    path("projects/<slug:slug>/experiments/test-sets", pages.test_sets, name="test_sets"),
    path("projects/<slug:slug>/experiments/<int:number>", pages.run, name="run"),
]
