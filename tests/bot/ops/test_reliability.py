from __future__ import annotations

from pathlib import Path

import pytest

from bot.errors import BadInput
from bot.ops.reliability import bins, calibration_error, draw

SURE_AND_RIGHT = [(0.95, True)] * 19 + [(0.95, False)]


def test_confidence_that_holds_has_no_error() -> None:
    assert calibration_error(SURE_AND_RIGHT) == pytest.approx(0.0)


def test_overconfidence_is_measured() -> None:
    assert calibration_error([(0.9, False), (0.9, True)]) == pytest.approx(0.4)
    assert calibration_error([]) == 0.0


def test_bins_count_every_question_once() -> None:
    confidences = [(number / 100, number % 2 == 0) for number in range(101)]
    assert sum(item.n for item in bins(confidences)) == 101


@pytest.mark.parametrize("name", ["plot.svg", "plot.png"])
def test_the_same_figures_draw_the_same_picture(tmp_path: Path, name: str) -> None:
    draw(SURE_AND_RIGHT, tmp_path / name)
    draw(SURE_AND_RIGHT, tmp_path / f"again-{name}")
    assert (tmp_path / name).read_bytes() == (tmp_path / f"again-{name}").read_bytes()


def test_a_wrong_ending_or_nothing_to_draw_is_said(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"\.svg"):
        draw(SURE_AND_RIGHT, tmp_path / "plot.docx")
    with pytest.raises(BadInput):
        draw([], tmp_path / "plot.svg")
