"""The channel that is taken where no setting names one: it is said, and asked about where the name says another."""

from __future__ import annotations

import re

from staffplan.errors import QUESTION, Note
from staffplan.forecast.notes import Writer
from staffplan.settings.toml_words import quoted_name
from staffplan.site import Queue

NAMED: dict[str, frozenset[str]] = {
    "callback": frozenset({"callback", "callbacks", "rückruf", "rückrufe"}),
    "chat": frozenset({"chat", "chats", "livechat", "webchat", "чат"}),
    "email": frozenset({"email", "emails", "mail", "mails", "ticket", "tickets", "correo", "courriel", "почта"}),
    "social": frozenset({"social", "facebook", "instagram", "twitter"}),
    "counter": frozenset({"counter", "counters", "walkin", "walkins"}),
}
"""Words of a queue's name that say its channel."""
VOICE = frozenset({"voice", "phone", "phones", "telephone", "telefon", "call", "calls", "hotline"})
_HYPHENS = re.compile(r"\b(e|live|web|call|walk)[-_ ](?=mails?\b|chats?\b|backs?\b|ins?\b)", re.IGNORECASE)
_WORD = re.compile(r"[^\W\d_]+")


def channel_named(queue: str) -> str | None:
    """The channel that the name says; None where it says none, or voice."""
    words = {word.lower() for word in _WORD.findall(_HYPHENS.sub(r"\1", queue.replace("_", " ")))}
    if words & VOICE:
        return None
    return next((channel for channel, names in NAMED.items() if words & names), None)


def about_channel(writer: Writer, queue: Queue) -> list[Note]:
    """A queue without a channel in the settings: what it is taken for."""
    if not queue.channel_is_default:
        return []
    named = channel_named(queue.name)
    setting, taken = f"queues.{quoted_name(queue.name)}.channel", f"no channel is given: taken for {queue.channel}"
    if named is None:
        return [writer.assumption(f'{taken}; if that is wrong, write {setting} = "email"')]
    asked = f'{taken}; is it {named}, as its name says? write {setting} = "{named}"'
    return [Note("forecast", QUESTION, queue.name, f'{asked}, or "{queue.channel}" if it is that')]
