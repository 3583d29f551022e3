"""``make screenshots``: the pictures of the web chat in ``docs/images/``, from a real conversation.

Look at them before committing: nobody else does.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from tests.browser.chat import PHONE, Chat, launch
from tests.e2e.servers import ROOT, endpoints_file, start_server, stop

SETTINGS = "localStorage['onedoor-settings'] = JSON.stringify(%s)"


def take(browser: Browser, url: str, folder: Path) -> None:
    """All pictures."""
    still = {"reduced_motion": "reduce", "device_scale_factor": 1.25}

    chat = Chat.open(browser, url, viewport={"width": 960, "height": 720}, **still)
    chat.say("护照到期换新去哪办")
    chat.page.screenshot(path=folder / "web-page.png")
    chat.context.close()

    chat = Chat.open(browser, url, viewport=PHONE, **still)
    chat.say("身份证丢了怎么补").locator("input[type=checkbox]").first.check()
    chat.page.screenshot(path=folder / "web-checklist.png")
    chat.context.close()

    chat = Chat.open(browser, url, SETTINGS % "{elder: true, size: 24}", viewport=PHONE, **still)
    chat.say("身份证丢了怎么补").locator("input[type=checkbox]").first.check()
    chat.page.screenshot(path=folder / "web-elder.png")
    chat.context.close()

    chat = Chat.open(browser, url, SETTINGS % "{theme: 'dark'}", viewport=PHONE, **still)
    chat.say("我要换身份证")
    chat.find(".scroll").evaluate("(node) => { node.scrollTop = node.scrollHeight; }")
    chat.page.screenshot(path=folder / "web-dark.png")
    chat.context.close()


def main() -> int:
    """Returns the exit code: 3 without Chromium or a model."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "docs" / "images"
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium is None:
        print("没有 Chromium,先装:apt-get install chromium fonts-noto-cjk / Chromium is missing", file=sys.stderr)
        return 3
    if not (ROOT / "models" / "onedoor.tar.gz").exists():
        print("还没有模型,先运行 make train / no model: run make train first", file=sys.stderr)
        return 3
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as name:
        bot = start_server(Path(name), endpoints_file(Path(name)))
        try:
            with sync_playwright() as playwright:
                browser = launch(playwright, chromium)
                take(browser, bot.url, folder)
                browser.close()
        finally:
            stop(bot.process)
    for path in sorted(folder.glob("web-*.png")):
        print(f"{path.relative_to(ROOT) if path.is_relative_to(ROOT) else path}  {path.stat().st_size // 1024} KB")
    return 0


if __name__ == "__main__":
    sys.exit(main())
