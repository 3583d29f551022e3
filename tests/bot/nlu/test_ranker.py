from __future__ import annotations

import random
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from bot.nlu.features import ELSEWHERE, FeatureExtractor
from bot.nlu.linear import Vocabulary, count_features, softmax
from bot.nlu.noise import noisy
from bot.nlu.ranker import Ranker
from bot.text.words import Segmenter

QUESTIONS = [
    (text.format(thing), label)
    for thing, label in (("身份证", "ask/A"), ("护照", "ask/B"), ("驾驶证", "ask/C"))
    for text in (
        "{}丢了",
        "补办{}",
        "{}到期了怎么换",
        "我的{}找不到了",
        "换{}要什么",
        "{}上哪儿办",
        "孩子的{}怎么弄",
        "{}多少钱",
    )
]


@pytest.fixture(scope="module")
def extract() -> FeatureExtractor:
    return FeatureExtractor(Segmenter(["身份证", "驾驶证"]), ["沈阳", "河北", "重庆"])


@pytest.mark.parametrize("noise", [0.0, 0.5])
def test_learns_ranks_and_comes_back_from_disk(extract: FeatureExtractor, tmp_path: Path, noise: float) -> None:
    ranker = Ranker.train(QUESTIONS, extract, noise_share=noise)
    counted = Counter(extract("俺护照丢咧"))
    probabilities = ranker.probabilities(counted)
    assert ranker.labels[int(np.argmax(probabilities))] == "ask/B"
    assert probabilities.sum() == pytest.approx(1)
    ranker.save(tmp_path)
    assert np.allclose(Ranker.load(tmp_path).probabilities(counted), probabilities)


def test_training_twice_gives_the_same_model(extract: FeatureExtractor) -> None:
    first, second = (Ranker.train(QUESTIONS, extract, noise_share=0.5) for _ in range(2))
    assert first.temperature == second.temperature
    assert (first.model.weights != second.model.weights).nnz == 0


def test_a_text_of_several_labels_ranks_all_of_them(extract: FeatureExtractor) -> None:
    both = [("我要换证", "ask/A"), ("我要换证", "ask/B"), ("证要换新的", "ask/A"), ("证要换新的", "ask/B")]
    ranker = Ranker.train([*QUESTIONS, *both], extract)
    order = np.argsort(-ranker.probabilities(Counter(extract("我要换证"))))[:2]
    assert {ranker.labels[int(i)] for i in order} == {"ask/A", "ask/B"}


def test_text_without_any_known_feature_is_no_error(extract: FeatureExtractor) -> None:
    ranker = Ranker.train(QUESTIONS, extract)
    assert ranker.probabilities(Counter(extract("😀"))).sum() == pytest.approx(1)
    assert ranker.probabilities(Counter()).sum() == pytest.approx(1)


@pytest.mark.parametrize(
    ("text", "folded"),
    [("沈阳户口", True), ("在沈阳市办", True), ("我住河北区", False), ("重庆道派出所", False), ("天津户口", False)],
)
def test_places_elsewhere_fold_to_one_sign(extract: FeatureExtractor, text: str, folded: bool) -> None:
    assert any(ELSEWHERE in feature for feature in extract(text)) is folded


def test_vectors_have_length_one(extract: FeatureExtractor) -> None:
    rows = count_features([text for text, _ in QUESTIONS], extract)
    matrix = Vocabulary.build(rows).matrix(rows)
    assert np.allclose(np.asarray(matrix.multiply(matrix).sum(axis=1)), 1, atol=1e-5)
    assert Vocabulary.build(rows).matrix([]).shape[0] == 0


def test_noise_is_reproducible_and_keeps_most_of_the_text() -> None:
    text = "我的身份证到期了,想问问怎么换新的"
    once, twice = (noisy(text, random.Random(7)) for _ in range(2))
    assert once == twice
    assert len(set(once) & set(text)) > len(set(text)) / 2


def test_softmax_does_not_overflow() -> None:
    assert softmax(np.array([1000.0, 0.0])).tolist() == [1.0, 0.0]
