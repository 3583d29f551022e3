"""``onedoor``: every command a person types. Thin: each one calls a module that does the work.

Exit codes: 0 done, 1 faults found or unexpected, 2 bad input, 3 something is missing, 4 not allowed.
"""

from __future__ import annotations

import json
import os
import sys
import uuid
from pathlib import Path
from typing import Any

import click

from bot.errors import OneDoorError
from bot.ops import lean

lean.install()
os.environ.setdefault("RASA_TELEMETRY_ENABLED", "false")
os.environ.setdefault("TQDM_DISABLE", "1")  # Rasa's bars are about rules nobody waits for
os.environ.setdefault("SQLALCHEMY_SILENCE_UBER_WARNING", "1")

CHANNELS = ("web", "wechat", "ivr", "rest")


class Commands(click.Group):
    """Shows our errors as one plain message instead of a traceback."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command."""
        from knowledge.errors import FaultsFound

        try:
            return super().invoke(ctx)
        except OneDoorError as error:
            click.echo(f"错误:{error}", err=True)
            ctx.exit(error.exit_code)
        except FaultsFound as error:
            for fault in error.faults:
                click.echo(str(fault), err=True)
            click.echo(f"资料有 {len(error.faults)} 处问题,先改好再运行 / fix the faults above", err=True)
            ctx.exit(1)


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="onedoor", prog_name="onedoor")
def main() -> None:
    """一扇门:公安办事向导。OneDoor: a guide to 312 police services."""
    from bot.ops import logs

    try:
        logs.configure()
    except ValueError as error:
        raise click.ClickException(str(error)) from error


@main.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="监听地址 / address to listen on")
@click.option("--port", default=5005, show_default=True, type=click.IntRange(1, 65535), help="端口 / port")
@click.option("--credentials", type=click.Path(path_type=Path), help="渠道配置 / channel settings")
@click.option("--endpoints", type=click.Path(path_type=Path), help="存储配置 / stores and brokers")
@click.option(
    "--train/--no-train",
    "may_train",
    default=True,
    show_default=True,
    help="资料变了先训练,或直接用现有模型 / train first if stale, or serve the model there is",
)
def run(host: str, port: int, credentials: Path | None, endpoints: Path | None, may_train: bool) -> None:
    """启动机器人和网页(需要时先训练)。Serve the bot and the web page."""
    from bot.ops import model
    from bot.ops.server import check_port, serve

    check_port(host, port)
    if may_train:
        model.train()
    serve(
        model.require(),
        host,
        port,
        credentials or model.ROOT / "credentials.yml",
        endpoints or model.ROOT / "endpoints.yml",
    )


@main.command()
@click.option("--force", is_flag=True, help="没有改动也重新训练 / train even if nothing changed")
def train(force: bool) -> None:
    """训练模型;没有改动就不训练。Train the model if anything changed."""
    from bot.ops import model

    fresh = not force and not model.is_stale()
    stamp = model.train(force)
    click.echo(f"{'模型已是最新' if fresh else '模型已更新'}:{model.MODEL}(训练用时 {stamp.seconds:.0f} 秒)")


@main.command()
@click.argument("text")
@click.option("--json", "as_json", is_flag=True, help="输出 JSON / print JSON")
@click.option("--channel", type=click.Choice(CHANNELS), default="web", show_default=True, help="渠道 / channel")
def ask(text: str, as_json: bool, channel: str) -> None:
    """问一句,看回答。Ask one question and print the reply."""
    from bot.ops import model
    from bot.ops.agent import LocalBot

    replies = LocalBot(model.require()).ask(text, channel=channel)
    if as_json:
        click.echo(json.dumps(replies, ensure_ascii=False, indent=2))
        return
    from bot.channels.render import render

    for reply in replies:
        click.echo("\n".join(render(channel, reply)))


@main.command()
@click.option("--channel", type=click.Choice(CHANNELS), default="web", show_default=True, help="渠道 / channel")
def chat(channel: str) -> None:
    """在终端里对话,空行或“退出”结束。Talk to the bot in the terminal."""
    from bot.channels.render import render
    from bot.ops import model
    from bot.ops.agent import LocalBot

    click.echo("正在打开……", err=True)
    bot, sender = LocalBot(model.require()), uuid.uuid4().hex
    click.echo("您好,想办什么事?(直接回车结束)")
    while True:
        try:
            text = input("> ").strip()
        except (EOFError, KeyboardInterrupt):
            break
        if not text or text in ("退出", "exit", "quit"):
            break
        for reply in bot.ask(text, sender, channel):
            click.echo("\n".join(render(channel, reply)))
    click.echo("再见。")


@main.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="把同样的内容以 JSON 输出 / print JSON on stdout")
@click.option("--plot", type=click.Path(path_type=Path), help="可信度图(.svg 或 .png) / reliability diagram")
def evaluate(file: Path, as_json: bool, plot: Path | None) -> None:
    """用标好答案的问题表检验理解得对不对。Score a CSV file of labelled questions.

    列:qid, text(或 question), code;可选 also, style, aspect, decision。
    """
    from bot.ops import evaluation, model, reliability
    from bot.ops.agent import LocalBot
    from knowledge.catalogue import load

    rows = evaluation.read_rows(file)
    catalogue = load()
    bot = LocalBot(model.require())
    report = evaluation.evaluate(rows, bot.parse, catalogue)
    if plot is not None:
        reliability.draw(report.confidences, plot)
    if as_json:
        click.echo(json.dumps(report.to_dict(), ensure_ascii=False))
        return
    for line in evaluation.lines(report, catalogue):
        click.echo(line)


@main.command()
@click.option("--stats", is_flag=True, help="另外列出数量统计 / print counts as well")
@click.option("--near", is_flag=True, help="另外列出几乎一样的问法 / list questions that are almost the same")
def check(stats: bool, near: bool) -> None:
    """检查资料和训练问法,列出全部问题。Validate everything and list all faults."""
    from bot.nlu.lint import check_questions, near_questions
    from bot.ops.model import ROOT
    from knowledge.statistics import lines as statistics
    from knowledge.validate import check as check_knowledge

    catalogue, faults = check_knowledge()
    faults = sorted([*faults, *check_questions(ROOT, catalogue)])
    for fault in faults:
        click.echo(str(fault))
    if stats:
        for line in statistics(catalogue):
            click.echo(line)
    if near:
        across, leaks = near_questions(ROOT)
        click.echo(f"几乎一样、答案却不同的训练问法 {len(across)} 对(不算问题,请看一看):")
        click.echo("\n".join(map(str, across)))
        click.echo(f"和评测题几乎一样的训练问法 {len(leaks)} 对(前面是评测题,请改写训练问法):")
        click.echo("\n".join(map(str, leaks)))
    complete = sum(matter.complete for matter in catalogue.matters.values())
    click.echo(
        f"{len(catalogue.matters)} 个事项(要素齐全 {complete} 个),{len(catalogue.windows)} 个窗口:{len(faults)} 处问题"
    )
    sys.exit(1 if faults else 0)


@main.command("export")
@click.argument("file", type=click.Path(path_type=Path))
def export_guides(file: Path) -> None:
    """把办事指南导出成 Excel,给编辑修改。Write the guides to an Excel file."""
    from knowledge.catalogue import load
    from knowledge.excel import export_workbook

    count = export_workbook(load(), file)
    click.echo(f"已导出 {count} 个事项到 {file}")


@main.command("import")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--dry-run", is_flag=True, help="只看差别,不写文件 / show the differences, write nothing")
def import_guides(file: Path, dry_run: bool) -> None:
    """读入改好的 Excel:先全部检查,有一处不对就一个字也不写。Read an edited Excel file back."""
    from bot.errors import BadInput
    from knowledge.catalogue import load
    from knowledge.excel import SheetFaults, import_workbook

    catalogue = load()
    folders = {branch.prefix: branch.id for branch in catalogue.branches.values()}
    try:
        changes = import_workbook(catalogue, file, write=not dry_run)
    except SheetFaults as error:
        for fault in error.faults:
            click.echo(str(fault), err=True)
        raise BadInput(f"{file} 有 {len(error.faults)} 处问题,什么都没有写 / nothing was written") from error
    for change in changes:
        click.echo(str(change))
    click.echo(f"{'会改动' if dry_run else '已改动'} {len(changes)} 处")
    for code in [change.code for change in changes if change.is_new and change.group == "matters"]:
        questions = f"data/nlu/{folders[code.partition('-')[0]]}/{code}.yml"
        click.echo(f"新事项还要写问法:{questions},至少 6 条,再运行 onedoor train 并重启")


@main.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--output", type=click.Path(path_type=Path), help="结果文件(.csv 或 .json),默认在原文件旁 / result file")
@click.option(
    "--officer", "officers", multiple=True, help="接线一方在文字稿里的称呼,可多次 / what the answering side is called"
)
@click.option("--fresh", is_flag=True, help="从头做,不接着上次的 / do not go on after a stopped run")
def transcripts(file: Path, output: Path | None, officers: tuple[str, ...], fresh: bool) -> None:
    """读电话录音的文字稿,逐句找出来电人问的事项。Find the matters asked about in call transcripts.

    文件:JSONL、CSV、TXT、SRT,UTF-8 或 GB18030。停下后再运行一次就接着做。
    """
    from bot.ops import model
    from bot.ops.agent import LocalBot
    from bot.ops.transcripts import process

    trained = model.require()
    version = str(trained.stat().st_mtime_ns)
    for line in process(file, output, LocalBot(trained).parse, officers=officers, fresh=fresh, version=version):
        click.echo(line)


@main.group()
def wechat() -> None:
    """微信公众号和企业微信。WeChat accounts."""


@wechat.group("menu")
def wechat_menu() -> None:
    """聊天窗口底部的菜单。The menu below the chat."""


@wechat_menu.command("push")
@click.option("--dry-run", is_flag=True, help="只检查并显示,不发送 / check and show, send nothing")
@click.option("--file", type=click.Path(path_type=Path), help="菜单文件,默认用自带的 / menu file")
@click.option("--credentials", type=click.Path(path_type=Path), help="渠道配置 / channel settings")
@click.option(
    "--account",
    type=click.Choice(["wechat", "wecom"]),
    default="wechat",
    show_default=True,
    help="公众号或企业微信 / which account",
)
def wechat_menu_push(dry_run: bool, file: Path | None, credentials: Path | None, account: str) -> None:
    """把菜单发到微信,换掉原来的 (push)。Replace the account's menu by the one in the file."""
    from bot.channels.wechat import push

    for line in push.push_menu(account, file, credentials, dry_run):
        click.echo(line)


if __name__ == "__main__":
    main()
