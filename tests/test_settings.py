"""What the environment makes of the settings: sound in operation, and stopped with a hint where it makes no sense."""

from __future__ import annotations

import os
import re
import runpy
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from secrets import token_urlsafe
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured

ROOT = Path(__file__).resolve().parent.parent
OWN = ("CRISPMLQ_", "DATABASE_URL", "REDIS_URL", "SECRET_KEY", "EMAIL_", "PORT", "HOST")
PRODUCTION = {"DATABASE_URL": "postgresql://u:p@db/crispmlq", "SECRET_KEY": "k" * 50, "CRISPMLQ_HTTPS": "yes"}
Read = Callable[..., dict[str, Any]]


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Read:
    """`read(NAME="value")`: the settings that this environment gives, and nothing else of it."""
    for name in list(os.environ):
        if name.startswith(OWN):
            monkeypatch.delenv(name)
    monkeypatch.setenv("CRISPMLQ_VAR_DIR", str(tmp_path))
    monkeypatch.setattr("crispmlq.logs.logging.config.dictConfig", lambda _: None)
    monkeypatch.setattr("crispmlq.logs.structlog.configure", lambda **_: None)

    def run(file: str = "settings", **environment: str) -> dict[str, Any]:
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        return runpy.run_path(str(ROOT / "crispmlq" / f"{file}.py"))

    return run


def test_without_any_variable_it_is_safe_and_keeps_its_own_secret(read: Read, tmp_path: Path) -> None:
    first, again = read(), read()
    assert first["DEBUG"] is first["CRISPMLQ_GALLERY"] is False
    assert first["SECRET_KEY"] == again["SECRET_KEY"] == (tmp_path / "secret_key").read_text()
    assert len(first["SECRET_KEY"]) >= 50
    assert stat.S_IMODE((tmp_path / "secret_key").stat().st_mode) == 0o600
    assert "*" not in first["ALLOWED_HOSTS"]


def test_a_team_s_installation_does_not_start_without_its_secret(read: Read, tmp_path: Path) -> None:
    with pytest.raises(ImproperlyConfigured, match="Set SECRET_KEY or SECRET_KEY_FILE"):
        read(DATABASE_URL=PRODUCTION["DATABASE_URL"])
    assert not (tmp_path / "secret_key").exists()


def test_an_empty_secret_is_none(read: Read, tmp_path: Path) -> None:
    (tmp_path / "key").write_text(" \n")
    with pytest.raises(ImproperlyConfigured, match="Set SECRET_KEY or SECRET_KEY_FILE"):
        read(DATABASE_URL=PRODUCTION["DATABASE_URL"], SECRET_KEY=" ", SECRET_KEY_FILE=str(tmp_path / "key"))


def test_a_secret_may_lie_in_a_file(read: Read, tmp_path: Path) -> None:
    (tmp_path / "key").write_text("of the file\n")
    given = read(DATABASE_URL=PRODUCTION["DATABASE_URL"], SECRET_KEY_FILE=str(tmp_path / "key"))
    assert given["SECRET_KEY"] == "of the file"


def test_with_https_cookies_stay_on_it(read: Read) -> None:
    given = read(**PRODUCTION)
    assert given["SESSION_COOKIE_SECURE"] is given["CSRF_COOKIE_SECURE"] is given["SECURE_SSL_REDIRECT"] is True
    assert given["SECURE_HSTS_SECONDS"] >= 365 * 24 * 3600
    assert given["SESSION_COOKIE_HTTPONLY"] is True
    assert given["SESSION_COOKIE_SAMESITE"] == "Lax"


@pytest.mark.parametrize(("given", "trusted"), [("yes", True), ("no", False)])
def test_a_proxy_is_believed_only_when_there_is_one(read: Read, given: str, trusted: bool) -> None:
    assert ("SECURE_PROXY_SSL_HEADER" in read(**PRODUCTION, CRISPMLQ_BEHIND_PROXY=given)) is trusted


def test_an_address_of_a_database_is_taken_apart(read: Read) -> None:
    url = "postgresql://us%40er:p%2Fw@db.example:5433/na%20me?sslmode=require"
    found = read(**{**PRODUCTION, "DATABASE_URL": url})["DATABASES"]["default"]
    parts = [found[name] for name in ("USER", "PASSWORD", "HOST", "PORT", "NAME", "OPTIONS")]
    assert parts == ["us@er", "p/w", "db.example", 5433, "na me", {"sslmode": "require"}]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("CRISPMLQ_DEBUG", "maybe"),
        ("CRISPMLQ_GALLERY", "2"),
        ("CRISPMLQ_HTTPS", "https"),
        ("CRISPMLQ_BEHIND_PROXY", "nginx"),
        ("CRISPMLQ_EVIDENCE_MAX_BYTES", "50 MB"),
        ("CRISPMLQ_EVIDENCE_MAX_BYTES", "-1"),
        ("CRISPMLQ_EVIDENCE_MAX_BYTES", "0"),
        ("CRISPMLQ_EVIDENCE_MAX_BYTES", "١٢"),
        ("CRISPMLQ_LOG_LEVEL", "loud"),
        ("CRISPMLQ_ORIGINS", "crispmlq.example"),
        ("EMAIL_PORT", "smtp"),
        ("EMAIL_USE_TLS", "starttls"),
        ("DATABASE_URL", "mysql://u:p@db/name"),
        ("DATABASE_URL", "postgresql://u:p@db"),
        ("DATABASE_URL", "postgresql://u:p@db:port/name"),
        ("DATABASE_URL", "postgresql://u:p[w@db/name"),
        ("DATABASE_URL", "sqlite://"),
        ("DATABASE_URL", "crispmlq.sqlite3"),
        ("REDIS_URL", "localhost:6379"),
        ("SECRET_KEY_FILE", "/nowhere/key"),
        ("SECRET_KEY_FILE", "/dev/urandom/x"),
        ("EMAIL_HOST_PASSWORD_FILE", "/nowhere/password"),
    ],
)
def test_nonsense_stops_the_start_and_is_named(read: Read, name: str, value: str) -> None:
    with pytest.raises(ImproperlyConfigured, match=name):
        read(SECRET_KEY="" if name.startswith("SECRET") else "k", **{name: value})


def test_a_secret_given_twice_is_refused(read: Read) -> None:
    with pytest.raises(ImproperlyConfigured, match="Set SECRET_KEY or SECRET_KEY_FILE, not both"):
        read(SECRET_KEY="k", SECRET_KEY_FILE="/dev/null")


def test_no_password_stands_in_the_hint(read: Read) -> None:
    for name, value in (("DATABASE_URL", "postgresql://u:hidden[@db/x"), ("REDIS_URL", "http://:hidden@redis")):
        with pytest.raises(ImproperlyConfigured) as refusal:
            read(SECRET_KEY="k", **{name: value})
        assert "hidden" not in str(refusal.value)


@pytest.mark.parametrize(("name", "value"), [("PORT", "http"), ("PORT", "0"), ("CRISPMLQ_THREADS", "many")])
def test_the_web_server_names_nonsense_too(read: Read, name: str, value: str) -> None:
    with pytest.raises(ImproperlyConfigured, match=name):
        read("gunicorn", **{name: value})


@pytest.mark.parametrize(("redis", "workers"), [("", 1), ("redis://redis", 3)])
def test_the_work_is_inside_the_only_process_unless_there_is_a_broker(read: Read, redis: str, workers: int) -> None:
    assert read("gunicorn", REDIS_URL=redis, CRISPMLQ_WORKERS="3")["workers"] == workers


@pytest.mark.slow
def test_a_start_with_nonsense_ends_with_the_hint(tmp_path: Path) -> None:
    kept = {name: value for name, value in os.environ.items() if not name.startswith((*OWN, "DJANGO_"))}
    environment = {**kept, "CRISPMLQ_VAR_DIR": str(tmp_path), "CRISPMLQ_HTTPS": "perhaps"}
    command = [sys.executable, str(ROOT / "manage.py"), "check"]
    ended = subprocess.run(command, env=environment, capture_output=True, text=True)
    assert ended.returncode != 0
    assert "CRISPMLQ_HTTPS is “perhaps”; it takes yes or no." in ended.stderr


@pytest.mark.slow
def test_the_deployment_check_of_the_framework_finds_nothing(tmp_path: Path) -> None:
    kept = {name: value for name, value in os.environ.items() if not name.startswith((*OWN, "DJANGO_"))}
    own = {"CRISPMLQ_VAR_DIR": str(tmp_path), "CRISPMLQ_HOSTS": "crispmlq.example", "SECRET_KEY": token_urlsafe(50)}
    command = [sys.executable, str(ROOT / "manage.py"), "check", "--deploy", "--fail-level", "WARNING"]
    ended = subprocess.run(command, env={**kept, **PRODUCTION, **own}, capture_output=True, text=True)
    assert (ended.returncode, ended.stderr) == (0, "")
    careless = {**own, "CRISPMLQ_HTTPS": "no"}
    ended = subprocess.run(command, env={**kept, **PRODUCTION, **careless}, capture_output=True, text=True)
    assert ended.returncode == 1
    assert {"security.W004", "security.W008", "security.W012", "security.W016"} <= set(
        re.findall(r"security\.W\d+", ended.stderr)
    )
