"""Four repairs for Rasa 3.6 and rasa-sdk 3.6 on current libraries.

Each runs once, right after its module was imported.
"""

from __future__ import annotations

import functools
import importlib.abc
import importlib.machinery
import sys
from collections.abc import Callable, Sequence
from types import ModuleType
from typing import Any


def repair_numpy(numpy: Any) -> None:
    """Give back `numpy.VisibleDeprecationWarning`, which NumPy 2 moved to `numpy.exceptions`."""
    numpy.VisibleDeprecationWarning = numpy.exceptions.VisibleDeprecationWarning


def repair_sanic_app(sanic_app: Any) -> None:
    """Let `Sanic.run` serve in its own process.

    Sanic's worker manager pickles the app for each worker. Rasa and rasa-sdk build theirs inside a function, with
    listeners that cannot be pickled. More than one worker is refused with what to do instead.
    """
    run = sanic_app.Sanic.run

    @functools.wraps(run)
    def run_single_process(self: Any, *args: Any, **kwargs: Any) -> None:
        if kwargs.get("workers", 1) > 1:
            raise RuntimeError("SANIC_WORKERS must be 1 here: for more workers, start more processes behind a proxy.")
        kwargs.setdefault("single_process", True)
        run(self, *args, **kwargs)

    sanic_app.Sanic.run = run_single_process


def repair_sanic_response(response: Any) -> None:
    """Give back `sanic.response.stream`, which Sanic 22.6 removed and `rasa shell` answers with."""
    if hasattr(response, "stream"):
        return

    def stream(
        streaming_fn: Callable[..., Any],
        status: int = 200,
        headers: dict[str, str] | None = None,
        content_type: str = "text/plain; charset=utf-8",
    ) -> Any:
        return response.ResponseStream(streaming_fn, status=status, headers=headers, content_type=content_type)

    response.stream = stream


def repair_rasa_action(action: Any) -> None:
    """Validate the action server's answers by one validator.

    `jsonschema.validate` checks the schema itself each time; since jsonschema 4.18 that takes longer than the rest of a
    turn, and Rasa's schema is always the same.
    """
    from jsonschema import Draft202012Validator  # noqa: PLC0415 - every process of the environment loads this module

    validator = Draft202012Validator(action.RemoteAction.action_response_format_spec())

    def validate_action_result(self: Any, result: dict[str, Any]) -> bool:
        validator.validate(result)
        return True

    action.RemoteAction._validate_action_result = validate_action_result


REPAIRS: dict[str, Callable[[Any], None]] = {
    "numpy": repair_numpy,
    "rasa.core.actions.action": repair_rasa_action,
    "sanic.app": repair_sanic_app,
    "sanic.response": repair_sanic_response,
}


def repair_after_loading(loader: Any, repair: Callable[[Any], None]) -> None:
    """Let `loader` repair the module once it has executed it."""
    execute = loader.exec_module

    def exec_module(module: ModuleType) -> None:
        execute(module)
        repair(module)

    loader.exec_module = exec_module


class RepairFinder(importlib.abc.MetaPathFinder):
    """Finds the modules of `REPAIRS` where they are, and repairs them once they are loaded."""

    def find_spec(
        self, name: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        """The ordinary spec of `name`, with its repair behind its loading; None for any other module."""
        repair = REPAIRS.get(name)
        if repair is None:
            return None
        for finder in sys.meta_path:
            if finder is self:
                continue
            spec = finder.find_spec(name, path, target)
            if spec is not None and spec.loader is not None:
                repair_after_loading(spec.loader, repair)
                return spec
        return None


def install() -> None:
    """Put the finder first, once."""
    if not any(isinstance(finder, RepairFinder) for finder in sys.meta_path):
        sys.meta_path.insert(0, RepairFinder())
