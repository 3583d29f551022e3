"""Rasa without TensorFlow: stand-ins for the modules of Rasa 3.6.21 that import it.

No component of ours uses TensorFlow, but Rasa imports it at start through nine of its modules. This
finder answers for those nine with empty classes of the same names, so that everything else of Rasa
works with a third of the disk, memory and start time (docs/adr/0002). Where TensorFlow is installed,
as for the comparison benchmarks, it does nothing.

``make install`` puts a ``.pth`` file into the environment that calls :func:`install` at every start
of Python there, so that the plain ``rasa`` command works too. Keep this module free of imports
beyond the standard library: it runs before anything else.
"""

from __future__ import annotations

import importlib.abc
import importlib.machinery
import importlib.util
import sys
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType

STAND_INS: dict[str, tuple[str, ...]] = {
    "rasa.nlu.classifiers.diet_classifier": ("DIETClassifier",),
    "rasa.nlu.featurizers.dense_featurizer.convert_featurizer": ("ConveRTFeaturizer",),
    "rasa.nlu.featurizers.dense_featurizer.lm_featurizer": ("LanguageModelFeaturizer",),
    "rasa.nlu.selectors.response_selector": ("ResponseSelector",),
    "rasa.core.policies.ted_policy": ("TEDPolicy",),
    "rasa.core.policies.unexpected_intent_policy": ("UnexpecTEDIntentPolicy",),
    "rasa.utils.tensorflow.callback": ("RasaTrainingLogger", "RasaModelCheckpoint"),
    "rasa.utils.tensorflow.data_generator": ("RasaBatchDataGenerator",),
    "rasa.utils.tensorflow.environment": ("setup_tf_environment", "check_deterministic_ops"),
}
"""Module → the names other modules of Rasa import from it."""

PTH_NAME = "onedoor-lean.pth"


def _do_nothing() -> None:
    """What preparing TensorFlow comes down to without TensorFlow."""


class _StandInLoader(importlib.abc.Loader):
    def create_module(self, spec: importlib.machinery.ModuleSpec) -> ModuleType | None:
        return None

    def exec_module(self, module: ModuleType) -> None:
        for name in STAND_INS[module.__name__]:
            is_class = name[0].isupper()
            stand_in = type(name, (), {"__module__": module.__name__}) if is_class else _do_nothing
            setattr(module, name, stand_in)


class _StandInFinder(importlib.abc.MetaPathFinder):
    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        if fullname not in STAND_INS or importlib.util.find_spec("tensorflow") is not None:
            return None
        return importlib.machinery.ModuleSpec(fullname, _StandInLoader())


def install() -> None:
    """Answer for the TensorFlow modules from now on. Calling it again changes nothing."""
    if not any(isinstance(finder, _StandInFinder) for finder in sys.meta_path):
        sys.meta_path.insert(0, _StandInFinder())


def write_pth(site_packages: Path, checkout: Path) -> Path:
    """Make every Python of an environment find this checkout and call :func:`install`.

    Returns the file written. The checkout's folder comes first in it, because the second line
    imports from there.
    """
    target = site_packages / PTH_NAME
    target.write_text(f"{checkout}\nimport bot.ops.lean; bot.ops.lean.install()\n", encoding="utf-8")
    return target


if __name__ == "__main__":
    import sysconfig

    print(write_pth(Path(sysconfig.get_paths()["purelib"]), Path(__file__).resolve().parents[2]))
