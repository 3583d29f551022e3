"""Rasa component: the entities of :mod:`bot.nlu.entities`, found by spaCy on characters and by patterns."""

from __future__ import annotations

from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.training_data.message import Message

from bot.nlu.entities import EntityFinder
from knowledge.catalogue import load


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR, is_trainable=False)
class PlaceAndSituationExtractor(GraphComponent):
    """Adds the entities that :class:`bot.nlu.entities.EntityFinder` finds."""

    def __init__(self) -> None:
        self._finder = EntityFinder(load())

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> PlaceAndSituationExtractor:
        """A new extractor; there is nothing to train."""
        return cls()

    @staticmethod
    def required_packages() -> list[str]:
        """What must be installed."""
        return ["spacy"]

    def process(self, messages: list[Message]) -> list[Message]:
        """Add entities to each message."""
        for message in messages:
            found = [entity.to_dict() for entity in self._finder.find(message.get("text") or "")]
            message.set("entities", message.get("entities", []) + found, add_to_output=True)
        return messages
