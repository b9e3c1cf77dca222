"""Is a message an answer, or a command or question that interrupts? And what kind of answer?"""

from __future__ import annotations

import re

# Intents that interrupt the open question. Everything else a leader types is an answer to it.
INTERRUPTIONS = frozenset(
    {
        "stop", "pause", "start_over", "skip", "go_back", "repeat", "ask_explanation", "ask_example", "ask_help",
        "choose_principle", "delete_my_data", "ask_contact", "ask_bot_identity", "ask_privacy", "ask_about_network",
        "ask_about_bottlenecks", "ask_about_principles", "greet", "goodbye", "thank", "insult", "crisis",
        "out_of_scope", "resume",
    }
)  # fmt: skip
# A first step or an example may sound like a command ("we zijn gestopt met dat overleg"): to interrupt, a message must
# be clearly one. Danger interrupts whatever the certainty.
LEAST_CERTAINTY = 0.35
# Once the reflection is under way, a day or a number in an answer is soon taken for something outside the task.
LEAST_CERTAINTY_OUT_OF_SCOPE = 0.85
MOST_WORDS = 12
ALWAYS_INTERRUPT = frozenset({"crisis"})
THIN_WORDS = 3
# Up to this many words, a yes or a no is nothing but that, and a message that names a bottleneck chooses it; a longer
# one tells a story.
BRIEF_WORDS = 6
WORDS_OF_NOT_KNOWING = 8

_YES = re.compile(
    r"^\W*(?:ja|jawel|jazeker|jep|yes|yep|klopt|precies|inderdaad|zeker|exact|juist|helemaal"
    r"|ok|oke|oké|prima|goed zo)\b(?!\W+(?:niet|nee|geen)\b)"
)
_NO = re.compile(
    r"^\W*(?:(?:ja\W+)?nee|neen|nope|niet|(?:dat )?klopt niet|dat bedoel ik niet"
    r"|(?:zeker|helemaal|absoluut|liever|toch maar|laat maar) niet)\b"
)
_UNKNOWN = re.compile(
    r"\b(?:weet (?:ik )?(?:(?:het|dat|ook|echt|nog|zo|eigenlijk|gewoon) )*niet|geen (?:flauw )?idee|"
    r"zou (?:ik )?(?:het )?(?:ook |echt )*niet weten|niet weten hoor|geen benul)\b"
)
_YOU = re.compile(r"\b(?:je|jij|jou|jouw|u|uw|gij|ge|uwe)\b")


def count_words(text: str) -> int:
    """How many words `text` has."""
    return len(re.findall(r"\w[\w'’-]*", text))


def interrupts(intent: str, certainty: float, text: str, *, reflecting: bool) -> bool:
    """Whether a message with this intent (certainty from 0 to 1) is a command or question instead of an answer.

    `reflecting`: the bottleneck is known, so that the open question is about the leader's own work.
    """
    if intent in ALWAYS_INTERRUPT:
        return True
    least = LEAST_CERTAINTY_OUT_OF_SCOPE if intent == "out_of_scope" and reflecting else LEAST_CERTAINTY
    return intent in INTERRUPTIONS and certainty >= least and count_words(text) <= MOST_WORDS


def is_brief(text: str) -> bool:
    """Whether a message is short enough to be a choice, a yes or a no and nothing more."""
    return count_words(text) <= BRIEF_WORDS


def says_yes(text: str, intent: str) -> bool:
    """Whether a message agrees; a no in its first words decides against what was recognised."""
    if says_no(text, intent):
        return False
    return intent == "affirm" or bool(_YES.match(text.lower()))


def says_no(text: str, intent: str) -> bool:
    """Whether a message disagrees."""
    return intent == "deny" or bool(_NO.match(text.lower()))


def says_unknown(text: str) -> bool:
    """Whether a message says in so many words that the leader does not know, and hardly more."""
    return bool(_UNKNOWN.search(text.lower())) and count_words(text) <= WORDS_OF_NOT_KNOWING


def says_nothing(text: str, intent: str) -> bool:
    """Whether an answer only says that there is none ("weet ik niet"), or agrees or disagrees with nothing.

    Doubt alone is no lack of an answer: "hm, misschien mijn manager vragen" is one.
    """
    most_words = {"affirm": BRIEF_WORDS, "deny": BRIEF_WORDS, "unsure": THIN_WORDS}.get(intent, 0)
    return says_unknown(text) or count_words(text) <= most_words


def asks_the_coach(text: str) -> bool:
    """Whether a message is a question to the coach ("wat is je advies?"), and so no answer to the coach's own."""
    return text.rstrip(" !").endswith("?") and count_words(text) <= MOST_WORDS and bool(_YOU.search(text.lower()))


def is_thin(text: str, intent: str) -> bool:
    """Whether an answer is too short or too evasive to go on from."""
    return says_nothing(text, intent) or count_words(text) <= THIN_WORDS
