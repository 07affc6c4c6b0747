"""What can be changed at one place of a syntax tree so that a test should notice it."""

from __future__ import annotations

import ast
import copy
from collections.abc import Iterator
from typing import Any

COMPARE: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
}
ARITHMETIC: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.FloorDiv,
    ast.Div: ast.Mult,
    ast.FloorDiv: ast.Mult,
    ast.Mod: ast.Add,
}
NAMES = {"any": "all", "all": "any", "min": "max", "max": "min", "bisect_right": "bisect_left"}
LONGEST = 100
SEQUENCE = ast.Tuple | ast.List | ast.Set

Place = ast.expr | ast.stmt | ast.pattern
Change = tuple[Place, str, str]
"""The node whose code is replaced, the change in words and code, and the code that is put there."""


def short(node: ast.AST) -> str:
    """The code of a node on one line, cut when it is long."""
    text = " ".join(ast.unparse(node).split())
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"


def changes(node: ast.AST, parent: ast.AST | None, *, at_import: bool) -> Iterator[Change]:
    """The changes of this node alone; those of its children are not among them."""
    if isinstance(node, ast.stmt):
        yield from _of_statement(node)
    elif isinstance(node, ast.match_case):
        yield from _of_case(node)
    elif isinstance(node, ast.MatchOr):
        for index, dropped in enumerate(node.patterns):
            left = ast.MatchOr([p for i, p in enumerate(node.patterns) if i != index])
            yield node, f"`case {short(node)}` without `{short(dropped)}`", ast.unparse(left)
    elif isinstance(node, ast.expr):
        for new, words in _of_expression(node, parent, at_import=at_import):
            yield node, words, f"({ast.unparse(new)})"
    for test in _conditions(node):
        if not isinstance(test, ast.Compare | ast.BoolOp | ast.Constant) and not _is_not(test):
            yield test, f"`if {short(test)}` turned round", f"(not ({ast.unparse(test)}))"


def _conditions(node: ast.AST) -> list[ast.expr]:
    if isinstance(node, ast.If | ast.While | ast.IfExp):
        return [node.test]
    if isinstance(node, ast.comprehension):
        return node.ifs
    if isinstance(node, ast.match_case) and node.guard is not None:
        return [node.guard]
    return node.values if isinstance(node, ast.BoolOp) else []


def _is_not(node: ast.AST) -> bool:
    return isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not)


def _of_statement(node: ast.stmt) -> Iterator[Change]:
    bare = isinstance(node, ast.Return) and node.value is None
    called = isinstance(node, ast.Expr) and isinstance(node.value, ast.Call)
    targets = node.targets if isinstance(node, ast.Assign) else []
    stored = bool(targets) and all(isinstance(target, ast.Attribute | ast.Subscript) for target in targets)
    if bare or called or stored or isinstance(node, ast.Raise | ast.Delete):
        yield node, f"`{short(node)}` left out", "pass"
    elif isinstance(node, ast.Continue):
        yield node, "`continue` → `break`", "break"
    elif isinstance(node, ast.AugAssign) and type(node.op) in ARITHMETIC:
        new = _with(node, op=ARITHMETIC[type(node.op)]())
        yield node, f"`{short(node)}` → `{short(new)}`", ast.unparse(new)


def _of_case(node: ast.match_case) -> Iterator[Change]:
    if node.guard is not None:
        yield node.guard, f"`case {short(node.pattern)} if …` never", "False"
        yield node.guard, f"`case {short(node.pattern)} if …` always", "True"
    elif not (isinstance(node.pattern, ast.MatchAs) and node.pattern.pattern is None):
        yield node.pattern, f"`case {short(node.pattern)}` never", f"{ast.unparse(node.pattern)} if False"


def _of_expression(node: ast.expr, parent: ast.AST | None, *, at_import: bool) -> Iterator[tuple[ast.expr, str]]:  # noqa: C901 - a flat table
    found: list[ast.expr] = []
    match node:
        case ast.Compare():
            for index, op in enumerate(node.ops):
                if type(op) in COMPARE:
                    found.append(_with(node, ops=_swapped(node.ops, index, COMPARE[type(op)]())))
        case ast.BoolOp():
            found.append(_with(node, op=ast.Or() if isinstance(node.op, ast.And) else ast.And()))
            yield from _without_each(node, "values")
        case ast.UnaryOp() if _is_not(node):
            found.append(node.operand)
        case ast.Constant():
            found += _other_values(node.value)
        case ast.JoinedStr():
            found.append(ast.Constant("XX"))
        case ast.BinOp(op=ast.BitOr()) if not _is_types(node):
            for left in (node.left, node.right):
                found.append(left)
        case ast.BinOp() if type(node.op) in ARITHMETIC and not _is_sequence(node):
            found.append(_with(node, op=ARITHMETIC[type(node.op)]()))
        case ast.Call():
            if isinstance(node.func, ast.Name) and node.func.id in NAMES:
                found.append(_with(node, func=ast.Name(NAMES[node.func.id])))
            yield from _without_each(node, "keywords")
        case ast.Dict():
            for index, key in enumerate(node.keys):
                new = _with(node, keys=_left(node.keys, index), values=_left(node.values, index))
                yield new, f"`{short(node)}` without the entry `{'**' if key is None else short(key)}`"
        case ast.Set() | ast.List() | ast.Tuple() if _drops(node, parent, at_import=at_import):
            yield from _without_each(node, "elts")
    yield from ((new, f"`{short(node)}` → `{short(new)}`") for new in found)


def _without_each(node: Any, field: str) -> Iterator[tuple[ast.expr, str]]:
    parts = getattr(node, field)
    for index, part in enumerate(parts):
        left = _left(parts, index)
        if field == "values" and len(left) == 1:
            yield left[0], f"`{short(node)}` without `{short(part)}`"
        elif left or field != "elts" or not isinstance(node, ast.Set):
            yield _with(node, **{field: left}), f"`{short(node)}` without `{short(part)}`"


def _drops(node: SEQUENCE, parent: ast.AST | None, *, at_import: bool) -> bool:
    """Whether the elements are a collection, and not places that are counted on."""
    if isinstance(node, ast.Set):
        return True
    if not isinstance(node.ctx, ast.Load) or isinstance(parent, ast.Subscript | ast.Dict):
        return False
    looked_in = isinstance(parent, ast.Compare) and isinstance(parent.ops[-1], ast.In | ast.NotIn)
    joined = any(isinstance(element, ast.Starred) for element in node.elts)
    right = node is not getattr(parent, "left", None)
    return isinstance(node, ast.List) or joined or at_import or (looked_in and right)


def _other_values(value: object) -> list[ast.expr]:
    if isinstance(value, bool):
        return [ast.Constant(not value)]
    if isinstance(value, int):
        return [ast.Constant(value + 1)]
    return [ast.Constant("XX" + value)] if isinstance(value, str) else []


def _is_types(node: ast.expr) -> bool:
    """Whether it is a union of types: without one of them it would be another annotation, and no other behaviour."""
    if isinstance(node, ast.BinOp):
        return _is_types(node.left) and _is_types(node.right)
    named = isinstance(node, ast.Name) and node.id[0].isupper() and not node.id.isupper()
    return isinstance(node, ast.Constant) or named


def _is_sequence(node: ast.BinOp) -> bool:
    """Whether texts or lists are joined: the other operators do not exist for them."""
    kinds = ast.JoinedStr | ast.List | ast.Tuple | ast.ListComp
    sides = (node.left, node.right)
    return any(isinstance(s, kinds) or (isinstance(s, ast.Constant) and isinstance(s.value, str)) for s in sides)


def _with(node: Any, **fields: Any) -> Any:
    new = copy.copy(node)
    for name, value in fields.items():
        setattr(new, name, value)
    return new


def _left(parts: list[Any], index: int) -> list[Any]:
    return [part for i, part in enumerate(parts) if i != index]


def _swapped(parts: list[Any], index: int, new: Any) -> list[Any]:
    return [new if i == index else part for i, part in enumerate(parts)]
