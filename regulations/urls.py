"""Pages of regulations: those of the site, and what a project has to do with them."""

from django.urls import path

from regulations.views import coverage, pages, records, site

app_name = "regulations"

PROJECT = "projects/<slug:slug>"
VERSION = "regulations/<slug:key>/<str:version>"
urlpatterns = [
    path("regulations", site.regulations, name="regulations"),
    path(VERSION, site.version, name="version"),
    path(f"{VERSION}/impact", site.impact, name="impact"),
    path(f"{PROJECT}/compliance", pages.overview, name="overview"),
    path(f"{PROJECT}/classification", pages.interview, name="interview"),
    path(f"{PROJECT}/classification/<slug:regulation>", pages.interview, name="interview_of"),
    path(f"{PROJECT}/classifications", pages.history, name="history"),
    path(f"{PROJECT}/classifications/<int:number>", pages.record, name="classification"),
    path(f"{PROJECT}/coverage/<slug:key>", coverage.coverage, name="coverage"),
    path(f"{PROJECT}/coverage/<slug:key>/<slug:number>", coverage.obligation, name="obligation"),
    path(f"{PROJECT}/records", records.index, name="records"),
    path(f"{PROJECT}/records/of/<slug:kind>", records.of_type, name="records_of"),
    path(f"{PROJECT}/records/new/<slug:kind>", records.new, name="new_entry"),
    path(f"{PROJECT}/records/entries/<uuid:pk>", records.entry, name="entry"),
    path(f"{PROJECT}/records/entries/<uuid:pk>/replace", records.replace, name="replace_entry"),
    path(f"{PROJECT}/records/entries/<uuid:pk>/file", records.file, name="entry_file"),
]
