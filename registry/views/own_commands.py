"""The commands of this app's own rows."""

from __future__ import annotations

from projects.views.commands import Command
from projects.views.readers import texts, with_date
from registry.models import Artefact, ArtefactVersion
from registry.services import changes, profiles, versions
from registry.views import readers

COMMANDS = {
    "announce-change": Command(
        changes.announce, Artefact, "artefact", with_date("effective_on", "text"), "Those who use it are told."
    ),
    "link-input": Command(versions.link, ArtefactVersion, "version", readers.link, "The input is added."),
    "check-version": Command(
        versions.check, ArtefactVersion, "version", texts("result", "note"), "The result is recorded."
    ),
    "report-fault": Command(
        versions.report_fault, ArtefactVersion, "version", texts("reason"),
        "Recorded; everything made from it counts as affected.",
    ),
    "clear-version": Command(versions.clear, ArtefactVersion, "version", texts("reason"), "It can be used again."),
    "retire-version": Command(versions.retire, ArtefactVersion, "version", texts("reason"), "It is retired."),
    "record-profile": Command(profiles.record, ArtefactVersion, "version", readers.profile, "The profile is recorded."),
    "answer-change": Command(changes.answer, ArtefactVersion, "version", readers.answer, "Your answer is recorded."),
}  # fmt: skip
