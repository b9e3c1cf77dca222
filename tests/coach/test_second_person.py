"""The leader's own words, said back to the leader."""

import pytest

from coach.second_person import turned


@pytest.mark.parametrize(
    ("clause", "said"),
    [
        ("ik vertel het alleen als ik iets nodig heb", "je vertelt het alleen als je iets nodig hebt"),
        ("dat heb ik nooit gevraagd", "dat heb je nooit gevraagd"),
        ("ik heb haar nooit gevraagd wat zij ervan vond", "je hebt haar nooit gevraagd wat zij ervan vond"),
        ("daar durf ik niks over te zeggen", "daar durf je niks over te zeggen"),
        ("ik sla mezelf voor mijn kop om dat mailtje", "je slaat jezelf voor je kop om dat mailtje"),
        ("ik vind dat ik meer had kunnen doen", "je vindt dat je meer had kunnen doen"),
        ("wij hebben de opvang harder nodig dan zij ons", "jullie hebben de opvang harder nodig dan zij jullie"),
        ("nu verdelen we ze over drie mensen", "nu verdelen jullie ze over drie mensen"),
        ("ik kan niet tegen onze directeur op", "je kunt niet tegen jullie directeur op"),
        ("ik was vooral bezig met wat ze van mij dachten", "je was vooral bezig met wat ze van jou dachten"),
        ("de knoop doorhakken schuif ik voor me uit", "de knoop doorhakken schuif je voor je uit"),
        ("ik weet het niet meer", "je weet het niet meer"),
    ],
)
def test_ik_becomes_je_with_the_verb_that_goes_with_it(clause: str, said: str) -> None:
    assert turned(clause) == said


@pytest.mark.parametrize(
    "clause",
    [
        "omdat ik het veld ken",  # no sentence alone
        "dat ik dat nooit heb gevraagd",
        "mijn directeur beslist alles",  # not of the leader
        "de gemeente wil terug en ik moet dan niet wegkijken",
        "ik laat het liggen en bel daarna de bestuurder",  # the second verb goes with "ik" too
        "ik bibber als ik daar aan tafel zit",  # a verb that is not on the list
        "ik weet dat je dat niet zomaar doet",  # somebody else is "je"
        "heb ik nooit gevraagd",  # would be a question
        "volgende keer ga ik",
        "wij de lokalen en niemand is de baas",
        "wat moet ik dan doen?",
        "ik moet het ermee doen",  # would sound like advice
        "ik heb nooit gevraagd waarom",
        "ik zou dus iemand anders kunnen bellen",
        "de kinderen wachten op hulp",
        "",
    ],
)
def test_what_may_not_read_well_is_not_turned(clause: str) -> None:
    assert turned(clause) is None
