"""Plays every transcript of this folder against the trained model and the real action server.

A transcript is a list of turns: what the leader types, what the coach must say (`says`: each a piece of one of its
messages), must not say (`says_not`), which buttons it must offer (`buttons`), how its mail begins (`link`), and how
long the leader was silent before (`after: 3 days`). Nothing is said twice in one, but where the leader has come to the
same point so often that all its texts were said (`again`). Those in `handoff/` run where a sender runs.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

from storage.schema import DAY
from tests.conversations.talk import SHOWN_AGAIN, check_turn, sentences

HERE = Path(__file__).parent
TRANSCRIPTS = sorted(HERE.glob("**/*.yml"))
# Whoever is in danger hears the numbers again.
NEEDED_AGAIN = re.compile(rf"{SHOWN_AGAIN.pattern}|\b112\b", re.MULTILINE)


@pytest.mark.parametrize("path", TRANSCRIPTS, ids=lambda path: path.relative_to(HERE).with_suffix("").as_posix())
def test_transcript(path: Path, request: pytest.FixtureRequest, sender: str) -> None:
    coach = request.getfixturevalue("coach_with_sender" if path.parent.name == "handoff" else "coach")
    before: list[str] = []
    said: set[str] = set()
    for number, turn in enumerate(yaml.safe_load(path.read_text(encoding="utf-8")), start=1):
        if "after" in turn:
            coach.let_pass(sender, float(turn["after"].removesuffix(" days")) * DAY)
            before = []
        messages = coach.say(sender, turn["leader"])
        texts = check_turn(messages, before)
        together = "\n".join(texts)
        where = f"turn {number}, {turn['leader'][:60]!r}: {together}"
        assert number > 1 or re.search("chatbot|computerprogramma", together), f"not said to be a chatbot in {where}"
        before_this = set() if turn.get("again") else said
        new = sentences(texts) if not NEEDED_AGAIN.search(together) else set()
        assert not new & before_this, f"said before: {new & said} in {where}"
        said = said | new if "gewist" not in together else set()
        for piece in turn.get("says", []):
            assert piece in together, f"{piece!r} is missing in {where}"
        for piece in turn.get("says_not", []):
            assert piece not in together, f"{piece!r} stands in {where}"
        offered = [button["title"] for message in messages for button in message.get("buttons") or []]
        assert set(turn.get("buttons", [])) <= set(offered), f"buttons {offered} in {where}"
        if "link" in turn:
            links = [
                message["custom"]["url"] for message in messages if message.get("custom", {}).get("type") == "link"
            ]
            assert len(links) == 1
            assert links[0].startswith(turn["link"])
            assert len(links[0]) < 2000
        before = texts


def test_there_are_transcripts() -> None:
    assert len(TRANSCRIPTS) >= 80
