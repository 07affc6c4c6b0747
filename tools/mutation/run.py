"""Runs the tests on mutants: one forked child for each, in which everything is loaded already."""

from __future__ import annotations

import functools
import gc
import importlib.abc
import importlib.machinery
import importlib.util
import json
import os
import pickle
import signal
import sys
import traceback
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from types import CodeType, FunctionType, ModuleType

import pytest
from _pytest.runner import runtestprotocol

from mutation.mutants import MODULE, Mutant, controls
from mutation.reach import WALK, Reached, killers, watch

ROOT = Path(__file__).resolve().parents[2]
DOMAIN = ROOT / "connector" / "domain"
SECONDS = 20
"""A mutant that computes longer has been noticed; what else the machine does is not counted..."""
STUCK = 300
"""...but one that waits for ever ends as well."""
TOO_LONG = "the time limit"
AT_ONCE = 2
NEAR = 3
OPTIONS = ["-q", "-p", "no:randomly", "--assert=plain", "-s"]
ARGUMENTS = [*OPTIONS, str(ROOT / "tests" / "domain")]


def run_all(chosen: Sequence[Mutant], results: Path) -> None:
    """Writes one line for each mutant: its name and what killed it, which is nothing when it survived."""
    seen = results.with_suffix(".reach")
    plugin = Functions([mutant for mutant in chosen if mutant.function != MODULE], results, seen)
    _wait(forked(lambda: _must_be_ok(pytest.main(ARGUMENTS, plugins=[plugin]))))
    reached: dict[str, Reached] = pickle.loads(seen.read_bytes())  # noqa: S301 - written by the line above
    later = [mutant for mutant in chosen if mutant.name not in read(results)]

    def child(mutant: Mutant) -> str:
        sys.meta_path.insert(0, Changed(mutant))
        names = killers(reached, mutant.file, None, mutant.line)
        # To collect all tests takes longer than to run those of a file: the nearest files come first, by themselves.
        near = list(dict.fromkeys(name.split("::")[0] for name in names if name != WALK))[:NEAR]
        for arguments in ([*OPTIONS, *near], ARGUMENTS):
            order = Order(names if arguments is ARGUMENTS else [name for name in names if name != WALK])
            code = pytest.main(arguments, plugins=[order])
            if order.killer or code != pytest.ExitCode.OK:
                return order.killer or "the import"
        return ""

    _prove(child, results)
    _share(later, child, results)


def _must_be_ok(code: int) -> None:
    assert code == pytest.ExitCode.OK, f"pytest ended with {code}"


def _prove(child: Callable[[Mutant], str], results: Path) -> None:
    """Nothing is noticed where nothing is changed, and a broken one is noticed: else no result would mean anything."""
    file = "decide.py"
    unchanged, broken = controls(file, "decide", (DOMAIN / file).read_text())
    record = results.with_suffix(".controls")
    record.unlink(missing_ok=True)
    _share([unchanged, broken], child, record)
    killer = read(record)
    assert killer[unchanged.name] == "", f"with no mutant {killer[unchanged.name]} fails"
    assert killer[broken.name], "no test notices that nothing works"


def read(results: Path) -> dict[str, str]:
    """What killed each mutant so far."""
    lines = results.read_text().splitlines() if results.exists() else []
    return dict(json.loads(line) for line in lines)


class Functions:
    """A plugin that runs, in place of the tests, the tests on each mutant of a function."""

    def __init__(self, chosen: Sequence[Mutant], results: Path, seen: Path) -> None:
        self.chosen, self.results, self.seen = chosen, results, seen

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Instead of running the tests once."""
        tests = tests_of(session)
        _wait(forked(lambda: self.seen.write_bytes(pickle.dumps(reached_by(tests) | {WALK: watch(DOMAIN, _walk)}))))
        reached = pickle.loads(self.seen.read_bytes())  # noqa: S301 - written by the line above
        known = functions()
        found = [mutant for mutant in self.chosen if changed(mutant, known)]

        def child(mutant: Mutant) -> str:
            return self.child(mutant, known, reached, tests)

        _prove(child, self.results)
        _share(found, child, self.results)
        return True

    def child(
        self,
        mutant: Mutant,
        known: dict[CodeType, FunctionType],
        reached: dict[str, Reached],
        tests: dict[str, pytest.Item],
    ) -> str:
        """In the child: makes the change and says what noticed it."""
        for function, code in changed(mutant, known):
            function.__code__ = code
        return first_failed([tests.get(name) for name in killers(reached, mutant.file, mutant.function, mutant.line)])


class Order:
    """A plugin that runs the tests in an order, until one fails."""

    def __init__(self, names: Sequence[str]) -> None:
        self.names, self.killer = names, ""

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Instead of running them in the order of the files."""
        tests = tests_of(session)
        self.killer = first_failed([tests.get(name) for name in self.names if name in tests or name == WALK])
        return True


class Changed(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Loads the mutant in place of its module."""

    def __init__(self, mutant: Mutant) -> None:
        self.path = DOMAIN / mutant.file
        self.name = ".".join(self.path.relative_to(ROOT).with_suffix("").parts)
        self.source = mutant.source(self.path.read_text())

    def find_spec(self, fullname: str, _path: object, _target: object = None) -> importlib.machinery.ModuleSpec | None:
        """Ours is one module only."""
        return importlib.util.spec_from_loader(fullname, self) if fullname == self.name else None

    def exec_module(self, module: ModuleType) -> None:
        """The changed source, under its own file name."""
        module.__file__ = str(self.path)
        exec(compile(self.source, str(self.path), "exec", dont_inherit=True), module.__dict__)  # noqa: S102 - our source


def first_failed(tests: Sequence[pytest.Item | None]) -> str:
    """The name of the first test that fails; None is the walk."""
    for index, test in enumerate(tests):
        if test is None:
            try:
                _walk()
            except Exception:
                return WALK
            continue
        following = tests[index + 1] if index + 1 < len(tests) else None
        if any(report.failed for report in runtestprotocol(test, log=False, nextitem=following)):
            return test.nodeid
    return ""


def _walk() -> None:
    from tests.domain.test_random_walk import walk_days  # noqa: PLC0415 - in the child it is the mutant's

    walk_days(400, 20261125)


def tests_of(session: pytest.Session) -> dict[str, pytest.Item]:
    """Those that take no time for random examples."""
    return {
        item.nodeid: item
        for item in session.items
        if not getattr(getattr(item, "obj", None), "is_hypothesis_test", False)
        and item.get_closest_marker("slow") is None
        and "TestWalk" not in item.nodeid
    }


def reached_by(tests: dict[str, pytest.Item], below: Path = DOMAIN) -> dict[str, Reached]:
    """What each test goes through of the code below that folder.  Raises AssertionError when one fails as it is."""
    items = list(tests.values())
    found = {}
    for item, following in zip(items, [*items[1:], None], strict=True):
        found[item.nodeid] = watch(below, functools.partial(_must_pass, item, following))
    return found


def _must_pass(item: pytest.Item, following: pytest.Item | None) -> None:
    reports = runtestprotocol(item, log=False, nextitem=following)
    assert not any(report.failed for report in reports), f"{item.nodeid} fails with no mutant"


def functions(below: Path = DOMAIN) -> dict[CodeType, FunctionType]:
    """The functions below that folder by their code; what the domain's remember of earlier calls is forgotten."""
    root = f"{below}/"
    known = {}
    gc.unfreeze()  # tests/conftest.py has put everything where it is not seen
    for thing in gc.get_objects():
        if isinstance(thing, FunctionType) and thing.__code__.co_filename.startswith(root):
            known[thing.__code__] = thing
        elif hasattr(type(thing), "cache_clear") and _ours(thing):
            thing.cache_clear()
    return known


def _ours(thing: object) -> bool:
    return str(getattr(thing, "__module__", "")).startswith("connector.domain")


def changed(
    mutant: Mutant, known: dict[CodeType, FunctionType], below: Path = DOMAIN
) -> list[tuple[FunctionType, CodeType]]:
    """The functions that the mutant changes, with their new code."""
    path = str(below / mutant.file)
    new = compile(mutant.source((below / mutant.file).read_text()), path, "exec", dont_inherit=True)
    codes = {(c.co_qualname, c.co_firstlineno): c for c in _codes(new) if c.co_qualname == mutant.function}
    found = []
    for old, function in known.items():
        code = codes.get((old.co_qualname, old.co_firstlineno))
        if code is None or old.co_filename != path or code == old:
            continue
        if len(code.co_freevars) == len(old.co_freevars):
            found.append((function, code))
    return found


def _codes(code: CodeType) -> Iterator[CodeType]:
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield constant
            yield from _codes(constant)


def _share(chosen: Sequence[Mutant], child: Callable[[Mutant], str], results: Path) -> None:
    """Each mutant in a child of its own, some at once; what killed it is one line of the results."""
    gc.freeze()
    running: dict[int, Mutant] = {}
    for mutant in chosen:
        if len(running) == AT_ONCE:
            _ended(running, results)
        running[forked(functools.partial(_one, mutant, child, results))] = mutant
    while running:
        _ended(running, results)


def _one(mutant: Mutant, child: Callable[[Mutant], str], results: Path) -> None:
    limit(SECONDS, STUCK)
    killer = child(mutant)
    limit(0, 0)
    _write(results, mutant, killer)


def limit(seconds: int, stuck: int) -> None:
    """The process is ended after so many seconds of computing, or of anything; 0 lifts the limit."""
    signal.setitimer(signal.ITIMER_PROF, seconds)
    signal.alarm(stuck)


def _ended(running: dict[int, Mutant], results: Path) -> None:
    pid, status = os.wait()
    mutant = running.pop(pid)
    if status:
        late = os.WIFSIGNALED(status) and os.WTERMSIG(status) in (signal.SIGPROF, signal.SIGALRM)
        _write(results, mutant, TOO_LONG if late else "a crash")


def _write(results: Path, mutant: Mutant, killer: str) -> None:
    with results.open("a") as file:
        file.write(json.dumps([mutant.name, killer]) + "\n")


def forked(work: Callable[[], object]) -> int:
    """Starts a child that does the work and ends, whatever happens."""
    sys.stdout.flush()
    pid = os.fork()
    if pid == 0:
        code = 1
        try:
            if not os.environ.get("MUTANTS_ALOUD"):
                nothing = os.open(os.devnull, os.O_RDWR)
                os.dup2(nothing, 1)
                os.dup2(nothing, 2)
            work()
            code = 0
        except BaseException:
            traceback.print_exc()
        finally:
            os._exit(code)
    return pid


def _wait(pid: int) -> None:
    _, status = os.waitpid(pid, 0)
    if status:
        raise SystemExit("the tests could not be run without a mutant (MUTANTS_ALOUD=true shows why)")
