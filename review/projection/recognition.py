"""What the coach made of a message that was typed, and whether it was sure."""

from __future__ import annotations

from typing import Any

from coach.message import Message
from coach.recognising import named_bottlenecks, place_said
from coach.themes import LEAST_PROBABILITY
from review.models import Recognition, Turn
from review.models.conversation import Bottleneck, Level, Sector
from review.projection.turns import Exchange
from review.projection.values import items, mapping, number, probabilities, text

FALLBACK = "nlu_fallback"
# Judged apart from the others, and no rival of the first.
CRISIS = "crisis"
MOST_IN_RANKING = 5
FACETS_OF_DANGER = ("kind", "to", "now")
# How much there is to learn of a message: each outweighs all that comes after it.
OF_A_REFUSAL, OF_A_FALLBACK, OF_DOUBT = 400, 200, 100
# From this margin on the coach was sure.
CLEAR = 0.5


def message_of(event: dict[str, Any]) -> Message:
    """The message of a `user` event as the coach's own code reads it; what is malformed in it is left out."""
    parsed = mapping(event.get("parse_data"))
    intent = mapping(parsed.get("intent"))
    return Message(
        text=text(event.get("text")).strip(),
        intent=text(intent.get("name"), 60) or FALLBACK,
        certainty=number(intent.get("confidence")) or 0.0,
        entities=[found for item in items(parsed.get("entities")) if (found := _entity(mapping(item)))],
        ranking=_ranking(parsed.get("intent_ranking")),
        clauses=[found for item in items(parsed.get("clauses")) if (found := _clause(mapping(item)))],
        danger={facet: probabilities(mapping(parsed.get("danger")).get(facet)) for facet in FACETS_OF_DANGER},
        themes=probabilities(parsed.get("themes")),
    )


def recognition_of(turn: Turn, message: Message, proposed: str) -> Recognition:
    """The row of a typed message; `proposed` is the bottleneck that the coach proposed because of it."""
    ranking = [(str(item["name"]), float(item["confidence"])) for item in message.ranking]
    rivals = [probability for name, probability in ranking if name != CRISIS]
    place = place_said(message)
    return Recognition(
        turn=turn,
        intent=message.intent,
        confidence=message.certainty,
        margin=rivals[0] - rivals[1] if len(rivals) > 1 else message.certainty,
        ranking=[list(item) for item in ranking[:MOST_IN_RANKING]],
        fallback=message.intent == FALLBACK,
        proposed=proposed if proposed in Bottleneck.values else "",
        level=level_of(place.get("level")),
        sectors=sectors_of(place.get("sector")),
        themes={name: found for name, found in message.themes.items() if found >= LEAST_PROBABILITY},
        danger={facet: values for facet, values in message.danger.items() if values},
    )


def is_unsure(exchange: Exchange, message: Message) -> bool:
    """Whether the coach, asking for the bottleneck, could not tell which one a message was about.

    Not understood at all, or a story of a bottleneck of which none is likely enough to be named
    (`coach.recognising.LEAST_CERTAINTY_TO_NAME`): the coach asks on.
    """
    before = exchange.before
    if before.get("bottleneck") or before.get("wish") or before.get("requested_slot") not in (None, "bottleneck"):
        return False
    tells = message.intent.startswith("bottleneck_")
    return message.intent == FALLBACK or (tells and not named_bottlenecks(message))


def instructive(recognition: Recognition, *, unsure: bool) -> int:
    """How much there is to learn of a recognised message, from 0 (it was clear) to 700.

    A leader who did not agree with what was proposed weighs most, then a message that was not understood. Doubt comes
    after these, and tells those of a kind apart: the smaller the margin between the first and the second, the more,
    from 0 at `CLEAR` to `OF_DOUBT` where they are equal; at least half of it where the coach was `unsure` which
    bottleneck it was. Danger has no rival: there its own probability is the margin.
    """
    margin = recognition.confidence if recognition.intent == CRISIS else recognition.margin
    doubt = round(OF_DOUBT * max(0.0, 1 - max(margin, 0.0) / CLEAR))
    if unsure:
        doubt = max(doubt, OF_DOUBT // 2)
    return int(OF_A_REFUSAL * recognition.refused + OF_A_FALLBACK * recognition.fallback + doubt)


def level_of(value: Any) -> str:
    """A level, empty where it is none."""
    return value if isinstance(value, str) and value in Level.values else ""


def sectors_of(value: Any) -> str:
    """Sectors between commas in the order of their list, empty where there are none: ",onderwijs,zorg,"."""
    named = [sector for sector in Sector.values if sector in items(value)]
    return f",{','.join(named)}," if named else ""


def _entity(item: dict[str, Any]) -> dict[str, Any] | None:
    entity, value, role = (text(item.get(key)) for key in ("entity", "value", "role"))
    start, end = (number(item.get(key)) for key in ("start", "end"))
    if not (entity and value):
        return None
    found: dict[str, Any] = {"entity": entity, "value": value, **({"role": role} if role else {})}
    return found if start is None or end is None else {**found, "start": int(start), "end": int(end)}


def _clause(item: dict[str, Any]) -> dict[str, Any] | None:
    start, end = number(item.get("start")), number(item.get("end"))
    ranking = _ranking(item.get("intent_ranking"))
    return None if start is None or end is None else {"start": int(start), "end": int(end), "intent_ranking": ranking}


def _ranking(value: Any) -> list[dict[str, Any]]:
    found = [(text(mapping(item).get("name"), 60), number(mapping(item).get("confidence"))) for item in items(value)]
    return [{"name": name, "confidence": confidence} for name, confidence in found if name and confidence is not None]
