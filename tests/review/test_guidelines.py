"""When staff choose what: for everything that the coach can recognise, and nothing else."""

from __future__ import annotations

import pytest
import yaml

from coach.vocabulary import Sector
from review.guidelines import Guideline, guidelines
from review.models.conversation import Level
from review.words import INTENTS
from tools.model import ROOT


def all_of_them() -> list[Guideline]:
    told = guidelines()
    return [*told.intents.values(), *told.levels, *told.sectors]


def test_each_intent_of_the_domain_can_be_chosen_once_and_no_other() -> None:
    domain = yaml.safe_load((ROOT / "domain.yml").read_text(encoding="utf-8"))
    chosen = [choice.name for group in guidelines().groups.values() for choice in group]
    assert sorted(chosen) == sorted(domain["intents"])
    assert set(INTENTS) - {"nlu_fallback"} == set(domain["intents"])


def test_each_level_and_sector_can_be_chosen() -> None:
    assert [choice.name for choice in guidelines().levels] == Level.values
    assert [choice.name for choice in guidelines().sectors] == [sector.value for sector in Sector]


@pytest.mark.parametrize("guideline", all_of_them(), ids=lambda guideline: guideline.name)
def test_each_says_when_with_an_example_and_what_it_is_not(guideline: Guideline) -> None:
    assert "_" not in guideline.words
    for text in (guideline.when, guideline.example, guideline.unlike):
        assert text == text.strip()
        assert text[-1] in ".?)"
    assert 1 <= guideline.when.count(". ") + 1 <= 3
