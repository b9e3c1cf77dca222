"""The training examples that staff made by correcting, exported for data/nlu."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from django.contrib.auth.decorators import permission_required
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_POST

from review.audit import log_export
from review.models import Example
from review.nlu_file import NAME, Composed, Sentence, compose


def export(
    known: Mapping[str, str], deliver: Callable[[Composed], object] = lambda composed: None, by: str | None = None
) -> Composed:
    """The file of all examples that were checked, the newest first where two are the same.

    It is recorded that they were exported, and logged: by whom and how many, never a text.

    Args:
        known: the intents of the sentences that stand elsewhere in data/nlu (`review.nlu_file.known_in`).
        deliver: brings the file where it is wanted; what it raises is raised, and nothing is recorded.
        by: for the log, where nobody is signed in.
    """
    with transaction.atomic():
        composed = compose(map(_sentence, Example.objects.exclude(checked_at=None)), known)
        deliver(composed)
        kept = [sentence.key for sentence in composed.kept]
        Example.objects.filter(pk__in=kept, exported_at=None).update(exported_at=timezone.now())
        log_export(Example, f"verbeteringen: {len(kept)}", by=by)
    return composed


@require_POST
@permission_required("review.export_example", raise_exception=True)
def download(request: HttpRequest) -> HttpResponse:
    """The file, to be put into data/nlu. What stands elsewhere there is left out by `make improve`."""
    headers = {"Content-Disposition": f'attachment; filename="{NAME}"'}
    return HttpResponse(export({}).text, content_type="application/yaml; charset=utf-8", headers=headers)


def _sentence(example: Example) -> Sentence:
    told = {"level": (example.level_words, example.level), "sector": (example.sector_words, example.sector)}
    words = {entity: (words, value) for entity, (words, value) in told.items() if words and value}
    return Sentence(example.text, example.intent, words, example.pk)
