from __future__ import annotations

import random
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from bot.nlu.features import ELSEWHERE, HERE, FeatureExtractor, without_places
from bot.nlu.network import Recipe
from bot.nlu.noise import noisy, polite
from bot.nlu.ranker import Ranker
from bot.nlu.vectors import Vocabulary, count_features, shares, softmax
from bot.text.words import Segmenter

QUESTIONS = {
    text.format(thing): [label]
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
}
BOTH = {text: ["ask/A", "ask/B"] for text in ("我要换证", "证要换新的", "换个证", "证该换了", "换证", "证怎么换")}
FEW = Recipe(width=16, epochs=50, batch=8)
"""So few questions need more rounds than tens of thousands do."""


def top(ranker: Ranker, extract: FeatureExtractor, text: str) -> str:
    return ranker.labels[int(np.argmax(ranker.rank(Counter(extract(text))).probabilities))]


@pytest.fixture(scope="module")
def extract() -> FeatureExtractor:
    return FeatureExtractor(Segmenter(["身份证", "驾驶证"]), ["沈阳", "河北", "重庆"])


@pytest.mark.parametrize("noise", [0.0, 0.5])
def test_learns_ranks_and_comes_back_from_disk(extract: FeatureExtractor, tmp_path: Path, noise: float) -> None:
    ranker = Ranker.train(QUESTIONS, extract, noise_share=noise, recipe=FEW)
    assert top(ranker, extract, "俺护照丢咧") == "ask/B"
    counted = Counter(extract("俺护照丢咧"))
    ranking = ranker.rank(counted)
    assert ranking.probabilities.sum() == pytest.approx(1)
    ranker.save(tmp_path)
    again = Ranker.load(tmp_path).rank(counted)
    assert np.allclose(again.probabilities, ranking.probabilities, atol=1e-6)
    assert again.reliability == pytest.approx(ranking.reliability)


def test_training_twice_gives_the_same_model(extract: FeatureExtractor) -> None:
    first, second = (Ranker.train(QUESTIONS, extract, noise_share=0.5, recipe=FEW) for _ in range(2))
    for one, other in zip(first.networks, second.networks, strict=True):
        assert np.array_equal(one.vectors, other.vectors)
        assert np.array_equal(one.weights, other.weights)


def test_the_networks_start_differently(extract: FeatureExtractor) -> None:
    one, other = Ranker.train(QUESTIONS, extract, recipe=FEW).networks
    assert not np.array_equal(one.vectors, other.vectors)


def test_a_text_of_several_labels_ranks_all_of_them_and_is_less_reliable(extract: FeatureExtractor) -> None:
    ranker = Ranker.train({**QUESTIONS, **BOTH}, extract, recipe=FEW)
    ranking = ranker.rank(Counter(extract("我要换证")))
    order = np.argsort(-ranking.probabilities)[:2]
    assert {ranker.labels[int(i)] for i in order} == {"ask/A", "ask/B"}
    assert ranking.probabilities.max() < 0.8


def test_names_are_learned_but_do_not_calibrate(extract: FeatureExtractor) -> None:
    ranker = Ranker.train(QUESTIONS, extract, names={"临时居留许可": ["ask/D"]}, recipe=FEW)
    assert "ask/D" in ranker.labels


def test_text_without_any_known_feature_is_no_error(extract: FeatureExtractor) -> None:
    ranker = Ranker.train(QUESTIONS, extract, recipe=FEW)
    for counted in (Counter(extract("😀")), Counter()):
        assert ranker.rank(counted).probabilities.sum() == pytest.approx(1)


def test_places_of_the_city_are_folded() -> None:
    text = "户口在河西区友谊路街去哪办"
    assert without_places(text, [(3, 6), (6, 10)]) == f"户口在{HERE}{HERE}去哪办"
    assert without_places(text, []) == text


@pytest.mark.parametrize(
    ("text", "span", "left"),
    [
        ("身份证丢了我住河西区去哪办", (7, 10), "身份证丢了去哪办"),
        ("住河西,换身份证去哪", (1, 3), "换身份证去哪"),
        ("我家住在河西区附近,狗要办证", (4, 7), "狗要办证"),
        ("我住河西", (2, 4), f"我住{HERE}"),
        ("我住花园里", (2, 4), f"我住{HERE}里"),
    ],
)
def test_a_remark_about_home_is_left_out(text: str, span: tuple[int, int], left: str) -> None:
    assert without_places(text, [span]) == left


def test_masked_numbers_leave_no_feature(extract: FeatureExtractor) -> None:
    assert sorted(extract("<身份证号>护照丢了")) == sorted(extract("护照丢了"))


def test_shares_of_several_labels() -> None:
    assert shares([["b"], ["a", "b"]], ["a", "b"]).toarray().tolist() == [[0.0, 1.0], [0.5, 0.5]]


@pytest.mark.parametrize(
    ("text", "folded"),
    [("沈阳户口", True), ("在沈阳市办", True), ("我住河北区", False), ("重庆道派出所", False), ("天津户口", False)],
)
def test_places_elsewhere_fold_to_one_sign(extract: FeatureExtractor, text: str, folded: bool) -> None:
    assert any(ELSEWHERE in feature for feature in extract(text)) is folded


def test_vectors_have_length_one(extract: FeatureExtractor) -> None:
    rows = count_features(QUESTIONS, extract)
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


def test_calibration_turns_scores_into_meaning(extract: FeatureExtractor) -> None:
    ranker = Ranker.train(QUESTIONS, extract, recipe=FEW)
    asked = ["俺身份证丢咧", "护照丢了咋弄", "驾驶证换一个"] * 4
    right = [frozenset({label}) for label in ("ask/A", "ask/B", "ask/C")] * 4
    before = ranker.rank(Counter(extract(asked[0]))).probabilities.max()
    ranker.calibrate([Counter(extract(text)) for text in asked], right, scope="ask/")
    assert ranker.confidence.temperature < 1 and ranker.rank(Counter(extract(asked[0]))).probabilities.max() > before


def test_polite_noise_keeps_the_question() -> None:
    for seed in range(20):
        said = polite("身份证丢了怎么补?", random.Random(seed))
        assert "身份证丢了怎么补" in said and said != "身份证丢了怎么补?"
