"""Pages of reports, inside a project."""

from django.urls import path

from compliance import views

app_name = "compliance"

urlpatterns = [
    path("projects/<slug:slug>/reports", views.center, name="reports"),
    path("projects/<slug:slug>/audit-package", views.make_package, name="make_package"),
    path("projects/<slug:slug>/audit-package/<uuid:pk>", views.package, name="package"),
    path("projects/<slug:slug>/reports/build", views.build, name="build"),
    path("projects/<slug:slug>/reports/<uuid:pk>", views.report, name="report"),
    path("projects/<slug:slug>/reports/<uuid:pk>/compare", views.compare_with, name="compare"),
    path("projects/<slug:slug>/reports/<uuid:pk>/compare/<uuid:other>", views.compare, name="comparison"),
    path("projects/<slug:slug>/reports/<uuid:pk>/<slug:form>", views.download, name="download"),
    path("projects/<slug:slug>/reports/<uuid:pk>/tables/<int:number>/<slug:form>", views.download_table, name="table"),
]
