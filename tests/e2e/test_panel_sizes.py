"""The panel at its smallest and its widest, in both languages, whatever is on it: nothing is cut off."""

import json
import re
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from playwright.async_api import Frame, Locator, WebSocketRoute, expect

from tests.e2e.desk import DUTCH, Desk, Seat
from tests.e2e.product import Product
from tests.e2e.robot import Robot
from tests.e2e.test_outbox_command import RULE, refused

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

MIA = "+14155550143"
WHITFIELDS = "+16285550144"
AXE = Path(__file__).resolve().parents[2] / "node_modules" / "axe-core" / "axe.min.js"
SIZES = ((200, 240), (1920, 240))
WIDE = {"width": 1920, "height": 900}

RUN_AXE = """async () => {
  const tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"];
  const { violations } = await axe.run(document, { runOnly: { type: "tag", values: tags } });
  return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 120)).join(" | ")}`);
}"""

# The tabs of whom to consult scroll sideways where there is no room for them; arrow keys bring each into sight.
TOO_WIDE = """() => {
  const width = document.documentElement.clientWidth;
  const all = [...document.querySelectorAll("button, input, select, textarea, a, time, article, li")];
  const seen = all.filter((one) => one.offsetParent);
  const outside = (one) => {
    const { left, right } = one.getBoundingClientRect();
    return !one.closest("[role=tablist]") && (left < -0.5 || right > width + 0.5);
  };
  const names = seen.filter(outside).map((one) => one.getAttribute("aria-label") ?? one.textContent.trim());
  const whole = document.documentElement.scrollWidth;
  return whole > width ? [`page ${whole}`, ...names] : names;
}"""


async def frame_of(seat: Seat) -> Frame:
    """The panel's own document."""
    handle = await seat.page.locator("iframe").element_handle()
    found = await handle.content_frame()
    assert found is not None
    return found


async def nothing_found(seat: Seat, where: str) -> None:
    """axe-core finds nothing in the panel as it is now."""
    frame = await frame_of(seat)
    await frame.evaluate(AXE.read_text(encoding="utf-8"))
    assert await frame.evaluate(RUN_AXE) == [], where


async def fits(seat: Seat, where: str, buttons: Sequence[str]) -> None:
    """At both sizes nothing is wider than the panel, and those buttons can be reached."""
    for width, height in SIZES:
        await seat.page.evaluate(
            "([w, h]) => Object.assign(document.querySelector('iframe').style, "
            "{ position: 'fixed', left: '0', top: '0', zIndex: '9999', width: w + 'px', height: h + 'px' })",
            [width, height],
        )
        frame = await frame_of(seat)
        await frame.wait_for_function("(w) => innerWidth === w", arg=width)
        assert await frame.evaluate(TOO_WIDE) == [], f"{where} at {width} x {height}"
        for name in buttons:
            await seat.button(name).click(trial=True)


BOTH = pytest.mark.parametrize("locale", ["en-US", DUTCH], ids=["english", "dutch"])


@BOTH
async def test_nothing_is_cut_off_at_any_size(product: Product, desk: Desk, locale: str) -> None:
    sam = await desk.sit_down(locale=locale, viewport=WIDE)
    await fits(sam, "idle", ["New"])
    await product.ring(MIA)
    await expect(sam.button("Answer")).to_be_visible()
    await fits(sam, "offered", ["Answer", "Decline"])
    await sam.answer()
    await fits(sam, "live", ["Hold", "End", "Transfer / conference"])
    await sam.button("Transfer / conference").click()
    await expect(sam.panel.get_by_role("tab").first).to_be_visible()
    await fits(sam, "chooser", ["End"])
    await sam.button("Transfer / conference").click()
    await sam.button("End").click()
    await expect(sam.button("Done")).to_be_visible()
    await fits(sam, "wrap-up", ["Done"])


@pytest.mark.parametrize(
    ("first", "last", "number", "direction"),
    [
        ("Maximiliana-Konstantina Wilhelmine", "zu Hohenlohe-Waldenburg-Schillingsfürst", "+15105550191", "ltr"),
        ("عبد الرحمن بن محمد", "الأنصاري الخزرجي", "+15105550192", "rtl"),
        ("אברהם־יצחק", "בן־שושן הכהן", "+15105550193", "rtl"),
    ],
    ids=["long", "arabic", "hebrew"],
)
async def test_names_fit_and_are_written_as_their_script_is(
    product: Product, desk: Desk, first: str, last: str, number: str, direction: str
) -> None:
    await product.create("Contact", FirstName=first, LastName=last, Phone=number)
    name, book = f"{first} {last}", "مركز خدمة العملاء" if direction == "rtl" else "Interdepartmental Emergency"
    sam = await desk.sit_down(viewport=WIDE)
    await product.ring(number)
    await expect(sam.panel.locator(".pp-hero__name")).to_have_text(name)
    await expect(sam.panel.locator(".pp-hero__name")).to_have_css("direction", direction)
    await fits(sam, f"{name} offered", ["Answer", "Decline"])
    await sam.answer()
    await written(sam.card(name).locator(".pp-card__name"), direction)
    await fits(sam, f"{name} live", ["Hold", "End"])
    await sam.show_details()
    await expect(sam.panel.locator("c-record-picker").first).to_contain_text(name)
    await fits(sam, f"{name} details", ["Hold", "End"])
    await expect(sam.card(name)).to_be_visible()
    await sam.ask("Address book", book)
    await expect(sam.button("Merge")).not_to_have_attribute("aria-disabled", "true", timeout=15_000)
    await fits(sam, f"{name} consult", ["Abandon", "Merge", "Transfer"])
    await sam.button("Merge").click()
    parties = sam.panel.get_by_role("list", name="In the conference").get_by_role("listitem")
    await expect(parties).to_have_count(3)
    for party in (name, book):
        await written(parties.filter(has_text=party).locator("[dir=auto]").first, direction)
    await fits(sam, f"{name} conference", ["Leave"])
    await sam.button("Leave").click()
    await sam.done()
    row = sam.panel.locator("c-today-list").get_by_role("listitem").filter(has_text=name)
    await written(row.locator("[dir=auto]").first, direction)
    await fits(sam, f"{name} in Today", ["New"])


async def written(name: Locator, direction: str) -> None:
    """The name is written in that direction, and ends in a mark where there is no room for all of it."""
    await expect(name).to_have_css("direction", direction)
    await expect(name).to_have_css("text-overflow", "ellipsis")


@pytest.mark.parametrize(
    ("user", "locale", "time"),
    [("sam", "en-US", r"^\d{1,2}:\d\d\s[AP]M$"), ("jonas", DUTCH, r"^\d{1,2}:\d\d$")],
    ids=["12 hours", "24 hours"],
)
async def test_the_time_of_day_is_written_as_the_agent_writes_it(
    product: Product, desk: Desk, user: str, locale: str, time: str
) -> None:
    seat = await desk.sit_down(user, locale=locale, viewport=WIDE)
    await product.ring(MIA)
    await seat.button("Decline").click()
    row = seat.panel.locator("c-today-list").get_by_role("listitem").first
    await expect(row).to_contain_text("Mia Chen")
    await expect(row.locator(".pp-time")).to_have_text(re.compile(time))
    await fits(seat, f"Today of {user}", ["New"])


async def test_a_call_of_nine_hours(product: Product, desk: Desk) -> None:
    sam = await desk.sit_down(viewport=WIDE)
    let_pass = await later(sam)
    await sam.talk_to(MIA, "Mia Chen")
    let_pass(9 * 3_600_000)
    await sam.button("Mute").click()
    await expect(sam.card("Mia Chen").get_by_role("timer")).to_have_text(re.compile(r"^9:00:\d\d$"))
    await expect(sam.utility(re.compile(r"On a call 9:00:\d\d"))).to_be_visible()
    await fits(sam, "nine hours", ["Unmute", "End"])
    await sam.button("Hold").click()
    await expect(sam.card("Mia Chen")).to_contain_text("On hold")
    await expect(sam.card("Mia Chen").get_by_role("timer")).to_have_text([re.compile(r"^9:00:\d\d$")] * 2)
    await fits(sam, "nine hours on hold", ["Unmute", "Resume"])


async def later(seat: Seat) -> Callable[[int], None]:
    """The function tells the panel from now on of a time so many ms later than it is."""
    ahead = 0

    def let_pass(ms: int) -> None:
        nonlocal ahead
        ahead = ms

    def told(text: str) -> str:
        message = json.loads(text)
        return json.dumps({**message, "now": message["now"] + ahead}) if "now" in message else text

    def route(socket: WebSocketRoute) -> None:
        server = socket.connect_to_server()
        server.on_message(lambda text: socket.send(told(str(text))))

    await seat.page.route_web_socket(re.compile("/socket$"), route)
    await seat.page.reload()
    await expect(seat.status).to_contain_text("Available")
    return let_pass


@BOTH
async def test_axe_finds_nothing_in_one_call(product: Product, desk: Desk, locale: str) -> None:
    jonas = await desk.sit_down("jonas", available=False, locale=locale)
    await jonas.choose_state("Training")
    sam = await desk.sit_down(locale=locale)
    await nothing_found(sam, "idle")
    await product.ring(MIA)
    await expect(sam.button("Answer")).to_be_visible()
    await nothing_found(sam, "offered")
    await sam.answer()
    await sam.show_details()
    await nothing_found(sam, "live, details open")
    await sam.open_consult("Agents")
    await expect(sam.panel.get_by_role("tabpanel")).to_contain_text("Jonas Weber")
    await nothing_found(sam, "chooser")
    await sam.button("Transfer / conference").click()
    await sam.ask("Agents", "Jonas Weber")
    await expect(jonas.button("Answer")).to_be_visible()
    for seat in (sam, jonas):
        await nothing_found(seat, "consult rings")
    await jonas.button("Answer").click()
    await expect(sam.button("Merge")).not_to_have_attribute("aria-disabled", "true")
    for seat in (sam, jonas):
        await nothing_found(seat, "consult")
    await sam.button("Merge").click()
    await expect(sam.button("Leave")).to_be_visible()
    await nothing_found(sam, "conference")
    await sam.button("Leave").click()
    await expect(sam.button("Done")).to_be_visible()
    await nothing_found(sam, "wrap-up")
    await product.task(lambda task: True, "of the call")


@BOTH
async def test_axe_finds_nothing_in_two_calls(product: Product, desk: Desk, locale: str) -> None:
    sam = await desk.sit_down(locale=locale)
    await product.ring(WHITFIELDS)
    await sam.answer()
    await expect(sam.panel.get_by_role("radiogroup", name=sam.word("Who is calling?"))).to_be_visible()
    await nothing_found(sam, "who is calling")
    await sam.dial("4155550188", "Sales")
    await nothing_found(sam, "offer to hold")
    await sam.panel.get_by_role("alertdialog").get_by_role("button", name=sam.word("Hold and call")).click()
    await expect(sam.card("Rosa Martínez")).to_contain_text(sam.word("Connected"), timeout=15_000)
    await nothing_found(sam, "two calls")
    await sam.button("Transfer").click()
    for kind in ("Outbound", "Inbound"):
        await product.task(lambda task, kind=kind: task["CallType"] == kind, "of the call")  # type: ignore[misc]


@BOTH
async def test_the_supervisors_tab_fits_and_axe_finds_nothing_in_it(
    product: Product, desk: Desk, sam: Robot, locale: str
) -> None:
    long = "Maximiliana-Konstantina Wilhelmine zu Hohenlohe-Waldenburg-Schillingsfürst"
    number = "+15105550195" if locale == DUTCH else "+15105550194"
    await product.create("Contact", FirstName=long[:34], LastName=long[35:], Phone=number)
    priya = await desk.sit_down("priya", available=False, locale=locale, viewport=WIDE)
    await priya.panel.get_by_role("tab", name=priya.word("Supervisor")).click()
    await expect(priya.shown(priya.word("Nothing needs attention."))).to_be_visible()
    await nothing_found(priya, "nothing needs attention")
    await product.control("settings", {"rules": [RULE]})
    await refused(product, sam, number)
    await fits(priya, "parked", [f"{priya.word('Try again')}: {long}", priya.word("Try all again")])
    await nothing_found(priya, "parked")
    await priya.button(f"{priya.word('Discard')}: {long}").click()
    await fits(priya, "discard", ["Cancel"])
    await nothing_found(priya, "discard")
    await product.control("settings", {"rules": []})
    await priya.button("Cancel").click()
    await priya.button(f"{priya.word('Try again')}: {long}").click()
    await product.task(lambda task: long in task["Subject"], "that was refused")


@BOTH
async def test_axe_finds_nothing_in_a_mask_and_an_emergency(product: Product, desk: Desk, locale: str) -> None:
    priya = await desk.sit_down("priya", available=False, locale=locale)
    sam = await desk.sit_down(locale=locale)
    await sam.talk_to(MIA, "Mia Chen")
    await sam.button("Record").click()
    await expect(sam.button("Stop recording")).to_be_visible()
    await product.switch("faults", {"fault": "refuse", "ask": "SetRecording"})
    await sam.button("Mask").click()
    await expect(sam.shown(sam.word("NOT masked"))).to_be_visible()
    await nothing_found(sam, "not masked")
    await sam.button("Try again").click()
    await expect(sam.button("Unmask")).to_be_visible()
    await nothing_found(sam, "masked")
    await sam.open_dial_pad("911")
    await expect(sam.button("Call {0} now", "911")).to_be_visible()
    await nothing_found(sam, "emergency button")
    await sam.button("Call {0} now", "911").click()
    card = sam.panel.get_by_role("article").filter(has_text="911")
    await expect(card).to_contain_text(sam.word("Connected"), timeout=15_000)
    await nothing_found(sam, "emergency card")
    await expect(priya.panel.get_by_text("Sam Rivera").first).to_be_visible()
    await nothing_found(priya, "alarm")
    await sam.button("End").click()
    await product.task(lambda task: "911" in task["Subject"], "of the emergency call")
