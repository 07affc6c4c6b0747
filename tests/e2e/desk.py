"""An agent's desk: the console in a browser, with the panel in its utility bar, seen and used as an agent does."""

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from xml.etree import ElementTree as ET

from playwright.async_api import Browser, BrowserContext, ConsoleMessage, Error, FrameLocator, Locator, Page, expect

from tests.e2e.product import Product

METADATA = Path(__file__).resolve().parents[2] / "force-app" / "main" / "default"
DUTCH = "nl-NL"


@cache
def dutch() -> dict[str, str]:
    """What is said in Dutch for each English label; the two files say it, so that a test may be written in English."""
    labels = ET.parse(METADATA / "labels" / "CustomLabels.labels-meta.xml").getroot()
    english = {_text(one, "fullName"): _text(one, "value") for one in labels}
    translated = ET.parse(METADATA / "translations" / "nl_NL.translation-meta.xml").getroot()
    return {english[_text(one, "name")]: _text(one, "label") for one in translated if _text(one, "name") in english}


def _text(of: ET.Element, tag: str) -> str:
    return next((child.text or "" for child in of if child.tag.endswith(f"}}{tag}")), "")


class Desk:
    """One agent's browser.

    `console` is where it opens the console; `troubles` gathers what the pages complained of, less what is expected.
    """

    def __init__(self, product: Product, browser: Browser) -> None:
        self.product = product
        self.console = product.demo.console
        self.troubles: list[str] = []
        self.expected_troubles: tuple[str, ...] = ()
        self._browser = browser
        self._contexts: list[BrowserContext] = []

    async def sit_down(self, user: str = "sam", *, available: bool = True, **options: object) -> "Seat":
        """The agent opens the console in a browser of their own."""
        options = {"viewport": {"width": 1440, "height": 900}, **options}
        context = await self.new_context(**options)
        seat = await self.open_tab(context, user, in_dutch=options.get("locale") == DUTCH)
        if available:
            await seat.choose_state("Available")
        return seat

    async def new_context(self, **options: object) -> BrowserContext:
        """A browser of its own, traced."""
        context = await self._browser.new_context(**options)  # type: ignore[arg-type]
        context.set_default_timeout(10_000)
        # Without its film, which costs a sixth of the time; each step has the page as it was.
        await context.tracing.start(screenshots=False, snapshots=True)
        self._contexts.append(context)
        return context

    async def open_tab(self, context: BrowserContext, user: str = "sam", *, in_dutch: bool = False) -> "Seat":
        """One more tab of the same browser."""
        page = await context.new_page()
        page.on("console", self._said)
        page.on("pageerror", self._failed)
        await page.goto(f"{self.console}/?user={user}")
        seat = Seat(self.product, page, dutch() if in_dutch else {})
        await expect(seat.status).to_be_visible()
        return seat

    async def open_page(self, address: str) -> Page:
        """A page in a browser of its own, without the console."""
        context = await self.new_context(viewport={"width": 420, "height": 640})
        page = await context.new_page()
        page.on("console", self._said)
        page.on("pageerror", self._failed)
        await page.goto(address)
        return page

    async def close(self, trace: Path | None) -> None:
        """The browser is closed; the trace is kept where one is asked for."""
        for number, context in enumerate(self._contexts):
            if trace is not None:
                trace.parent.mkdir(exist_ok=True)
                await context.tracing.stop(path=trace.with_stem(f"{trace.stem}-{number}"))
            await context.close()

    def _said(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self._note(f"{message.type}: {message.text}")

    def _failed(self, error: Error) -> None:
        self._note(f"uncaught: {error}")

    def _note(self, trouble: str) -> None:
        if not any(word in trouble for word in self.expected_troubles):
            self.troubles.append(trouble)


class Seat:
    """One tab with the console and the panel in it; names are given in English, whatever the panel speaks."""

    def __init__(self, product: Product, page: Page, words: Mapping[str, str], *, alone: bool = False) -> None:
        """`alone`: the page is the panel itself."""
        self.product = product
        self.page = page
        self.panel: FrameLocator | Page = page if alone else page.frame_locator("iframe")
        self._words = words

    def word(self, english: str, *values: str) -> str:
        """A label in the panel's language, with the values in their places."""
        return re.sub(r"\{(\d)\}", lambda at: values[int(at[1])], self._words.get(english, english))

    def _begins(self, *english: str) -> re.Pattern[str]:
        return re.compile(f"^({'|'.join(map(self.word, english))})")

    @property
    def status(self) -> Locator:
        """The agent's status in the panel's head."""
        return self.panel.locator("c-agent-status")

    def button(self, name: str, *values: str) -> Locator:
        """A button of the panel by its exact name."""
        return self.panel.get_by_role("button", name=self.word(name, *values), exact=True)

    def shown(self, text: str) -> Locator:
        """A text that can be seen in the panel: what is only for screen readers does not count."""
        return self.panel.locator(".pp-cards, .pp-body, c-call-controls").get_by_text(text).first

    def utility(self, text: str | re.Pattern[str]) -> Locator:
        """The phone's item in the utility bar, when its label is so."""
        return self.page.get_by_role("contentinfo").get_by_role("button", name=text)

    def tab(self, name: str) -> Locator:
        """A record's tab in the console."""
        return self.page.get_by_role("navigation", name="Open tabs").get_by_role("link", name=name)

    async def choose_state(self, name: str) -> None:
        """The agent picks a state in the head, and is in it."""
        await self.pick_state(name)
        await expect(self.status).to_contain_text(self.word(name))

    async def pick_state(self, name: str) -> None:
        """The agent picks a state in the head; a customer who waits may be offered at once."""
        await self.status.get_by_role("button").first.click()
        await self.panel.get_by_role("menuitemradio", name=self.word(name)).click()

    async def answer(self) -> None:
        """The offered call is answered, and live."""
        await self.button("Answer").click()
        await expect(self.button("Hold")).to_be_enabled()

    def card(self, name: str) -> Locator:
        """The card of the contact with that name."""
        return self.panel.get_by_role("article", name=name)

    async def talk_to(self, number: str, name: str, **values: str) -> None:
        """A customer calls and is answered; their card has their name."""
        await self.product.ring(number, **values)
        await self.answer()
        await expect(self.card(name)).to_be_visible()

    async def open_consult(self, tab: str) -> None:
        """The list of whom to consult is open, at that tab."""
        await self.button("Transfer / conference").click()
        await self.panel.get_by_role("tab", name=self.word(tab)).click()

    async def ask(self, tab: str, name: str) -> None:
        """The colleague, skill or entry is called; the customer waits."""
        await self.open_consult(tab)
        await self.panel.locator("[data-row]").filter(has_text=name).click()
        await expect(self.button("Abandon")).to_be_visible()

    async def done(self) -> None:
        """Wrap-up is over."""
        await expect(self.button("Done")).to_be_visible()
        await self.button("Done").click()
        await expect(self.button("Done")).to_have_count(0)

    async def show_details(self) -> None:
        """The contact's form is open."""
        await self.panel.get_by_role("button", name=self._begins("Show contact details")).click()
        await expect(self.comments).to_be_visible()

    def field(self, label: str) -> Locator:
        """A field of the Task that Salesforce has asked for, by the org's label of it."""
        return self.panel.locator("c-task-fields").get_by_label(re.compile(f"^\\*?{re.escape(label)}$"))

    async def mend(self, name: str) -> None:
        """The form of a Task that was refused, of a contact that is over, is opened from the list."""
        await self.panel.locator("c-repair-list").get_by_role("button", name=name).click()
        await expect(self.comments).to_be_visible()

    @property
    def comments(self) -> Locator:
        """The comments' box."""
        return self.panel.get_by_role("textbox", name=self.word("Comments"))

    async def show_details_if_closed(self) -> None:
        """The contact's form is open, whether it was or not."""
        opener = self.panel.get_by_role("button", name=self._begins("Show contact details", "Hide contact details"))
        if await opener.get_attribute("aria-expanded") != "true":
            await opener.click()
        await expect(self.comments).to_be_visible()

    async def lost_connection_seen(self) -> None:
        """The panel says that the connection is lost; the agent writes on."""
        await expect(self.shown("Connection lost. Your call goes on.")).to_be_visible()
        await expect(self.button("End")).to_have_attribute("aria-disabled", "true")
        await self.comments.fill("Written without a connection")
        await expect(self.shown("Draft kept here")).to_be_visible()

    async def open_dial_pad(self, number: str) -> None:
        """The outbound screen is open, with the number typed."""
        await self.button("New").click()
        await self.panel.get_by_role("menuitem", name=self.word("New call")).click()
        await self.panel.get_by_role("textbox").first.fill(number)

    async def choose_skill_and_call(self, skill: str) -> None:
        """The call that is prepared on the outbound screen is made with that skill."""
        await self.panel.get_by_role("combobox", name=self.word("Skill")).select_option(skill)
        await expect(self.button("Call")).not_to_have_attribute("aria-disabled", "true")
        await self.button("Call").click()

    async def dial(self, number: str, skill: str) -> None:
        """The number is called with that skill."""
        await self.open_dial_pad(number)
        await self.choose_skill_and_call(skill)

    async def press(self, name: str) -> None:
        """The button is pressed as soon as it is allowed."""
        await expect(self.button(name)).not_to_have_attribute("aria-disabled", "true", timeout=15_000)
        await self.button(name).click()

    async def consult(self, name: str, tab: str = "Agents") -> None:
        """That row of the list of whom to consult is called; whoever was live is on hold for it."""
        await self.press("Transfer / conference")
        await self.panel.get_by_role("tab", name=tab, exact=True).click()
        await self.panel.locator("[data-row]").filter(has_text=name).click()
        await expect(self.button("Abandon")).to_be_visible()

    async def wrap_up(self, disposition: str | None = None, *, left: int = 0) -> None:
        """The newest contact in wrap-up is done, and so many cards are left."""
        await expect(self.button("Done")).to_be_visible()
        if disposition is not None:
            await self.panel.get_by_role("combobox", name="Disposition").select_option(disposition)
            await expect(self.shown("Draft saved")).to_be_visible()
        await self.press("Done")
        await expect(self.panel.get_by_role("article")).to_have_count(left)
