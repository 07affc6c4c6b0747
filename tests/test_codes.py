"""Every code that the connector can answer is documented, and the panel has words for it."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from connector.domain.directory import RecordingMode
from connector.domain.rules.consult import ENDINGS

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[1]
CONNECTOR = ROOT / "connector"
REFERENCE = ROOT / "docs" / "reference" / "codes.md"
WORDS = ROOT / "lwc" / "words" / "codes.js"

PLACE = {
    **dict.fromkeys(("_bad", "NotAllowed", "BadInput", "SignInRefused", "Failure", "CrmUnavailable"), 0),
    **dict.fromkeys(("_turn_away", "Reply", "problem", "Refusal"), 1),
    **dict.fromkeys(("AskRefused", "Found"), 2),
}
"""Calls one of whose arguments is a code, and which."""

CODE = re.compile(r"[a-z]+(?:_[a-z]+)*")
EDGE = ("api", "domain", "service", "salesforce", "wire")


def trees(*folders: str) -> Iterator[tuple[Path, ast.Module]]:
    for folder in folders:
        for path in sorted((CONNECTOR / folder).rglob("*.py")):
            yield path, ast.parse(path.read_text(encoding="utf-8"))


def called(node: ast.Call) -> str:
    return node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")


def texts(node: ast.AST | None) -> set[str]:
    """The texts that an expression can be: of a choice all of them."""
    match node:
        case ast.Constant(value=str(text)) if CODE.fullmatch(text):
            return {text}
        case ast.IfExp(body=body, orelse=orelse):
            return texts(body) | texts(orelse)
        case ast.BoolOp(values=values):
            return set().union(*map(texts, values))
        case ast.NamedExpr(value=value):
            return texts(value)
    return set()


def raised() -> set[str]:
    """Codes that stand where an error or an answer is made."""
    found: set[str] = set()
    for _, tree in trees(*EDGE):
        for node in ast.walk(tree):
            if not isinstance(node, ast.Call):
                continue
            name = called(node)
            if name in PLACE and len(node.args) > PLACE[name]:
                found |= texts(node.args[PLACE[name]])
            if name == "_failed":
                found |= texts(node.args[-1])
            if name in ("Found", "Previewed"):
                found |= set().union(*(texts(given.value) for given in node.keywords if given.arg == "error"))
            if name == "HTTPForbidden":
                found |= set().union(*(texts(given.value) for given in node.keywords if given.arg == "text"))
    return found | of_classes("api/keys.py")


def of_classes(file: str) -> set[str]:
    """The codes that errors have by their class."""
    tree = ast.parse((CONNECTOR / file).read_text(encoding="utf-8"))
    classes = [node for node in tree.body if isinstance(node, ast.ClassDef)]
    given = [line for one in classes for line in one.body if isinstance(line, ast.Assign)]
    return set().union(*(texts(line.value) for line in given if ast.unparse(line.targets[0]) == "code"))


def returned(file: str) -> set[str]:
    """Codes that the functions of a file return."""
    tree = ast.parse((CONNECTOR / file).read_text(encoding="utf-8"))
    return set().union(*(texts(node.value) for node in ast.walk(tree) if isinstance(node, ast.Return)))


def answered() -> set[str]:
    """Every code that reaches a panel."""
    modes = {f"recording_{mode}" for mode in RecordingMode if mode is not RecordingMode.ON_DEMAND}
    return (
        raised()
        | of_controls()
        | returned("domain/numbers.py")
        | modes
        | set(ENDINGS.values())
        | returned("domain/rules/phone.py")
    )


def of_controls() -> set[str]:
    """Why a control is off."""
    return returned("domain/rules/allowed.py") | returned("domain/rules/allowed_agents.py")


def documented() -> set[str]:
    page = REFERENCE.read_text(encoding="utf-8")
    rows = [line.split("|")[1] for line in page.splitlines() if line.startswith("| `")]
    return set(re.findall(r"`(\w+)`", " ".join(rows)))


def test_the_collector_finds_codes_of_every_kind() -> None:
    assert {
        "held",
        "live_call",
        "recording_always",
        "number_too_short",
        "field_missing",
        "choice_unknown",
        "token_used",
        "flood",
        "hello_late",
        "hello_twice",
        "internal",
        "crm_unavailable",
        "switch_timeout",
        "switch_down",
        "origin_not_allowed",
        "message_invalid",
        "daily_limit",
    } <= answered()


def test_every_code_is_in_the_reference() -> None:
    assert answered() - documented() == set()


def test_the_reference_has_no_code_that_nobody_answers() -> None:
    assert documented() - answered() - of_the_switch() == set()


def of_the_switch() -> set[str]:
    """The reasons of every switch."""
    tree = ast.parse((CONNECTOR / "switch/register/refusals.py").read_text(encoding="utf-8"))
    named = [node.value for node in tree.body if isinstance(node, ast.AnnAssign)]
    return set().union(*map(texts, named))


def spoken() -> set[str]:
    return set(re.findall(r"^  (\w+):", WORDS.read_text(encoding="utf-8"), re.MULTILINE))


def test_the_panel_has_words_for_why_a_control_is_off() -> None:
    modes = {"recording_always", "recording_never"}
    assert (of_controls() | modes | set(ENDINGS.values())) - spoken() == set()
