"""Pages of monitoring."""

from django.urls import path

from monitoring.views import pages

app_name = "monitoring"

BASE = "projects/<slug:slug>/monitoring"
urlpatterns = [
    path("monitoring", pages.site, name="site"),
    path(BASE, pages.board, name="board"),
    path(f"{BASE}/signals/<slug:key>", pages.signal, name="signal"),
    path(f"{BASE}/alarms", pages.alarms, name="alarms"),
    path(f"{BASE}/alarms/<uuid:pk>", pages.alarm, name="alarm"),
    path(f"{BASE}/incidents", pages.incidents, name="incidents"),
    path(f"{BASE}/incidents/<int:number>", pages.incident, name="incident"),
    path(f"{BASE}/reviews", pages.reviews, name="reviews"),
    path(f"{BASE}/surroundings", pages.surroundings, name="surroundings"),
]
