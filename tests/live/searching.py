"""Where words could have been kept: everything that the product, its recognizer and a browser have written."""

import re
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from pathlib import Path

import msgspec
from playwright.async_api import BrowserContext, Frame

ROOT = Path(__file__).resolve().parents[2]
NOT_WRITTEN_BY_IT = frozenset({".git", ".venv", "node_modules", "__pycache__", "tests", ".pytest_cache", ".traces"})
"""Folders of the clone that hold the words because the tests do, or that others write."""

KEPT = """async () => {
  const kept = {};
  kept.localStorage = JSON.stringify({ ...localStorage });
  kept.sessionStorage = JSON.stringify({ ...sessionStorage });
  const asked = (request) => new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
  kept.indexedDB = "";
  for (const { name } of await indexedDB.databases()) {
    const database = await asked(indexedDB.open(name));
    for (const store of database.objectStoreNames) {
      const place = database.transaction(store).objectStore(store);
      kept.indexedDB += JSON.stringify([name, store, await asked(place.getAllKeys()), await asked(place.getAll())]);
    }
    database.close();
  }
  kept.caches = "";
  for (const name of await caches.keys()) {
    const cache = await caches.open(name);
    for (const request of await cache.keys()) {
      kept.caches += `${request.url} ${await (await cache.match(request)).text()}`;
    }
  }
  const within = (root) => [...root.querySelectorAll("*")].map(
    (one) => `${one.value ?? ""} ${one.shadowRoot ? one.shadowRoot.innerHTML + within(one.shadowRoot) : ""}`).join(" ");
  kept.page = document.documentElement.outerHTML + within(document) + JSON.stringify(history.state);
  return kept;
}"""

PLANT = """async (word) => {
  localStorage.setItem("planted", word);
  sessionStorage.setItem("planted", word);
  document.cookie = `planted=${word}`;
  document.body.append(word);
  await (await caches.open("planted")).put("/planted", new Response(word));
  await new Promise((resolve, reject) => {
    const opening = indexedDB.open("planted");
    opening.onerror = () => reject(opening.error);
    opening.onupgradeneeded = () => opening.result.createObjectStore("planted").put(word, 1);
    opening.onsuccess = () => { opening.result.close(); resolve(); };
  });
}"""

BROWSER = frozenset({"localStorage", "sessionStorage", "indexedDB", "caches", "page"})


def holds(data: bytes, words: Sequence[str]) -> bool:
    """Whether one of the words, all of ASCII, stands there, in capitals or not, as UTF-8 or UTF-16."""
    data = data.lower()
    return any(word.encode(code) in data for word in words for code in ("utf-8", "utf-16-le"))


def files_below(folder: Path) -> dict[str, bytes]:
    """Each file's bytes; one that is gone by the time that it is read was written by somebody who removed it."""
    found = {}
    for path in folder.rglob("*"):
        try:
            if path.is_file():
                found[str(path.relative_to(folder))] = path.read_bytes()
        except FileNotFoundError:
            continue
    return found


def written_in_clone(since: float) -> dict[str, bytes]:
    """The files of the clone, and core dumps beside the root, that were written since then."""
    found = [*_walked(ROOT), *Path("/").glob("core*")]
    return {str(path): path.read_bytes() for path in found if path.is_file() and path.stat().st_mtime >= since}


def _walked(folder: Path) -> Iterator[Path]:
    for path in folder.iterdir():
        if path.is_dir() and not path.is_symlink():
            if path.name not in NOT_WRITTEN_BY_IT:
                yield from _walked(path)
        elif not path.is_symlink():
            yield path


def rows_of(database: Path) -> dict[str, bytes]:
    """Each table's values, unpacked: in the raw file a long one lies in pieces."""
    found = {}
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as connection:
        tables = [name for (name,) in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")]
        for table in tables:
            rows = connection.execute(f'SELECT * FROM "{table}"').fetchall()
            found[f"table {table}"] = " ".join(_unpacked(value) for row in rows for value in row).encode()
    return found


def _unpacked(value: object) -> str:
    if isinstance(value, bytes):
        try:
            return str(msgspec.msgpack.decode(value))
        except msgspec.DecodeError:
            return value.decode("latin-1")
    return str(value)


async def in_browser(context: BrowserContext, frames: Iterable[Frame]) -> dict[str, bytes]:
    """What each frame keeps and shows, and the cookies of all."""
    found = {"cookies": str(await context.cookies()).encode()}
    for number, frame in enumerate(frames):
        for name, text in (await frame.evaluate(KEPT)).items():
            found[f"frame {number} {name}"] = text.encode()
    return found


async def plant(frames: Iterable[Frame], word: str) -> None:
    """The word is in each place of each frame."""
    for frame in frames:
        await frame.evaluate(PLANT, word)


def written_by(pid: int) -> dict[str, int]:
    """How much that process has written by write(2), and to disks, in bytes.  Sockets are sent to, and do not count."""
    said = Path(f"/proc/{pid}/io").read_text(encoding="ascii")
    return {name: int(count) for name, count in re.findall(r"^(wchar|write_bytes): (\d+)$", said, re.MULTILINE)}


def open_to_write(pid: int) -> set[Path]:
    """The files that a process has open and may write to."""
    found = set()
    for link in Path(f"/proc/{pid}/fd").iterdir():
        try:
            target, info = link.readlink(), (link.parent.parent / "fdinfo" / link.name).read_text(encoding="ascii")
        except FileNotFoundError:
            continue
        flags = re.search(r"^flags:\s+(\d+)$", info, re.MULTILINE)
        assert flags is not None
        if int(flags[1], 8) & 0b11 and target.is_absolute() and not target.is_relative_to("/dev"):
            found.add(target)
    return found
