"""A reliability diagram: how often the first candidate was right against how sure the bot was."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from bot.errors import BadInput

ENDINGS = (".svg", ".png")


@dataclass(frozen=True)
class Bin:
    """Questions whose confidence lies between ``low`` (exclusive) and ``high``."""

    low: float
    high: float
    n: int
    confidence: float
    right: float


def bins(confidences: Sequence[tuple[float, bool]], count: int = 10) -> list[Bin]:
    """The filled ones of ``count`` equal bins. A confidence of 0 falls into the first."""
    out = []
    for number in range(count):
        low, high = number / count, (number + 1) / count
        inside = [(c, r) for c, r in confidences if low < c <= high or (number == 0 and c == 0)]
        if inside:
            mean, share = sum(c for c, _ in inside) / len(inside), sum(r for _, r in inside) / len(inside)
            out.append(Bin(low, high, len(inside), mean, share))
    return out


def calibration_error(confidences: Sequence[tuple[float, bool]]) -> float:
    """Expected calibration error: the mean gap between confidence and share right, weighted by questions."""
    total = len(confidences)
    return sum(item.n * abs(item.confidence - item.right) for item in bins(confidences)) / total if total else 0.0


def draw(confidences: Sequence[tuple[float, bool]], path: Path) -> None:
    """Write the diagram.

    Raises:
        BadInput: the file is neither SVG nor PNG, or there is nothing to draw.
    """
    if path.suffix.lower() not in ENDINGS:
        raise BadInput(f"图要以 .svg 或 .png 结尾:{path} / the plot must end in .svg or .png")
    if not confidences:
        raise BadInput("没有带 code 的题,画不出可信度图 / no labelled question, nothing to draw")
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    filled = bins(confidences)
    figure = Figure(figsize=(5, 5))
    FigureCanvasAgg(figure)
    axes = figure.add_subplot()
    axes.plot([0, 1], [0, 1], linestyle="--", color="grey", label="perfect")
    axes.bar([item.low for item in filled], [item.right for item in filled], width=0.1, align="edge", alpha=0.4)
    axes.plot([item.confidence for item in filled], [item.right for item in filled], marker="o", label="measured")
    for item in filled:
        axes.annotate(
            str(item.n), (item.confidence, item.right), textcoords="offset points", xytext=(4, -12), fontsize=8
        )
    axes.set(xlim=(0, 1), ylim=(0, 1), xlabel="confidence of the first candidate", ylabel="share right")
    axes.set_title(f"{len(confidences)} questions, ECE {calibration_error(confidences):.3f}")
    axes.legend(loc="upper left")
    # No dates or random ids in the file: the same figures draw the same picture.
    from matplotlib import rc_context

    with rc_context({"svg.hashsalt": "onedoor"}):
        figure.savefig(path, metadata={"Date": None} if path.suffix.lower() == ".svg" else None)
