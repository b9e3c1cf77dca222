"""What the coach calls things, in the words of staff. What has none here is shown under its own name."""

from __future__ import annotations

from coach.danger import Kind, To
from coach.vocabulary import Principle, Theme

INTENTS = {
    "bottleneck_rol": "knelpunt rol",
    "bottleneck_structuur": "knelpunt structuur",
    "bottleneck_mandaat": "knelpunt mandaat",
    "bottleneck_unclear": "een knelpunt, niet duidelijk welk",
    "wish_to_connect": "wens om te verbinden",
    "wish_for_position": "wens om een stevigere positie",
    "give_answer": "een antwoord op de vraag",
    "affirm": "ja",
    "deny": "nee",
    "unsure": "weet het niet",
    "stop": "wil stoppen",
    "pause": "wil even pauze",
    "resume": "wil verder",
    "start_over": "wil opnieuw beginnen",
    "skip": "wil overslaan",
    "go_back": "wil terug",
    "repeat": "wil de vraag nog eens horen",
    "ask_explanation": "vraagt om uitleg",
    "ask_example": "vraagt om een voorbeeld",
    "ask_help": "vraagt wat de coach kan",
    "choose_principle": "kiest een principe",
    "delete_my_data": "wil de gegevens wissen",
    "withdraw_consent": "trekt toestemming in",
    "ask_contact": "vraagt naar contact",
    "ask_bot_identity": "vraagt wie de coach is",
    "ask_privacy": "vraagt naar privacy",
    "ask_about_network": "vraagt naar het netwerk",
    "ask_about_bottlenecks": "vraagt naar de knelpunten",
    "ask_about_principles": "vraagt naar de principes",
    "greet": "begroeting",
    "goodbye": "afscheid",
    "thank": "bedankje",
    "insult": "scheldwoorden",
    "crisis": "gevaar",
    "out_of_scope": "iets waar de coach niet voor is",
    "nlu_fallback": "niet herkend",
}
DANGERS = {
    Kind.HOME: "onveilig thuis",
    Kind.SUICIDE: "gedachten aan zelfdoding",
    Kind.COLLEAGUE: "een vermoeden over een collega",
    Kind.VIOLENCE: "geweld of dreiging",
    Kind.UNCLEAR: "niet duidelijk wat",
}
IN_DANGER = {
    To.LEADER: "de leider zelf",
    To.CHILD: "een kind",
    To.COLLEAGUE: "een collega",
    To.OTHER: "iemand anders",
}
QUESTIONS = {
    "bottleneck": "waar loop je tegenaan",
    "situation": "wat speelt er",
    "level": "op welk niveau werk je",
    "sector": "in welke sector werk je",
    "summary_check": "klopt de samenvatting",
    "first_step": "wat is je eerste stap",
    "step_when": "wanneer doe je dat",
    "step_with_whom": "met wie doe je dat",
    "confidence": "hoe zeker ben je",
    "confidence_raise": "wat maakt je zekerder",
    "handoff_consent": "wil je contact met het netwerk",
    "reply_address": "wat is je e-mailadres",
    "handoff_check": "mag dit worden verstuurd",
    "second_round": "ook het andere knelpunt",
    "rating": "hoeveel sterren geef je",
    "felt_heard": "voelde je je gehoord",
    "confirmation": "weet je het zeker",
    "continue_coaching": "wil je verder",
}
THEMES = {theme.value: theme.value.replace("_", " ") for theme in Theme} | {
    Theme.VER_BESTUUR: "bestuur is ver weg",
    Theme.KORT: "kort antwoord",
    Theme.WISSELING: "wisseling van mensen",
    Theme.PERSOON: "een bepaalde persoon",
}
PRINCIPLES = {principle.value: principle.title for principle in Principle}


def in_words(name: str, words: dict[str, str]) -> str:
    """The words for a name."""
    return words.get(name) or name.replace("_", " ")
