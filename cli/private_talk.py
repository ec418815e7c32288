"""Conversations with two models in a private shop: scripted ones, and the last ones again."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import groupby
from pathlib import Path
from typing import Any

import httpx

from cli.dialogues import TURN_TIMEOUT_S, Dialogue, hold, read_dialogues
from cli.private_shop import PrivateShop, private_shop
from cli.training import Progressing
from common.errors import ServiceUnavailable
from common.settings import Settings
from learning.evidence import Stories
from learning.replay import Replay, Turn, compare_answers

STORIES = Path(__file__).resolve().parent.parent / "tests" / "dialogues" / "demo_shop.yml"
# So many turns of the last conversations are held again: each takes both bots a moment.
MOST_TURNS = 120


def talk_with_both(
    settings: Settings,
    folders: tuple[Path, Path],
    *,
    turns: Sequence[Turn],
    replay: Replay,
    progress: Progressing,
) -> tuple[Stories, Replay]:
    """Hold the scripted conversations in a demo shop, and the last ones among this shop's goods.

    Args:
        settings: of the shop that serves.
        folders: of the model in use, and of the candidate.
        turns: of the last conversations.
        replay: how they are read, to be completed by how they are answered.
        progress: told which part is under way.
    """
    stories = _hold_stories(settings, folders, progress)
    asked = _last_whole(turns)
    if not asked:
        return stories, replace(replay, answers=(), turns=0)
    progress.tell("answers", 0, 2 * len(asked))
    try:
        with private_shop(settings, demo=False) as shop:
            answers = []
            for number, folder in enumerate(folders):
                shop.use(folder)
                answers.append(_answers(shop, asked, progress, done=number * len(asked)))
    except ServiceUnavailable as error:
        return stories, replace(replay, missing=error.detail)
    return stories, replace(replay, answers=compare_answers(asked, *answers), turns=len(asked))


def _hold_stories(settings: Settings, folders: tuple[Path, Path], progress: Progressing) -> Stories:
    if not STORIES.is_file():
        return Stories(missing=f"{STORIES} is not there.")
    dialogues = read_dialogues(STORIES)
    progress.tell("stories", 0, 2 * len(dialogues))
    try:
        with private_shop(settings, demo=True) as shop:
            failures = []
            for number, folder in enumerate(folders):
                shop.use(folder)
                found = {}
                for place, dialogue in enumerate(dialogues, start=1):
                    found[dialogue.name] = _failures(dialogue, shop)
                    done = number * len(dialogues) + place
                    progress.tell("stories", done, 2 * len(dialogues))
                failures.append(found)
    except ServiceUnavailable as error:
        return Stories(missing=error.detail)
    before, after = failures
    return Stories(before, after)


def _failures(dialogue: Dialogue, shop: PrivateShop) -> list[str]:
    """What goes wrong. A dialogue that fails is held again: a busy machine may be at fault."""
    wrong = hold(dialogue, base_url=shop.url).failures
    return hold(dialogue, base_url=shop.url).failures if wrong else []


def _last_whole(turns: Sequence[Turn]) -> list[Turn]:
    """The newest conversations, whole, as many as there is time for; each one's turns together."""
    by_conversation: dict[str, list[Turn]] = {}
    for turn in turns:
        by_conversation.setdefault(turn.conversation, []).append(turn)
    chosen: list[Turn] = []
    for mine in reversed(list(by_conversation.values())):
        if len(chosen) + len(mine) <= MOST_TURNS:
            chosen += mine
    return chosen


def _answers(
    shop: PrivateShop, turns: Sequence[Turn], progress: Progressing, *, done: int
) -> list[Mapping[str, Any]]:
    """What the bot says to each turn, each conversation with a new guest."""
    answers: list[Mapping[str, Any]] = []
    for _, mine in groupby(turns, key=lambda turn: turn.conversation):
        with httpx.Client(base_url=shop.url, timeout=TURN_TIMEOUT_S) as http:
            try:
                begun = http.post("/api/chat/sessions", json={}).raise_for_status().json()
                http.headers["Authorization"] = f"Bearer {begun['token']}"
                last: Mapping[str, Any] = begun
                for turn in mine:
                    sent = http.post("/api/chat/messages", json=_message(turn, last))
                    last = sent.json() if sent.is_success else {"state": str(sent.status_code)}
                    answers.append(last)
                    progress.tell("answers", done + len(answers), 2 * len(turns))
            except httpx.HTTPError as error:
                raise ServiceUnavailable(f"The private shop stopped answering: {error}.") from error
    return answers


def _message(turn: Turn, last: Mapping[str, Any]) -> dict[str, str]:
    """The same words; or the same quick reply, where the bot offers it again."""
    said = {"client_message_id": str(uuid.uuid4())}
    for message in last.get("messages", ()) if turn.tapped else ():
        for reply in message.get("quick_replies") or ():
            if reply["title"] == turn.text:
                return {**said, "payload": reply["payload"]}
    return {**said, "text": turn.text}
