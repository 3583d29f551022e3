from __future__ import annotations

import numpy as np
import pytest

from bot.nlu.decide import Decider

LABELS = ["ask/A", "ask/B", "ask/C", "refer/water", "emergency/emergency_110", "vague", "smalltalk/greet", "follow_up"]


def decide(reliability: float = 0.95, **probabilities: float):
    values = np.full(len(LABELS), 1e-4)
    for name, value in probabilities.items():
        values[next(i for i, label in enumerate(LABELS) if label.endswith(name))] = value
    return Decider(LABELS).decide(values / values.sum(), reliability)


def test_sure_enough_answers() -> None:
    found = decide(A=0.95)
    assert (found.outcome, found.intent, found.topic) == ("answer", "ask", "A")


def test_two_close_candidates_are_asked_about() -> None:
    found = decide(0.5, A=0.5, B=0.45)
    assert found.outcome == "clarify"
    assert [LABELS[i] for i in found.options[:2]] == ["ask/A", "ask/B"]


def test_a_wrong_answer_costs_more_than_a_question() -> None:
    assert decide(0.8, A=0.8, B=0.18).outcome == "clarify"


def test_a_sure_candidate_is_asked_about_when_several_would_fit() -> None:
    found = decide(0.6, A=0.99)
    assert found.outcome == "clarify"
    assert len(found.options) >= 2


def test_no_answer_for_a_first_among_many_unlikely_ones() -> None:
    assert decide(0.99, A=0.3, B=0.02, C=0.02, greet=0.01).outcome == "answer"  # nearly all of what there is
    assert decide(0.99, A=0.4, B=0.3, C=0.3).outcome == "clarify"


def test_no_answer_when_it_may_be_no_matter_at_all() -> None:
    assert decide(0.99, A=0.6, water=0.4).outcome != "answer"


def test_other_bodies_and_small_talk() -> None:
    assert (decide(water=0.9).outcome, decide(water=0.9).topic) == ("refer", "water")
    assert decide(greet=0.9).outcome == "smalltalk"


def test_danger_wins_long_before_it_is_likely() -> None:
    assert decide(emergency_110=0.45, A=0.55).outcome == "emergency"
    assert decide(emergency_110=0.03, A=0.95).outcome == "answer"


@pytest.mark.parametrize("name", ["vague", "follow_up"])
def test_what_needs_a_conversation_asks_back(name: str) -> None:
    assert decide(**{name: 0.95}).outcome == "ask_back"


def test_nothing_likely_asks_an_open_question_or_offers() -> None:
    assert decide(A=0.02, water=0.02, greet=0.02).outcome in ("ask_back", "clarify")


@pytest.mark.parametrize("seed", range(20))
def test_options_are_two_to_five(seed: int) -> None:
    random = np.random.default_rng(seed).dirichlet(np.full(len(LABELS), 0.3))
    found = Decider(LABELS).decide(random, float(random.max()))
    assert len(found.options) in ((2, 3, 4, 5) if found.outcome == "clarify" else (0,))
