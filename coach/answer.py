"""Is a message an answer, or a command or question that interrupts? And what kind of answer?"""

from __future__ import annotations

import math
import re

from coach.message import Message

# Intents that interrupt the open question. Everything else a leader types is an answer to it.
INTERRUPTIONS = frozenset(
    {
        "stop", "pause", "start_over", "skip", "go_back", "repeat", "ask_explanation", "ask_example", "ask_help",
        "choose_principle", "delete_my_data", "ask_contact", "ask_bot_identity", "ask_privacy", "ask_about_network",
        "ask_about_bottlenecks", "ask_about_principles", "greet", "goodbye", "thank", "insult", "out_of_scope",
        "resume", "withdraw_consent",
    }
)  # fmt: skip
# The probability that a message is a command or a question, all of them together, from which it interrupts: an answer
# that is lost costs the leader's trust, a command that is missed a second try. From the curve in docs/herkenning.md.
LEAST_PROBABILITY = 0.5
LEAST_PROBABILITY_REFLECTING = 0.9
# Beyond this a probability is as good as certain.
NEGLIGIBLE = 1e-6
MOST_WORDS = 12
THIN_WORDS = 3
# Up to this many words, a yes or a no is nothing but that, and a message that names a bottleneck chooses it; a longer
# one tells a story.
BRIEF_WORDS = 6
WORDS_OF_NOT_KNOWING = 8

_YES = re.compile(
    r"^\W*(?:ja|jawel|jazeker|jep|yes|yep|klopt|precies|inderdaad|zeker|exact|juist|helemaal"
    r"|ok|oke|oké|prima|goed zo|(?:heel )?graag|doe maar|(?:dat )?is goed|dat is (?:het|zo))\b"
    r"(?!\W+(?:niet|nee|geen)\b)"
)
_NO = re.compile(
    r"^\W*(?:(?:ja\W+)?nee|neen|nope|niet|(?:liever |eerder )?iets anders"
    r"|geen van (?:beide|tweeën|die)|(?:dat )?klopt niet|dat bedoel ik niet"
    r"|(?:zeker|helemaal|absoluut|liever|toch maar|laat maar) niet)\b"
)
_TAKES_BACK = re.compile(r"\b(?:nee|niet|geen|wacht)\b")
# Of the leader, and not what they know something about: "mijn team weet niet wat er speelt" is an answer.
_UNKNOWN = re.compile(
    r"(?:(?:^|[.?!,;])(?:\W|(?:ja|nee|pff+|tja|eh+m?|hm+|nou|sorry|maar|dat)\b)*|\bik )"
    r"weet (?:ik )?(?:(?:het|dat|ook|echt|nog|zo|eigenlijk|gewoon) )*niet\b(?! (?:wie|wat|hoe|of|waar|waarom|welke)\b)"
    r"|\bdat weet (?:ik )?(?:ook |echt |nog )*niet\b|(?<!heeft )(?<!hebben )\bgeen (?:flauw )?idee\b"
    r"|\bzou (?:ik )?(?:het )?(?:ook |echt )*niet weten\b|\bniet weten hoor\b|(?<!heeft )(?<!hebben )\bgeen benul\b"
)
_BUT_THEN = re.compile(r"\bmaar (?:ik|we|wij)\b")
# Words that a Dutch sentence has, and words of other languages that it has not.
_DUTCH = re.compile(
    r"\b(?:ik|je|jij|wij|ze|zij|het|een|de|niet|dat|dit|die|en|van|op|te|voor|met|maar|als|ook|naar|bij|aan|om|er|wat"
    r"|wie|hoe|waar|mijn|ons|onze|geen|ja|nee|wel|nog|zijn|heb|hebben|moet|mag|kan|wil|weet)\b"
)
_FOREIGN = re.compile(
    r"\b(?:the|what|are|you|my|and|with|can|how|this|that|have|not|who|where|i|please|speak|they|our|does|your"
    r"|from|to|when|why|tell|ich|und|nicht|das|ist|mit|wir|kein|ein|sie|für|auf|der|möchte|est|que|vous|les|des|une"
    r"|pas|bonjour|pour|avec|nous|le|la|parlez|hola|hablas|español|el|los|una|por|para|yo|merhaba|çok|bir|dzień"
    r"|dobry|nie|jest)\b"
)
_ANOTHER_ALPHABET = re.compile(r"[\u0370-\u1dff\u2c00-\ud7ff]")
# Words that leave things as they are; with any other word beside them, a message adds something.
_AS_IT_IS = re.compile(
    r"^(?:\W|\b(?:ja|jawel|jazeker|jep|yes|klopt|kloppen|precies|inderdaad|zeker|exact|juist|helemaal|ok|oke|oké|oki|prima"
    r"|top|mooi|mooie|perfect|akkoord|duidelijk|fijn|goed|goeie|samenvatting|dit|dat|het|zo|is|was|dus|hoor|wel|nu|zijn"
    r"|lijkt|vind|me|mij|ik|voor|ziet|er|uit|wat|staan|staat|laten|we|laat|maar|volgens|alles|compleet|volledig|dank|je"
    r"|dankje|bedankt|genoeg|voldoende|klaar|ga|door|verder|deze|die|de|een|nee|niks|niets|geen|meer|mag|blijven|aanvulling\w*|toevoeging\w*"
    r"|wijziging\w*|bijzonders|anders|aan|toe|te|voegen|veranderen|nodig|heb|hoeft)\b)*$"
)
_ADVICE = re.compile(
    r"\bzeg jij het maar\b|^(?:en )?wat (?:moet|kan|zou) ik (?:nu |dan |hier )?(?:doen|zeggen)\b"
    r"|\bgeef (?:me |mij )?(?:eens )?(?:een )?advies"
    r"|\bwat (?:zou|vind|raad) jij\b|\bheb je (?:een )?(?:tip|advies|idee)\b|, wat moet ik doen\W*$"
)
# A question that is quoted is for others.
_FOR_OTHERS = re.compile(r":|\bvra(?:ag|gen)\b.*\b(?:aan|mijn|de|het)\b|\bvragen zich af\b")
# "Je" is also anybody ("je kunt toch niet alles zelf doen?"): it is the coach beside what only the coach can be asked.
_YOU = re.compile(
    r"\b(?:jij|jou|jouw|jullie|u|uw|gij|uwe)\b|\bje (?:advies|mening|tip|idee|oordeel|antwoord)\b"
    r"|\b(?:heb|weet|vind|bedoel|ben|raad|denk|zou|wil|snap|begrijp|lees|luister) (?:je|ge)\b"
    r"|\bk[au]n (?:je|ge) (?:me|mij|ons|eens)\b"
)


def count_words(text: str) -> int:
    """How many words `text` has."""
    return len(re.findall(r"\w[\w'’-]*", text))


def speaks_another_language(text: str) -> bool:
    """Whether `text` has words of another language and none of Dutch, or hardly a letter of our alphabet."""
    lowered = text.lower()
    if len(_ANOTHER_ALPHABET.findall(text)) > len(text) / 2:
        return True
    return len(_FOREIGN.findall(lowered)) > 1 and not _DUTCH.search(lowered)


def interrupts(message: Message, *, reflecting: bool) -> bool:
    """Whether a message is a command or question instead of an answer.

    `reflecting`: the bottleneck is known, so that the open question is about the leader's own work.
    """
    if message.intent in {"crisis", "other_language"}:  # decided elsewhere, whatever else the message may be
        return True
    if message.intent not in INTERRUPTIONS:
        return False
    if reflecting:
        return interrupting(message) >= LEAST_PROBABILITY_REFLECTING
    return _sum_of_interruptions(message) >= LEAST_PROBABILITY


def interrupting(message: Message) -> float:
    """The probability that a message interrupts the reflection, by its intents and by the layer for commands.

    The two are pooled by the mean of their log-odds: each sees what the other misses (docs/herkenning.md).
    """
    by_intents = _sum_of_interruptions(message)
    if message.command is None:
        return by_intents
    return 1 / (1 + math.exp(-(_log_odds(by_intents) + _log_odds(message.command)) / 2))


def _sum_of_interruptions(message: Message) -> float:
    return sum(float(item["confidence"]) for item in message.ranking if item["name"] in INTERRUPTIONS)


def _log_odds(probability: float) -> float:
    kept = min(max(probability, NEGLIGIBLE), 1 - NEGLIGIBLE)
    return math.log(kept / (1 - kept))


def is_brief(text: str) -> bool:
    """Whether a message is short enough to be a choice, a yes or a no and nothing more."""
    return count_words(text) <= BRIEF_WORDS


def says_yes(text: str, intent: str) -> bool:
    """Whether a message agrees; a no in its first words decides against what was recognised."""
    if says_no(text, intent):
        return False
    return intent == "affirm" or bool(_YES.match(text.lower()))


def says_plain_yes(text: str, intent: str) -> bool:
    """Whether a message is a yes that nothing takes back ("ok, toch maar niet"): for what cannot be undone."""
    return says_yes(text, intent) and not _TAKES_BACK.search(text.lower())


def says_no(text: str, intent: str) -> bool:
    """Whether a message disagrees."""
    return intent == "deny" or bool(_NO.match(text.lower()))


def says_unknown(text: str) -> bool:
    """Whether a message says in so many words that the leader does not know, and hardly more."""
    lowered = text.lower()
    return (
        bool(_UNKNOWN.search(lowered)) and not _BUT_THEN.search(lowered) and count_words(text) <= WORDS_OF_NOT_KNOWING
    )


def says_nothing(text: str, intent: str) -> bool:
    """Whether an answer only says that there is none ("weet ik niet"), or agrees or disagrees with nothing.

    Doubt alone is no lack of an answer: "hm, misschien mijn manager vragen" is one.
    """
    most_words = {"affirm": BRIEF_WORDS, "deny": BRIEF_WORDS, "unsure": THIN_WORDS}.get(intent, 0)
    return says_unknown(text) or count_words(text) <= most_words


def leaves_as_it_is(text: str) -> bool:
    """Whether a message adds nothing and changes nothing ("laat maar zo", "ziet er goed uit")."""
    return bool(_AS_IT_IS.search(text.lower()))


def asks_for_advice(text: str) -> bool:
    """Whether a message leaves the answer to the coach ("zeg jij het maar, wat moet ik doen")."""
    return bool(_ADVICE.search(text.lower())) and not _FOR_OTHERS.search(text.lower())


def asks_the_coach(text: str) -> bool:
    """Whether a message is a question to the coach ("wat is je advies?"), and so no answer to the coach's own."""
    if asks_for_advice(text):
        return True
    asks = text.rstrip(" !").endswith("?") and count_words(text) <= MOST_WORDS
    return asks and bool(_YOU.search(text.lower())) and not _FOR_OTHERS.search(text.lower())


def is_thin(text: str, intent: str) -> bool:
    """Whether an answer is too short or too evasive to go on from."""
    return says_nothing(text, intent) or count_words(text) <= THIN_WORDS
