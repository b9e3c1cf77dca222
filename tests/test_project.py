"""Everything that is named anywhere exists, is used, and imports; every text keeps to the rules of the house."""

import importlib
import inspect
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
import yaml
from rasa_sdk import Action

from benchmarks.data_report import near
from benchmarks.sentences import HELD_OUT, all_examples, read_examples, training_examples
from coach.answer import INTERRUPTIONS
from coach.danger import Kind, To
from coach.route import NEW_ROUND
from coach.steering import OUTSIDE
from coach.themes import BY_WORDS, STAYS
from coach.vocabulary import Bottleneck, Principle, Theme
from nlu.pooled_classifier import LABELS_ONLY
from review.nlu_file import WRITER
from tools.model import ROOT
from tools.settings import environment

DOMAIN = yaml.safe_load((ROOT / "domain.yml").read_text())
RULES = [
    rule for path in sorted((ROOT / "data/rules").glob("*.yml")) for rule in yaml.safe_load(path.read_text())["rules"]
]
RESPONSES = {
    name: variations
    for path in sorted((ROOT / "data/responses").glob("*.yml"))
    for name, variations in yaml.safe_load(path.read_text())["responses"].items()
}
EXAMPLES: dict[str, list[str]] = {}
for example in training_examples():
    EXAMPLES.setdefault(example.intent, []).append(example.text)
PYTHON = "\n".join(
    path.read_text()
    for folder in ("actions", "channels", "coach", "nlg", "nlu")
    for path in (ROOT / folder).rglob("*.py")
)
ACTIONS = {next(iter(action)) if isinstance(action, dict) else action for action in DOMAIN["actions"]}
CELLS = [(bottleneck, principle) for bottleneck in Bottleneck for principle in Principle]
TEXTS = [(name, variation["text"]) for name, found in RESPONSES.items() for variation in found if "text" in variation]


def steps() -> list[dict[str, Any]]:
    flat = []
    for rule in RULES:
        for step in rule["steps"]:
            flat += step.get("or", [step])
    return flat


def test_every_intent_is_ruled_and_has_examples() -> None:
    named = {step["intent"] for step in steps() if "intent" in step}
    assert named == {*DOMAIN["intents"], "nlu_fallback"}
    assert set(EXAMPLES) == set(DOMAIN["intents"])


@pytest.mark.parametrize("intent", DOMAIN["intents"])
def test_every_intent_has_enough_examples(intent: str) -> None:
    least = {"bottleneck_unclear": 100, "crisis": 150, "out_of_scope": 250, "give_answer": 200}
    least |= {f"bottleneck_{name}": 200 for name in Bottleneck}
    assert len(set(EXAMPLES[intent])) >= least.get(intent, 50)


def test_no_example_stands_twice() -> None:
    only = [example.text for example in all_examples() if LABELS_ONLY in example.noted]
    every = [text.lower() for texts in (*EXAMPLES.values(), only) for text in texts]
    assert [text for text, count in Counter(every).items() if count > 1] == []


def test_of_all_danger_but_what_staff_corrected_is_noted_which_it_is() -> None:
    noted = [*training_examples(), *read_examples(*sorted(HELD_OUT.glob("danger*.yml")))]
    dangers = [example.noted for example in noted if example.intent == "crisis" and example.writer != WRITER]
    assert len(dangers) > 150
    for danger in dangers:
        assert danger["kind"] in set(Kind)
        assert danger["to"] in set(To)
        assert danger["now"] in {True, False}


@pytest.mark.parametrize(("noted", "names"), [("themes", set(Theme) - BY_WORDS), ("principles", set(Principle))])
def test_labels_are_known_and_each_has_enough_answers(noted: str, names: set[str]) -> None:
    learned = [example.noted for example in all_examples() if noted in example.noted]
    held_out = [example.noted for example in read_examples(HELD_OUT / f"{noted}.yml")]
    for found, least in ((learned, 100), (held_out, 10)):
        counts = Counter(label for of_answer in found for label in of_answer[noted])
        assert set(counts) == names
        assert min(counts.values()) >= least
    doubted = {label for of_answer in (*learned, *held_out) for label in of_answer.get("doubted", [])}
    assert doubted <= {*Theme, *Principle}


def test_no_example_has_a_placeholder_of_the_staff_app() -> None:
    assert [example.text for example in all_examples() if re.search(r"\[[A-Z][A-Z-]*(?:-\d+)?\]", example.text)] == []


def test_nothing_is_copied_out_of_the_held_out_sentences() -> None:
    held_out = read_examples(*sorted({*HELD_OUT.glob("*.yml")} - {HELD_OUT / "places.yml", HELD_OUT / "masking.yml"}))
    seen = all_examples()
    assert {example.text.lower() for example in held_out}.isdisjoint(example.text.lower() for example in seen)
    assert [(first.text, second.text) for first, second in near(seen, held_out)] == []
    # Six words in a row that a rule or a list shares with a held-out sentence were taken from it.
    sources = [*ROOT.glob("coach/*.py"), *ROOT.glob("nlu/*.py"), ROOT / "data" / "vocabulary.yml"]
    rules = " ".join(re.findall(r"\w+", " ".join(path.read_text(encoding="utf-8") for path in sources).lower()))
    places = yaml.safe_load((HELD_OUT / "places.yml").read_text(encoding="utf-8"))
    for text in [*(example.text for example in held_out), *(sentence["text"] for sentence in places)]:
        words = re.findall(r"\w+", text.lower())
        shared = [" ".join(words[start : start + 6]) for start in range(len(words) - 5)]
        assert [row for row in shared if f" {row} " in rules] == []


def test_every_action_exists_and_is_named() -> None:
    classes = set()
    for path in (ROOT / "actions").glob("*.py"):
        module = importlib.import_module(f"actions.{path.stem}")
        for _, found in inspect.getmembers(module, inspect.isclass):
            if issubclass(found, Action) and not inspect.isabstract(found) and found is not Action:
                classes.add(found().name())
    assert classes == ACTIONS
    ruled = {step["action"] for step in steps() if "action" in step}
    asked = {name for name in ACTIONS if name.startswith("action_ask_") or name.startswith("validate_")}
    assert asked | {name for name in ruled if name.startswith("action_")} == ACTIONS


def test_every_response_named_exists_and_every_response_is_named() -> None:
    ruled = {step["action"] for step in steps() if step.get("action", "").startswith("utter_")}
    literal = set(re.findall(r'"(utter_[a-z_]+[a-z])"', PYTHON)) - {"utter_action"}
    stems = set(re.findall(r'f"(utter_[a-z_]+)_\{', PYTHON)) - {"utter_ask_about"}
    stems -= {"utter_reflect"}
    by_principle = {f"{stem}_{name}" for stem in (*stems, "utter_explain", "utter_example") for name in Principle}
    by_theme = {f"utter_reflect_{theme}" for theme in Theme if theme != Theme.KORT}
    by_theme |= {f"utter_deepen_{theme}" for theme in STAYS} | {
        "utter_reflect_step_when",
        "utter_reflect_step_with_whom",
    }
    at_the_end = {f"utter_ask_about_{name}" for name in re.findall(r'    question = "([a-z_]+)"', PYTHON)}
    # Questions are named by the form.
    asked = {f"utter_ask_{slot}" for slot in DOMAIN["slots"]} & set(RESPONSES)
    named = ruled | literal | by_principle | by_theme | asked | at_the_end
    assert named - set(RESPONSES) == set()
    assert set(RESPONSES) - named == set()


def test_every_slot_exists_and_is_used() -> None:
    conditions = {
        condition["name"] for found in RESPONSES.values() for item in found for condition in item.get("condition", [])
    }
    assert conditions <= set(DOMAIN["slots"])
    assert set(NEW_ROUND) <= set(DOMAIN["slots"])
    used = (
        set(re.findall(r'"([a-z_]+)"', PYTHON)) | set(Principle) | conditions | set(re.findall(r"\b([a-z_]+)=", PYTHON))
    )
    assert set(DOMAIN["slots"]) <= used


def test_every_channel_store_and_generator_imports() -> None:
    endpoints = yaml.safe_load((ROOT / "endpoints.yml").read_text())
    config = yaml.safe_load((ROOT / "config.yml").read_text())
    named = [*yaml.safe_load((ROOT / "credentials.yml").read_text()), endpoints["nlg"]["type"]]
    named += [importer["name"] for importer in config["importers"]]
    named += [component["name"] for component in config["pipeline"] if "." in component["name"]]
    for name in named:
        module, _, attribute = name.rpartition(".")
        assert inspect.isclass(getattr(importlib.import_module(module), attribute))


@pytest.mark.parametrize(("bottleneck", "principle"), CELLS)
def test_every_cell_has_opening_question_explanation_and_example(bottleneck: Bottleneck, principle: Principle) -> None:
    for kind in ("open", "ask", "deepen", "explain", "example"):
        here = {"type": "slot", "name": "bottleneck", "value": bottleneck.value}
        texts = [item["text"] for item in RESPONSES[f"utter_{kind}_{principle}"] if here in item.get("condition", [])]
        assert len(texts) >= (2 if kind in {"ask", "deepen"} else 1)
        for text in texts:
            assert text.count("?") == (1 if kind in {"ask", "deepen"} else 0)


@pytest.mark.parametrize("theme", [theme for theme in Theme if theme != Theme.KORT])
def test_every_theme_has_reflections_also_without_the_leaders_words_and_questions_where_the_coach_stays(
    theme: Theme,
) -> None:
    reflections = [item["text"] for item in RESPONSES[f"utter_reflect_{theme}"]]
    assert len(reflections) >= 4
    assert not any("?" in text for text in reflections)
    assert len([text for text in reflections if "{" not in text]) >= 2
    questions = [item["text"] for item in RESPONSES.get(f"utter_deepen_{theme}", [])]
    assert bool(questions) == (theme in STAYS)
    assert len(questions) != 1
    assert all(text.count("?") == 1 and "{" not in text for text in questions)


@pytest.mark.parametrize(("name", "text"), TEXTS, ids=lambda value: value[:40])
def test_texts_keep_to_the_rules(name: str, text: str) -> None:
    assert text.count("?") <= 1
    assert not re.search(r"\b(je moet|probeer|tip|waarom)\b", text.lower())
    longer = {"utter_welcome", "utter_danger", "utter_ask_choose_bottleneck", "utter_mail", "utter_handoff_text"}
    assert name in longer or len(text.split()) <= 60
    for placeholder in re.findall(r"\{([a-z_]+)\}", text):
        known = {"fragment", "step", "total", "summary", "number", "link", "answer", "title", "mail", "principle"}
        known |= {"turned", "story", "place", "mailed_to"}
        known |= set(DOMAIN["slots"])
        assert placeholder in known


def test_no_sentence_stands_in_two_texts() -> None:
    # The numbers are said as often as there is danger; a welcome and a second round come once.
    once = ("utter_danger", "utter_stopped_in_danger", "utter_welcome", "utter_second_round")
    found = [
        sentence.strip()
        for name, text in TEXTS
        if not name.startswith(once)
        for sentence in re.split(r"(?<=[.?!])\s+|\n+", re.sub(r"“[^”]*”", "“”", text))
        if len(sentence.split()) >= 3
    ]
    assert [sentence for sentence, times in Counter(found).items() if times > 1] == []


def test_what_can_be_met_twice_has_three_variations() -> None:
    once = {
        "utter_welcome", "utter_welcome_short", "utter_stopped_in_danger", "utter_mail", "utter_mail_link",
        # said without a turn, so that what was said before is not known
        "utter_message_too_long", "utter_message_empty", "utter_turn_failed", "utter_choice_is_over",
        "utter_nothing_chosen", "utter_invite_to_personal_chat", "utter_message_was_changed",
        "utter_message_was_deleted",
    }  # fmt: skip
    too_few = []
    for name, variations in RESPONSES.items():
        conditions = [
            {condition["name"]: condition["value"] for condition in item.get("condition", [])} for item in variations
        ]
        for values in conditions:
            if name not in once and sum(other.items() <= values.items() for other in conditions) < 3:
                too_few.append((name, values))
    assert too_few == []


def test_rasa_finds_the_data_clean() -> None:
    command = [sys.executable, "-m", "rasa", "data", "validate"]
    result = subprocess.run(command, cwd=ROOT, env=environment(), capture_output=True, text=True, check=False)
    output = result.stdout + result.stderr
    assert result.returncode == 0, output
    # Rasa looks for utterances in rules only; those that actions say are checked above.
    warnings = [
        line for line in output.splitlines() if "Warning" in line and "is not used in any story or rule" not in line
    ]
    assert warnings == []


def test_dependencies_point_one_way() -> None:
    forbidden = {
        "coach": ("rasa", "rasa_sdk", "django", "actions", "channels", "nlu", "nlg", "storage", "review"),
        "storage": ("rasa_sdk", "coach", "channels"),
        "storage/schema.py": ("rasa",),
        "storage/__main__.py": ("rasa",),
        "actions": ("rasa", "channels", "nlu", "nlg"),
        "channels": ("actions", "rasa_sdk"),
        "review": ("rasa", "rasa_sdk", "actions", "channels", "nlu", "nlg"),
        "review/masking": ("django", "storage"),
    }
    for folder, names in forbidden.items():
        for path in [ROOT / folder] if folder.endswith(".py") else (ROOT / folder).rglob("*.py"):
            imported = set(re.findall(r"^\s*(?:from|import) (\w+)", path.read_text(), re.MULTILINE))
            assert not imported & set(names), path


def test_lock_files_hold_hashes_and_no_addresses() -> None:
    for path in (ROOT / "requirements").glob("*.txt"):
        text = path.read_text()
        assert "://" not in text
        assert text.count("--hash=sha256:") >= text.count("==")


def test_no_file_names_a_path_of_one_machine() -> None:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    for name in filter(None, listed.split("\0")):
        path = Path(ROOT / name)
        if path.exists():
            assert not re.search(r"/(?:home|root|Users)/\w+/", path.read_text(errors="replace")), name


def test_what_interrupts_is_what_a_rule_answers_while_a_question_is_open() -> None:
    answered = set()
    for rule in RULES:
        if rule.get("condition", [{"active_loop": "reflection_form"}]) == [{"active_loop": "reflection_form"}]:
            for step in rule["steps"]:
                answered |= {either["intent"] for either in [step, *step.get("or", [])] if "intent" in either}
    assert answered == (INTERRUPTIONS | {"crisis"}) - set(OUTSIDE)


def test_commands_are_learned_as_what_interrupts() -> None:
    """The layer for commands learns from all that interrupts, but not from what is said in passing or is outside."""
    pipeline = yaml.safe_load((ROOT / "config.yml").read_text(encoding="utf-8"))["pipeline"]
    layer = next(item for item in pipeline if item["name"].endswith("CommandClassifier"))
    assert set(layer["commands"]) == INTERRUPTIONS - {"greet", "goodbye", "thank", "insult", "out_of_scope"}
