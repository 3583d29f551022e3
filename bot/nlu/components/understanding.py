"""Rasa component: ranks the matters, finds aspect and intent, and decides; see ``bot.nlu.understand``."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.nlu import examples
from bot.nlu.calibration import FOLDER, read_samples
from bot.nlu.understand import PLACES, Understander
from bot.nlu.vocabulary import training_version
from knowledge.catalogue import load

MAX_HYPOTHESES = 5
_CODE_FOLDERS = (Path(__file__).resolve().parents[1], Path(__file__).resolve().parents[2] / "text")


def code_version() -> str:
    """Hash over the code and calibration questions that training depends on: their change makes a model stale."""
    digest = hashlib.sha256()
    for folder in _CODE_FOLDERS:
        for path in sorted(folder.rglob("*.py")):
            digest.update(path.read_bytes())
    for path in sorted(FOLDER.glob("*.csv")):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class MatterUnderstanding(GraphComponent):
    """Sets ``intent``, ``intent_ranking``, ``matters``, ``decision``, ``aspect`` and ``referral``."""

    def __init__(
        self,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        understander: Understander | None = None,
    ) -> None:
        self._config = config
        self._model_storage = model_storage
        self._resource = resource
        self._understander = understander

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """``seed`` of the noise added at training time; ``noise_share`` of the examples gets it."""
        return {"seed": 20, "noise_share": 0.35}

    @staticmethod
    def required_packages() -> list[str]:
        """What must be installed."""
        return ["sklearn", "scipy"]

    @classmethod
    def fingerprint_addon(cls, config: dict[str, Any]) -> str | None:
        """Retrain when the knowledge or our code changed, not only when the questions did."""
        return f"{training_version(load())}-{code_version()}"

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> MatterUnderstanding:
        """An untrained component."""
        return cls(config, model_storage, resource)

    def train(self, training_data: TrainingData) -> Resource:
        """Train on all examples with an intent and store the result."""
        questions = examples.from_messages(training_data.training_examples)
        self._understander = Understander.train(
            questions, load(), read_samples(), seed=self._config["seed"], noise_share=self._config["noise_share"]
        )
        with self._model_storage.write_to(self._resource) as folder:
            self._understander.save(Path(folder))
        return self._resource

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> MatterUnderstanding:
        """The trained component."""
        with model_storage.read_from(resource) as folder:
            understander = Understander.load(Path(folder), load())
        return cls(config, model_storage, resource, understander)

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Nothing after this component reads our fields in training."""
        return training_data

    def process(self, messages: list[Message]) -> list[Message]:
        """Understand each message."""
        if self._understander is None:
            raise RuntimeError("the component was neither trained nor loaded")
        for message in messages:
            text = message.get("text")
            if not text:
                continue
            understood = self._understander.understand(text, _places(message), _others(message, text))
            message.set("intent", {"name": understood.intent, "confidence": understood.confidence}, add_to_output=True)
            message.set("intent_ranking", understood.intent_ranking, add_to_output=True)
            for name, value in understood.contract().items():
                message.set(name, value, add_to_output=True)
        return messages


def _places(message: Message) -> list[tuple[int, int]]:
    return [(found["start"], found["end"]) for found in message.get("entities", []) if found["entity"] in PLACES]


def _others(message: Message, text: str) -> list[tuple[str, float]]:
    """The speech recogniser's other hypotheses, from the channel's metadata: ``nbest``.

    Each counts by its confidence (0 to 1) against 1 for the text itself, the best hypothesis.
    """
    listed = (message.get("metadata") or {}).get("nbest") or []
    return [
        (str(item["text"]), min(1.0, float(item.get("confidence") or 0)))
        for item in listed[:MAX_HYPOTHESES]
        if item.get("text") and item["text"] != text
    ]
