"""Rare words are spoken in calls, and then searched for wherever they could have been kept, and in all that was shown.

A word that is heard wrong would be found nowhere either: each is first spoken where it may be heard, and must be shown.
"""

import asyncio
import os
import signal
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import suppress
from pathlib import Path
from unittest.mock import patch

import pytest
import pytest_asyncio
from house.debian import LIBRARIES, loaded
from house.speech import SAID, write_speech
from playwright.async_api import BrowserContext, Frame, Locator, Page, WebSocket, expect

from tests.e2e.desk import Desk, Seat
from tests.e2e.product import SAM
from tests.live import searching
from tests.live.searching import ROOT
from tests.live.speaking import Speaking, speaking

pytestmark = [pytest.mark.live, pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

MIA = "+14155550143"
VOICE = "en-us+m3"
SPOKEN = {
    "held": "I have seen a crocodile and a pineapple in the kitchen.",
    "masked": "There is a volcano near Jupiter, and a dinosaur in the museum.",
    "across": "The elephant was walking along the river in the morning and looking for water, and after that it was"
    " going to the village, where all the people were waiting for it to come back again, and after it was home again,"
    " it was talking about a harmonica, and about the Mississippi river.",
    "after": "Could you tell me where my order is?",
}
WORDS = {
    "held": ("crocodile", "pineapple"),
    "masked": ("volcano", "jupiter", "dinosaur"),
    "across": ("elephant", "harmonica"),
}
BEFORE, LATER = WORDS["across"]
"""In the sentence that is being said when the call is masked: its second word, and one of its last."""

CANARIES = [word for words in WORDS.values() for word in words]

TIMES = 3
SOON_MS = 15_000
PATIENCE_MS = 60_000
"""A sentence is up to ten seconds long, and the machine has the tests beside it to do."""

WATCH = """(() => {
  window.everShown = [];
  const keep = (node) => window.everShown.push(node.textContent ?? "");
  const look = (changes) => changes.forEach(({ type, target, addedNodes }) => {
    if (type === "childList") {
      addedNodes.forEach(keep);
    } else if (type === "characterData") {
      keep(target);
    } else {
      window.everShown.push([...target.attributes].map(({ value }) => value).join(" "));
    }
  });
  const all = { subtree: true, childList: true, characterData: true, attributes: true };
  new MutationObserver(look).observe(document, all);
  const { attachShadow } = Element.prototype;
  Element.prototype.attachShadow = function (how) {
    const root = attachShadow.call(this, how);
    new MutationObserver(look).observe(root, all);
    return root;
  };
})()"""
"""In every frame, before anything of its page runs: every text and attribute that it ever has."""


class Watched:
    """Sam's browser, of which everything is noted that was sent to it and that it showed."""

    def __init__(self, product: Speaking, desk: Desk) -> None:
        self.product = product
        self.desk = desk
        self._sent: list[bytes] = []

    async def talk(self) -> tuple[Seat, Locator]:
        """Sam talks to Mia, in a browser that has shown nothing yet."""
        self.context: BrowserContext = await self.desk.new_context(viewport={"width": 1440, "height": 900})
        await self.context.add_init_script(WATCH)
        self.context.on("page", self._page)
        self.seat = await self.desk.open_tab(self.context)
        await self.seat.choose_state("Available")
        await self.product.ring(MIA)
        await expect(self.seat.button("Hold")).to_be_enabled()
        panel = self.seat.panel.get_by_role("region", name="Conversation")
        await expect(panel).to_contain_text("Nothing has been said yet.")
        return self.seat, panel

    async def over(self) -> None:
        """The call and its wrap-up have ended, and the Task is written."""
        if await self.seat.button("End").count():
            await self.seat.press("End")
        await self.seat.wrap_up("Resolved")
        await self.product.all_gone()
        await self.product.only_tasks(1)

    def _page(self, page: Page) -> None:
        page.on("websocket", self._socket)

    def _socket(self, socket: WebSocket) -> None:
        socket.on("framereceived", lambda data: self._sent.append(data if isinstance(data, bytes) else data.encode()))

    @property
    def frames(self) -> list[Frame]:
        return [frame for frame in self.seat.page.frames if frame.url.startswith("http")]

    def sent(self) -> bytes:
        """All that was sent to any of its sockets."""
        return b" ".join(self._sent)

    async def shown(self) -> bytes:
        """All that any frame ever had in it."""
        return " ".join([text for frame in self.frames for text in await frame.evaluate("everShown")]).encode()


@pytest.fixture
def watched(product: Speaking, desk: Desk) -> Watched:
    return Watched(product, desk)


@pytest.fixture(scope="module")
def speech(tmp_path_factory: pytest.TempPathFactory, needs: Callable[[str], str]) -> Path:
    """The folder of what is said."""
    phones = Path(needs("phones"))
    speak = [*loaded(phones, "usr/bin/espeak-ng"), f"--path={phones / LIBRARIES}"]
    folder = tmp_path_factory.mktemp("said") / "speech"
    said = {name: (VOICE, (text,)) for name, text in SPOKEN.items()}
    with patch.dict(SAID, said, clear=True):
        write_speech(folder, speak)
    return folder


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def whole(
    tmp_path_factory: pytest.TempPathFactory, needs: Callable[[str], str], speech: Path
) -> AsyncIterator[Speaking]:
    """The running product, which logs all it can, and has homes and temporary files below the tests' folder."""
    home = tmp_path_factory.mktemp("home")
    places = dict.fromkeys(("HOME", "TMPDIR", "XDG_CACHE_HOME", "XDG_STATE_HOME"), str(home))
    async with speaking(tmp_path_factory, needs, PANEL_LOG_LEVEL="debug", **places) as product:
        product.speech = speech
        yield product


async def tasks(product: Speaking) -> bytes:
    """All fields of all Tasks, as Salesforce answers."""
    key = {"Authorization": f"Bearer {(await product._session(SAM))['access_token']}"}
    query = {"q": "SELECT FIELDS(ALL) FROM Task LIMIT 200"}
    async with product.http.get(f"{product.demo.org}/services/data/v63.0/query", params=query, headers=key) as answer:
        assert answer.status == 200, await answer.text()
        return await answer.read()


async def everywhere(product: Speaking, watched: Watched, since: float) -> dict[str, bytes]:
    """All places in which something could have been kept, with what is there."""
    async with product.http.get(f"{product.demo.connector_address}/metrics") as answer:
        metrics = await answer.read()
    return {
        **searching.files_below(product.demo.folder.parent),
        **searching.written_in_clone(since),
        **searching.rows_of(product.demo.folder / "phone-panel.db"),
        **await searching.in_browser(watched.context, watched.frames),
        "metrics": metrics,
        "Tasks": await tasks(product),
    }


def found(words: Sequence[str], places: dict[str, bytes]) -> set[str]:
    """The places in which one of them stands."""
    return {place for place, data in places.items() if searching.holds(data, words)}


async def read_along(panel: Locator, word: str) -> None:
    await expect(panel.get_by_role("listitem").filter(has_text=word).first).to_be_visible(timeout=PATIENCE_MS)


async def heard(product: Speaking, panel: Locator, name: str) -> None:
    """Each of its words is shown; a machine may hear one of them wrong where a sentence is cut, and not each time."""
    words = set(WORDS[name])
    for _ in range(TIMES):
        lines = panel.get_by_role("listitem")
        before = await lines.count()
        await product.say_all("customer", name)
        await expect(lines.nth(before)).to_be_visible(timeout=PATIENCE_MS)
        with suppress(AssertionError):
            for word in sorted(words):
                await expect(lines.filter(has_text=word).first).to_be_visible(timeout=SOON_MS)
                words.discard(word)
            return
    raise AssertionError(f"not heard in {TIMES} times: {words}; shown was {await panel.inner_text()}")


async def test_words_that_are_shown_are_kept_nowhere(product: Speaking, watched: Watched) -> None:
    since = time.time()
    seat, panel = await watched.talk()
    connector, worker = product.demo.connector, product.recognizer()
    assert connector is not None
    for name in WORDS:
        await heard(product, panel, name)
    pages = found(CANARIES, await everywhere(product, watched, since))
    assert pages and all(place.endswith(" page") for place in pages)
    opened = searching.open_to_write(connector.pid) | searching.open_to_write(worker)
    assert {path.parent for path in opened} == {product.demo.folder}
    assert searching.written_by(worker) == {"wchar": 0, "write_bytes": 0}

    # It crashes with a sentence in its memory: what it leaves is searched, too.
    speech = await product.say("customer", "held")
    os.kill(worker, signal.SIGABRT)
    await expect(panel).to_contain_text("Interrupted", timeout=PATIENCE_MS)
    await expect(panel).not_to_contain_text("Interrupted", timeout=PATIENCE_MS)
    await product.said(speech)

    await seat.press("End")
    await expect(panel.get_by_role("listitem")).to_have_count(0)
    assert found(CANARIES, await everywhere(product, watched, since)) == set()
    await watched.over()
    assert found(CANARIES, await everywhere(product, watched, since)) == set()
    shown, sent = await watched.shown(), watched.sent()
    assert [word for word in CANARIES if not searching.holds(shown, [word])] == []
    assert [word for word in CANARIES if not searching.holds(sent, [word])] == []


async def test_words_of_a_pause_are_never_shown(product: Speaking, watched: Watched) -> None:
    since = time.time()
    seat, panel = await watched.talk()
    for begin, stop, name in (("Hold", "Resume", "held"), ("Mask", "Unmask", "masked")):
        await seat.press(begin)
        await expect(seat.button(stop)).to_be_enabled()
        await asyncio.gather(product.say_all("customer", name), product.say_all("sam", name))
        await seat.press(stop)
        await expect(seat.button(begin)).to_be_enabled()
    await product.say_all("customer", "after")
    await read_along(panel, "order")

    # A sentence that is being said at the moment of masking is taken back, and its rest is not heard.
    speech = await product.say("customer", "across")
    await read_along(panel, BEFORE)
    await seat.press("Mask")
    await expect(seat.button("Unmask")).to_be_enabled()
    assert await product.network.is_speaking(speech), "the sentence was over before the call was masked"
    await expect(panel.get_by_role("listitem").filter(has_text=BEFORE)).to_have_count(0)
    await product.said(speech)
    await seat.press("Unmask")
    await expect(seat.button("Mask")).to_be_enabled()
    await product.say_all("customer", "after")
    await expect(panel.get_by_role("listitem").filter(has_text="order").nth(1)).to_be_visible(timeout=PATIENCE_MS)

    await watched.over()
    assert found(CANARIES, await everywhere(product, watched, since)) == set()
    shown, sent = await watched.shown(), watched.sent()
    assert searching.holds(shown, [BEFORE]) and searching.holds(sent, [BEFORE])
    paused = [*WORDS["held"], *WORDS["masked"], LATER]
    assert [word for word in paused if searching.holds(shown, [word]) or searching.holds(sent, [word])] == []


async def test_the_search_finds_what_is_kept(product: Speaking, watched: Watched) -> None:
    """The control.  It comes last, for nothing takes a word out of a store's files again."""
    since = time.time()
    word = CANARIES[0]
    seat, _ = await watched.talk()
    await seat.show_details_if_closed()
    await seat.comments.fill(f"They have seen a {word}")
    await expect(seat.shown("Draft saved")).to_be_visible()
    for name in ("connector.log", "recognizer.wav"):
        with (product.demo.folder / name).open("ab") as file:
            file.write(word.capitalize().encode("utf-16-le"))
    (ROOT / "core.planted").write_bytes(b"\0" + word.upper().encode())
    try:
        await searching.plant(watched.frames, word)
        here = found([word], await everywhere(product, watched, since))
    finally:
        (ROOT / "core.planted").unlink()
    kept = {f"frame {number} {name}" for number in range(len(watched.frames)) for name in searching.BROWSER}
    demo = product.demo.folder.name
    files = {f"{demo}/{name}" for name in ("connector.log", "recognizer.wav", "phone-panel.db-wal")}
    missing = {*kept, *files, "table contact", "cookies", str(ROOT / "core.planted")} - here
    assert missing == set()
    await watched.over()
    await product.task(lambda task: word in str(task), "with the word")
    assert found([word], {"Tasks": await tasks(product)}) == {"Tasks"}
