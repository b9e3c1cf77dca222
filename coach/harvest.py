"""The harvest: the summary corrected per line, the first step with when and with whom, and how sure the leader is."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

from coach.answer import count_words, is_brief, leaves_as_it_is, says_nothing, says_yes
from coach.confidence import band_of, read_confidence
from coach.fragment import fragment
from coach.message import Message, Taken
from coach.route import State
from coach.step import tells_when, tells_with_whom
from coach.summary import ADDITION, Summary

CLEARLY_SOMETHING_ELSE = 0.8
# Fewer words of a longer step are not the step ("op één vel").
LEAST_WORDS_OF_A_STEP = 5
_ORDINALS = {
    "eerste": 0, "bovenste": 0, "tweede": 1, "derde": 2, "vierde": 3, "vijfde": 4, "laatste": -1, "onderste": -1,
}  # fmt: skip
# What is first or last, and no line.
_COUNTED = "stap|plaats|tijd|keer|week|weken|maand|maanden|jaar|jaren|dag|dagen|instantie|gesprek|uur|helft|kwartaal"
# An order to take a line away, and no answer with "weg" in it ("ik kies mijn eigen weg").
_LINE = (
    r"(?:die|dat|deze|dit|er|hij|alles|(?:de |het )?(?:regel|punt|nummer|zin) ?\d?|de \w+(?: regel)?|wat \w+ .{0,30})"
)
_REMOVES = re.compile(
    r"^\W*(?:(?:nee|ja|maar|oké|ok)\W+)*(?:"
    r"(?:haalt?|gooi|doe|laat)\b.*\b(?:weg|eruit|er uit|eraf)\b|streep\b.*\bdoor\b|(?:verwijder|schrap|wis)\w*\b"
    rf"|(?:mag|kan|moet) {_LINE} .{{0,30}}\b(?:weg|eruit|er uit|eraf)\W*$"
    rf"|{_LINE} (?:(?:\w+ ){{0,2}}?(?:mag|mogen|kan|kunnen|moet)\b.{{0,30}} |(?:regel |maar |ook )?)"
    r"(?:weg|eruit|er uit|eraf)\W*$)"
)
_CHANGES = re.compile(
    r"\b(?:klopt niet|klopte niet|niet goed|verkeerd|fout|verander\w*|wijzig\w*|aanpassen|pas\b.*\baan"
    r"|herschrijf\w*|bij moet|moet zijn|moet worden|bedoelde)\b|\banders\W*$"
)
# The new words of a line, behind a colon or behind what leads to them.
_NEW_WORDS = re.compile(
    r"(?::|\b(?:moet (?:zijn|worden|staan)|(?:verander|wijzig)\w* .{0,30}?\b(?:in|naar)"
    r"|maak (?:er|daar)(?: van)?|wordt|zeg maar)\b[:,]?)"
    r"\s*[“\"']?(?P<words>.{3,}?)[”\"']?\s*$",
    re.IGNORECASE | re.DOTALL,
)
_NUMBER_OF_LINE = re.compile(r"\b(?:regel|punt|nummer|zin) (\d)\b")


def take_summary_check(state: State, message: Message) -> Taken:
    """Close the summary, or take away, change or add a line; it is shown again until it is right."""
    if state["correcting"]:
        return _take_correction(state, str(state["correcting"]), message)
    changed = _take_change(state, message)
    if changed is not None:
        return changed
    text = message.text
    if leaves_as_it_is(text) or says_nothing(text, message.intent) or count_words(text) <= 1:
        return Taken({"skipped": [*state.listed("skipped"), "summary_check"]}, [("utter_reflect_summary", {})])
    added = f"{state[ADDITION]} {text}" if state[ADDITION] else text
    return Taken({ADDITION: added}, [("utter_added", {})])


def _take_change(state: State, message: Message) -> Taken | None:
    """Take a line away or change it; None where the message asks for neither."""
    lines = [line.slot for line in Summary.of(state).lines_of_answers]
    text, lowered = message.text, message.text.lower()
    line = _named_line(message, lines)
    new = _NEW_WORDS.search(text)
    words = new["words"] if new and count_words(new["words"]) > 1 else None
    removes, changes = _REMOVES.search(lowered), _CHANGES.search(lowered)
    if (removes or changes) and line is None and len(lines) == 1:
        line = lines[0]
    if line is None:
        return Taken({}, [("utter_name_a_line", {})]) if removes or changes else None
    if removes:
        return Taken(_without(state, line), [("utter_line_removed", {})])
    if words:
        return Taken({line: words}, [("utter_line_changed", {})])
    return Taken({"correcting": line}) if changes or is_brief(text) else None


def changes_line(state: State, message: Message) -> bool:
    """Whether a message takes away or changes a line of the summary that it names, or leaves the one asked about."""
    if state["correcting"] and leaves_as_it_is(message.text):
        return True
    lines = [line.slot for line in Summary.of(state).lines_of_answers]
    return _named_line(message, lines) is not None and _take_change(state, message) is not None


def _take_correction(state: State, line: str, message: Message) -> Taken:
    """The new words of one line; a no leaves it as it was."""
    if _REMOVES.search(message.text.lower()):
        return Taken({**_without(state, line), "correcting": None}, [("utter_line_removed", {})])
    if leaves_as_it_is(message.text) or says_nothing(message.text, message.intent):
        return Taken({"correcting": None}, [("utter_line_kept", {})])
    return Taken({line: message.text, "correcting": None}, [("utter_line_changed", {})])


def _without(state: State, line: str) -> dict[str, Any]:
    """The changes that take a line out of the summary, so that its question is not asked again."""
    return {line: None, "skipped": [*state.listed("skipped"), line]}


def _named_line(message: Message, lines: list[str]) -> str | None:
    """The line of the summary that a message means: by its principle, its number, or "wat ik toevoegde"."""
    lowered = message.text.lower()
    for principle in message.values("principle"):
        if principle in lines:
            return principle
    if found := _NUMBER_OF_LINE.search(lowered):
        number = int(found[1]) - 1
        return lines[number] if 0 <= number < len(lines) else None
    for word, number in _ORDINALS.items():
        if re.search(rf"(?<!mijn )\b{word}\b(?! (?:{_COUNTED})\b)", lowered) and -len(lines) <= number < len(lines):
            return lines[number]
    return None


def tells_of_step(message: Message) -> bool:
    """Whether a message says when or with whom, and is not clearly something else ("morgen bel ik de wethouder")."""
    told = tells_when(message.text) or tells_with_whom(message.text)
    return told and message.certainty < CLEARLY_SOMETHING_ELSE


def takes_resolution(state: State, message: Message) -> bool:
    """Whether a message agrees to begin with what the leader resolved earlier."""
    return bool(state["resolution"]) and says_yes(message.text, message.intent) and is_brief(message.text)


def take_first_step(state: State, message: Message) -> Taken:
    """The step in the leader's own words, with what it says of when and with whom.

    A plain yes takes the resolution that was said earlier and offered.
    """
    if takes_resolution(state, message):
        message = replace(message, text=str(state["resolution"]))
    # What the step before said itself of when and with whom goes with it.
    stale = [name for name in ("step_when", "step_with_whom") if state[name] and state[name] == state["first_step"]]
    changes: dict[str, Any] = {**dict.fromkeys(stale), "first_step": message.text, "reopened": None}
    if tells_when(message.text):
        changes["step_when"] = message.text
    if tells_with_whom(message.text):
        changes["step_with_whom"] = message.text
    words = fragment(message.text, first=True)
    whole = words and count_words(words) >= min(LEAST_WORDS_OF_A_STEP, count_words(message.text))
    return Taken(changes, [("utter_reflect_step", {"fragment": words if whole else None})])


def take_confidence(state: State, message: Message) -> Taken:
    """Read the number, also from words; asked for once more when there is none, then passed over."""
    number = read_confidence(message.text)
    if number is not None:
        band = band_of(number)
        changes = {"confidence": float(number), "band": band, "reopened": None}
        return Taken(changes, [("utter_reflect_confidence", {"number": number, "band": band})])
    if "confidence" in state.listed("deepened"):
        changes = {"skipped": [*state.listed("skipped"), "confidence"], "reopened": None}
        return Taken(changes, [("utter_no_number", {})])
    return Taken({"deepened": [*state.listed("deepened"), "confidence"]}, [("utter_number_is_hard", {})])
