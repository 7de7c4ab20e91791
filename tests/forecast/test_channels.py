"""A channel that no setting names is said, and asked about where the queue's name says another."""

from __future__ import annotations

import pytest

from staffplan.forecast.channels import about_channel, channel_named
from staffplan.forecast.notes import Writer
from staffplan.settings.config import load_config
from staffplan.site import resolve_queue


@pytest.mark.parametrize(
    ("queue", "channel"),
    [
        ("Chat", "chat"),
        ("live chat ES", "chat"),
        ("E-Mail Tickets", "email"),
        ("support_mail", "email"),
        ("Call-Back", "callback"),
        ("Facebook", "social"),
        ("walk-in", "counter"),
        ("voice", None),
        ("mailing hotline", None),
        ("phone tickets", None),
        ("Chateau", None),
        ("Sales", None),
    ],
)
def test_a_name_says_a_channel_by_a_whole_word_of_its_own(queue: str, channel: str | None) -> None:
    assert channel_named(queue) == channel


def said(queue: str, settings: str = "") -> list[tuple[str, str]]:
    notes = about_channel(Writer(queue), resolve_queue(queue, load_config(settings, "plan.toml")))
    return [(note.kind, note.message) for note in notes]


def test_a_queue_without_a_channel_is_told_what_it_is_taken_for_and_what_to_write() -> None:
    assert said("Sales") == [
        ("assumption", 'no channel is given: taken for voice; if that is wrong, write queues.Sales.channel = "email"')
    ]


def test_a_name_that_says_another_channel_is_asked_about() -> None:
    [(kind, message)] = said("Chat")
    assert kind == "question"
    assert 'is it chat, as its name says? write queues.Chat.channel = "chat", or "voice" if it is that' in message


def test_a_name_with_a_space_is_quoted_as_the_settings_need_it() -> None:
    assert 'write queues."E-Mail Tickets".channel = "email"' in said("E-Mail Tickets")[0][1]


def test_a_channel_of_the_settings_ends_the_question() -> None:
    assert said("Chat", '[queues.Chat]\nchannel = "voice"') == []
