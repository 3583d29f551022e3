"""Rasa component: jieba words that never leave a blank token behind."""

from __future__ import annotations

from typing import Any

from rasa.engine.graph import ExecutionContext
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.tokenizers.tokenizer import Token, Tokenizer
from rasa.shared.nlu.training_data.message import Message

from bot.nlu.vocabulary import domain_words
from bot.text.words import Segmenter
from knowledge.catalogue import load


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_TOKENIZER, is_trainable=False)
class MatterTokenizer(Tokenizer):
    """jieba with the knowledge base's own words (matter names, aliases, documents).

    Rasa's JiebaTokenizer leaves blank tokens in text that mixes Chinese and Latin letters
    (RasaHQ/rasa#7910); here blanks are never tokens.
    """

    def __init__(self, config: dict[str, Any]) -> None:
        super().__init__(config)
        self._segmenter = Segmenter(domain_words(load()))
        self._segmenter.warm()

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """Rasa's options for tokenizers, unused here."""
        return {"intent_tokenization_flag": False, "intent_split_symbol": "_", "token_pattern": None}

    @staticmethod
    def required_packages() -> list[str]:
        """What must be installed."""
        return ["jieba"]

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> MatterTokenizer:
        """A new tokenizer; there is nothing to train."""
        return cls(config)

    def tokenize(self, message: Message, attribute: str) -> list[Token]:
        """Words with their character positions."""
        text: str = message.get(attribute) or ""
        tokens, start = [], 0
        for word in self._segmenter.cut(text):
            start = text.index(word, start)
            tokens.append(Token(word, start))
            start += len(word)
        return tokens
