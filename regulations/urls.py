"""Pages of regulations, inside a project."""

from django.urls import path

from regulations.views import coverage, records

app_name = "regulations"

PROJECT = "projects/<slug:slug>"
urlpatterns = [
    path(f"{PROJECT}/coverage/<slug:key>", coverage.coverage, name="coverage"),
    path(f"{PROJECT}/coverage/<slug:key>/<slug:number>", coverage.obligation, name="obligation"),
    path(f"{PROJECT}/records", records.index, name="records"),
    path(f"{PROJECT}/records/of/<slug:kind>", records.of_type, name="records_of"),
    path(f"{PROJECT}/records/new/<slug:kind>", records.new, name="new_entry"),
    path(f"{PROJECT}/records/entries/<uuid:pk>", records.entry, name="entry"),
    path(f"{PROJECT}/records/entries/<uuid:pk>/replace", records.replace, name="replace_entry"),
    path(f"{PROJECT}/records/entries/<uuid:pk>/file", records.file, name="entry_file"),
]
