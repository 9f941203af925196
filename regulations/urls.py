"""Pages of regulations, inside a project."""

from django.urls import path

from regulations.views import records

app_name = "regulations"

urlpatterns = [
    path("projects/<slug:slug>/records", records.index, name="records"),
    path("projects/<slug:slug>/records/of/<slug:kind>", records.of_type, name="records_of"),
    path("projects/<slug:slug>/records/new/<slug:kind>", records.new, name="new_entry"),
    path("projects/<slug:slug>/records/entries/<uuid:pk>", records.entry, name="entry"),
    path("projects/<slug:slug>/records/entries/<uuid:pk>/replace", records.replace, name="replace_entry"),
    path("projects/<slug:slug>/records/entries/<uuid:pk>/file", records.file, name="entry_file"),
]
