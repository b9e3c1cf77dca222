from datetime import date

import pytest
from icalendar import Calendar

from coach.document import as_calendar, as_html, as_text
from coach.step import day_of, tells_when, tells_with_whom
from coach.summary import Line, Summary

TODAY = date(2026, 11, 25)  # a Wednesday
SUMMARY = Summary(
    (Line("gun_het_tijd", "Gun het tijd", "elke maand samen eten <b>&"), Line("addition", "", "en rust")),
    "mandaat",
    "ik vraag om 100 uur",
    "dinsdag",
    "mijn directeur",
)


def test_the_page_holds_everything_and_no_markup_of_the_leader() -> None:
    page = as_html(SUMMARY, TODAY)
    for piece in ("Gun het tijd", "elke maand samen eten &lt;b&gt;&amp;", "Ook dit", "en rust", "25-11-2026"):
        assert piece in page
    for piece in ("ik vraag om 100 uur", "Wanneer: dinsdag", "Met wie: mijn directeur", 'lang="nl"'):
        assert piece in page
    assert "<script" not in page
    assert "src=" not in page


def test_the_text_holds_the_words_as_they_are() -> None:
    text = as_text(SUMMARY, TODAY)
    assert "elke maand samen eten <b>&" in text
    assert text.endswith("www.netwerkmetandereogen.nl.")
    assert "Mijn eerste stap" not in as_text(Summary(SUMMARY.lines_of_answers), TODAY)


def test_the_step_stands_in_the_calendar_on_its_day() -> None:
    made = as_calendar(SUMMARY, TODAY)
    assert made
    event = next(iter(Calendar.from_ical(made).walk("VEVENT")))
    assert event.decoded("dtstart") == date(2026, 12, 1)
    assert event.decoded("dtend") == date(2026, 12, 2)
    assert event["summary"] == "ik vraag om 100 uur"
    assert event["description"] == "mijn directeur"


def test_the_step_taken_twice_stands_in_the_calendar_once_and_another_beside_it() -> None:
    made = [as_calendar(summary, TODAY) for summary in (SUMMARY, SUMMARY, Summary(first_step="dinsdag bel ik"))]
    first, again, other = (str(Calendar.from_ical(each or b"").walk("VEVENT")[0]["uid"]) for each in made)
    assert first == again != other


@pytest.mark.parametrize("step", [None, "ooit eens bellen"])
def test_a_step_without_a_day_makes_no_calendar(step: str | None) -> None:
    assert as_calendar(Summary(first_step=step), TODAY) is None


def test_a_summary_comes_back_from_plain_data() -> None:
    assert Summary.of_dict(SUMMARY.as_dict()) == SUMMARY


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("dinsdag in mijn bila", date(2026, 12, 1)),
        ("woensdag", date(2026, 12, 2)),
        ("morgen bel ik", date(2026, 11, 26)),
        ("overmorgen", date(2026, 11, 27)),
        ("vandaag nog", TODAY),
        ("volgende week maandag", date(2026, 11, 30)),
        ("volgende week vrijdag", date(2026, 12, 4)),
        ("over twee weken", date(2026, 12, 9)),
        ("over 3 dagen", date(2026, 11, 28)),
        ("op 3 december", date(2026, 12, 3)),
        ("3 februari", date(2027, 2, 3)),
        ("1/12", date(2026, 12, 1)),
        ("dinsdag 1-12", date(2026, 12, 1)),
        ("morgenochtend", date(2026, 11, 26)),
        ("niet vandaag maar vrijdag", date(2026, 11, 27)),
        ("met groep 7/8, dinsdag", date(2026, 12, 1)),
        ("31 februari", None),
        ("99-99", None),
        ("binnenkort", None),
        ("", None),
    ],
)
def test_the_day_of_a_step(text: str, day: date | None) -> None:
    assert day_of(text, TODAY) == day


@pytest.mark.parametrize(
    ("text", "when", "whom"),
    [
        ("Dinsdag in mijn bila vraag ik om een bandbreedte van 100 uur", True, True),
        ("ik bel de schoolleider", False, True),
        ("volgende week agendeer ik het", True, False),
        ("een mail sturen", False, False),
        ("na de herfstvakantie met het team om tafel", True, True),
        ("ik vraag Karin om mee te gaan", False, True),
        ("de agenda opruimen", False, False),
        ("om 9 uur de wethouder bellen", True, True),
        ("ik begin klein", False, False),
    ],
)
def test_what_a_step_says_of_when_and_with_whom(text: str, when: bool, whom: bool) -> None:
    assert tells_when(text) is when
    assert tells_with_whom(text) is whom
