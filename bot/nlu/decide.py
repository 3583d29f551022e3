"""From calibrated probabilities to one of the closed set of outcomes, by expected cost.

The costs are stated, the rest follows: with probabilities that mean something, no threshold has to be
tuned by hand.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

WRONG_ANSWER = 10.0
"""Guidance for another matter: somebody stands at the wrong window."""
NEEDLESS_QUESTION = 1.0
"""Asking back although the first candidate was right."""
MISSED_OPTION = 6.0
"""Asking back, and the right matter is not among the options."""
MISSED_EMERGENCY = 60.0
"""Not naming the emergency number when it was needed."""
FALSE_ALARM = 40.0
"""Naming the emergency number when it was not needed: whoever is told to call the fire brigade for a birth year
trusts nothing after that."""
WRONG_DISMISSAL = 10.0
"""Sending a police matter to another body, or brushing it off."""
VAGUE = 5.0
"""Asking an open question: the person has to say it all again."""

HALF = 0.5
MAX_OPTIONS = 5
FEW_OPTIONS = 3
MIN_OPTION = 0.015
"""Options less likely than this only make the list longer than ``FEW_OPTIONS``."""

ASK = "ask"
OUTCOME_OF_INTENT = {
    "refer": "refer",
    "emergency": "emergency",
    "explain": "explain",
    "vague": "ask_back",
    "smalltalk": "smalltalk",
    "deflect": "deflect",
    "handoff": "handoff",
    "complain": "complain",
    "rate": "rate",
    "queue": "queue",
    "appointment": "appointment",
    "bundle": "answer",
}
"""Intents that decide the outcome alone. All others (follow-ups, choices, yes and no) need the
conversation, and ask back without one."""


@dataclass(frozen=True)
class Decision:
    """The outcome, the intent behind it, and what it is about.

    Attributes:
        topic: sub-label of the intent: a referral id, a kind of small talk …
        options: indices of the labels to offer when the outcome is ``clarify``.
    """

    outcome: str
    intent: str
    topic: str | None
    confidence: float
    options: tuple[int, ...] = ()


class Decider:
    """Knows which labels belong to which intent."""

    def __init__(self, labels: list[str]) -> None:
        self.labels = labels
        self.intents = [label.partition("/")[0] for label in labels]
        self._columns: dict[str, np.ndarray] = {
            intent: np.array([i for i, found in enumerate(self.intents) if found == intent])
            for intent in dict.fromkeys(self.intents)
        }

    def by_intent(self, probabilities: np.ndarray) -> dict[str, float]:
        """Probability of each intent."""
        return {intent: float(probabilities[columns].sum()) for intent, columns in self._columns.items()}

    def decide(self, probabilities: np.ndarray, reliability: float) -> Decision:
        """The outcome with the least expected cost.

        Args:
            reliability: probability that answering for the first matter at once is right.
        """
        mass = self.by_intent(probabilities)
        danger = mass.get("emergency", 0.0)
        if danger * MISSED_EMERGENCY > (1 - danger) * FALSE_ALARM:
            return self._of_intent("emergency", probabilities, danger)
        costs: list[tuple[float, str]] = [
            ((1 - probability) * WRONG_DISMISSAL, intent)
            for intent, probability in mass.items()
            if intent not in (ASK, "emergency")
        ]
        in_scope = mass.get(ASK, 0.0)
        if in_scope > 0:
            matters = self._columns[ASK][np.argsort(-probabilities[self._columns[ASK]])]
            ranked = probabilities[matters]
            first = float(ranked[0])
            likely = int((ranked[:MAX_OPTIONS] >= MIN_OPTION).sum())
            options = matters[: max(likely, FEW_OPTIONS)]
            offered = float(probabilities[options].sum())
            # Right for the first matter only if the question is about a matter at all, and more likely about
            # this one than about all others.
            sure = min(reliability, in_scope) if first >= HALF else first
            costs.append(((1 - sure) * WRONG_ANSWER, "answer"))
            if len(options) >= 2:
                costs.append((NEEDLESS_QUESTION + (1 - offered) * MISSED_OPTION, "clarify"))
        costs.append((VAGUE + (1 - mass.get("vague", 0.0)) * 1.0, "ask_back"))
        _, best = min(costs)
        if best == "answer":
            return Decision("answer", ASK, self._topic(int(matters[0])), first)
        if best == "clarify":
            return Decision("clarify", ASK, None, offered, tuple(int(i) for i in options))
        if best == "ask_back":
            return Decision("ask_back", "vague", None, 1 - in_scope)
        return self._of_intent(best, probabilities, mass[best])

    def _of_intent(self, intent: str, probabilities: np.ndarray, confidence: float) -> Decision:
        columns = self._columns[intent]
        best = int(columns[int(np.argmax(probabilities[columns]))])
        return Decision(OUTCOME_OF_INTENT.get(intent, "ask_back"), intent, self._topic(best), confidence)

    def _topic(self, index: int) -> str | None:
        return self.labels[index].partition("/")[2] or None
