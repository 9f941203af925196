"""Pages of projects."""

from django.urls import path

from projects.views import commands, erasures, forms, history, integrity, pages, past

app_name = "projects"

urlpatterns = [
    path("", pages.dashboard, name="dashboard"),
    path("my-work", pages.my_work, name="my_work"),
    path("approvals", pages.approvals, name="approvals"),
    path("new-project", forms.new_project, name="new"),
    path("projects/<slug:slug>/", pages.overview, name="overview"),
    path("projects/<slug:slug>/phases/<int:number>", pages.phase, name="phase"),
    path("projects/<slug:slug>/gates/<int:number>", pages.gate, name="gate"),
    path("projects/<slug:slug>/people", pages.people, name="people"),
    path("projects/<slug:slug>/criteria", pages.criteria, name="criteria"),
    path("projects/<slug:slug>/risks", pages.risks, name="risks"),
    path("projects/<slug:slug>/risks/<slug:key>", pages.risk, name="risk"),
    path("projects/<slug:slug>/documents", pages.documents, name="documents"),
    path("projects/<slug:slug>/documents/<slug:kind>", pages.document, name="document"),
    path("projects/<slug:slug>/documents/<slug:kind>/edit", forms.edit_document, name="edit_document"),
    path("projects/<slug:slug>/documents/<slug:kind>/<int:number>/attach", forms.attach, name="attach"),
    path("projects/<slug:slug>/files/<uuid:pk>", forms.download, name="download"),
    path("projects/<slug:slug>/history", history.of_project, name="history"),
    path("projects/<slug:slug>/history/events/<uuid:uid>", history.event, name="event"),
    path("projects/<slug:slug>/history/export", history.export, name="export_history"),
    path("trail", history.of_site, name="trail"),
    path("trail/erase", erasures.erase, name="erase"),
    path("trail/events/<uuid:uid>", history.event, name="trail_event"),
    path("trail/export", history.export, name="export_trail"),
    path("projects/<slug:slug>/as-it-was", past.past, name="past"),
    path("projects/<slug:slug>/integrity", integrity.integrity, name="integrity"),
    path("projects/<slug:slug>/integrity/verify", integrity.verify, name="verify"),
    path("projects/<slug:slug>/integrity/export", integrity.export, name="export"),
    path("projects/<slug:slug>/integrity/bundles/<uuid:pk>", integrity.bundle, name="bundle"),
    path("projects/<slug:slug>/do/<slug:name>/<uuid:pk>", commands.run, name="do"),
]
