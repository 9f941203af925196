"""What strangers need of the trail, where they expect it: `/.well-known/crispmlq-vkey` and `…/crispmlq-root`."""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from audit import keys, tiles
from audit.actors import ROOT_LOG
from audit.models import Checkpoint, Log
from crispmlq.errors import Invalid, NotFound

MOST_HASHES = 10_000


@login_not_required
@require_safe
def vkey(request: HttpRequest) -> HttpResponse:
    """One line for each key that has signed this trail, newest first. Public: they are for strangers."""
    if not Log.objects.exists():
        raise NotFound("This trail has no key yet.")
    return HttpResponse("\n".join(keys.published()) + "\n", content_type="text/plain; charset=utf-8")


@login_not_required
@require_safe
def root(request: HttpRequest) -> HttpResponse:
    """The newest signed root note. Public: it tells how many seals there are, and nothing of what was sealed.

    With `?since=N`, the note of the root at most 10,000 seals further, an empty line, and the hashes of the seals from
    N on, so that a witness can see for itself that the trail has only grown.
    """
    notes = Checkpoint.objects.filter(log_id=ROOT_LOG).order_by("-size")
    since = request.GET.get("since", "")
    if not since:
        found = notes.first()
        if found is None:
            raise NotFound("Nothing is sealed yet.")
        return HttpResponse(found.note, content_type="text/plain; charset=utf-8")
    if not since.isascii() or not since.isdigit() or len(since) > 18:
        raise Invalid("The number of seals you know is a whole number from 0.")
    found = notes.filter(size__lte=int(since) + MOST_HASHES).first()
    if found is None:
        raise NotFound("Nothing is sealed yet.")
    leaves = tiles.Reader(ROOT_LOG).leaves(found.size, since=int(since))
    lines = [leaves[at : at + tiles.BYTES].hex() + "\n" for at in range(0, len(leaves), tiles.BYTES)]
    return HttpResponse(found.note + "\n" + "".join(lines), content_type="text/plain; charset=utf-8")
