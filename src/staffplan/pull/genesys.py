"""Genesys Cloud, by HTTPS: conversation aggregates and names of queues.

Source: Genesys' SDK documentation, POST /api/v2/analytics/conversations/aggregates/query (permission
analytics:conversationAggregate:view), GET /api/v2/routing/queues, OAuth client credentials.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any, ClassVar

import pandas as pd

from staffplan.errors import Problem, UsageError
from staffplan.pull.period import Reach, Window
from staffplan.pull.service import Document, PullError, distinct, queue_label

if TYPE_CHECKING:
    import httpx

SYSTEM = "Genesys Cloud"
CLIENT_ID, CLIENT_SECRET = "GENESYS_CLIENT_ID", "GENESYS_CLIENT_SECRET"
"""Variables of the environment that hold the credentials."""
REGION = re.compile(r"mypurecloud\.(com|ie|de|jp|com\.au)|[a-z0-9]+\.((us-gov|maximus)-)?pure\.cloud")
"""Domains of Genesys Cloud: credentials are sent nowhere else."""
GRANULARITY = {15: "PT15M", 30: "PT30M", 60: "PT1H"}
METRICS = ("nOffered", "tAnswered", "tAbandon", "tHandle", "oServiceLevel")
COUNTED = METRICS[:3]
"""Metrics of which none in an interval means that nothing came: an answer holds those alone that have a value."""
PAGE = 100
MOST_FILTERED = 50
INSTALL = "pip install 'staffplan[genesys]'"
SECONDS_TO_ANSWER = 60.0
TRIES = 5
LONGEST_WAIT_SECONDS = 120.0
TOO_MANY, UNAUTHORISED, FORBIDDEN = 429, 401, 403
SECRET_HINT = f"look at {CLIENT_ID} and {CLIENT_SECRET}: an OAuth client for client credentials, in this region"
AGAIN = "try again later"


@dataclass(frozen=True)
class Addresses:
    """Where to sign in, and where to ask."""

    login: str
    api: str


def addresses(region: str) -> Addresses:
    """Of a region, by its domain. Raises UsageError for other domains."""
    if not REGION.fullmatch(region):
        hint = "give the domain that you sign in at, like mypurecloud.de or usw2.pure.cloud"
        raise UsageError(Problem("--region", f"{region!r} is no domain of Genesys Cloud", hint))
    return Addresses(f"https://login.{region}", f"https://api.{region}")


class Genesys:
    """One organisation. Credentials are those of the environment; they stay in this object.

    `wait` waits so many seconds, and says whether somebody asked to stop.
    """

    preset: ClassVar[str] = "genesys-aggregates"
    reach: ClassVar[Reach] = Reach(SYSTEM, 90, kept=False)
    longest: ClassVar[timedelta] = timedelta(days=7)

    def __init__(
        self, client: httpx.Client, where: Addresses, *, minutes: int, wait: Callable[[float], bool]
    ) -> None:
        self._client, self._where, self._wait = client, where, wait
        self._granularity = GRANULARITY[minutes]
        self._credentials = _credentials()
        self._token = ""

    def queues(self) -> Mapping[str, str]:
        """Names of the queues by id, page by page."""
        found: list[tuple[str, str]] = []
        page, pages = 1, 1
        while page <= pages:
            told = self._ask("GET", f"/api/v2/routing/queues?pageSize={PAGE}&pageNumber={page}", "routing:queue:view")
            found += [(queue["id"], queue.get("name") or queue["id"]) for queue in told.get("entities", [])]
            page, pages = page + 1, int(told.get("pageCount") or 0)
        return distinct(found)

    def fetch(self, window: Window, queues: Sequence[str]) -> list[Document]:
        """Results of the window, some queues at a time; those without any data are left out."""
        found: list[Document] = []
        for first in range(0, len(queues), MOST_FILTERED):
            told = self._ask(
                "POST",
                "/api/v2/analytics/conversations/aggregates/query",
                "analytics:conversationAggregate:view",
                self._query(window, queues[first : first + MOST_FILTERED]),
            )
            found += [result for result in told.get("results") or [] if result.get("data")]
        return found

    def document(self, answers: Sequence[Document], names: Mapping[str, str]) -> Document:
        """As the system answers, with the names of queues beside their ids."""
        return {"results": [_named(result, names) for result in answers]}

    def _query(self, window: Window, queues: Sequence[str]) -> Document:
        return {
            "interval": f"{_stamp(window.start)}/{_stamp(window.end)}",
            "granularity": self._granularity,
            "groupBy": ["queueId", "mediaType"],
            "metrics": list(METRICS),
            "filter": {
                "type": "or",
                "predicates": [{"dimension": "queueId", "value": queue} for queue in queues],
            },
        }

    def _ask(self, method: str, path: str, permission: str, body: Document | None = None) -> Document:
        """The answer as JSON; a token that has expired is renewed once. Raises PullError."""
        for _ in range(2):
            if not self._token:
                self._token = self._sign_in()
            headers = {"Authorization": f"Bearer {self._token}"}
            answer = self._send(method, self._where.api + path, headers=headers, json=body)
            if answer.status_code != UNAUTHORISED:
                break
            self._token = ""
        if answer.status_code == UNAUTHORISED:
            raise PullError(Problem(SYSTEM, "the sign-in is not accepted (401)", SECRET_HINT))
        if answer.status_code == FORBIDDEN:
            hint = f"give the OAuth client a role with the permission {permission}"
            raise PullError(Problem(SYSTEM, "not allowed (403)", hint))
        return _json(answer, path.partition("?")[0])

    def _sign_in(self) -> str:
        data = {"grant_type": "client_credentials"}
        answer = self._send("POST", f"{self._where.login}/oauth/token", auth=self._credentials, data=data)
        if answer.status_code in (400, UNAUTHORISED, FORBIDDEN):
            message = f"the client id or its secret is not accepted ({answer.status_code})"
            raise PullError(Problem(SYSTEM, message, SECRET_HINT))
        token = _json(answer, "/oauth/token").get("access_token")
        if not isinstance(token, str) or not token:
            raise PullError(Problem(SYSTEM, "the sign-in gave no token", SECRET_HINT))
        return token

    def _send(self, method: str, url: str, **how: Any) -> httpx.Response:
        """One request, sent again where the system is busy or fails for a moment. Raises PullError."""
        import httpx

        said = ""
        for number in range(TRIES):
            try:
                answer = self._client.request(method, url, **how)
            except httpx.HTTPError as error:
                said, seconds = f"no answer ({type(error).__name__})", 2.0**number
            else:
                if answer.status_code != TOO_MANY and answer.status_code < 500:
                    return answer
                said, seconds = _busy(answer, number)
            if number + 1 < TRIES and self._wait(min(seconds, LONGEST_WAIT_SECONDS)):
                break
        raise PullError(Problem(SYSTEM, f"{said}, also after {number + 1} tries", AGAIN))


def genesys_client() -> httpx.Client:
    """A client for HTTPS that follows no redirects. Raises UsageError where httpx is not installed."""
    try:
        import httpx
    except ModuleNotFoundError as error:
        raise UsageError(Problem("pull genesys", "the package httpx is not installed", INSTALL)) from error
    return httpx.Client(timeout=SECONDS_TO_ANSWER, headers={"Accept": "application/json"})


def _credentials() -> tuple[str, str]:
    missing = [name for name in (CLIENT_ID, CLIENT_SECRET) if not os.environ.get(name)]
    if missing:
        hint = "set them to an OAuth client for client credentials; they are read from the environment alone"
        raise UsageError(Problem(name, "the variable of the environment is not set", hint) for name in missing)
    return os.environ[CLIENT_ID], os.environ[CLIENT_SECRET]


def _busy(answer: httpx.Response, number: int) -> tuple[str, float]:
    """What is wrong for a moment, and how many seconds to wait: as the system says, else longer each time."""
    told = answer.headers.get("Retry-After", "")
    seconds = float(told) if re.fullmatch(r"\d+(\.\d+)?", told) else 2.0**number
    if answer.status_code == TOO_MANY:
        return "too many requests (429)", seconds
    return f"the system has an error ({answer.status_code})", seconds


def _json(answer: httpx.Response, path: str) -> Document:
    if answer.status_code >= 300:
        raise PullError(Problem(SYSTEM, f"{path} was refused ({answer.status_code})", "look at the options"))
    try:
        told = answer.json()
    except ValueError:
        told = None
    if not isinstance(told, dict):
        raise PullError(Problem(SYSTEM, f"the answer of {path} is not what is documented", AGAIN)) from None
    return told


def _named(result: Document, names: Mapping[str, str]) -> Document:
    group = result["group"]
    queue = group.get("queueId", "")
    label = queue_label(names.get(queue, queue), group.get("mediaType", ""))
    data = [{**each, "metrics": _with_zeros(each.get("metrics") or [])} for each in result["data"]]
    return {"group": {**group, "queueName": label}, "data": data}


def _with_zeros(metrics: Sequence[Document]) -> list[Document]:
    there = {each["metric"] for each in metrics}
    return [*metrics, *({"metric": name, "stats": {"count": 0}} for name in COUNTED if name not in there)]


def _stamp(instant: pd.Timestamp) -> str:
    return f"{instant:%Y-%m-%dT%H:%M:%S}.000Z"
