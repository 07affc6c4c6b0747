"""Runs the benchmarks and writes `docs/reference/performance.md`: `python bench/run.py [PROGRAM ...] [--quick]`.

Without names, all but `fresh_clone`, which downloads everything anew and is run by its name: about 59 minutes, 25 of
them `asterisk_load`.  What is not run keeps the
figures of its last run, with their commit and date (`bench/results.jsonl`).  `--quick` proves that the programs work
and writes nothing.
"""

import argparse
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import msgspec

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from bench.figures import ROOT, Circumstances, Figure, shown

RESULTS = ROOT / "bench" / "results.jsonl"
PAGE = ROOT / "docs" / "reference" / "performance.md"

PROGRAMS: dict[str, tuple[str, list[str], list[str]]] = {
    "fresh_clone": ("From clone to a call", [], ["--again", "1"]),
    "panel_size": ("What the panel loads", [], []),
    "panel_latency": ("The panel in Chromium", [], ["--loads", "2", "--calls", "3", "--holds", "2"]),
    "event_path": ("An event from the switch to the panel", [], ["--repeats", "1", "--agents", "50", "--rounds", "4"]),
    "ari_stream": ("Asterisk's events: parse and dispatch", [], ["--repeats", "1", "--rounds", "10"]),
    "asterisk_path": (
        "An event from Asterisk to the panel",
        [],
        ["--repeats", "1", "--agents", "50", "--rounds", "4"],
    ),
    "ari_rest": ("Requests to Asterisk", [], ["--repeats", "1", "--requests", "200"]),
    "asterisk_load": (
        "Load on a real Asterisk",
        [],
        ["--repeats", "1", "--calls", "5", "--rates", "5", "--hold", "1"],
    ),
    "fan_out": ("News for all panels", [], ["--repeats", "1", "--agents", "50"]),
    "memory": ("Memory", [], ["--repeats", "1", "--agents", "50"]),
    "store_commit": (
        "Commits to disk",
        ["--repeats", "5"],
        ["--repeats", "1", "--commits", "500", "--contacts", "100"],
    ),
    "task_writing": (
        "A Task's way to Salesforce",
        [],
        ["--repeats", "1", "--rates", "10", "--seconds", "3"],
    ),
    "transcript": (
        "The live transcript",
        [],
        ["--repeats", "1", "--ears", "2", "--seconds", "4"],
    ),
}
"""Each with its title on the page, its arguments, and those of a quick run."""

REMARKS = {
    "panel_size": (
        "The connector itself sends the files as they are, with names that let browsers keep them for ever; gzipped "
        "they travel behind a proxy that compresses."
    ),
    "event_path": (
        "The bare pipeline holds one ready view for each agent, changes two values in it and sends it; it "
        "keeps nothing, decides nothing and forgets everything when it dies. What durability takes is seen in "
        "the line `bare pipeline with durable rows`: the same rows through the same commit thread, and "
        "nothing else. All above that is the connector's own: the decision on frozen values, deadlines, "
        "effects in commit order, and the controls and the view for each state shown. In a flood what is "
        "newer takes the place of what was not sent yet, so there are fewer messages than events."
    ),
    "ari_stream": (
        "Each client has a handler for each type of event that the connector uses, which counts and adds up the names "
        "of channels; all have counted the same. `connector's register` also keeps the register of legs and tells "
        "what has happened, for calls that it asked for itself."
    ),
    "asterisk_path": (
        "The bare loop reads the event with json, changes one value in a ready dictionary, and sends all of it with "
        "json; it forgets everything when it dies. The connector's side is all there is between Asterisk and the "
        "panel: parser, register of legs, decision, a commit that is synced to disk, controls and view."
    ),
    "ari_rest": "The driver asks over the event socket; the answers come in order with the events there.",
    "asterisk_load": (
        "Asterisk's processor time grows with the length of a call, the connector's does not: it is spent while a call "
        "begins and ends. So the ratio is given for calls of the length that is said, which are far shorter than real "
        "ones; short calls, of which only their beginning and end remain, show what that costs beside Asterisk's own. "
        "Every commit is synced; each agent has a panel connected; Tasks stay in the outbox. A second Asterisk plays "
        "callers and phones on the same two cores, and all four processes share them."
    ),
    "fan_out": (
        "Queue sizes are encoded once for all agents with the same skills. The connector's side holds, beside "
        "the sending, the arrival of the call itself with the search for a free agent among all, one commit, "
        "and a look at the room in each socket's buffer. States are made anew from the floor for each agent, "
        "which the bare side does not do."
    ),
    "memory": (
        "Most of the bare pipeline's figure is aiohttp's: the socket, its parser, and the request with its "
        "headers, which lives as long as the socket. The connector adds the agent's profile, the contact, "
        "what was shown last, and its share of SQLite's page cache."
    ),
    "task_writing": (
        "Simple-salesforce and the ready batches keep nothing: what is lost on the way is lost. The connector has each "
        "version on disk, with its contact and by itself, before it is on its way; `ledger alone` is the same commits "
        "to the same disk, and nothing else. It is what the connector would do if no Task were written, but for the "
        "row that says that one is wanted, and at 50 a second most of its processor time: two synced commits of bare "
        "SQLite take more than a twentieth of two requests. Beyond that the connector looks each Task up before it "
        "changes it, marks the row before and after, and keeps what it was told. With fewer contacts fewer share a "
        "request: at one a second the ready batches themselves take more than a twentieth, since nothing can be "
        "gathered for longer than a Task may be old."
    ),
    "transcript": (
        "The voices are a synthesizer's, of which the recognizer understands less than of people: how many words are "
        "wrong is to be read beside the recognizer alone, not as what people would get. When a word ends within its "
        "sentence is reckoned by its letters, and may be a fifth of a second off. A word that was never shown has no "
        "delay. Recognition gives way to all else (nice 10); Asterisk, a second one for callers and phones, the demo's "
        "org, two consoles in Chromium and the connector share the cores with it. So many transcripts a core does as "
        "the lines with those who speak at once say, where a call is one or two of them, seldom at once. Both calls of "
        "a comparison have the same voices, with the setting `Transcript` on or off."
    ),
}
"""What the figures cannot say by themselves."""

INTRO = """# Measured figures

Written by `make bench`; do not edit. A ratio is two things measured side by side in one run, and is what to trust:
absolute figures change with the machine and with what else it does (the load is given). Median [range] of the repeats;
the order within a repeat is random; both sides of a comparison do the same observable work, and what they did is
compared. Commits are synced to the disk of the clone. Processor time is that of the server's own process, all threads.

"""


def run(names: list[str], *, quick: bool) -> list[Circumstances | Figure]:
    """Runs them one after the other; returns what they handed over."""
    found: list[Circumstances | Figure] = []
    with tempfile.TemporaryDirectory() as folder:
        for name in names:
            out = Path(folder) / f"{name}.jsonl"
            print(f"{name} …", flush=True)
            began = time.monotonic()
            _, usual, fast = PROGRAMS[name]
            command = [sys.executable, str(ROOT / "bench" / f"{name}.py"), *(fast if quick else usual)]
            subprocess.run([*command, "--out", str(out)], cwd=ROOT, check=True)
            print(f"  {name} took {time.monotonic() - began:.0f} s", flush=True)
            found += _read(out)
    return found


def _read(path: Path) -> list[Circumstances | Figure]:
    lines = path.read_bytes().splitlines() if path.exists() else []
    return [
        msgspec.json.decode(line, type=Circumstances if b'"machine"' in line else Figure) for line in lines if line
    ]


def page(results: list[Circumstances | Figure]) -> str:
    """The page: a section a program."""
    parts = [INTRO]
    for name, (title, _, _) in PROGRAMS.items():
        figures = [one for one in results if isinstance(one, Figure) and one.program == name]
        around = next((one for one in results if isinstance(one, Circumstances) and one.program == name), None)
        if around is None:
            continue
        parts.append(f"## {title}\n\n| What | Aim | Measured | How |\n| --- | --- | --- | --- |\n")
        parts += map(_row, figures)
        if name in REMARKS:
            parts.append(f"\n{REMARKS[name]}\n")
        parts.append(
            f"\n`{around.command}` at {around.commit}, {around.at}, load {around.load_before} before and "
            f"{around.load_after} after; {around.machine}; {around.versions}.\n\n"
        )
    return "".join(parts).rstrip() + "\n"


def _row(one: Figure) -> str:
    aim = one.aim if one.met is None else f"{one.aim} ({'met' if one.met else '**missed**'})"
    unit = f" {one.unit}" if one.unit else ""
    spread = "" if one.low == one.high else f" [{shown(one.low)} to {shown(one.high)}]"
    how = f"{one.how}. {one.note}" if one.note else one.how
    return f"| {one.what} | {aim} | {shown(one.median)}{unit}{spread} | {how} |\n"


def main() -> None:
    """Runs, keeps, writes."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("programs", nargs="*", metavar="PROGRAM", help=", ".join(PROGRAMS))
    parser.add_argument("--quick", action="store_true", help="small sizes, nothing is written")
    given = parser.parse_args()
    unknown = set(given.programs) - set(PROGRAMS)
    if unknown:
        parser.error(f"no such program: {', '.join(sorted(unknown))}; there are {', '.join(PROGRAMS)}")
    names = given.programs or [name for name in PROGRAMS if name != "fresh_clone"]
    found = run(names, quick=given.quick)
    if given.quick:
        return
    results = [one for one in _read(RESULTS) if one.program not in names] + found
    RESULTS.write_bytes(b"".join(msgspec.json.encode(one) + b"\n" for one in results))
    PAGE.write_text(page(results), encoding="utf-8")
    print(f"written: {PAGE.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
