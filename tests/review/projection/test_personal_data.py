"""What a leader typed stands nowhere in the review database and its logs but under placeholders."""

from __future__ import annotations

import logging
from urllib.parse import quote

import pytest
from django.db import connection
from sqlalchemy.engine import Engine

from review.projection.following import Projection
from tests.review.projection.logs import bot, hiding, log, slots, store_log, user

NAME, SCHOOL, PHONE, ADDRESS = "Fatima El Idrissi", "De Regenboog", "06 12 34 56 78", "Petra.Jansen@regenboog.nl"
HELD = "Petra.Jansen@regenboog.nl"
SECRETS = (NAME, SCHOOL, PHONE)
STORY = f"{NAME} van {SCHOOL} belt mij op {PHONE}"
MAIL = f"Beste netwerk,\n\n- Gun het tijd: “{STORY}”\n\nMijn eerste stap: {STORY}"
AGREED = {
    "id": "h1", "to": "info@x.nl", "subject": "Verder", "text": MAIL, "reply_address": HELD, "withdrawn": False,
    "consented_at": "2026-11-28T12:00:00+00:00", "version": 1,
}  # fmt: skip
# Words of the leader in every place where the coach puts them.
EVERYWHERE = [
    user(STORY, "bottleneck_mandaat", entities=[{"entity": "heard", "value": STORY, "start": 0, "end": 5}]),
    *slots(situation=STORY, story=STORY, proposed_bottleneck="mandaat", resolution=STORY),
    bot(f"Ik lees: “{STORY}”.", "utter_mirror", {f"Ja, {NAME}": "/affirm"}, fragment=STORY, turned=STORY),
    user("/affirm", "affirm"),
    *slots(bottleneck="mandaat", requested_slot="gun_het_tijd", opened=["gun_het_tijd"]),
    user(f"ik geef {NAME} een jaar", "crisis", 0.5, clauses=[{"start": 0, "end": 3, "intent_ranking": []}]),
    *slots(set_aside={"text": STORY, "entities": [], "ranking": []}, paused="check"),
    bot(f"Je zegt: “ik geef {NAME} een jaar”.", "utter_danger_check"),
    user(f"nee, {NAME} is geen kind", "deny"),
    bot("We gaan verder.", "utter_misread"),
    *slots(paused=None, gun_het_tijd=STORY, said_elsewhere={"weeg_af_en_kies": STORY}, addition=STORY),
    *slots(requested_slot="first_step"),
    bot(f"Dit neem je mee:\n- Gun het tijd: “{STORY}”", "utter_ask_summary_check", summary=STORY),
    user(f"{STORY}, dinsdag", "give_answer"),
    *slots(first_step=STORY, step_when=STORY, step_with_whom=STORY, confidence_raise=STORY),
    bot(None, "utter_mail_link", link=quote(MAIL), custom={"type": "link", "url": f"mailto:x?body={quote(MAIL)}"}),
    bot(None, custom={"type": "summary", "lines": [["gun_het_tijd", "Gun het tijd", STORY]], "first_step": STORY}),
    user(f"ja, {ADDRESS}.", "affirm"),
    *slots(reply_address=HELD, handoff_draft={"to": "info@x.nl", "subject": "Verder", "text": MAIL}),
    bot(f"Dit gaat weg, met {HELD} als antwoordadres:\n\n{MAIL}", "utter_handoff_text", mail=MAIL),
    user("ja", "affirm"),
    *slots(handoff=AGREED, handoff_draft=None, rating=4.0),
    user(f"{NAME} wel", "give_answer"),
    *slots(felt_heard=f"{NAME} wel"),
]


def everything() -> dict[str, str]:
    """Each table of the review database, all of its columns, as text."""
    with connection.cursor() as cursor:
        tables = connection.introspection.table_names(cursor)
        found = {}
        for table in tables:
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")  # noqa: S608 - its own tables
            found[table] = repr(cursor.fetchall())
    return found


def test_nothing_personal_is_kept_but_the_reply_address_in_its_own_place(
    review_database: str, store: Engine, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    store_log(store, "a", [*log(EVERYWHERE, {"event": "stack", "text": STORY}), STORY])
    # The masker knows everything but the address.
    projection = Projection(store, hiding(*SECRETS))
    projection.step(everything=True)
    projection.rebuild()
    kept = everything()
    assert kept.pop("review_replyaddress") == repr([("h1", HELD)])
    shown = "\n".join([*kept.values(), caplog.text])
    assert "[NAAM-1]" in shown
    for secret in (*SECRETS, ADDRESS, "Idrissi", "12 34", "regenboog.nl"):
        for form in (secret, secret.lower(), quote(secret)):
            assert form not in shown, f"{form} is kept"
