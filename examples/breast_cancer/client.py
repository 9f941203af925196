"""A client of the REST API, with nothing but the standard library."""

from __future__ import annotations

import hashlib
import json
import secrets
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen


class Refused(Exception):
    """The service said no; the message is its problem in words."""

    def __init__(self, problem: dict[str, Any]) -> None:
        super().__init__(f"{problem.get('detail')} {problem.get('errors', '')}")
        self.problem = problem


class Client:
    """Calls of one project. Every POST carries a key, so that a repeated run does nothing twice."""

    def __init__(self, url: str, token: str, project: str) -> None:
        self.base = f"{url.rstrip('/')}/api/v1/projects/{project}"
        self.token = token

    def rows(self, path: str) -> list[dict[str, Any]]:
        """All rows of a list, over its pages."""
        found: list[dict[str, Any]] = []
        url: str | None = f"{self.base}/{path}{'&' if '?' in path else '?'}limit=500"
        while url:
            page = self._send("GET", url)
            found += page["results"]
            url = page["next"]
        return found

    def get(self, path: str) -> dict[str, Any]:
        return self._send("GET", f"{self.base}/{path}".rstrip("/"))

    def post(self, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        return self._send("POST", f"{self.base}/{path}", json.dumps(body or {}).encode(), "application/json")

    def attach(self, path: str, name: str, data: bytes, media_type: str) -> dict[str, Any]:
        """Upload a file with its SHA-256, so that damage on the way is noticed."""
        boundary = secrets.token_hex(16)
        digest = hashlib.sha256(data).hexdigest()
        head = f'--{boundary}\r\nContent-Disposition: form-data; name="sha256"\r\n\r\n{digest}\r\n'
        file = f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n'
        body = f"{head}{file}Content-Type: {media_type}\r\n\r\n".encode() + data + f"\r\n--{boundary}--\r\n".encode()
        return self._send("POST", f"{self.base}/{path}", body, f"multipart/form-data; boundary={boundary}")

    def _send(self, method: str, url: str, body: bytes | None = None, content_type: str = "") -> dict[str, Any]:
        headers = {"Authorization": f"Bearer {self.token}", "Accept": "application/json"}
        if body is not None:
            headers |= {"Content-Type": content_type, "Idempotency-Key": secrets.token_hex(16)}
        request = Request(url, data=body, method=method, headers=headers)  # noqa: S310
        try:
            with urlopen(request, timeout=60) as answer:  # noqa: S310
                return json.loads(answer.read())
        except HTTPError as error:
            raise Refused(json.loads(error.read())) from error
