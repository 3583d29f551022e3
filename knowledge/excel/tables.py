"""Which sheets there are, which columns they have, and which records they hold."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from knowledge.excel.cells import (
    DAY,
    LINES,
    NUMBER,
    OPTIONS,
    SITUATIONS,
    TEXT,
    WHEN,
    YES,
    Kind,
    labelled,
    one_of,
)
from knowledge.models import (
    Bundle,
    DocumentType,
    Form,
    Level,
    Matter,
    Page,
    Place,
    Record,
    Referral,
    TimeUnit,
    Total,
    Window,
)


@dataclass(frozen=True)
class Column:
    """A column: its label, the dotted path of its value in the record or row, and how it is written."""

    label: str
    path: str
    kind: Kind = TEXT
    locked: bool = False
    help: str = ""


@dataclass(frozen=True)
class Sheet:
    """A table; its first column is the key of the record that a row belongs to.

    Attributes:
        path: empty for the main sheet of a group, else the record's list that has a row for each item.
    """

    title: str
    path: str
    columns: tuple[Column, ...]

    @property
    def key(self) -> Column:
        """The first column."""
        return self.columns[0]


@dataclass(frozen=True)
class Group:
    """Records of one kind: a main sheet with a row for each, and a sheet for each of their lists.

    Attributes:
        name: the catalogue's attribute that holds them.
        frozen: columns whose value an existing record keeps for ever.
        growing: whether new rows make new records.
        append_only: existing records are shown for reference and not edited here.
    """

    name: str
    model: type[Record]
    main: Sheet
    lists: tuple[Sheet, ...] = ()
    frozen: tuple[str, ...] = ()
    growing: bool = True
    append_only: bool = False

    @property
    def sheets(self) -> tuple[Sheet, ...]:
        """Main sheet first."""
        return (self.main, *self.lists)

    @property
    def key(self) -> str:
        """The field that names a record."""
        return self.main.key.path


def at(record: dict[str, Any], path: str) -> Any:
    """The value at a dotted path, or None."""
    value: Any = record
    for part in path.split("."):
        if not isinstance(value, dict) or part not in value:
            return None
        value = value[part]
    return value


def put(record: dict[str, Any], path: str, value: Any) -> None:
    """Set the value at a dotted path."""
    *parents, last = path.split(".")
    for part in parents:
        record = record.setdefault(part, {})
    record[last] = value


def items(raw: dict[str, Any], sheet: Sheet) -> list[dict[str, Any]]:
    """The rows of a record in one of its list sheets."""
    found = at(raw, sheet.path) or []
    if sheet.path == "situations":
        found = [item for item in found if isinstance(item, dict)]
    if sheet.path == "related":
        found = [{"related": item["code"], "tells_apart": item["tells_apart"]} for item in found]
    return list(found)


_CODE = Column("事项编码", "code", locked=True, help="编码不能改;新增一行时写所属事项的编码")
_WHEN = Column("适用情形", "when", WHEN, help="空着表示都适用;例如 applicant=proxy 表示代办时才适用;代号见“对照”表")
_SOURCE = Column("出处", "source", LINES, help="必填,一行一个:《法律》第几条,或“网页”表里的代号")
_UNITS = one_of(*(unit.value for unit in TimeUnit))
_REVIEW = labelled({"draft": "待核定", "reviewed": "已核定"})

MATTERS = Sheet(
    "事项",
    "",
    (
        Column("事项编码", "code", locked=True, help="编码不能改;加事项时在最后写新编码,例如 HZ-073"),
        Column("事项名称", "name", locked=True, help="市局目录里的名称;已有的不在这里改"),
        Column("警种", "branch", locked=True, help="警种代号,见“对照”表,例如 household"),
        Column("别名", "aliases", LINES, help="群众的叫法,一行一个"),
        Column("办理对象", "audience", LINES, help="一行一个,例如 个人"),
        Column("事项类型", "kind", help="例如 行政许可、行政确认、公共服务"),
        Column("事项概述", "summary", help="一句话说清是办什么的"),
        Column("一句话区分", "hint", help="这个事项是给什么情况办的,给人选择时显示,40个字以内"),
        Column("办理情形", "situations", SITUATIONS, help="一行一个代号;公共的见“对照”表,自己的写在“情形”表"),
        Column("窗口层级", "window.levels", LINES, help="市级、区级、派出所,一行一个"),
        Column(
            "谁的窗口",
            "window.place",
            one_of(*(place.value for place in Place)),
            help="不清楚就空着;每个词的意思见编辑手册",
        ),
        Column("窗口类别", "window.desk", help="交管窗口分 车驾管、违法处理、事故处理,别的警种空着"),
        Column("窗口说明", "window.note"),
        Column("窗口出处", "window.source", LINES, help=_SOURCE.help),
        Column("可否网办", "online.available", YES),
        Column("网办平台", "online.platform", help="没有出处的空着"),
        Column("网办入口", "online.entry", help="菜单路径或网址"),
        Column("网办深度", "online.depth", one_of("全程网办", "网上申请", "网上预约", "网上查询")),
        Column("网办说明", "online.note"),
        Column("网办出处", "online.source", LINES, help=_SOURCE.help),
        Column("自助机", "self_service.available", YES, help="不清楚就空着"),
        Column("自助机说明", "self_service.note"),
        Column("自助机出处", "self_service.source", LINES),
        Column("免费", "fee.free", YES, help="免费写“是”;收费写“否”,金额写在“费用”表;不清楚就空着"),
        Column("费用说明", "fee.note"),
        Column("费用出处", "fee.source", LINES, help=_SOURCE.help),
        Column("法定时限", "time.statutory.amount", NUMBER, help="只写数字;“当场”的空着"),
        Column("法定时限单位", "time.statutory.unit", _UNITS),
        Column("法定时限说明", "time.statutory.note"),
        Column("法定时限出处", "time.statutory.source", LINES),
        Column("承诺时限", "time.promised.amount", NUMBER, help="只写数字;“当场”的空着"),
        Column("承诺时限单位", "time.promised.unit", _UNITS),
        Column("承诺时限说明", "time.promised.note"),
        Column("承诺时限出处", "time.promised.source", LINES),
        Column("办理结果", "result.name"),
        Column("领取方式", "result.delivery", LINES),
        Column("结果说明", "result.note"),
        Column("结果出处", "result.source", LINES),
        Column("先说的急话", "alert.text", help="耽误了会出事的才写,例如 马上打110"),
        Column("急话情形", "alert.when", WHEN),
        Column("急话出处", "alert.source", LINES),
        Column("有效期", "validity.text"),
        Column("有效期情形", "validity.when", WHEN),
        Column("有效期出处", "validity.source", LINES),
        Column("法律依据", "legal_basis", LINES, help="一行一条,例如《中华人民共和国护照法》第七条"),
        Column("核定状态", "review.status", _REVIEW, help="窗口核对过内容以后改成“已核定”,并写日期和岗位"),
        Column("核定日期", "review.reviewed_on", DAY, help="例如 2026-11-24"),
        Column("核定岗位", "review.role", help="写岗位,不写人名,例如 户政岗"),
    ),
)
LISTS = (
    Sheet(
        "情形",
        "situations",
        (
            _CODE,
            Column("代号", "id", help="小写英文,写进“事项”表的“办理情形”"),
            Column("怎么问", "question"),
            Column("选项", "options", OPTIONS, help="一行一个,写成 代号=说法"),
        ),
    ),
    Sheet("条件", "conditions", (_CODE, Column("条件", "text"), _WHEN, _SOURCE)),
    Sheet(
        "材料",
        "documents",
        (
            _CODE,
            Column("材料名称", "name", help="用“材料词表”里的名字,没有的先在那张表加一行"),
            Column("形式", "form", one_of(*(form.value for form in Form))),
            Column("份数", "copies", NUMBER),
            Column("可免交电子证照", "exempt_by", help="这个事项的出处写明能用的才写,名字和材料词表的“电子证照”一样"),
            _WHEN,
            Column("说明", "note"),
            _SOURCE,
        ),
    ),
    Sheet("步骤", "steps", (_CODE, Column("步骤", "text"), _WHEN, _SOURCE)),
    Sheet(
        "费用",
        "fee.items",
        (_CODE, Column("项目", "label"), Column("金额(元)", "amount", NUMBER), Column("单位", "unit"), _WHEN, _SOURCE),
    ),
    Sheet("提示", "tips", (_CODE, Column("给谁", "group"), Column("提示", "text"), _SOURCE)),
    Sheet("问答", "faq", (_CODE, Column("问", "question"), Column("答", "answer"), _SOURCE)),
    Sheet("相近事项", "related", (_CODE, Column("相近事项编码", "related"), Column("什么情况办它", "tells_apart"))),
)
WINDOWS = Sheet(
    "窗口",
    "",
    (
        Column("窗口编号", "id", locked=True, help="编号不能改,停用的也不给别人用;加窗口时接着编"),
        Column("名称", "name"),
        Column("层级", "level", one_of(*(level.value for level in Level))),
        Column("区", "district", help="全名,例如 河西区;市级窗口空着"),
        Column("街镇", "street", help="派出所必填,用街镇全名"),
        Column("服务警种", "services", LINES, help="一行一个警种,或者 综合"),
        Column("窗口类别", "desk", help="交管窗口分 车驾管、违法处理、事故处理"),
        Column("地址", "address", help="有出处的才写"),
        Column("电话", "phone", help="有出处的才写"),
        Column("办公时间", "hours", help="有出处的才写"),
        Column("已核实", "verified", YES, help="市局或官方网页确认过地址的写“是”"),
        Column("资料日期", "as_of", help="地址、电话、时间是哪年哪月的,例如 2026-11"),
        Column("说明", "note", help="给编辑自己看的"),
        Column("出处", "source", LINES, help="网址或文件名;只按名称规则列出的写 naming rule"),
        Column("停用日期", "closed_on", DAY, help="撤掉的窗口写日期,不要删行"),
    ),
)
REFERRALS = Sheet(
    "转介",
    "",
    (
        Column("代号", "id", locked=True, help="小写英文,不能改"),
        Column("什么事", "topic"),
        Column("归谁管", "body"),
        Column("电话", "phone", help="确实有出处的公开电话"),
        Column("怎么对群众说", "say"),
        Column("关键词", "keywords", LINES),
        Column("类别", "kind", labelled({"body": "别的部门", "emergency": "紧急"})),
        _SOURCE,
    ),
)
BUNDLES = Sheet(
    "一件事",
    "",
    (
        Column("代号", "id", locked=True, help="小写英文,不能改"),
        Column("名称", "name"),
        Column("别名", "aliases", LINES),
        Column("办理对象", "audience", LINES),
        Column("概述", "summary"),
        Column("关键词", "keywords", LINES, help="两件事不能用同一个词"),
        Column("还要找谁", "referrals", LINES, help="“转介”表里的代号,一行一个"),
        _SOURCE,
    ),
)
BUNDLE_STEPS = Sheet(
    "一件事步骤",
    "steps",
    (
        Column("代号", "id", locked=True, help="“一件事”表里的代号;行的先后就是办的先后"),
        Column("事项编码", "matter"),
        Column("什么人要办", "when", help="空着表示都要办"),
        Column("为什么排在这里", "note"),
    ),
)
DOCUMENTS = Sheet(
    "材料词表",
    "",
    (
        Column("材料名称", "name", help="同一样东西只用一个名字;已有的在这里只看不改,要加就在最后加一行"),
        Column("别名", "aliases", LINES),
        Column("是什么", "what"),
        Column("在哪开", "where"),
        Column("电子证照", "e_certificate"),
        Column("出处", "source", LINES),
    ),
)
PAGES = Sheet(
    "网页",
    "",
    (
        Column("代号", "id", help="已有的在这里只看不改;新出处在最后加一行,代号用小写英文和短横"),
        Column("标题", "title"),
        Column("谁发布的", "publisher"),
        Column("网址", "url"),
        Column("发布日期", "as_of", help="例如 2026-11"),
        Column("查看日期", "accessed", DAY),
        Column("范围", "scope", labelled({"national": "全国", "tianjin": "天津", "other": "外省市"})),
        Column(
            "类型",
            "kind",
            labelled({"page": "网页", "notice": "通知", "standard": "标准", "catalogue": "目录"}),
        ),
    ),
)
TOTALS = Sheet(
    "总数",
    "",
    (
        Column("代号", "what", locked=True),
        Column("数什么", "name", locked=True),
        Column("应有", "count", NUMBER, help="市局公布的数;真的增减了事项或窗口,这里跟着改"),
        _SOURCE,
    ),
)
GROUPS = (
    Group("matters", Matter, MATTERS, LISTS, frozen=("name", "branch")),
    Group("windows", Window, WINDOWS),
    Group("referrals", Referral, REFERRALS),
    Group("bundles", Bundle, BUNDLES, (BUNDLE_STEPS,)),
    Group("documents", DocumentType, DOCUMENTS, append_only=True),
    Group("pages", Page, PAGES, append_only=True),
    Group("totals", Total, TOTALS, frozen=("name",), growing=False),
)
