"""Builds clients and flows on first use, so that each function pays only for what it uses."""

import logging
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache, cached_property
from random import Random, SystemRandom
from typing import TYPE_CHECKING, Any

from chalicelib.adapters.catalogue import load_offices
from chalicelib.domain.catalogue import Office
from chalicelib.domain.errors import Misconfigured
from chalicelib.ports import (
    Channel,
    Clock,
    Files,
    IdQueue,
    MediaSource,
    Metrics,
    Pace,
    Secrets,
    Sms,
    Store,
    WhatsApp,
)
from chalicelib.settings import Settings, read_settings

if TYPE_CHECKING:
    from chalicelib.domain.inbound import TemplateReport
    from chalicelib.flows.checklist import Checklist
    from chalicelib.flows.circuits import Circuits
    from chalicelib.flows.clearing import Clearing
    from chalicelib.flows.deliver import Deliver
    from chalicelib.flows.desk import Desk
    from chalicelib.flows.dispatch import Dispatch
    from chalicelib.flows.due_clearing import DueClearing
    from chalicelib.flows.due_media import DueMedia
    from chalicelib.flows.due_notices import DueNotices
    from chalicelib.flows.due_requests import DueRequests
    from chalicelib.flows.ingest import Ingest
    from chalicelib.flows.keeping import Keeping, Stored
    from chalicelib.flows.ledger import Ledger
    from chalicelib.flows.lookup import Lookup
    from chalicelib.flows.media import Media
    from chalicelib.flows.orphans import Orphans
    from chalicelib.flows.people import People
    from chalicelib.flows.reading import Reading
    from chalicelib.flows.receipts import Receipts
    from chalicelib.flows.settling import Settling
    from chalicelib.flows.statistics import Statistics
    from chalicelib.flows.sweep import Sweep
    from chalicelib.flows.telling import Telling
    from chalicelib.flows.template_reports import TemplateReports


# botocore's own ten tries for DynamoDB would outlast a function, and WhatsApp's patience with a webhook.
_PATIENCE: dict[str, Any] = {
    "connect_timeout": 2, "read_timeout": 5, "retries": {"mode": "standard", "total_max_attempts": 3},
}  # fmt: skip


def utc_now() -> datetime:
    """The real time."""
    return datetime.now(UTC)


class Wiring:
    """The parts of one process. Every part is built when it is first asked for, and kept."""

    def __init__(self, settings: Settings, clock: Clock = utc_now, rng: Random | None = None) -> None:
        self.settings = settings
        self.clock = clock
        self.rng = rng or SystemRandom()

    @cached_property
    def offices(self) -> Mapping[str, Office]:
        return load_offices()

    @cached_property
    def store(self) -> Store:
        from chalicelib.adapters.dynamo import DynamoStore

        return DynamoStore(self._client("dynamodb"), self.settings.table, self.clock, rng=self.rng)

    @cached_property
    def secrets(self) -> Secrets:
        from chalicelib.adapters.secrets import SsmSecrets

        return SsmSecrets(self._client("ssm"), self.settings.stage, self.clock)

    @cached_property
    def queue(self) -> IdQueue:
        from chalicelib.adapters.queue import SqsQueue

        return SqsQueue(self._client("sqs"), self.settings.queue_url, "notice")

    @cached_property
    def media_queue(self) -> IdQueue:
        from chalicelib.adapters.queue import SqsQueue

        return SqsQueue(self._client("sqs"), self.settings.media_queue_url, "media")

    @cached_property
    def media_source(self) -> MediaSource:
        from chalicelib.adapters.media_by_channel import MediaByChannel

        return MediaByChannel(self.secrets, lambda: self.media_by_meta, lambda: self.media_by_aws)

    @cached_property
    def media_by_aws(self) -> MediaSource:
        from chalicelib.adapters.s3_files import s3_config
        from chalicelib.adapters.social_media import SocialMedia, social_config

        clients = self._client("socialmessaging", social_config()), self._client("s3", s3_config())
        return SocialMedia(*clients, self.settings.media_bucket, self.secrets)

    @cached_property
    def media_by_meta(self) -> MediaSource:
        from chalicelib.adapters.whatsapp_media import CloudMedia

        return CloudMedia(self.settings.graph_url, self.settings.graph_version, self.secrets)

    @cached_property
    def files(self) -> Files:
        from chalicelib.adapters.s3_files import S3Files, s3_config

        if not self.settings.media_bucket:
            raise Misconfigured("KABAR_MEDIA_BUCKET is not set.")
        return S3Files(self._client("s3", s3_config()), self.settings.media_bucket)

    @cached_property
    def whatsapp(self) -> WhatsApp:
        from chalicelib.adapters.whatsapp_by_channel import WhatsAppByChannel

        return WhatsAppByChannel(self.secrets, lambda: self.whatsapp_by_meta, lambda: self.whatsapp_by_aws)

    @cached_property
    def whatsapp_by_meta(self) -> WhatsApp:
        from chalicelib.adapters.whatsapp import CloudApi

        return CloudApi(self.settings.graph_url, self.settings.graph_version, self.secrets)

    @cached_property
    def whatsapp_by_aws(self) -> WhatsApp:
        from chalicelib.adapters.sms import sns_config
        from chalicelib.adapters.whatsapp_social import SocialApi

        return SocialApi(self._client("socialmessaging", sns_config()), self.settings.social_version, self.secrets)

    @cached_property
    def sms(self) -> Sms:
        from chalicelib.adapters.sms import SnsSms, sns_config

        if self.settings.sms_engine == "eum":
            from chalicelib.adapters.sms_eum import EumSms

            return EumSms(self._client("pinpoint-sms-voice-v2", sns_config()), self.settings.sms_configuration_set)
        if self.settings.sms_engine != "sns":
            raise Misconfigured("KABAR_SMS_ENGINE is neither sns nor eum.")
        return SnsSms(self._client("sns", sns_config()))

    @cached_property
    def metrics(self) -> Metrics:
        from chalicelib.adapters.emf import EmbeddedMetrics

        return EmbeddedMetrics(self.settings.stage, self.clock)

    @cached_property
    def pace(self) -> Pace:
        from chalicelib.adapters.pace import COEXISTENCE_PER_S, ChannelPace, LeastDuration

        at_once, per_s = self.settings.sends_at_once, self.settings.sends_per_s
        slow = LeastDuration(at_once / min(per_s, COEXISTENCE_PER_S))
        return ChannelPace(LeastDuration(at_once / per_s), slow, self.secrets)

    @cached_property
    def people(self) -> "People":
        from chalicelib.flows.people import People

        return People(self.store, self.rng)

    @cached_property
    def keeping(self) -> "Keeping":
        from chalicelib.flows.keeping import Keeping

        return Keeping(self.store, self.clock)

    @cached_property
    def ingest(self) -> "Ingest":
        from chalicelib.flows.chat import Chat
        from chalicelib.flows.coexistence import Coexistence
        from chalicelib.flows.following import Following
        from chalicelib.flows.ingest import Ingest
        from chalicelib.flows.moving import Moving
        from chalicelib.flows.status_words import StatusWords

        following = Following(self.store, self.rng)
        chat = Chat(self.store, self.people, following, self.offices, self.metrics, self.clock)
        moving = Moving(self.store, self.people, self.clock)
        words = StatusWords(self.store)
        coexistence = Coexistence(self.store, self.people, words, self.offices, self.metrics, self.clock)
        return Ingest(chat, coexistence, moving, self.receipts, self.keeping, self._template_report)

    def _template_report(self, report: "TemplateReport", channels: Mapping[str, Channel]) -> "Stored":
        """Reports on templates are rare, and need all the words: a webhook that brings none does not load them."""
        return self.template_reports(report, channels)

    @cached_property
    def template_reports(self) -> "TemplateReports":
        from chalicelib.flows.template_reports import TemplateReports

        return TemplateReports(self.keeping, self.circuits, self.offices, self.metrics, self.clock)

    @cached_property
    def ledger(self) -> "Ledger":
        from chalicelib.flows.ledger import Ledger

        return Ledger(self.store, self.metrics, self.clock)

    @cached_property
    def receipts(self) -> "Receipts":
        from chalicelib.flows.receipts import Receipts

        return Receipts(self.ledger, self.circuits, self.keeping, self.clock, self.rng)

    @cached_property
    def circuits(self) -> "Circuits":
        from chalicelib.flows.circuits import Circuits

        return Circuits(self.store, self.metrics, self.clock)

    @cached_property
    def dispatch(self) -> "Dispatch":
        from chalicelib.flows.dispatch import Dispatch

        return Dispatch(self.queue, self.media_queue)

    @cached_property
    def deliver(self) -> "Deliver":
        from chalicelib.flows.deliver import Deliver
        from chalicelib.flows.spending import Spending

        spending = Spending(self.store, self.metrics)
        return Deliver(
            self.store, self.ledger, self.circuits, spending, self.whatsapp, self.sms, self.pace, self.offices, self.clock,
            self.rng, self._sms_reports,
        )  # fmt: skip

    @cached_property
    def due_notices(self) -> "DueNotices":
        from chalicelib.flows.due_notices import DueNotices

        return DueNotices(
            self.store, self.ledger, self.queue, self.keeping, self.metrics, self.offices, self.clock, self._sms_reports
        )

    @cached_property
    def settling(self) -> "Settling":
        from chalicelib.flows.settling import Settling

        return Settling(self.store, self.offices, self.metrics, self.clock)

    @cached_property
    def media(self) -> "Media":
        from chalicelib.flows.media import Media

        return Media(self.store, self.media_source, lambda: self.files, self.settling)

    @cached_property
    def clearing(self) -> "Clearing":
        from chalicelib.flows.clearing import Clearing

        return Clearing(self.store, lambda: self.files, self.clock)

    @cached_property
    def due_media(self) -> "DueMedia":
        from chalicelib.flows.due_media import DueMedia

        return DueMedia(self.store, self.media_queue, self.settling, self.keeping, self.offices, self.clock)

    @cached_property
    def due_requests(self) -> "DueRequests":
        from chalicelib.flows.due_requests import DueRequests

        return DueRequests(self.store, self.keeping, self.metrics, self.offices, self.clock)

    @cached_property
    def due_clearing(self) -> "DueClearing":
        from chalicelib.flows.due_clearing import DueClearing

        return DueClearing(self.store, self.clearing, self.keeping, self.offices, self.clock)

    @cached_property
    def orphans(self) -> "Orphans":
        from chalicelib.flows.orphans import Orphans

        return Orphans(self.store, self.receipts, self.keeping, self.clock)

    @cached_property
    def sweep(self) -> "Sweep":
        from chalicelib.flows.sweep import Sweep

        media = [self.due_media] if self.settings.media_queue_url else []
        # Last, as a bucket that does not answer takes all the time that is left.
        return Sweep([self.due_notices, self.due_requests, self.orphans, *media, self.due_clearing])

    @cached_property
    def lookup(self) -> "Lookup":
        from chalicelib.flows.lookup import Lookup

        return Lookup(self.store, self.offices)

    @cached_property
    def reading(self) -> "Reading":
        from chalicelib.flows.reading import Reading

        return Reading(self.store, self.lookup, self.offices, self.clock, lambda: self.files)

    @cached_property
    def checklist(self) -> "Checklist":
        from chalicelib.flows.checklist import Checklist

        return Checklist(self.store, self.lookup, self.offices, self.clock)

    @cached_property
    def statistics(self) -> "Statistics":
        from chalicelib.flows.statistics import Statistics

        return Statistics(self.store, self.offices, self.clock)

    @cached_property
    def telling(self) -> "Telling":
        from chalicelib.flows.telling import Telling

        return Telling(self.store, self.ledger, self.lookup, self.offices, self.clock, self.rng)

    @cached_property
    def desk(self) -> "Desk":
        from chalicelib.flows.desk import Desk

        return Desk(self.store, self.people, self.lookup, self.offices, self.metrics, self.clock, self.rng)

    @property
    def _sms_reports(self) -> bool:
        return self.settings.sms_engine == "eum"

    def _client(self, service: str, config: Any = None) -> Any:
        import boto3
        from botocore.config import Config

        return boto3.client(service, config=config or Config(**_PATIENCE))  # type: ignore[call-overload]


_clock: Clock = utc_now


def use_clock(clock: Clock) -> None:
    """Lets a development stack replace the time, before the first part is built."""
    global _clock  # noqa: PLW0603  # one process, one time
    _clock = clock
    wired.cache_clear()


@cache
def wired() -> Wiring:
    """This process's wiring, from its environment."""
    _log_json()
    return Wiring(read_settings(), _clock)


def _log_json() -> None:
    from chalicelib.logs import JsonLines

    handlers = logging.getLogger().handlers or [logging.StreamHandler()]
    for handler in handlers:
        handler.setFormatter(JsonLines())
    root = logging.getLogger()
    root.handlers = handlers
    root.setLevel(logging.INFO)
    logging.getLogger("botocore").setLevel(logging.WARNING)
    logging.getLogger("urllib3").setLevel(logging.WARNING)
