"""/settings: one message whose buttons change what they show."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import update
from sqlalchemy.orm import Session
from telegram import InlineKeyboardButton, InlineKeyboardMarkup

from db.tables.base import now
from db.tables.conversations import Conversation
from gateway.channels.telegram.markup import as_html
from gateway.speaker import Speaker
from gateway.store import ConversationStore
from gateway.words import Words
from shop.outreach_wishes import (
    TOPICS,
    OutreachWishes,
    name_subject,
    read_wishes,
    set_quiet_hours,
    set_time_zone,
    set_topic,
)

_CHANGE = re.compile(r"set:([a-z]+)(?::([\w/+-]{1,40}))?")
# The hours to choose from; none first.
QUIET: Sequence[tuple[int, int] | None] = (None, (21, 9), (22, 8), (23, 7))
# One clock of each: whoever lives elsewhere takes one that shows their time.
ZONES = (
    "Pacific/Honolulu",
    "America/Los_Angeles",
    "America/Denver",
    "America/Chicago",
    "America/New_York",
    "America/Sao_Paulo",
    "Atlantic/Azores",
    "Europe/London",
    "Europe/Berlin",
    "Europe/Athens",
    "Europe/Istanbul",
    "Africa/Lagos",
    "Africa/Johannesburg",
    "Asia/Dubai",
    "Asia/Karachi",
    "Asia/Kolkata",
    "Asia/Dhaka",
    "Asia/Bangkok",
    "Asia/Shanghai",
    "Asia/Tokyo",
    "Australia/Brisbane",
    "Australia/Sydney",
    "Pacific/Auckland",
    "UTC",
)
_ZONES_IN_A_ROW = 2


@dataclass(frozen=True, slots=True)
class Menu:
    """The message and its buttons."""

    html: str
    keyboard: InlineKeyboardMarkup


class Preferences:
    """Shows and changes what a shopper has set. Its methods block."""

    def __init__(self, *, store: ConversationStore, words: Words) -> None:
        self._store = store
        self._words = words

    def show(self, speaker: Speaker) -> Menu:
        """Everything that can be set."""
        with self._store.sessions() as session:
            wishes = read_wishes(session, _subject(speaker))
            here = session.get_one(Conversation, speaker.conversation_id)
            return self._menu(wishes, locale=here.locale, learnt=bool(here.consent_training))

    def change(self, speaker: Speaker, data: str) -> Menu | None:
        """Do what a button says, and show what is so now; None where the button says nothing."""
        found = _CHANGE.fullmatch(data)
        if found is None:
            return None
        name, value = found[1], found[2] or ""
        if name == "zones":
            return self._zones(speaker)
        with self._store.writing() as session:
            known = self._apply(session, speaker, name, value)
        if not known:
            return None
        if name == "quiet" and value != "0" and not self._wishes(speaker).time_zone:
            # Hours mean nothing before it is known whose.
            return self._zones(speaker)
        return self.show(speaker)

    def _apply(self, session: Session, speaker: Speaker, name: str, value: str) -> bool:
        subject = _subject(speaker)
        match name:
            case "menu":
                return True
            case "locale" if value in self._words.locales:
                _update(session, speaker, locale=value)
            case "learn" if value in ("on", "off"):
                _update(session, speaker, consent_training=value == "on")
            case "quiet" if value.isdigit() and int(value) < len(QUIET):
                hours = QUIET[int(value)] or (None, None)
                set_quiet_hours(session, subject, quiet_from=hours[0], quiet_to=hours[1])
            case "zone" if value in ZONES:
                set_time_zone(session, subject, value)
            case _:
                topic = next((topic for topic in TOPICS if topic == name), None)
                if topic is None or value not in ("on", "off"):
                    return False
                set_topic(session, subject, topic, on=value == "on")
        return True

    def _wishes(self, speaker: Speaker) -> OutreachWishes:
        with self._store.sessions() as session:
            return read_wishes(session, _subject(speaker))

    def _menu(self, wishes: OutreachWishes, *, locale: str, learnt: bool) -> Menu:
        def say(name: str, **params: object) -> str:
            return self._words.say(f"telegram.settings.{name}", locale=locale, **params)

        def switch(name: str, *, on: bool) -> list[InlineKeyboardButton]:
            title = say(name, state=say("on" if on else "off"))
            return [
                InlineKeyboardButton(title, callback_data=f"set:{name}:{'off' if on else 'on'}")
            ]

        languages = [
            InlineKeyboardButton(
                self._words.say("telegram.language", locale=other)
                + (" ✓" if other == locale else ""),
                callback_data=f"set:locale:{other}",
            )
            for other in self._words.locales
        ]
        at = 0
        if wishes.quiet_from is not None and wishes.quiet_to is not None:
            hours = (wishes.quiet_from, wishes.quiet_to)
            at = QUIET.index(hours) if hours in QUIET else 0
            quiet = say("hours", since=f"{hours[0]}:00", until=f"{hours[1]}:00")
        else:
            quiet = say("off")
        rows = [
            languages,
            *(switch(topic, on=wishes.wants(topic)) for topic in TOPICS),
            [
                InlineKeyboardButton(
                    say("quiet", hours=quiet), callback_data=f"set:quiet:{(at + 1) % len(QUIET)}"
                )
            ],
        ]
        if at:
            clock = _clock(wishes.time_zone or "UTC", now())
            rows.append([InlineKeyboardButton(say("zone", clock=clock), callback_data="set:zones")])
        rows.append(switch("learn", on=learnt))
        return Menu(as_html(say("title"), base=None), InlineKeyboardMarkup(rows))

    def _zones(self, speaker: Speaker) -> Menu:
        with self._store.sessions() as session:
            locale = session.get_one(Conversation, speaker.conversation_id).locale
        moment = now()
        buttons = [
            InlineKeyboardButton(_clock(zone, moment), callback_data=f"set:zone:{zone}")
            for zone in ZONES
        ]
        rows = [
            buttons[at : at + _ZONES_IN_A_ROW] for at in range(0, len(buttons), _ZONES_IN_A_ROW)
        ]
        back = self._words.say("telegram.settings.back", locale=locale)
        rows.append([InlineKeyboardButton(back, callback_data="set:menu")])
        question = self._words.say("telegram.settings.which_clock", locale=locale)
        return Menu(as_html(question, base=None), InlineKeyboardMarkup(rows))


def _clock(zone: str, moment: datetime) -> str:
    city = zone.rpartition("/")[2].replace("_", " ")
    return f"{city} {moment.astimezone(ZoneInfo(zone)):%H:%M}"


def _subject(speaker: Speaker) -> str:
    return name_subject(conversation_id=speaker.conversation_id, customer_id=speaker.customer_id)


def _update(session: Session, speaker: Speaker, **values: object) -> None:
    here = Conversation.id == speaker.conversation_id
    session.execute(update(Conversation).where(here).values(**values))
