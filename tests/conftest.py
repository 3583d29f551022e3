"""Fixtures shared by all tests: the real catalogue, a tiny made-up one, and the trained model."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from knowledge.catalogue import Catalogue, Community, PlaceName, load
from knowledge.citations import Law
from knowledge.models import (
    Branch,
    Document,
    DocumentType,
    Facet,
    Fee,
    FeeItem,
    Matter,
    Online,
    Option,
    Page,
    Period,
    Referral,
    Sourced,
    Street,
    Time,
    Window,
    WindowRule,
)
from tests.e2e.servers import Server, endpoints_file, start_server, stop

MODEL = Path(__file__).resolve().parents[1] / "models" / "onedoor.tar.gz"


@pytest.fixture(scope="session")
def model() -> Path:
    """The trained model; `make test` trains it before pytest starts."""
    if not MODEL.exists():
        pytest.fail("no trained model: run `make train` first (make test does)")
    return MODEL


@pytest.fixture(scope="session")
def server(model: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """One running bot for all tests that need one."""
    folder = tmp_path_factory.mktemp("server")
    running = start_server(folder, endpoints_file(folder))
    yield running
    stop(running.process)


@pytest.fixture(scope="session")
def catalogue() -> Catalogue:
    return load()


def make_matter(code: str = "HZ-901", **changes: object) -> Matter:
    values: dict[str, object] = {
        "code": code,
        "name": "测试证补领",
        "branch": "household",
        "aliases": ["补测试证"],
        "audience": ["个人"],
        "kind": "公共服务",
        "summary": "测试证丢了重新领",
        "hint": "证丢了",
        "situations": ["applicant"],
        "documents": [
            Document(name="居民户口簿", form="原件", source=["《测试法》第一条"]),
            Document(name="委托书", form="原件", when={"applicant": ["proxy"]}, source=["《测试法》第二条"]),
        ],
        "steps": [Sourced(text="到窗口交材料", source=["catalogue"])],
        "window": WindowRule(levels=["区级", "派出所"], place="户籍地", source=["catalogue"]),
        "online": Online(available=True, source=["catalogue"]),
        "fee": Fee(
            free=False,
            items=[FeeItem(label="补领", amount=40, unit="元/证", source=["《测试法》第三条"])],
            source=["《测试法》第三条"],
        ),
        "time": Time(statutory=Period(amount=60, unit="日", source=["《测试法》第四条"])),
        "legal_basis": ["《测试法》第一条"],
    }
    return Matter(**{**values, **changes})


@pytest.fixture
def small() -> Catalogue:
    """Two districts, three streets, five windows, three matters: every rule can be read off it."""
    streets = (
        Street(code="1", district="甲区", name="东风街道", kind="街道"),
        Street(code="2", district="甲区", name="西风街道", kind="街道"),
        Street(code="3", district="乙区", name="东风街道", kind="街道"),
    )

    def window(number: int, **values: object) -> Window:
        base = {"id": f"W-{number:03d}", "name": f"{number}号窗口", "source": ["naming rule"]}
        return Window(**{**base, **values})

    windows = [
        window(1, level="市级", services=["户政"], address="甲区一号路1号", phone="022-1", verified=True),
        window(2, level="区级", district="甲区", services=["户政"]),
        window(3, level="区级", district="乙区", services=["综合"]),
        window(4, level="派出所", district="甲区", street="东风街道", services=["户政", "交管"]),
        window(5, level="派出所", district="乙区", street="东风街道", services=["户政"]),
    ]
    matters = [
        make_matter("HZ-901"),
        make_matter("HZ-902", name="测试证换领", hint="证坏了", documents=[], fee=None, time=None, steps=[]),
        make_matter(
            "HZ-903",
            name="测试审批",
            hint="只在市里办",
            window=WindowRule(levels=["市级"], place="市级窗口", source=["catalogue"]),
            online=Online(available=False, source=["catalogue"]),
        ),
    ]
    return Catalogue(
        branches={"household": Branch(id="household", name="户政", prefix="HZ", full_name="户政")},
        matters={matter.code: matter for matter in matters},
        facets={
            "applicant": Facet(
                id="applicant",
                question="是您本人办,还是替别人办?",
                options=[Option(id="self", label="本人办"), Option(id="proxy", label="替别人办")],
            )
        },
        documents={name: DocumentType(name=name) for name in ("居民户口簿", "委托书")},
        windows={item.id: item for item in windows},
        streets=streets,
        communities=(
            Community("幸福社区居委会", "幸福", "甲区", "西风街道", False),
            Community("幸福社区居委会", "幸福", "乙区", "东风街道", False),
            Community("望海楼社区居委会", "望海楼", "甲区", "东风街道", True),
        ),
        places=(PlaceName("大商场", "甲区", "西风街道", "high"),),
        referrals={
            "water": Referral(
                id="water", topic="供水", body="自来水公司", say="供水的事请找自来水公司。", source=["catalogue"]
            ),
            "emergency_110": Referral(
                id="emergency_110",
                topic="正在发生的危险",
                body="公安机关",
                phone="110",
                say="请马上打 110!",
                kind="emergency",
                source=["catalogue"],
            ),
        },
        laws={"测试法": Law("测试法", "2020-01-01", 10)},
        pages={"hz-page": Page(id="hz-page", title="测试页", scope="tianjin")},
        version="test",
    )
