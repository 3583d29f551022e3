from __future__ import annotations

import numpy as np
import pytest

from bot.nlu.confidence import UNFITTED, as_table, evidence, fit, logistic


def made_up(count: int = 400) -> dict[str, np.ndarray]:
    """Two labels; the higher the gap of the scores the likelier the first is right, as in a softmax at 0.5."""
    random = np.random.default_rng(1)
    gap = random.uniform(-3, 3, count)
    truth = random.random(count) < logistic(2 * gap)
    scores = np.zeros((1, count, 3))
    scores[0, :, 0] = gap
    right = np.column_stack([truth, ~truth])
    return {"scores": scores, "sizes": np.full(count, 20), "right": right, "several": np.zeros(count, bool)}


def test_the_temperature_is_the_one_the_answers_follow() -> None:
    found = fit(**made_up(), weight=np.ones(400), in_scope=np.array([True, True]))
    assert found.temperature == pytest.approx(0.5, rel=0.25)


def test_probabilities_mean_what_they_say() -> None:
    data = made_up(4000)
    found = fit(**data, weight=np.ones(4000), in_scope=np.array([True, True]))
    sure = found.probabilities(data["scores"])[:, 0]
    for low, high in ((0.1, 0.3), (0.4, 0.6), (0.7, 0.9)):
        inside = (sure > low) & (sure < high)
        assert data["right"][inside, 0].mean() == pytest.approx(sure[inside].mean(), abs=0.06)


def test_what_fits_several_is_less_reliable() -> None:
    data = made_up(400)
    several = np.arange(400) % 4 == 0
    data["scores"][0, several, 2] = 3.0
    data["right"][several] = False
    data["several"] = several
    found = fit(**data, weight=np.ones(400), in_scope=np.array([True, True]))
    reliable = found.reliability(data["scores"], data["sizes"])
    assert reliable[several].mean() < reliable[~several].mean() - 0.2


def test_nothing_to_learn_from_leaves_the_probability_of_the_first() -> None:
    nothing = {"scores": np.zeros((1, 2, 3)), "sizes": np.ones(2), "several": np.zeros(2, bool)}
    found = fit(**nothing, right=np.zeros((2, 2), bool), weight=np.ones(2), in_scope=np.array([True, True]))
    assert found is UNFITTED


def test_short_questions_have_less_evidence() -> None:
    probabilities = np.array([[0.7, 0.3], [0.7, 0.3]])
    short, long = evidence(probabilities, np.zeros(2), np.array([10, 100]))
    assert short[-1] < long[-1] and np.array_equal(short[:-1], long[:-1])


def test_labels_that_are_unknown_are_no_columns() -> None:
    assert as_table([frozenset({"a", "zzz"}), frozenset()], ["a", "b"]).tolist() == [[True, False], [False, False]]
