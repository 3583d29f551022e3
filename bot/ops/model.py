"""The trained model on disk: where it is, whether it is stale, and training it."""

from __future__ import annotations

import hashlib
import json
import shutil
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from bot.errors import NotReady
from bot.nlu.vocabulary import training_version
from knowledge.catalogue import load

ROOT = Path(__file__).resolve().parents[2]
MODEL = ROOT / "models" / "onedoor.tar.gz"
STAMP = MODEL.with_name("onedoor.json")
NEEDED_MEGABYTES = 500

_CODE = ("bot/nlu", "bot/text")


@dataclass(frozen=True)
class Stamp:
    """What a model was made from, and how long that took."""

    version: str
    seconds: float


def _inputs() -> Iterator[Path]:
    yield ROOT / "config.yml"
    sources = (
        ("domain", "*.yml"),
        ("data/nlu", "*.yml"),
        ("data/calibration", "*.csv"),
        ("data/rules", "*.yml"),
    )
    for folder, pattern in sources:
        yield from sorted((ROOT / folder).rglob(pattern))
    for folder in _CODE:
        yield from sorted((ROOT / folder).rglob("*.py"))


def inputs_version() -> str:
    """Hash over everything a model is made from: equal exactly when training again is pointless."""
    digest = hashlib.sha256(training_version(load()).encode())
    for path in _inputs():
        digest.update(path.relative_to(ROOT).as_posix().encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def read_stamp() -> Stamp | None:
    """The stamp beside the model, None if there is no usable model."""
    if not MODEL.exists():
        return None
    try:
        return Stamp(**json.loads(STAMP.read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return None


def is_stale() -> bool:
    """Whether training would make another model than the one on disk."""
    stamp = read_stamp()
    return stamp is None or stamp.version != inputs_version()


def train(force: bool = False) -> Stamp:
    """Train if the model is stale (or ``force``), and say what is going on.

    Raises:
        NotReady: no disk space, or Rasa could not train.
    """
    version = inputs_version()
    stamp = read_stamp()
    if not force and stamp is not None and stamp.version == version:
        return stamp
    free = shutil.disk_usage(ROOT).free // 2**20
    if free < NEEDED_MEGABYTES:
        raise NotReady(f"磁盘只剩 {free} MB,训练要 {NEEDED_MEGABYTES} MB / not enough disk space")
    _check_domain(ROOT / "domain")
    print("训练模型(资料或训练问法有改动)……", file=sys.stderr, flush=True)
    started = time.monotonic()
    from rasa.model_training import train as rasa_train

    result = rasa_train(
        domain=str(ROOT / "domain"),
        config=str(ROOT / "config.yml"),
        training_files=[str(ROOT / "data" / "nlu"), str(ROOT / "data" / "rules")],
        output=str(MODEL.parent),
        fixed_model_name=MODEL.name,
        force_training=True,
    )
    if result.code != 0 or result.model is None:
        raise NotReady("训练没有成功,原因见上面的输出 / training failed, see the output above")
    stamp = Stamp(version, round(time.monotonic() - started, 1))
    STAMP.write_text(json.dumps(stamp.__dict__), encoding="utf-8")
    print(f"训练完成,用了 {stamp.seconds:.0f} 秒。", file=sys.stderr, flush=True)
    return stamp


def _check_domain(folder: Path) -> None:
    """Rasa trains a model that cannot converse when the domain is invalid; we do not.

    Raises:
        NotReady: says what is wrong with the domain.
    """
    from rasa.shared.core.domain import Domain
    from rasa.shared.exceptions import RasaException

    try:
        Domain.load(str(folder))
    except RasaException as error:
        raise NotReady(f"{folder.name}/ 里的设置有错,先改好再训练 / the domain is invalid: {error}") from error


def require() -> Path:
    """The model's path. Raises NotReady if there is none."""
    if not MODEL.exists():
        raise NotReady("还没有模型,先运行 onedoor train / no model yet, run `onedoor train` first")
    return MODEL
