"""A real file system that is full, or that may only be read: a small one of our own, where this machine has them.

In a user namespace, so that nothing of the machine is touched and no root is needed.
"""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

FULL = """
import asyncio, os, sys
from pathlib import Path
from connector.errors import StoreError
from connector.ports.store import Commit
from connector.store.sqlite import SqliteStore
from tests.ports.store_contract import committed, contact

async def main():
    store = SqliteStore(Path(sys.argv[1]) / "x.db", lambda: 0)
    await store.open()
    filler = Path(sys.argv[1]) / "filler"
    with open(filler, "wb", buffering=0) as file:
        try:
            while file.write(b"x" * 4096):
                pass
        except OSError:
            pass
    kept = 0
    try:
        while True:
            await committed(store, Commit((contact(f"k{kept}"),)))
            kept += 1
    except StoreError as error:
        print(error.reason)
    filler.unlink()
    await committed(store, Commit((contact("after"),)))
    await store.close()
    store = SqliteStore(Path(sys.argv[1]) / "x.db", lambda: 0)
    print(len((await store.open()).contacts) - kept)
    await store.close()

asyncio.run(main())
"""

BACKUP = """
import sys
from connector.cli import main
sys.exit(main(["backup", sys.argv[1] + "/copy.db"]))
"""

OPEN = """
import asyncio, sys
from pathlib import Path
from connector.errors import StoreError
from connector.store.sqlite import SqliteStore
try:
    asyncio.run(SqliteStore(Path(sys.argv[1]) / "x.db", lambda: 0).open())
except StoreError as error:
    print(error)
"""


def _has_namespaces() -> bool:
    if shutil.which("unshare") is None:
        return False
    command = ["unshare", "-rm", "mount", "-t", "tmpfs", "none", "/mnt"]
    return subprocess.run(command, check=False, capture_output=True).returncode == 0


pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not _has_namespaces(), reason="this machine permits no user namespaces"),
]


def on(folder: Path, shell: str, script: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Runs the script with a file system of 2 MB at `folder`, after that has been done to it."""
    mounted = f'mount -t tmpfs -o size=2m none "$1" && {shell} && exec "$2" -c "$3" "$1"'
    return subprocess.run(
        ["unshare", "-rm", "sh", "-c", mounted, "sh", str(folder), sys.executable, script],
        check=False,
        capture_output=True,
        text=True,
        cwd=ROOT,
        env={"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", **environment},
    )


def test_a_full_disk_is_named_and_got_over(tmp_path: Path) -> None:
    done = on(tmp_path, "true", FULL)
    assert done.returncode == 0, done.stderr
    told, more = done.stdout.splitlines()
    assert told == "the disk is full: free some space"
    assert more == "1", "all that was acknowledged is there, and what came afterwards"


def test_a_backup_onto_a_full_disk_is_refused(tmp_path: Path) -> None:
    store = tmp_path / "store" / "x.db"
    make = (
        "import asyncio, sys; from pathlib import Path\n"
        "from connector.store.sqlite import SqliteStore; from connector.ports.store import Commit\n"
        "from tests.ports.store_contract import committed, contact\n"
        "async def main():\n"
        "    store = SqliteStore(Path(sys.argv[1]), lambda: 0); await store.open()\n"
        "    await committed(store, *(Commit((contact(f'k{n}'),)) for n in range(3000))); await store.close()\n"
        "asyncio.run(main())\n"
    )
    subprocess.run([sys.executable, "-c", make, str(store)], check=True, cwd=ROOT)
    place = tmp_path / "place"
    place.mkdir()
    done = on(place, "true", BACKUP, PANEL_STORE=str(store))
    assert done.returncode == 1
    assert "the disk is full: free some space" in done.stderr


def test_a_file_system_that_may_only_be_read(tmp_path: Path) -> None:
    done = on(tmp_path, 'mount -o remount,ro "$1"', OPEN)
    assert done.stdout == f"{tmp_path}/x.db.lock: Read-only file system: check the path, and who owns the folder\n"
