"""A small Genesys Cloud on this machine: answers in the documented form, and troubles on request."""

from __future__ import annotations

import base64
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlparse

import pandas as pd

CLIENT_ID, SECRET, TOKEN = "client-4711", "hush-hush-secret", "token-of-the-day"
QUEUES = {
    "7b1c0f0e-1111-4222-8333-444455556666": "Support EN",
    "8c1c0f0e-1111-4222-8333-444455556666": "Sales",
    "9d1c0f0e-1111-4222-8333-444455556666": "Never called",
}
Answer = tuple[int, dict[str, str], Any]


@dataclass
class Told:
    """What the server is to do, and what it was asked."""

    contacts: dict[tuple[str, str, str], int] = field(default_factory=dict)
    """Offered by (queue id, media type, ISO start in UTC)."""
    troubles: dict[int, Answer] = field(default_factory=dict)
    """Answers in place of the right one, by the number of the query for aggregates, from 1 on."""
    accepted: tuple[str, str] = (CLIENT_ID, SECRET)
    tokens: int = 0
    queries: list[dict[str, Any]] = field(default_factory=list)
    pages: list[int] = field(default_factory=list)

    def half_hours(
        self, queue: str, first: str, days: int, media: str = "voice", zone: str = "Europe/Berlin"
    ) -> None:
        """Contacts in the half hours from 9:00 to 11:00 of so many local days."""
        for day in pd.date_range(first, periods=days):
            for half in range(4):
                start = (day + pd.Timedelta(hours=9, minutes=30 * half)).tz_localize(zone).tz_convert("UTC")
                self.contacts[queue, media, f"{start:%Y-%m-%dT%H:%M:%S.000Z}"] = 10 + half

    def aggregates(self, query: dict[str, Any]) -> dict[str, Any]:
        """Groups of the queues asked for, with the intervals that hold anything."""
        start, end = query["interval"].split("/")
        assert pd.Timestamp(end) - pd.Timestamp(start) <= pd.Timedelta(days=7)
        wanted = [each["value"] for each in query["filter"]["predicates"]]
        groups: dict[tuple[str, str], list[dict[str, Any]]] = {}
        for (queue, media, begins), offered in sorted(self.contacts.items()):
            if queue in wanted and start <= begins < end:
                groups.setdefault((queue, media), []).append(_interval(begins, offered))
        return {
            "results": [
                {"group": {"mediaType": media, "queueId": queue}, "data": data}
                for (queue, media), data in groups.items()
            ]
        }


def _interval(begins: str, offered: int) -> dict[str, Any]:
    """One abandoned of every interval; the others take 200 s each. A count of nothing is left out."""
    ends = pd.Timestamp(begins) + pd.Timedelta(minutes=30)
    handled = max(offered - 1, 1)
    metrics = [{"metric": "nOffered", "stats": {"count": offered}}] if offered else []
    metrics += [
        {"metric": "tAnswered", "stats": {"count": handled, "sum": 12_000 * handled}},
        {"metric": "tAbandon", "stats": {"count": 1, "sum": 30_000}},
        {"metric": "tHandle", "stats": {"count": handled, "sum": 200_000 * handled}},
        {"metric": "oServiceLevel", "stats": {"ratio": 0.9, "numerator": handled - 1, "denominator": offered}},
    ]
    return {"interval": f"{begins}/{ends:%Y-%m-%dT%H:%M:%S.000Z}", "metrics": metrics}


class _Handler(BaseHTTPRequestHandler):
    told: Told

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self._reply(*(self._sign_in(body) if self.path == "/oauth/token" else self._signed(json.loads(body))))

    def do_GET(self) -> None:
        self._reply(*self._signed(None))

    def _sign_in(self, body: bytes) -> Answer:
        given = base64.b64decode(self.headers["Authorization"].removeprefix("Basic ")).decode()
        if tuple(given.split(":")) != self.told.accepted or b"client_credentials" not in body:
            return 401, {}, {"error": "invalid_client", "description": f"{given} is unknown"}
        self.told.tokens += 1
        return 200, {}, {"access_token": f"{TOKEN}-{self.told.tokens}", "expires_in": 86399, "token_type": "bearer"}

    def _signed(self, query: dict[str, Any] | None) -> Answer:
        if self.headers["Authorization"] != f"Bearer {TOKEN}-{self.told.tokens}":
            return 401, {}, {"message": f"not {self.headers['Authorization']}"}
        if query is None:
            return 200, {}, self._queues()
        self.told.queries.append(query)
        return self.told.troubles.get(len(self.told.queries)) or (200, {}, self.told.aggregates(query))

    def _queues(self) -> dict[str, Any]:
        page = int(parse_qs(urlparse(self.path).query)["pageNumber"][0])
        self.told.pages.append(page)
        own, name = list(QUEUES.items())[page - 1]
        return {"entities": [{"id": own, "name": name}], "pageNumber": page, "pageCount": len(QUEUES)}

    def _reply(self, status: int, headers: dict[str, str], body: Any) -> None:
        data = json.dumps(body).encode()
        self.send_response(status)
        for name, value in {**headers, "Content-Length": str(len(data))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_: object) -> None:
        """Nothing on stderr: the tests look there for secrets."""


@contextmanager
def serving(told: Told) -> Iterator[str]:
    """The server's address while it runs."""
    handler = type("Handler", (_Handler,), {"told": told})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
