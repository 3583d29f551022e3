"""Typed records of the knowledge base: matters, windows, places, bundles, referrals.

Field names are English, values that people read are Chinese. Labels of the 办事指南 elements that
editors see are in ``docs/editors-guide.md``. A record holds no free-floating claim: whatever states a
fact carries ``source``, a list of citations that ``knowledge.citations`` can resolve.
"""

from __future__ import annotations

from datetime import date
from enum import Enum

from pydantic import BaseModel, Extra, Field, validator

Citation = str
"""``catalogue``, ``windows``, a law article like ``《护照法》第七条``, or the id of a page in
``knowledge/sources/*.yml``."""

When = dict[str, list[str]]
"""Facet id → options for which a fact holds, e.g. ``{"applicant": ["proxy"]}``. Empty: always."""


class Record(BaseModel):
    """Base of all records: unknown fields are errors, records do not change after loading."""

    class Config:  # noqa: D106 - pydantic's
        extra = Extra.forbid
        frozen = True
        use_enum_values = True
        anystr_strip_whitespace = True


class Level(str, Enum):
    """On which of the three levels a window stands."""

    CITY = "市级"
    DISTRICT = "区级"
    STATION = "派出所"


class Place(str, Enum):
    """*Whose* window serves a matter.

    From HANDLING_UNIT on, it follows from the case and not from where anybody or anything is: no district
    of the person's tells the window.
    """

    HOUSEHOLD = "户籍地"
    RESIDENCE = "居住地"
    HOUSEHOLD_OR_RESIDENCE = "户籍地或居住地"
    ANY = "任一窗口"
    BUSINESS = "经营地"
    INCIDENT = "案发地"
    DESTINATION = "迁入地"
    SHIP = "船舶所在地"
    PORT_OR_SHIP = "船籍港或船舶所在地"
    ORIGIN = "启运地"
    ARRIVAL = "运达地"
    ORIGIN_OR_ARRIVAL = "启运地或运达地"
    CITY_ONLY = "市级窗口"
    HANDLING_UNIT = "办案单位"
    DETENTION = "关押场所"
    ISSUER = "发证机关"
    PORT_OF_ENTRY = "入境口岸"
    RECORD_HOLDER = "信息制作或保存机关"
    ASSIGNED = "公安机关指定地点"
    BANK = "指定银行"


class Form(str, Enum):
    """In which form a document is handed in or shown."""

    ORIGINAL = "原件"
    COPY = "复印件"
    ORIGINAL_AND_COPY = "原件和复印件"
    ELECTRONIC = "电子"
    FILLED_IN = "现场填写"
    TAKEN_ON_SITE = "现场采集"


class TimeUnit(str, Enum):
    """Units of a deadline."""

    DAYS = "日"
    WORKING_DAYS = "工作日"
    HOURS = "小时"
    MONTHS = "个月"
    AT_ONCE = "当场"


class Sourced(Record):
    """A fact in one sentence, with its evidence.

    Attributes:
        when: the situations in which it holds; empty means always.
    """

    text: str = Field(..., min_length=2)
    when: When = Field(default_factory=dict)
    source: list[Citation] = Field(..., min_items=1)


class Option(Record):
    """One answer to a facet's question. ``id`` is an ASCII slug."""

    id: str = Field(..., regex=r"^[a-z][a-z0-9_]*$")
    label: str


class Facet(Record):
    """办理情形: something about the person or case that changes the answer, and how to ask for it."""

    id: str = Field(..., regex=r"^[a-z][a-z0-9_]*$")
    question: str
    options: list[Option] = Field(..., min_items=2)

    def option(self, option_id: str) -> Option:
        """The option with this id. Raises KeyError if there is none."""
        for option in self.options:
            if option.id == option_id:
                return option
        raise KeyError(option_id)


class Document(Record):
    """材料: one document that a matter asks for.

    Attributes:
        name: a name of the vocabulary in ``knowledge/documents/*.yml``.
        copies: how many are handed in; None where no source says.
        exempt_by: the e-certificate that replaces it for this matter (免交证), as the vocabulary names it; None
            where no source of this matter confirms one.
        note: what to look out for, in one sentence.
    """

    name: str
    form: Form | None = None
    copies: int | None = Field(None, ge=1, le=10)
    exempt_by: str | None = None
    when: When = Field(default_factory=dict)
    note: str | None = None
    source: list[Citation] = Field(..., min_items=1)


class WindowRule(Record):
    """Which windows serve the matter: on which levels, and whose.

    Attributes:
        desk: kind of desk inside the branch where one branch has several, e.g. 车驾管 or 违法处理.
    """

    levels: list[Level] = Field(..., min_items=1)
    place: Place | None = None
    desk: str | None = None
    note: str | None = None
    source: list[Citation] = Field(..., min_items=1)


class Online(Record):
    """网办: whether and how far the matter can be done without a visit.

    Attributes:
        available: as the catalogue says.
        platform: name of the site or app; None where no source confirms it.
        entry: menu path or URL on that platform.
        depth: 全程网办, 网上申请 (then one visit), 网上预约 or 网上查询.
    """

    available: bool
    platform: str | None = None
    entry: str | None = None
    depth: str | None = Field(None, regex=r"^(全程网办|网上申请|网上预约|网上查询)$")
    note: str | None = None
    source: list[Citation] = Field(..., min_items=1)


class SelfService(Record):
    """自助机: whether a self-service terminal does it."""

    available: bool
    note: str | None = None
    source: list[Citation] = Field(..., min_items=1)


class FeeItem(Record):
    """One amount of money. ``amount`` in yuan, ``unit`` like 元/证."""

    label: str
    amount: float = Field(..., ge=0)
    unit: str = "元"
    when: When = Field(default_factory=dict)
    source: list[Citation] = Field(..., min_items=1)


class Fee(Record):
    """费用: free, or a list of amounts. Unknown fees are left out of the record altogether."""

    free: bool
    items: list[FeeItem] = Field(default_factory=list)
    note: str | None = None
    source: list[Citation] = Field(..., min_items=1)

    @validator("items")
    def _free_means_no_amount(cls, items: list[FeeItem], values: dict) -> list[FeeItem]:
        if values.get("free") and items:
            raise ValueError("标明免费就不能再列金额")
        if not values.get("free", True) and not items:
            raise ValueError("收费事项至少要列一项金额;金额不明就不要写 fee")
        return items


class Period(Record):
    """A deadline. ``amount`` is None only for 当场."""

    amount: float | None = Field(None, gt=0)
    unit: TimeUnit
    note: str | None = None
    source: list[Citation] = Field(..., min_items=1)

    @validator("unit")
    def _amount_fits_unit(cls, unit: str, values: dict) -> str:
        if (values.get("amount") is None) != (unit == TimeUnit.AT_ONCE.value):
            raise ValueError("除“当场”外都要写 amount;“当场”不写 amount")
        return unit


class Time(Record):
    """时限: what the law allows and what the bureau promises."""

    statutory: Period | None = None
    promised: Period | None = None


class Result(Record):
    """办理结果: what one gets, and how it reaches one."""

    name: str
    delivery: list[str] = Field(default_factory=list)
    note: str | None = None
    source: list[Citation] = Field(..., min_items=1)


class Faq(Record):
    """A question that people ask and its sourced answer."""

    question: str
    answer: str
    source: list[Citation] = Field(..., min_items=1)


class Tip(Record):
    """A hint for one group, e.g. 老年人."""

    group: str
    text: str
    source: list[Citation] = Field(..., min_items=1)


class Related(Record):
    """A neighbouring matter and what tells it apart, worded as *its* case (shown as a choice)."""

    code: str = Field(..., regex=r"^[A-Z]{2,3}-\d{3}$")
    tells_apart: str


class Review(Record):
    """How far the bureau has checked the record. ``role`` is a role, never a person."""

    status: str = Field("draft", regex=r"^(draft|reviewed)$")
    reviewed_on: date | None = None
    role: str | None = None

    @validator("reviewed_on", always=True)
    def _date_if_reviewed(cls, value: date | None, values: dict) -> date | None:
        if (values.get("status") == "reviewed") != (value is not None):
            raise ValueError("已核定要写日期,草稿不写日期")
        return value


class Matter(Record):
    """事项: one of the matters the police handle, as a 办事指南 record.

    Attributes:
        hint: the case this matter is for in at most 24 characters, shown beside its name as a choice.
        alert: what to do at once before anything else, said first; only where waiting does harm.
        situations: facets that change this matter's answer, in the order they are asked; a string
            names a shared facet of ``knowledge/facets.yml``.
        legal_basis: law citations; not every one needs its text in our snapshot.
    """

    code: str = Field(..., regex=r"^[A-Z]{2,3}-\d{3}$")
    name: str
    branch: str
    aliases: list[str] = Field(..., min_items=1)
    audience: list[str] = Field(..., min_items=1)
    kind: str
    summary: str
    hint: str | None = Field(None, max_length=40)
    alert: Sourced | None = None
    situations: list[Facet | str] = Field(default_factory=list)
    conditions: list[Sourced] = Field(default_factory=list)
    documents: list[Document] = Field(default_factory=list)
    steps: list[Sourced] = Field(default_factory=list)
    window: WindowRule
    online: Online
    self_service: SelfService | None = None
    fee: Fee | None = None
    time: Time | None = None
    result: Result | None = None
    validity: Sourced | None = None
    legal_basis: list[str] = Field(..., min_items=1)
    tips: list[Tip] = Field(default_factory=list)
    faq: list[Faq] = Field(default_factory=list)
    related: list[Related] = Field(default_factory=list)
    review: Review = Review(status="draft")

    @property
    def complete(self) -> bool:
        """Whether the record carries the elements a person needs before leaving home."""
        return bool(self.documents and self.window.place and self.fee and self.time and self.steps)


class Branch(Record):
    """警种. ``id`` is the folder name, ``prefix`` the letters of its matter codes."""

    id: str
    name: str
    prefix: str
    full_name: str


class Window(Record):
    """窗口: a desk one can walk up to.

    Attributes:
        services: branches served, by Chinese name; 综合 serves all.
        desk: kind of desk where a branch has several, else None.
        address, phone, hours: None unless a page states them.
        verified: whether the bureau or an official page confirmed them.
        as_of: what the evidence is dated, free text as found.
    """

    id: str = Field(..., regex=r"^W-\d{3}$")
    name: str
    level: Level
    district: str | None = None
    street: str | None = None
    services: list[str] = Field(..., min_items=1)
    desk: str | None = None
    address: str | None = None
    phone: str | None = None
    hours: str | None = None
    verified: bool = False
    as_of: str | None = None
    note: str | None = None
    source: list[str] = Field(..., min_items=1)
    closed_on: date | None = None


class Street(Record):
    """A township-level unit: 街道, 镇, 乡 or 功能区."""

    code: str
    district: str
    name: str
    kind: str


class DocumentType(Record):
    """An entry of the vocabulary of documents: the same thing has the same name everywhere.

    Attributes:
        where: where one gets it.
        e_certificate: name of the e-certificate that can stand for it, if a source confirms one; where it is
            taken, each matter says (``exempt_by``).
    """

    name: str
    aliases: list[str] = Field(default_factory=list)
    what: str | None = None
    where: str | None = None
    e_certificate: str | None = None
    source: list[Citation] = Field(default_factory=list)


class Page(Record):
    """A source that is not a law of our snapshot: a web page, a notice, a standard.

    Attributes:
        scope: ``national``, ``tianjin``, or ``other`` (another province: shows the usual practice).
        accessed: day it was read, ISO.
    """

    id: str
    title: str
    publisher: str | None = None
    url: str | None = None
    as_of: str | None = None
    accessed: date | None = None
    scope: str = Field(..., regex=r"^(national|tianjin|other)$")
    kind: str = Field("page", regex=r"^(page|notice|standard|catalogue)$")


class Referral(Record):
    """A topic that is not the police's, and who handles it.

    Attributes:
        phone: public number, only where certain.
        say: one sentence that tells the person what to do next.
        kind: ``body`` for another public body, ``emergency`` for a number to dial at once.
    """

    id: str = Field(..., regex=r"^[a-z][a-z0-9_]*$")
    topic: str
    body: str
    phone: str | None = None
    say: str
    keywords: list[str] = Field(default_factory=list)
    kind: str = Field("body", regex=r"^(body|emergency)$")
    source: list[Citation] = Field(..., min_items=1)


class Total(Record):
    """How many records of a kind there must be, as the bureau publishes it."""

    what: str = Field(..., regex=r"^(matters|branches|online|windows)$")
    name: str
    count: int = Field(..., ge=0)
    source: list[Citation] = Field(..., min_items=1)


class BundleStep(Record):
    """One matter of a bundle, in the order of the visits.

    Attributes:
        matter: its code.
        when: who needs this step, in words; None: everybody.
        note: why it comes here, or what to look out for, in one sentence.
    """

    matter: str = Field(..., regex=r"^[A-Z]{2,3}-\d{3}$")
    when: str | None = None
    note: str | None = None


class Bundle(Record):
    """一件事: an event in a person's or a company's life and all its matters, as one ordered list.

    Attributes:
        referrals: ids of what other bodies do for the same event.
        source: what states that these things belong together, or in which order they follow.
    """

    id: str = Field(..., regex=r"^[a-z][a-z0-9_]*$")
    name: str
    aliases: list[str] = Field(default_factory=list)
    audience: list[str] = Field(..., min_items=1)
    summary: str
    keywords: list[str] = Field(default_factory=list)
    steps: list[BundleStep] = Field(..., min_items=2)
    referrals: list[str] = Field(default_factory=list)
    source: list[Citation] = Field(..., min_items=1)
