"""The audit package: one file with reports, evidence and trail, of what its reader may read."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from accounts.actors import Actor
from audit import keys
from audit.models import Event
from compliance.services import packages, reports
from crispmlq.errors import NotFound
from projects.services import documents
from tests import walk
from tests.cast import Cast

SECRET, OPEN = b"rows nobody else may see", b"a,b\n1,2\n"


@pytest.fixture
def furnished(cast: Cast) -> Cast:
    """Two files of evidence, one of them for the data owner alone."""
    draft = documents.draft(project=cast.project, kind="feasibility-report", fields={}, by=cast.dana)
    documents.attach(revision=draft, name="=open.csv", media_type="text/csv", data=OPEN, by=cast.dana)
    documents.attach(
        revision=draft, name="secret.csv", media_type="text/csv", data=SECRET, by=cast.dana, readers=["data-owner"]
    )
    return cast


def made(cast: Cast, by: Actor) -> zipfile.ZipFile:
    job = packages.request(project=cast.project, by=by, now=True)
    _, path = packages.hand_out(project=cast.project, job_id=job.pk, by=by)
    return zipfile.ZipFile(io.BytesIO(path.read_bytes()))


def listed(package: zipfile.ZipFile) -> dict[str, dict[str, str]]:
    rows = csv.DictReader(io.StringIO(package.read("evidence/index.csv").decode()))
    return {row["name"]: row for row in rows}


def test_it_holds_the_newest_report_of_each_kind_evidence_and_the_trail(furnished: Cast) -> None:
    reports.request(project=furnished.project, by=furnished.mara, now=True)
    package = made(furnished, furnished.ada)
    names = set(package.namelist())
    assert {"INDEX.html", "MANIFEST.json", "trail/bundle.zip", "trail/verify_bundle.py", "trail/vkeys.txt"} <= names
    assert {name.rpartition(".")[2] for name in names if name.startswith("reports/dossier-")} >= {"pdf", "html", "json"}
    row = listed(package)["secret.csv"]
    assert package.read(row["file"]) == SECRET
    assert "feasibility" in row["belongs to"].lower()


def test_the_manifest_tells_the_hash_of_every_file(furnished: Cast) -> None:
    package = made(furnished, furnished.mara)
    told = {row["name"]: row["sha256"] for row in json.loads(package.read("MANIFEST.json"))["files"]}
    assert told.keys() == set(package.namelist()) - {"MANIFEST.json"}
    assert all(hashlib.sha256(package.read(name)).hexdigest() == digest for name, digest in told.items())


def test_a_confidential_file_is_listed_by_its_hash_alone_for_who_may_not_read_it(furnished: Cast) -> None:
    package = made(furnished, furnished.mara)
    row = listed(package)["secret.csv"]
    assert (row["file"], row["sha256"]) == ("", hashlib.sha256(SECRET).hexdigest())
    assert row["why not here"].startswith("Confidential")
    assert all(SECRET not in package.read(name) for name in package.namelist() if not name.endswith(".zip"))
    assert "secret.csv. Confidential" in package.read("INDEX.html").decode()


def test_no_spreadsheet_takes_a_name_for_a_formula(furnished: Cast) -> None:
    assert "'=open.csv" in listed(made(furnished, furnished.mara))


def test_the_same_state_gives_the_same_bytes(furnished: Cast, tmp_path: Path) -> None:
    from compliance.packages import writing

    paths = [tmp_path / "a.zip", tmp_path / "b.zip"]
    for path in paths:
        writing.write(furnished.project, path, [], None, lambda *_: None)
    assert paths[0].read_bytes() == paths[1].read_bytes()


def test_the_program_inside_verifies_the_trail_inside(furnished: Cast, tmp_path: Path) -> None:
    made(furnished, furnished.mara).extractall(tmp_path)
    command = [sys.executable, "trail/verify_bundle.py", "trail/bundle.zip", "--vkey", keys.published()[0]]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode in {0, 3}, done.stdout


def test_taking_it_away_is_told_and_only_who_asked_may(furnished: Cast) -> None:
    job = packages.request(project=furnished.project, by=furnished.dana, now=True)
    with pytest.raises(NotFound, match="Somebody else asked"):
        packages.hand_out(project=furnished.project, job_id=job.pk, by=furnished.mara)
    assert not Event.objects.filter(act="package.exported").exists()
    packages.hand_out(project=furnished.project, job_id=job.pk, by=furnished.dana)
    assert Event.objects.filter(act="package.exported").count() == 1


def test_a_stranger_gets_none(furnished: Cast) -> None:
    with pytest.raises(NotFound):
        packages.request(project=furnished.project, by=furnished.actors["otto"])


def test_who_runs_the_installation_writes_it_by_command(furnished: Cast, tmp_path: Path) -> None:
    out = tmp_path / "package.zip"
    call_command("audit_package", "--project", "churn", "--out", str(out))
    assert zipfile.ZipFile(out).read(listed(zipfile.ZipFile(out))["secret.csv"]["file"]) == SECRET
    with pytest.raises(CommandError, match="no project “moon”"):
        call_command("audit_package", "--project", "moon", "--out", str(out))
    with pytest.raises(CommandError, match="no folder"):
        call_command("audit_package", "--project", "churn", "--out", "/no/such/file.zip")


def test_it_comes_by_page_and_by_api(api, furnished: Cast, client) -> None:
    client.force_login(furnished.dana.user)
    assert client.post("/projects/churn/audit-package").status_code == 302
    assert b"Audit package" in client.get("/projects/churn/reports").content
    walk.approve_criteria(furnished)
    job = packages.latest(furnished.project, furnished.dana)
    packages.queue.run(job.pk)
    assert client.get(f"/projects/churn/audit-package/{job.pk}").getvalue().startswith(b"PK")
    asked = api("dana", "post", "audit-packages")
    assert asked.status_code == 202
    packages.queue.run(asked.json()["id"])
    answer = api("dana", "get", f"audit-packages/{asked.json()['id']}")
    assert (answer["Content-Type"], answer.getvalue()[:2]) == ("application/zip", b"PK")
