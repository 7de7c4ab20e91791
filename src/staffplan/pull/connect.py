"""Amazon Connect, by boto3: GetMetricDataV2.

Source: the service model of botocore (connect, 2017-08-08), operations GetMetricDataV2 and ListQueues: intervals of
15, 30 or 60 minutes in windows under 3 days, 3 months kept, 100 results a page, 100 values of filters in a request.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import timedelta
from typing import Any, ClassVar

from staffplan.errors import Problem, UsageError
from staffplan.pull.period import Reach, Window
from staffplan.pull.service import Document, PullError, distinct, queue_label

SYSTEM = "Amazon Connect"
PERIODS = {15: "FIFTEEN_MIN", 30: "THIRTY_MIN", 60: "HOUR"}
METRICS = (
    "CONTACTS_QUEUED_BY_ENQUEUE",
    "CONTACTS_HANDLED_BY_CONNECTED_TO_AGENT",
    "CONTACTS_ABANDONED",
    "AVG_HANDLE_TIME",
)
IN_TIME = "SUM_CONTACTS_ANSWERED_IN_X"
MOST_FILTERED, PAGE = 100, 100
INSTALL = "pip install 'staffplan[connect]'"
TRIES = 8
SECONDS_TO_CONNECT, SECONDS_TO_READ = 10, 60
NOT_ACCEPTED = (
    "UnrecognizedClientException",
    "InvalidClientTokenId",
    "InvalidSignatureException",
    "SignatureDoesNotMatch",
    "AuthFailure",
)
EXPIRED = ("ExpiredTokenException", "ExpiredToken", "RequestExpired")
BUSY = ("ThrottlingException", "TooManyRequestsException")
SIGN_IN = "sign in as for the AWS command line: aws configure, aws sso login, a role, or AWS_PROFILE"


class Connect:
    """One instance of Amazon Connect. `client` is boto3's."""

    preset: ClassVar[str] = "amazon-metrics"
    reach: ClassVar[Reach] = Reach(SYSTEM, 90, kept=True)
    longest: ClassVar[timedelta] = timedelta(days=2)

    def __init__(self, client: Any, instance: str, *, minutes: int, timezone: str, within_seconds: float) -> None:
        self._client, self._given = client, instance
        self._interval = {"IntervalPeriod": PERIODS[minutes], "TimeZone": timezone}
        limit = {"Comparison": "LTE", "ThresholdValue": within_seconds}
        self._metrics = [*({"Name": name} for name in METRICS), {"Name": IN_TIME, "Threshold": [limit]}]
        self._arn = instance if instance.startswith("arn:") else ""

    def queues(self) -> Mapping[str, str]:
        """Names of the queues by id; agents' own queues have no metrics."""
        with _told("connect:ListQueues", self._given):
            pages = self._client.get_paginator("list_queues").paginate(
                InstanceId=self._given.rpartition("/")[2], QueueTypes=["STANDARD"]
            )
            every = [queue for page in pages for queue in page["QueueSummaryList"]]
        return distinct([(queue["Id"], queue.get("Name", queue["Id"])) for queue in every])

    def fetch(self, window: Window, queues: Sequence[str]) -> list[Document]:
        """Results of the window, a few queues at a time and page by page."""
        arn = self._resource()
        found: list[Document] = []
        for first in range(0, len(queues), MOST_FILTERED):
            asked = {
                "ResourceArn": arn,
                "StartTime": window.start.to_pydatetime(warn=False),
                "EndTime": window.end.to_pydatetime(warn=False),
                "Interval": self._interval,
                "Filters": [{"FilterKey": "QUEUE", "FilterValues": list(queues[first : first + MOST_FILTERED])}],
                "Groupings": ["QUEUE", "CHANNEL"],
                "Metrics": self._metrics,
                "MaxResults": PAGE,
            }
            found += [result for result in self._pages(asked) if _begins_in(result, window)]
        return found

    def document(self, answers: Sequence[Document], names: Mapping[str, str]) -> Document:
        """As the AWS command line prints the answer, with the names of queues beside their ids."""
        return {"MetricResults": [_plain(result, names) for result in answers]}

    def _pages(self, asked: Document) -> Iterator[Document]:
        token: Document = {}
        while True:
            with _told("connect:GetMetricDataV2", self._given):
                page = self._client.get_metric_data_v2(**asked, **token)
            yield from page["MetricResults"]
            if not page.get("NextToken"):
                return
            token = {"NextToken": page["NextToken"]}

    def _resource(self) -> str:
        """The instance's ARN, asked for once where its id is given."""
        if not self._arn:
            with _told("connect:DescribeInstance", self._given):
                self._arn = str(self._client.describe_instance(InstanceId=self._given)["Instance"]["Arn"])
        return self._arn


def connect_client(instance: str, region: str | None) -> Any:
    """boto3's client for the instance's region, with credentials by boto3's own rules and standard retries.

    Raises UsageError where boto3 is not installed, or no region is known.
    """
    try:
        import boto3
        from botocore.config import Config
        from botocore.exceptions import BotoCoreError
    except ModuleNotFoundError as error:
        problem = Problem("pull connect", "the package boto3 is not installed", INSTALL)
        raise UsageError(problem) from error
    parts = instance.split(":")
    how = Config(
        retries={"mode": "standard", "max_attempts": TRIES},
        connect_timeout=SECONDS_TO_CONNECT,
        read_timeout=SECONDS_TO_READ,
    )
    try:
        return boto3.client("connect", region_name=region or (parts[3] if len(parts) > 3 else None), config=how)
    except (BotoCoreError, ValueError) as error:
        message = f"no connection can be prepared ({type(error).__name__})"
        raise UsageError(Problem("--region", message, f"give the region, like eu-west-2; {SIGN_IN}")) from None


def _begins_in(result: Document, window: Window) -> bool:
    return bool(window.start <= result["MetricInterval"]["StartTime"] < window.end)


def _plain(result: Document, names: Mapping[str, str]) -> Document:
    own, interval = result["Dimensions"], result["MetricInterval"]
    queue, channel = own.get("QUEUE", ""), own.get("CHANNEL", "VOICE")
    label = queue_label(names.get(queue, queue), channel)
    values = [
        {"Metric": {"Name": each["Metric"]["Name"]}, "Value": each.get("Value")} for each in result["Collections"]
    ]
    return {
        "Dimensions": {"QUEUE": queue, "QUEUE_NAME": label, "CHANNEL": channel},
        "MetricInterval": {"StartTime": interval["StartTime"].isoformat()},
        "Collections": values,
    }


@contextmanager
def _told(permission: str, instance: str) -> Iterator[None]:
    """Inside, what boto3 raises becomes a PullError in words that hold nothing of the credentials."""
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        yield
    except ClientError as error:
        raise PullError(
            _refused(str(error.response.get("Error", {}).get("Code", "")), permission, instance)
        ) from None
    except BotoCoreError as error:
        raise PullError(_unreached(type(error).__name__)) from None


def _refused(code: str, permission: str, instance: str) -> Problem:
    if code in NOT_ACCEPTED:
        return Problem(SYSTEM, f"the credentials are not accepted ({code})", SIGN_IN)
    if code in EXPIRED:
        return Problem(SYSTEM, f"the credentials have expired ({code})", SIGN_IN)
    if code in BUSY:
        return Problem(SYSTEM, f"too many requests, also after {TRIES} tries ({code})", "try again in some minutes")
    if code.startswith("AccessDenied"):
        return Problem(SYSTEM, f"not allowed ({code})", f"ask for the permission {permission} on {instance}")
    if code == "ResourceNotFoundException":
        return Problem(SYSTEM, f"there is no instance {instance!r} in this region", "look at --instance and --region")
    return Problem(SYSTEM, f"{permission} was refused ({code or 'without a reason'})", "look at the options")


def _unreached(kind: str) -> Problem:
    """Of an error of botocore that is not an answer, by the name of its class."""
    if "Credential" in kind or "Token" in kind or "Profile" in kind or "SSO" in kind:
        return Problem(SYSTEM, f"no credentials are found, or they cannot be used ({kind})", SIGN_IN)
    return Problem(SYSTEM, f"no answer ({kind})", "look at the network and --region, then try again")
