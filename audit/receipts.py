"""Receipts: a signed word to the actor that an event was stored, also before it is sealed."""

from __future__ import annotations

from audit import keys, notes
from audit.actors import ROOT_LOG
from audit.canon import plain
from audit.trail import Event, Log

KIND = "crispmlq/receipt/v1"


def receipt(event: Event) -> str:
    """A note signed as `<origin>/receipt`. Whoever holds it can show that the event belongs into its log.

    Raises: NoKey: see `keys.current`.
    """
    key, origin = keys.current()
    log = Log.objects.filter(pk=event.log_id).first()
    name = log.origin if log else keys.log_origin(origin, event.log_id, Log.objects.get(pk=ROOT_LOG).epoch)
    text = f"{KIND}\n{name}\n{event.uid}\n{bytes(event.leaf).hex()}\n{plain(event.at)}\n"
    return notes.sign(text, f"{origin}/receipt", key)
