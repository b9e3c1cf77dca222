"""Finds what has a form of its own: e-mail addresses, links, IBAN, BSN, telephone numbers and postcodes."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from review.masking.spans import Kind, Span
from review.masking.words import WORDS

BSN_WEIGHTS = (9, 8, 7, 6, 5, 4, 3, 2, -1)
BSN_DIGITS = 9
IBAN_LENGTHS = range(15, 35)
FEWEST_IBAN_DIGITS = 10
DIGITS_AFTER_ZERO = 9  # of a Dutch telephone number; also the fewest of a foreign one
MOST_DIGITS_ABROAD = 13

EMAIL = re.compile(
    r"[\w.+%-]*\w\s?(?:@|\s?[\[(]at[\])]\s?|\sapenstaartje\s)\s?(?:[^\W_][\w-]*(?:\.|\s?[\[(]dot[\])]\s?|\spunt\s))+[a-z]{2,}",
    re.IGNORECASE,
)
# A bare domain needs an ending that is no Dutch word, or a path: people forget the space after a full stop.
LINK = re.compile(
    r"(?:https?://|www\.)[^\s<>\"']+"
    r"|(?<![\w@.-])(?:[a-z0-9][a-z0-9-]*\.)+"
    r"(?:(?:nl|com|org|net|eu|be|info|io|app|gov|edu|online|site|cloud|amsterdam|frl)\b(?:/[^\s<>\"']*)?|[a-z]{2,10}/[^\s<>\"']+)",
    re.IGNORECASE,
)
IBAN = re.compile(r"(?<!\w)[A-Z]{2}[ .-]?\d{2}(?:[ .-]?[A-Z0-9]){11,30}(?!\w)", re.IGNORECASE)
NINE_DIGITS = re.compile(r"(?<![\d.,+-])\d(?:[ .-]?\d){8}(?![ .-]?\d)")
SAID_BSN = re.compile(
    r"\b(?:bsn|burgerservicenummer|burger service nummer|sofi-?nummer|sofi)\b[^\d\n]{0,25}(\d(?:[ .-]?\d){7,8})(?!\d)",
    re.IGNORECASE,
)
SAID_PHONE = re.compile(
    r"\b(?:tel|telefoon|telefoonnummer|mobiel|mobieltje|gsm|bel|belt|belde|bellen|gebeld|bereikbaar|nummer|nr|appt?|06-nummer)\b"
    r"[^\d\n]{0,25}?((?:\+|\(?0)?[1-9](?:[\s\-–./()]{0,3}\d){7,10})(?![\d-])",
    re.IGNORECASE,
)
DUTCH_IBAN = re.compile(r"NL\d\d[A-Z]{4}\d{10}", re.IGNORECASE)
PHONE = re.compile(r"(?<![\w+])(?:\(?\+|\(?00|\(?0)(?:[\s\-–./()]{0,3}\d){8,14}(?!\d)")
POSTCODE = re.compile(r"(?<![\w,.])[1-9]\d{3}\s?([A-Z]{2})(?!\w)", re.IGNORECASE)
CALENDAR = re.compile(r"\d{1,2}[-/. ]\d{1,2}[-/. ](?:19|20)\d\d")


def is_bsn(text: str) -> bool:
    """Whether the nine digits of `text` pass the 11-proef of a burgerservicenummer."""
    digits = [int(letter) for letter in text if letter.isdigit()]
    total = sum(weight * digit for weight, digit in zip(BSN_WEIGHTS, digits, strict=False))
    return len(digits) == BSN_DIGITS and any(digits) and total % 11 == 0


def is_iban(text: str) -> bool:
    """Whether `text` is an IBAN by its check digits (ISO 7064, modulo 97), whatever its spaces and capitals."""
    compact = "".join(letter for letter in text if letter.isalnum()).upper()
    if len(compact) not in IBAN_LENGTHS or not re.fullmatch(r"[A-Z]{2}\d{2}[A-Z0-9]+", compact):
        return False
    if sum(letter.isdigit() for letter in compact) < FEWEST_IBAN_DIGITS:
        return False  # words of a sentence, which pass the check once in a hundred times
    return int("".join(str(int(letter, 36)) for letter in compact[4:] + compact[:4])) % 97 == 1


def is_phone(text: str) -> bool:
    """Whether the digits of `text` make a Dutch telephone number, or one from abroad that says so with a plus."""
    digits = "".join(letter for letter in re.sub(r"\(0\)", "", text) if letter.isdigit())
    abroad = text.lstrip("(").startswith(("+", "00"))
    if CALENDAR.match(text):
        return False
    if abroad:
        national = digits.removeprefix("00").removeprefix("31").removeprefix("0")
        if digits.removeprefix("00").startswith("31"):
            return len(national) == DIGITS_AFTER_ZERO
        return DIGITS_AFTER_ZERO <= len(digits.removeprefix("00")) <= MOST_DIGITS_ABROAD
    if digits.startswith(("06", "0800", "0900")):
        # People mistype their own number; and the service numbers with seven digits more are of somebody.
        return abs(len(digits) - DIGITS_AFTER_ZERO - 1) <= 1
    return digits[1] != "0" and len(digits) == DIGITS_AFTER_ZERO + 1


def is_said_phone(text: str) -> bool:
    """Whether what stands after "bel" or "nummer" is a number to call and no date or sum."""
    return not CALENDAR.match(text) and not re.search(r"\.\d{3}\.\d{3}|(?:19|20)\d\d[-– ]{1,3}(?:19|20)\d\d", text)


def is_postcode(match: re.Match[str]) -> bool:
    """Whether it is a postcode, and no year or number with a word of two letters after it."""
    letters = match[1].lower()
    if letters in {"sa", "sd", "ss"}:  # never given out
        return False
    written = match[0][4:].isupper() and match[0][4:].strip() == match[1]
    return (written and letters not in WORDS.two_letters) or letters not in WORDS.two_letters or " " not in match[0]


def find_numbers(text: str) -> Iterator[Span]:
    """Everything in `text` that its form gives away."""
    for match in EMAIL.finditer(text):
        yield Span(*match.span(), Kind.EMAIL)
    for match in LINK.finditer(text):
        yield Span(match.start(), match.start() + len(match[0].rstrip(".,;:!?)")), Kind.LINK)
    yield from _ibans(text)
    if any(letter.isdigit() for letter in text):
        yield from _checked(NINE_DIGITS, Kind.BSN, text, lambda match: is_bsn(match[0]))
        yield from (Span(*match.span(1), Kind.BSN) for match in SAID_BSN.finditer(text))
        yield from (Span(*match.span(1), Kind.PHONE) for match in SAID_PHONE.finditer(text) if is_said_phone(match[1]))
        yield from _phones(text)
        yield from _checked(POSTCODE, Kind.POSTCODE, text, is_postcode)


def _checked(form: re.Pattern[str], kind: Kind, text: str, holds: Callable[[re.Match[str]], bool]) -> Iterator[Span]:
    for match in form.finditer(text):
        if holds(match):
            yield Span(*match.span(), kind)


def _ibans(text: str) -> Iterator[Span]:
    """IBANs, of which the pattern may have taken words that follow: the longest beginning that holds counts."""
    for match in IBAN.finditer(text):
        for end in range(match.end(), match.start() + IBAN_LENGTHS.start - 1, -1):
            part = text[match.start() : end]
            if not text[end : end + 1].isalnum() and part[-1].isalnum() and (is_iban(part) or _is_mistyped(part)):
                yield Span(match.start(), end, Kind.IBAN)
                break


def _is_mistyped(text: str) -> bool:
    """Whether it has the form of a Dutch IBAN, which nothing else has, though its check digits are wrong."""
    return bool(DUTCH_IBAN.fullmatch("".join(letter for letter in text if letter.isalnum())))


def _phones(text: str) -> Iterator[Span]:
    """Telephone numbers, of which the pattern may have taken a number that follows."""
    for match in PHONE.finditer(text):
        for end in range(match.end(), match.start() + DIGITS_AFTER_ZERO, -1):
            whole = not (text[end - 1 : end + 1].isdigit() and len(text[end - 1 : end + 1]) > 1)
            if whole and text[end - 1].isdigit() and is_phone(text[match.start() : end]):
                yield Span(match.start(), end, Kind.PHONE)
                break
