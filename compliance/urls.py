"""Pages of reports inside a project, and of the organisation's own words in them."""

from django.urls import path

from compliance import views, wording_views

app_name = "compliance"

urlpatterns = [
    path("report-texts", wording_views.of_all, name="wordings"),
    path("report-texts/<slug:kind>", wording_views.of_kind, name="wording"),
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
