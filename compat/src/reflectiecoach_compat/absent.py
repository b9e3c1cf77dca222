"""A TensorFlow that is not there: its names resolve, using one raises.

Rasa imports TensorFlow and Keras everywhere, also where nothing of them is used. This product uses no component
that needs them, so the environment goes without: half the memory, a third of the disk.
"""

from __future__ import annotations

import importlib.abc
import importlib.machinery
import sys
from collections.abc import Sequence
from types import ModuleType
from typing import Any, NoReturn

ROOTS = ("tensorflow", "keras")


class TensorFlowMissing(ImportError):  # noqa: N818 - says what is the matter, as ModuleNotFoundError does
    """TensorFlow was used. An ImportError, so that code that probes for it (thinc) takes it as absent."""


class Placeholder(type):
    """The class of every name in the stand-in: a class that can be named and subclassed, never called."""

    def __getattr__(cls, name: str) -> Placeholder:
        """A placeholder below this one; dunder and private names stay absent, for `inspect` and `copy`."""
        if name.startswith("_"):
            raise AttributeError(name)
        return placeholder(f"{cls.__module__}.{cls.__qualname__}", name)

    def __call__(cls, *args: Any, **kwargs: Any) -> NoReturn:
        """Raise TensorFlowMissing, with what to change."""
        raise TensorFlowMissing(
            f"{cls.__module__}.{cls.__qualname__} needs TensorFlow, which this project leaves out. Take the "
            "component that uses it out of config.yml (DIETClassifier, TEDPolicy, UnexpecTEDIntentPolicy, "
            "ResponseSelector, LanguageModelFeaturizer, ConveRTFeaturizer)."
        )


def placeholder(module: str, name: str) -> Placeholder:
    """A new placeholder class `module.name`."""
    return Placeholder(name, (), {"__module__": module})


class AbsentModule(ModuleType):
    """A module whose every public name is a placeholder, the same one each time."""

    def __getattr__(self, name: str) -> Placeholder:
        """The placeholder `name`, made when first asked for."""
        if name.startswith("__"):
            raise AttributeError(name)
        value = placeholder(self.__name__, name)
        setattr(self, name, value)
        return value


class AbsentFinder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Serves every submodule of `ROOTS` as an absent module."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        """The spec of a submodule of `ROOTS`; None for any other."""
        if "." in fullname and fullname.split(".", maxsplit=1)[0] in ROOTS:
            return importlib.machinery.ModuleSpec(fullname, self, is_package=True)
        return None

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> ModuleType:
        """An empty absent module."""
        return AbsentModule(spec.name)

    def exec_module(self, module: ModuleType) -> None:
        """Nothing: the module makes its names when they are asked for."""


def install(root: str) -> None:
    """Turn the imported package `root` (one of `ROOTS`) into an absent module, with all below it."""
    if not any(isinstance(finder, AbsentFinder) for finder in sys.meta_path):
        sys.meta_path.append(AbsentFinder())
    sys.modules[root].__class__ = AbsentModule
