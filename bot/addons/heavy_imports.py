"""Keeps TensorFlow and scikit-learn out of a dialogue that has no use for them.

Rasa imports them for its own NLU pipeline and its learned policies, wherever it is imported. A
dialogue of rules and slots calls neither, and loading them takes more than half of the time until a
restarted dialogue answers, and most of its memory. Where the configuration names a pipeline or a
policy that learns, nothing is left out.
"""

import importlib.abc
import importlib.machinery
import inspect
import sys
import types
from collections.abc import Mapping
from typing import Any

LEFT_OUT = frozenset({"tensorflow", "tensorflow_addons", "keras", "sklearn"})
# These policies look turns up; they learn no weights.
LIGHT_POLICIES = frozenset({"RulePolicy", "MemoizationPolicy", "AugmentedMemoizationPolicy"})


def is_light(config: Mapping[str, Any]) -> bool:
    """Whether a configuration of Rasa's (config.yml) does without the heavy libraries."""
    policies = {policy.get("name") for policy in config.get("policies") or []}
    return bool(policies) and policies <= LIGHT_POLICIES and not config.get("pipeline")


def leave_out() -> None:
    """Let the heavy libraries' names be imported, and nothing behind them be used."""
    if not any(isinstance(finder, _Finder) for finder in sys.meta_path):
        sys.meta_path.insert(0, _Finder())


class _Absent(type):
    """A class of a library that was left out.

    It can be named in annotations, inherited from, and put above a function, which is all that
    Rasa's modules do with it as they load. Whatever a function does with it later is refused.
    """

    def __getattr__(cls, name: str) -> "_Absent":
        if name.startswith("__"):
            raise AttributeError(name)
        return _absent(name)

    def __call__(cls, *args: Any, **options: Any) -> Any:
        # Bodies of modules and classes run as they load; only functions have optimised locals.
        is_loading = not sys._getframe(1).f_code.co_flags & inspect.CO_OPTIMIZED
        if "is_left_out" not in cls.__dict__ or not is_loading:
            raise ImportError(
                f"{cls.__qualname__} needs a library that is left out of a dialogue of rules: "
                "see bot/addons/heavy_imports.py."
            )
        # As a decorator, with or without arguments of its own.
        is_decorator = len(args) == 1 and not options and isinstance(args[0], types.FunctionType)
        return args[0] if is_decorator else _keep


def _keep(decorated: Any) -> Any:
    return decorated


def _absent(name: str) -> _Absent:
    return _Absent(name, (), {"is_left_out": True})


class _AbsentModule(types.ModuleType):
    def __getattr__(self, name: str) -> _Absent:
        if name.startswith("__"):
            raise AttributeError(name)
        found = _absent(name)
        setattr(self, name, found)
        return found


class _Finder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    def find_spec(
        self, name: str, path: Any, target: Any = None
    ) -> "importlib.machinery.ModuleSpec | None":
        if name.partition(".")[0] not in LEFT_OUT:
            return None
        return importlib.machinery.ModuleSpec(name, self, is_package=True)

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> types.ModuleType:
        return _AbsentModule(spec.name)

    def exec_module(self, module: types.ModuleType) -> None:
        """There is nothing to run."""
