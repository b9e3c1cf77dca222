"""Reading and following up in a real browser, by somebody of staff with the rights for it and no more."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.contrib.auth.models import Permission, User
from django.utils import timezone
from playwright.sync_api import Locator, Page, expect

from review.models import Conversation, ConversationText, Handoff, Label, Recognition, ReplyAddress, Turn
from tests.review.browser import NARROW, PASSWORD, Desk, Office

RIGHTS = (
    "add_label",
    "view_conversation", "change_conversation", "add_note", "delete_note",
    "view_handoff", "change_handoff", "view_replyaddress",
)  # fmt: skip
LIST = "/review/conversation/"
LONG = "samenwerkingsovereenkomstenoverleggen" * 3
# Each test writes to conversations of its own. By bottleneck, newest first.
CODES = {
    "mandaat": ("MND2AAAAAA", "MND3AAAAAA", "MND4AAAAAA"),
    "rol": ("RLL2AAAAAA", "RLL3AAAAAA"),
    "structuur": ("STR2AAAAAA", "STR3AAAAAA", "STR4AAAAAA"),
}
NOTE, REVIEWED, ASSIGNED, LABELLED, PLAIN = "MND3AAAAAA", "MND4AAAAAA", "STR2AAAAAA", "STR3AAAAAA", "STR4AAAAAA"


def fill() -> None:
    """Eight conversations, each with a message of its own, and a hand-off that was mailed."""
    person = User.objects.create_user(
        "fatima", password=PASSWORD, first_name="Fatima", last_name="Yilmaz", is_staff=True
    )
    person.user_permissions.set(Permission.objects.filter(codename__in=RIGHTS))
    Label.objects.create(name="voor het overleg")
    at = timezone.now()
    for bottleneck, codes in CODES.items():
        for code in codes:
            at -= timedelta(minutes=20)
            words = f"Ik loop vast op mijn {bottleneck} bij [SCHOOL-1], zeg maar {code[:4].lower()}. {LONG}"
            _store(code, bottleneck, words, at)
    mailed = Handoff.objects.create(
        id="one", conversation_id=CODES["rol"][0], consented_at=at, next_attempt_at=at, sent_at=at,
        status="verstuurd", text="[NAAM-1] heeft geen mandaat",
    )  # fmt: skip
    ReplyAddress.objects.create(handoff=mailed, address="leider@voorbeeld.nl")


def _store(code: str, bottleneck: str, words: str, at: timezone.datetime) -> None:
    conversation = Conversation.objects.create(
        code=code, channel="website", started_at=at, last_at=at, messages=2, reached=2, bottleneck=bottleneck,
        level="management", handed_off=code == CODES["rol"][0],
    )  # fmt: skip
    ConversationText.objects.create(conversation=conversation, text=words)
    asks = [{"text": "Waar loop je tegenaan?", "response": "utter_ask_bottleneck", "options": ["Mijn rol"]}]
    for number in range(8):  # longer than a screen
        turn = Turn.objects.create(
            conversation=conversation, number=number, said_at=at, said=words if number else "", replies=asks
        )
        if number:
            Recognition.objects.create(
                turn=turn, intent=f"bottleneck_{bottleneck}", confidence=0.8, margin=0.7, proposed=bottleneck,
                ranking=[[f"bottleneck_{bottleneck}", 0.8], ["give_answer", 0.1]],
            )  # fmt: skip


@pytest.fixture(scope="module")
def office() -> Office:
    return Office(fill, "fatima")


def rows(page: Page) -> Locator:
    return page.locator("#result_list tbody tr")


def is_open(page: Page, code: str) -> None:
    expect(page.get_by_role("heading", name=f"Gesprek {code}")).to_be_visible()


def fits(page: Page) -> bool:
    """Whether nothing is wider than the window."""
    return bool(page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"))


def test_who_signs_in_lands_on_the_page_that_was_asked_for_with_a_menu_of_what_it_may(desk: Desk, page: Page) -> None:
    desk.context.clear_cookies()
    page.goto(f"{LIST}?knelpunt=rol")
    page.get_by_label("Gebruikersnaam").fill("fatima")
    page.get_by_label("Wachtwoord").fill(PASSWORD)
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("knelpunt=rol"))
    expect(rows(page)).to_have_count(2)
    menu = page.locator("#nav-sidebar")
    expect(menu.get_by_role("link", name="Overdrachten")).to_be_visible()
    expect(menu.get_by_role("link", name="Medewerkers")).to_have_count(0)


def test_filters_are_chosen_seen_as_chips_and_taken_away(page: Page) -> None:
    page.goto(LIST)
    expect(rows(page)).to_have_count(8)
    page.keyboard.press("f")
    page.get_by_label("Knelpunt").select_option("mandaat")
    page.get_by_label("Niveau").select_option("management")
    page.get_by_role("button", name="Toon gesprekken").click()
    expect(rows(page)).to_have_count(3)
    chips = page.get_by_role("list", name="Nu gefilterd op").get_by_role("link")
    expect(chips.filter(has_text="knelpunt: mandaat")).to_be_visible()
    chips.filter(has_text="knelpunt").click()
    expect(rows(page)).to_have_count(8)
    expect(chips.filter(has_text="niveau: management")).to_be_visible()
    expect(chips.filter(has_text="knelpunt")).to_have_count(0)
    expect(page.get_by_label("Knelpunt")).to_have_value("")


def test_words_are_searched_by_keyboard(page: Page) -> None:
    page.goto(LIST)
    page.keyboard.press("/")
    page.keyboard.type("rll3 vast")
    page.keyboard.press("Enter")
    expect(rows(page)).to_have_count(1)
    expect(rows(page)).to_contain_text(CODES["rol"][1])
    page.get_by_role("link", name="Alles weghalen").click()
    expect(rows(page)).to_have_count(8)


def test_a_view_is_saved_used_and_removed(page: Page) -> None:
    page.goto(f"{LIST}?knelpunt=structuur")
    page.get_by_text("Bewaar deze weergave").click()
    page.get_by_label("Naam").fill("Over structuur")
    page.get_by_role("button", name="Bewaar", exact=True).click()
    expect(page.get_by_text("Weergave “Over structuur” bewaard.")).to_be_visible()
    page.goto(LIST)
    page.get_by_role("link", name="Over structuur").click()
    expect(rows(page)).to_have_count(3)
    expect(page.get_by_role("link", name="Over structuur")).to_have_attribute("aria-current", "page")
    page.get_by_role("button", name="Weergave Over structuur verwijderen").click()
    expect(page.get_by_role("link", name="Over structuur")).to_have_count(0)
    expect(rows(page)).to_have_count(3)


def test_letters_and_arrows_go_from_one_conversation_to_the_next_within_the_filter(page: Page) -> None:
    first, second, last = CODES["mandaat"]
    page.goto(f"{LIST}?knelpunt=mandaat")
    rows(page).first.get_by_role("link").click()
    is_open(page, first)
    for key, code in (("j", second), ("ArrowRight", last), ("j", last), ("k", second), ("ArrowLeft", first)):
        page.keyboard.press(key)
        is_open(page, code)
    page.keyboard.press("u")
    expect(page).to_have_url(re.compile("knelpunt=mandaat"))
    expect(rows(page)).to_have_count(3)


def test_a_note_is_written_and_saved_by_keyboard_alone(page: Page) -> None:
    page.goto(f"{LIST}{NOTE}/change/")
    page.keyboard.press("n")
    page.keyboard.type("Bespreken op dinsdag, jkbuf?")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Notitie toegevoegd.")).to_be_visible()
    expect(page.get_by_role("region", name="Notities").get_by_role("article")).to_contain_text("dinsdag, jkbuf?")


def test_b_marks_as_reviewed_and_the_next_is_there_though_the_filter_leaves_out_what_is_reviewed(page: Page) -> None:
    page.goto(f"{LIST}?knelpunt=mandaat&beoordeeld=nee")
    rows(page).last.get_by_role("link").click()
    is_open(page, REVIEWED)
    page.keyboard.press("b")
    expect(page.get_by_text(re.compile("Beoordeeld vandaag .* door Fatima Yilmaz"))).to_be_visible()
    page.keyboard.press("k")
    is_open(page, NOTE)
    page.go_back()
    is_open(page, REVIEWED)
    page.keyboard.press("b")
    expect(page.get_by_text("Nog niet beoordeeld.")).to_be_visible()


def test_the_keys_are_shown_and_hidden_and_do_nothing_while_somebody_types(page: Page) -> None:
    page.goto(f"{LIST}{PLAIN}/change/")
    keys = page.get_by_role("dialog", name="Toetsen")
    page.keyboard.press("Shift+?")
    expect(keys).to_be_visible()
    page.keyboard.press("Escape")
    expect(keys).to_be_hidden()
    note = page.get_by_label("Nieuwe notitie")
    note.click()
    page.keyboard.type("jkbnuf/?[")
    expect(note).to_have_value("jkbnuf/?[")
    expect(keys).to_be_hidden()
    is_open(page, PLAIN)
    page.keyboard.press("Escape")
    expect(note).not_to_be_focused()
    page.keyboard.press("u")
    expect(rows(page)).to_have_count(8)


def test_a_conversation_is_taken_on_and_labelled(page: Page) -> None:
    page.goto(f"{LIST}{ASSIGNED}/change/")
    page.get_by_role("button", name="Wijs toe aan mij").click()
    expect(page.get_by_text("Toegewezen aan Fatima Yilmaz.")).to_be_visible()
    expect(page.get_by_label("Toegewezen aan")).to_have_value(re.compile(r"\d+"))
    page.goto(f"{LIST}{LABELLED}/change/")
    page.get_by_label("Label erbij").fill("voor het overleg")
    page.get_by_role("button", name="Voeg toe").click()
    labels = page.get_by_role("list", name="Labels")
    expect(labels).to_contain_text("voor het overleg")
    page.get_by_role("button", name="Label voor het overleg weghalen").click()
    expect(labels).to_have_text("geen")


def test_the_link_is_copied_without_the_filter_and_opens_the_conversation(desk: Desk, page: Page) -> None:
    desk.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.goto(f"{LIST}?knelpunt=structuur")
    rows(page).last.get_by_role("link").click()
    page.get_by_role("button", name="Kopieer link").click()
    expect(page.get_by_role("button", name="Gekopieerd")).to_be_visible()
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied == f"{desk.address}{LIST}{PLAIN}/change/"
    page.goto(copied)
    is_open(page, PLAIN)


def test_what_was_recognised_is_unfolded_by_keyboard(page: Page) -> None:
    page.goto(f"{LIST}{PLAIN}/change/")
    summary = page.locator("summary", has_text="Herkend als: knelpunt structuur, 80 % zeker").first
    details = page.get_by_text("De coach stelde voor: knelpunt structuur.").first
    summary.press("Enter")
    expect(details).to_be_visible()
    summary.press("Enter")
    expect(details).to_be_hidden()


def test_what_is_chosen_for_the_night_stays_after_reloading(page: Page) -> None:
    page.goto(f"{LIST}{PLAIN}/change/")
    page.get_by_label("Weergave").select_option("donker")
    page.reload()
    expect(page.locator("html")).to_have_class("dark")
    expect(page.get_by_label("Weergave")).to_have_value("dark")


@pytest.mark.parametrize("width", [NARROW["width"], 320], ids=["a phone", "enlarged four times"])
def test_all_is_read_without_scrolling_sideways(page: Page, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 640})
    page.goto("/")
    assert fits(page)
    page.get_by_role("button", name="Menu", exact=True).click()
    page.get_by_role("link", name="Gesprekken", exact=True).click()
    page.locator("summary", has_text="Filters").click()
    assert fits(page)
    rows(page).last.get_by_role("link").click()
    is_open(page, PLAIN)
    page.locator("summary", has_text="Herkend als").first.click()
    assert fits(page)
    page.get_by_role("button", name="Bewaar notitie").scroll_into_view_if_needed()
    page.goto("/review/handoff/one/change/")
    expect(page.get_by_text("heeft geen mandaat")).to_be_visible()
    assert fits(page)


@pytest.mark.parametrize("scripts", [False], ids=["no script"])
def test_without_scripts_staff_filter_read_and_follow_up(page: Page) -> None:
    page.goto("/")
    page.get_by_role("link", name="nog niet beoordeeld").click()
    page.locator("summary", has_text="Filters").click()
    page.get_by_label("Knelpunt").select_option("rol")
    page.get_by_role("button", name="Toon gesprekken").click()
    expect(rows(page)).to_have_count(2)
    rows(page).last.get_by_role("link").click()
    is_open(page, CODES["rol"][1])
    page.get_by_label("Nieuwe notitie").fill("Zonder script geschreven")
    page.get_by_role("button", name="Bewaar notitie").click()
    expect(page.get_by_role("article").filter(has_text="Zonder script")).to_be_visible()
    page.get_by_role("button", name="Beoordeeld", exact=True).click()
    expect(page.get_by_text("Op beoordeeld gezet.")).to_be_visible()


def test_a_hand_off_is_taken_up_answered_and_finished(page: Page) -> None:
    page.goto("/")
    page.get_by_role("link", name="overdrachten om op te pakken").click()
    page.get_by_role("link", name=CODES["rol"][0]).click()
    page.get_by_role("button", name="Ik pak dit op").click()
    expect(page.get_by_text("Fatima Yilmaz, vandaag")).to_be_visible()
    page.get_by_role("button", name="Toon het adres").click()
    expect(page.get_by_role("link", name="leider@voorbeeld.nl")).to_be_visible()
    page.get_by_role("button", name="Afronden").click()
    expect(page.get_by_text("Deze overdracht is afgerond.")).to_be_visible()
    expect(page.get_by_role("button", name="Weer openen")).to_be_visible()
    page.get_by_role("link", name="Lees het hele gesprek").click()
    is_open(page, CODES["rol"][0])
