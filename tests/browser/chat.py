"""What a person does with the chat, for tests and screenshots."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Locator, Page, Playwright, expect

FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip
PHONE = {"width": 420, "height": 860}
# What Chromium itself writes when a request fails; tests that cut the line expect it.
NETWORK = ("Failed to load resource", "net::ERR_")


def launch(playwright: Playwright, executable: str) -> Browser:
    return playwright.chromium.launch(executable_path=executable, args=FLAGS)


@dataclass
class Chat:
    page: Page
    context: BrowserContext
    problems: list[str] = field(default_factory=list)

    @classmethod
    def open(cls, browser: Browser, url: str, init: str | None = None, **options: Any) -> Chat:
        context = browser.new_context(**{"viewport": PHONE, "locale": "zh-CN", **options})
        if init:
            context.add_init_script(init)
        return cls.in_context(context, url)

    @classmethod
    def in_context(cls, context: BrowserContext, url: str) -> Chat:
        chat = cls(context.new_page(), context)
        chat.page.on("console", chat._note)
        chat.page.on("pageerror", lambda error: chat.problems.append(str(error)))
        chat.page.on("dialog", lambda dialog: (chat.problems.append(f"dialog {dialog.message}"), dialog.dismiss()))
        chat.page.goto(url)
        chat.page.locator("one-door .frame").wait_for(state="attached")
        return chat

    def _note(self, message: Any) -> None:
        if message.type == "error" and not message.text.startswith(NETWORK):
            self.problems.append(message.text)

    def find(self, selector: str) -> Locator:
        """In the widget's shadow tree."""
        return self.page.locator(f"one-door {selector}")

    @property
    def input(self) -> Locator:
        return self.find("#message")

    @property
    def replies(self) -> Locator:
        """The bot's numbered messages, without the greeting."""
        return self.find("[data-number]")

    @property
    def mine(self) -> Locator:
        return self.find(".mine")

    def write(self, text: str) -> None:
        self.input.fill(text)
        self.input.press("Enter")

    def say(self, text: str) -> Locator:
        """Send a question and return the reply."""
        return self.answer_to(lambda: self.write(text))

    def answer_to(self, act: Any) -> Locator:
        """Do something that the bot answers, and return the reply."""
        count = self.replies.count()
        act()
        expect(self.replies).to_have_count(count + 1)
        return self.replies.nth(count)

    def focused(self) -> str:
        """Class or id of what has the focus inside the widget."""
        return str(
            self.page.evaluate(
                "() => { const at = document.querySelector('one-door').shadowRoot.activeElement;"
                " return at ? (at.id || at.className || at.tagName) : ''; }"
            )
        )
