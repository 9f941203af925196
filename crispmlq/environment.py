"""Reads the environment. Nonsense in a variable stops the start and says which variable, and what it takes."""

from __future__ import annotations

import os
import secrets
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

_WORDS = {"1": True, "true": True, "yes": True, "on": True, "0": False, "false": False, "no": False, "off": False}
_SQLITE_START = "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA foreign_keys=ON;"


def env(name: str, default: str = "") -> str:
    return os.environ.get(name, "").strip() or default


def envbool(name: str, default: bool) -> bool:
    given = env(name)
    if not given:
        return default
    if given.lower() not in _WORDS:
        raise ImproperlyConfigured(f"{name} is “{given}”; it takes yes or no.")
    return _WORDS[given.lower()]


def envint(name: str, default: int, *, least: int = 0) -> int:
    given = env(name)
    if not given:
        return default
    if not given.isascii() or not given.isdigit() or int(given) < least:
        raise ImproperlyConfigured(f"{name} is “{given}”; it takes a whole number from {least}.")
    return int(given)


def envlist(name: str, default: list[str]) -> list[str]:
    """Values set apart by commas."""
    return [each.strip() for each in env(name).split(",") if each.strip()] or default


def envsecret(name: str) -> str:
    """The value of NAME, or what the file named by NAME_FILE holds; empty if neither is set."""
    given, file = env(name), env(f"{name}_FILE")
    if given and file:
        raise ImproperlyConfigured(f"Set {name} or {name}_FILE, not both.")
    if not file:
        return given
    try:
        return Path(file).read_text().strip()
    except (OSError, UnicodeDecodeError) as error:
        raise ImproperlyConfigured(f"{name}_FILE can not be read: {error}.") from error


def require_scheme(name: str, urls: list[str], *schemes: str) -> None:
    """Raises: ImproperlyConfigured: an address begins otherwise. It is not repeated, since it may hold a password."""
    if not all(url.startswith(schemes) for url in urls):
        raise ImproperlyConfigured(f"{name} takes what begins with {' or '.join(schemes)}.")


def require_https(name: str, url: str) -> None:
    """Raises: ImproperlyConfigured: what is sent there could be read or changed on its way."""
    local = urlsplit(url).hostname in {"localhost", "127.0.0.1", "::1"}
    require_scheme(name, [url] if url else [], "https://", *(["http://"] if local else []))


def kept_secret(path: Path) -> str:
    """The secret in the file, made at the first call and readable by its owner alone."""
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    if not path.exists():
        handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w") as file:
            file.write(secrets.token_urlsafe(50))
        try:
            os.link(fresh, path)  # of two processes that start at once, one wins and both read its secret
        except FileExistsError:
            pass
        finally:
            fresh.unlink()
    return path.read_text().strip()


def database(url: str) -> dict[str, Any]:
    """Django's description of `postgresql://user:password@host:port/name?sslmode=require` or `sqlite:///path`."""
    try:
        parts = urlsplit(url)
        port = parts.port or ""
    except ValueError:
        raise ImproperlyConfigured(
            "DATABASE_URL can not be taken apart: is the port a number, and is each sign of the password that has a "
            "meaning in addresses written as %XX?"
        ) from None
    name = unquote(parts.path.lstrip("/"))
    if parts.scheme not in {"postgres", "postgresql", "sqlite"} or not name:
        raise ImproperlyConfigured("DATABASE_URL takes postgresql://user:password@host:port/name or sqlite:///path.")
    if parts.scheme == "sqlite":
        return sqlite(Path(unquote(parts.path)[1:]))
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": name,
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": unquote(parts.hostname or ""),
        "PORT": port,
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": dict(parse_qsl(parts.query)),
    }


def sqlite(path: Path) -> dict[str, Any]:
    """Readers never wait for the writer (WAL); a writer takes its lock at the start, so it never loses its reads."""
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": path,
        "OPTIONS": {"timeout": 20, "transaction_mode": "IMMEDIATE", "init_command": _SQLITE_START},
    }
