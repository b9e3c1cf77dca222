"""What staff change about a turn: what they judge of it, and its flag.

Each change is a posted form whose button is called `change`; the pages show only what somebody may do.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, fields

from django.contrib import messages
from django.core.exceptions import BadRequest, PermissionDenied
from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.utils.timezone import localtime

from review import judging
from review.admin.filters import is_number
from review.guidelines import Guideline, guidelines
from review.judging import Correction, NotAcceptedError
from review.models import Turn

MOST_LIKELY = 3


@dataclass(frozen=True)
class Form:
    """The form of a correction that is open below a turn, as it was filled in, with what is wrong in it."""

    turn: Turn
    filled_in: Correction
    problems: dict[str, str] = field(default_factory=dict)

    @property
    def likely(self) -> list[Guideline]:
        """When to choose what was filled in, what was recognised, and what that resembled."""
        recognised = self.turn.recognition
        names = [self.filled_in.intent, recognised.intent, *(name for name, _ in recognised.ranking)]
        known = guidelines().intents
        return [known[name] for name in dict.fromkeys(names) if name in known][:MOST_LIKELY]


def form_of(turn: Turn) -> Form:
    """The form of a turn with a recognition, as it begins."""
    return Form(turn, judging.begin_of_correction(turn))


def posted_turn(request: HttpRequest) -> Turn:
    """The turn that a change was posted about, with its conversation.

    Raises:
        BadRequest: none was named.
        Http404: it is there no more.
    """
    key = request.POST.get("turn", "")
    if not is_number(key):
        raise BadRequest
    turn: Turn = get_object_or_404(Turn.objects.select_related("conversation", "recognition", "judgement"), pk=int(key))
    return turn


def change(request: HttpRequest, turn: Turn) -> Form | None:
    """Do what was posted about `turn`, and say so; what cannot be accepted comes back as its form.

    Raises:
        BadRequest: nothing that can be done was posted.
        PermissionDenied: this person may not do it.
    """
    wanted = CHANGES.get(request.POST.get("change", ""))
    if wanted is None:
        raise BadRequest
    if not request.user.has_perm(f"review.{wanted.permission}"):
        raise PermissionDenied
    if wanted.permission == JUDGE and not hasattr(turn, "recognition"):
        raise BadRequest
    if wanted.permission == JUDGE and _overtaken(request, turn):
        messages.warning(request, "Nog niet bewaard: een collega beoordeelde deze beurt net. Kijk wat er nu staat.")
        return Form(turn, _filled_in(request)) if "intent" in request.POST else form_of(turn)
    try:
        said = wanted.make(request, turn)
    except NotAcceptedError as error:
        if wanted.permission == FLAG:
            messages.warning(request, error.problems["text"])
            return None
        messages.warning(request, "Nog niet bewaard. Kijk bij het veld waar het bij staat.")
        return Form(turn, _filled_in(request), error.problems)
    messages.success(request, said)
    return None


def _overtaken(request: HttpRequest, turn: Turn) -> bool:
    """Whether a colleague judged a turn after the page was made that this comes from."""
    judged = getattr(turn, "judgement", None)
    if judged is None or judged.author_id == request.user.pk:
        return False
    return bool(request.POST.get("seen") != localtime(judged.saved_at).isoformat())


def _filled_in(request: HttpRequest) -> Correction:
    return Correction(**{each.name: request.POST.get(each.name, "") for each in fields(Correction)})


def _judge_right(request: HttpRequest, turn: Turn) -> str:
    judging.judge_right(turn=turn, author=request.user)
    return "Bewaard: dit klopt."


def _accept(request: HttpRequest, turn: Turn) -> str:
    judging.accept(turn=turn, author=request.user, correction=_filled_in(request))
    return "Goedgekeurd. De zin wordt nu nagekeken op namen en andere gegevens; daarna kan de coach ervan leren."


def _draft(request: HttpRequest, turn: Turn) -> str:
    judging.save_draft(turn=turn, author=request.user, correction=_filled_in(request))
    return "Als concept bewaard."


def _take_back(request: HttpRequest, turn: Turn) -> str:
    judging.take_back(turn=turn)
    return "Het oordeel is weggehaald."


def _flag(request: HttpRequest, turn: Turn) -> str:
    judging.raise_flag(turn=turn, author=request.user, text=request.POST.get("why", ""))
    return "Vlag gezet."


def _unflag(request: HttpRequest, turn: Turn) -> str:
    judging.lower_flag(turn=turn)
    return "Vlag weggehaald."


@dataclass(frozen=True)
class _Change:
    permission: str
    make: Callable[[HttpRequest, Turn], str]


JUDGE, FLAG = "add_judgement", "add_flag"
CHANGES = {
    "judge_right": _Change(JUDGE, _judge_right),
    "accept": _Change(JUDGE, _accept),
    "draft": _Change(JUDGE, _draft),
    "take_back": _Change(JUDGE, _take_back),
    "flag": _Change(FLAG, _flag),
    "unflag": _Change(FLAG, _unflag),
}
