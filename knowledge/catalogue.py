"""The read-only knowledge base: every record, loaded once and looked up by code, name or place.

``load()`` reads the files below a folder (default: this package) and returns a ``Catalogue``. It
raises ``FaultsFound`` with *all* faults rather than the first. A compiled copy is kept in a cache
keyed by the files' size and time, because parsing 330 YAML files takes seconds and loading must not.
"""

from __future__ import annotations

import csv
import gc
import hashlib
import os
import pickle
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar

from pydantic import ValidationError

from knowledge import yamlio
from knowledge.citations import Law
from knowledge.errors import Fault, FaultsFound, UnknownCode, dotted, in_chinese
from knowledge.models import (
    Branch,
    Bundle,
    DocumentType,
    Facet,
    Matter,
    Page,
    Record,
    Referral,
    Street,
    Total,
    Window,
)

CACHE_FOLDER_VARIABLE = "ONEDOOR_CACHE"
ROOT_VARIABLE = "ONEDOOR_KNOWLEDGE"
CODE = Path(__file__).parent
ROOT = Path(os.environ.get(ROOT_VARIABLE) or CODE).resolve()
"""The folder of the data files: beside this code, unless the environment names another."""

R = TypeVar("R", bound=Record)


@dataclass(frozen=True)
class Community:
    """A 社区 or 村 and the street it lies in."""

    name: str
    short_name: str
    district: str
    street: str
    unique_in_city: bool


@dataclass(frozen=True)
class PlaceName:
    """An everyday place name and where it lies. ``street`` is empty where only the district is sure."""

    alias: str
    district: str
    street: str
    confidence: str


@dataclass(frozen=True)
class Catalogue:
    """All records. Mappings keep the order of the files.

    Attributes:
        matters: code → record, 312 of them.
        windows: id → record, 358 of them, closed ones included.
        pages: id → source page.
        bundles: id → bundle (一件事).
        totals: what is counted → how many the bureau says there are.
        version: hash of the files' content; changes exactly when a file does.
    """

    branches: dict[str, Branch]
    matters: dict[str, Matter]
    facets: dict[str, Facet]
    documents: dict[str, DocumentType]
    windows: dict[str, Window]
    streets: tuple[Street, ...]
    communities: tuple[Community, ...]
    places: tuple[PlaceName, ...]
    referrals: dict[str, Referral]
    laws: dict[str, Law]
    pages: dict[str, Page]
    version: str
    root: Path = field(default=ROOT, compare=False)
    bundles: dict[str, Bundle] = field(default_factory=dict)
    totals: dict[str, Total] = field(default_factory=dict)

    def matter(self, code: str) -> Matter:
        """The matter with this code. Raises UnknownCode."""
        try:
            return self.matters[code]
        except KeyError:
            raise UnknownCode(f"没有编码为 {code} 的事项") from None

    def window(self, window_id: str) -> Window:
        """The window with this id. Raises UnknownCode."""
        try:
            return self.windows[window_id]
        except KeyError:
            raise UnknownCode(f"没有编号为 {window_id} 的窗口") from None

    def branch_of(self, matter: Matter) -> Branch:
        """The branch a matter belongs to."""
        return self.branches[matter.branch]

    def facets_of(self, matter: Matter) -> list[Facet]:
        """The matter's situations, shared ones resolved, in the order they are asked."""
        return [self.facets[item] if isinstance(item, str) else item for item in matter.situations]

    @cached_property
    def districts(self) -> tuple[str, ...]:
        """The names of the 16 districts in the order of the statistics office."""
        return tuple(dict.fromkeys(street.district for street in self.streets))

    def open_windows(self) -> Iterator[Window]:
        """Windows that have not been retired."""
        return (window for window in self.windows.values() if window.closed_on is None)


class _Reader:
    """Reads the files below ``root`` and collects every fault instead of stopping at the first."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.faults: list[Fault] = []

    def name(self, path: Path) -> str:
        return path.relative_to(self.root.parent).as_posix()

    def yaml(self, path: Path) -> Any:
        try:
            data = yamlio.read(path, self.root.parent)
        except FaultsFound as error:
            self.faults += error.faults
            return None
        if data is None:
            self.faults.append(Fault(self.name(path), "整个文件", "文件是空的", "恢复内容,或删掉这个文件"))
        return data

    def record(self, model: type[R], data: Any, path: Path, prefix: str = "") -> R | None:
        if not isinstance(data, dict):
            self.faults.append(Fault(self.name(path), prefix or "整个文件", "不是“字段: 值”的形式", "对照同类文件改"))
            return None
        try:
            return model(**data)
        except ValidationError as error:
            for item in error.errors():
                problem, fix = in_chinese(item)
                self.faults.append(Fault(self.name(path), prefix + dotted(item["loc"]), problem, fix))
            return None

    def records(self, model: type[R], paths: list[Path]) -> Iterator[tuple[Path, R]]:
        for path in paths:
            data = self.yaml(path)
            if data is None:
                continue
            if not isinstance(data, list):
                self.faults.append(Fault(self.name(path), "整个文件", "不是列表", "每条记录前加“- ”"))
                continue
            for index, item in enumerate(data):
                found = self.record(model, item, path, f"[{index}].")
                if found is not None:
                    yield path, found

    def keyed(self, model: type[R], paths: list[Path], key: str) -> dict[str, R]:
        out: dict[str, R] = {}
        for path, record in self.records(model, paths):
            value = getattr(record, key)
            if value in out:
                self.faults.append(Fault(self.name(path), key, f"“{value}”重复", "每个只能写一次"))
            out[value] = record
        return out

    def table(self, path: Path) -> list[dict[str, str]]:
        if not path.exists():
            return []
        with path.open(encoding="utf-8-sig", newline="") as handle:
            return list(csv.DictReader(handle))


def _sorted(folder: Path, pattern: str) -> list[Path]:
    return sorted(folder.glob(pattern))


def knowledge_files(root: Path = ROOT) -> list[Path]:
    """Every data file of the knowledge base below ``root``, sorted."""
    return sorted(path for ending in ("*.yml", "*.csv") for path in root.rglob(ending))


def content_version(root: Path = ROOT) -> str:
    """Hash over the content of every knowledge file; what a trained model records it was made from."""
    digest = hashlib.sha256()
    for path in knowledge_files(root):
        digest.update(path.relative_to(root).as_posix().encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def _stamp(root: Path) -> str:
    """A fingerprint cheap enough to take at every load: names, sizes and times, and this code's own."""
    digest = hashlib.sha256()
    for path in [*knowledge_files(root), *sorted(CODE.glob("*.py"))]:
        stat = path.stat()
        digest.update(f"{path}|{stat.st_size}|{stat.st_mtime_ns}".encode())
    return digest.hexdigest()[:32]


def _cache_path(root: Path) -> Path:
    folder = os.environ.get(CACHE_FOLDER_VARIABLE)
    base = Path(folder) if folder else CODE.parent / ".cache"
    return base / f"knowledge-{hashlib.sha256(str(root).encode()).hexdigest()[:8]}.pickle"


@contextmanager
def _no_collection() -> Iterator[None]:
    """Thousands of records are made and none is dropped: looking for garbage would double the time."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


def read_all(root: Path = ROOT) -> tuple[Catalogue, list[Fault]]:
    """Read every file, without the cache, and return what could be read and all format faults.

    Raises:
        FaultsFound: ``root`` is no folder.
    """
    if not root.is_dir():
        raise FaultsFound([Fault(str(root), "整个文件夹", "没有这个文件夹", f"检查环境变量 {ROOT_VARIABLE}")])
    with _no_collection():
        return _read_all(root)


def _read_all(root: Path) -> tuple[Catalogue, list[Fault]]:
    reader = _Reader(root)
    branches = reader.keyed(Branch, [root / "branches.yml"], "id")
    matters: dict[str, Matter] = {}
    for path in _sorted(root / "matters", "*/*.yml"):
        data = reader.yaml(path)
        if data is None:
            continue
        matter = reader.record(Matter, data, path)
        if matter is None:
            continue
        if matter.code != path.stem or matter.branch != path.parent.name:
            fix = f"文件应当是 matters/{matter.branch}/{matter.code}.yml"
            reader.faults.append(Fault(reader.name(path), "code", "编码、警种与文件位置不一致", fix))
        matters[matter.code] = matter
    bundles: dict[str, Bundle] = {}
    for path in _sorted(root / "bundles", "*.yml"):
        data = reader.yaml(path)
        bundle = None if data is None else reader.record(Bundle, data, path)
        if bundle is None:
            continue
        if bundle.id != path.stem:
            reader.faults.append(
                Fault(reader.name(path), "id", "与文件名不一致", f"文件应当是 bundles/{bundle.id}.yml")
            )
        bundles[bundle.id] = bundle
    laws = {
        item["title"]: Law(item["title"], str(item.get("version") or ""), item.get("articles"), item.get("newer"))
        for item in reader.yaml(root / "laws.yml") or []
    }
    catalogue = Catalogue(
        branches=branches,
        matters=matters,
        facets=reader.keyed(Facet, [root / "facets.yml"], "id"),
        documents=reader.keyed(DocumentType, _sorted(root / "documents", "*.yml"), "name"),
        windows=reader.keyed(Window, _sorted(root / "windows", "*.yml"), "id"),
        streets=tuple(
            Street(code=row["code"], district=row["district"], name=row["street"], kind=row["kind"])
            for row in reader.table(root / "places" / "streets.csv")
        ),
        communities=tuple(
            Community(
                row["listed_name"], row["short_name"], row["district"], row["street"],
                row["unique_in_city"] == "yes",
            )
            for row in reader.table(root / "places" / "communities.csv")
        ),
        places=tuple(
            PlaceName(row["alias"], row["district"], row["street"], row["confidence"])
            for row in reader.table(root / "places" / "places.csv")
        ),
        referrals=reader.keyed(Referral, [root / "referrals.yml"], "id"),
        laws=laws,
        pages=reader.keyed(Page, _sorted(root / "sources", "*.yml"), "id"),
        version=content_version(root),
        root=root,
        bundles=bundles,
        totals=reader.keyed(Total, [root / "totals.yml"], "what"),
    )  # fmt: skip
    return catalogue, reader.faults


def _read_cache(cache: Path) -> tuple[str, Catalogue] | None:
    """Stamp and catalogue; None if there is no cache or it cannot be read, whatever the reason."""
    try:
        with cache.open("rb") as handle, _no_collection():
            stamp, catalogue = pickle.load(handle)
    except Exception:  # noqa: BLE001 - a broken pickle may raise anything, and only means: read the files
        return None
    return stamp, catalogue


def load(root: Path = ROOT) -> Catalogue:
    """The knowledge base, from the cache when no file has changed.

    Raises:
        FaultsFound: with every format fault, when any file cannot be used.
    """
    stamp, cache = _stamp(root), _cache_path(root)
    cached = _read_cache(cache)
    if cached is not None and cached[0] == stamp:
        return cached[1]
    catalogue, faults = read_all(root)
    if faults:
        raise FaultsFound(faults)
    try:
        cache.parent.mkdir(parents=True, exist_ok=True)
        temporary = cache.with_suffix(f".{os.getpid()}")
        temporary.write_bytes(pickle.dumps((stamp, catalogue), protocol=5))
        temporary.replace(cache)
    except OSError:
        pass  # a read-only checkout works too, only slower
    return catalogue
