"""Pages of reports, inside a project."""

from django.urls import path

from compliance import views

app_name = "compliance"

urlpatterns = [
    path("projects/<slug:slug>/reports", views.center, name="reports"),
    path("projects/<slug:slug>/reports/build", views.build, name="build"),
    path("projects/<slug:slug>/reports/<uuid:pk>/<slug:form>", views.download, name="download"),
]
