"""What came of it: contacts counted by those who made them, Tasks by SOQL at the org."""

import os
import sqlite3
import subprocess
from collections import Counter, defaultdict
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from msgspec import Struct

from connector.salesforce.tasks import KEY
from tests.faults.crew import Story
from tests.faults.soaked import EDITED, ROOT, Soaked

SELECT: Final = (
    "SELECT Id, Phone_Contact_Key__c, Phone_Revision__c, Description, OwnerId, WhoId, WhatId, CallDisposition,"
    " Priority, Subject FROM Task WHERE Phone_Contact_Key__c != null"
)
FIGURES: Final = "## Figures\n"
"""What follows on the page is written by the long run."""

Row = dict[str, Any]


class Tally(Struct):
    """`contacts` must have a Task, but for the `deleted` ones; `doubles` are Tasks too many, by contact.

    `edited` Tasks keep what people wrote; `wrong` says what is not as it must be, of lost contacts, too.
    """

    contacts: int
    calls: int
    tasks: int
    lost: int
    doubles: dict[str, int]
    deleted: int
    edited: int
    wrong: list[str]


class Figures(Struct):
    """What a run came to.  `waited` is what waited to be written when all was well again.

    `doubles` are the Tasks too many before `connector reconcile --mend`, `tally` comes after it; `proven` is what
    `connector reconcile` counts then.
    """

    external_id: str
    tally: Tally
    doubles: int
    proven: dict[str, int]
    kills: int
    stops: int
    took_s: float
    waited: str
    recovered_s: float
    requests: int
    met: Counter[str]


async def tally(run: Soaked) -> Tally:
    """All contacts against all Tasks; nothing is under way any more."""
    calls = run.calls()
    must_be = {key for key, story in run.stories.items() if story.done} | calls
    tasks: dict[str, list[Row]] = defaultdict(list)
    for row in await run.rows(SELECT):
        tasks[row[KEY]].append(row)
    deleted = {key for key, story in run.stories.items() if story.deleted}
    lost = must_be - deleted - tasks.keys()
    wrong = [f"{key}: has no Task" for key in lost]
    wrong += [f"{key}: nobody made such a contact" for key in tasks.keys() - must_be]
    wrong += [f"{key}: people had deleted its Task" for key in deleted & tasks.keys()]
    revisions = wanted(run.product.demo.folder / "phone-panel.db")
    for key in must_be & tasks.keys() - deleted:
        # Of doubles the one that is right counts: how many there are is told apart.
        best: list[str] = min((_faults(run, key, task, revisions[key]) for task in tasks[key]), key=len)
        wrong += best
    return Tally(
        contacts=len(must_be),
        calls=len(calls),
        tasks=sum(map(len, tasks.values())),
        lost=len(lost),
        doubles={key: len(found) - 1 for key, found in tasks.items() if len(found) > 1},
        deleted=len(deleted),
        edited=sum(story.edited and not story.deleted for story in run.stories.values()),
        wrong=wrong,
    )


def wanted(store: Path) -> dict[str, int]:
    """The last revision of each contact: the only thing that the ledger is asked for."""
    with closing(sqlite3.connect(f"file:{store}?mode=ro", uri=True)) as db:
        return dict(db.execute("SELECT contact, wanted FROM outbox").fetchall())


def _faults(run: Soaked, key: str, task: Row, revision: int) -> list[str]:
    story = run.stories.get(key, Story(""))
    chosen = {
        "OwnerId": story.owner,
        "WhoId": story.who,
        "WhatId": story.what,
        "CallDisposition": story.disposition,
    }
    expected: dict[str, Any] = {"Phone_Revision__c": revision}
    expected |= {field: value for field, value in chosen.items() if value}
    if story.edited:
        expected |= EDITED
    found = [
        f"{key}: {name} is {task[name]!r}, not {value!r}" for name, value in expected.items() if task[name] != value
    ]
    text = task["Description"] or ""
    for worker in run.workers:
        kept, sent = (words.get(key, (0, ""))[1] for words in (worker.robot.acked, worker.robot.sent))
        if not (text.startswith(kept) and (not sent or sent.startswith(text))):
            found.append(f"{key}: acknowledged {kept!r}, sent {sent!r}, written {text!r}")
    return found


def write_page(found: list[Figures], seed: int, contacts: int) -> None:
    """docs/reference/soak.md has these figures."""
    commit = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.strip()
    rows: list[tuple[str, list[Any]]] = [
        ("Contacts", [f.tally.contacts for f in found]),
        ("… of them calls", [f.tally.calls for f in found]),
        ("Tasks", [f.tally.tasks for f in found]),
        ("Lost", [f.tally.lost for f in found]),
        ("Double", [f.doubles for f in found]),
        ("Double after `connector reconcile --mend`", [sum(f.tally.doubles.values()) for f in found]),
        ("`connector reconcile` then", [", ".join(f"{n} {verdict}" for verdict, n in f.proven.items()) for f in found]),
        ("Not as last written, or another's", [len(f.tally.wrong) for f in found]),
        ("Deleted by people, and not made again", [f.tally.deleted for f in found]),
        ("Edited by people, and left so", [f.tally.edited for f in found]),
        ("kill -9", [f.kills for f in found]),
        ("Stopped past its leases, and woken", [f.stops for f in found]),
        ("Requests to the org", [f.requests for f in found]),
        ("Seconds", [round(f.took_s) for f in found]),
        ("Waited when all was well again", [f.waited for f in found]),
        ("Seconds until all was written then", [round(f.recovered_s, 1) for f in found]),
        *((f"Met: {name}", [f.met[name] for f in found]) for name in sorted({n for f in found for n in f.met})),
    ]
    lines = [f"| {name} | {' | '.join(map(str, values))} |" for name, values in rows]
    head = ["| | " + " | ".join(f"key {f.external_id}" for f in found) + " |", "| --- |" + " --- |" * len(found)]
    page = ROOT / "docs" / "reference" / "soak.md"
    words = page.read_text(encoding="utf-8").split(FIGURES)[0]
    ran = f"`SOAK=true SEED={seed} CONTACTS={contacts} .venv/bin/python -m pytest tests/faults/test_soak.py`"
    cores = len(os.sched_getaffinity(0))
    told = f"{ran} at {commit}, {datetime.now(UTC):%Y-%m-%d}, {cores} cores."
    page.write_text("\n".join([words + FIGURES, "", *head, *lines, "", told, ""]), encoding="utf-8")
