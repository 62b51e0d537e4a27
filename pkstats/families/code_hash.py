"""Hash of code: what a function computes, whatever its words and wherever it stands.

The syntax tree of the function counts, with every function and constant of the families' room that
it reaches; comments, docstrings, annotations, the formatting and the module it stands in do not.
Functions of other rooms count by their name: they have tests of their own.
"""

from __future__ import annotations

import ast
import hashlib
import inspect
import json
import textwrap
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field, is_dataclass
from functools import partial
from types import CodeType, FunctionType
from typing import Any

ROOM = "pkstats.families"
#: Parts of a syntax tree that say nothing about what is computed.
_SILENT = {"annotation", "returns", "type_comment", "type_params", "ctx", "kind", "decorator_list"}


def hash_code(function: Callable[..., Any]) -> str:
    """SHA-256 of a function and of all that it reaches in the families' room.

    Parameters
    ----------
    function : callable
        A function, or a ``functools.partial`` of one, of a file, a notebook or a console.

    Returns
    -------
    str
        Hexadecimal. Where no source can be read (code given as text to ``exec``), the compiled
        code stands in for it, and the hash then holds for one version of Python.
    """
    parts = _Parts()
    _collect(function, parts)
    text = json.dumps(sorted(parts.written), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


@dataclass
class _Parts:
    """What was met: each piece by its short name, and the functions already written."""

    written: list[tuple[str, str]] = field(default_factory=list)
    met: set[int] = field(default_factory=set)

    def add(self, name: str, text: str) -> None:
        if (name, text) not in self.written:
            self.written.append((name, text))


def _collect(value: Any, parts: _Parts) -> None:
    if isinstance(value, partial):
        given = [_write(v) for v in (*value.args, *sorted(value.keywords.items()))]
        parts.add("partial", repr(given))
        value = value.func
    if not isinstance(value, FunctionType):
        parts.add(getattr(value, "__name__", type(value).__name__), "called")
        return
    if id(value) in parts.met:
        return
    parts.met.add(id(value))
    tree = _read_tree(value)
    code = _write_code(value.__code__) if tree is None else json.dumps(_write_tree(tree))
    parts.add(value.__name__, code)
    names, known = _list_globals(value.__code__), value.__globals__
    for used in sorted(names & known.keys()):
        if inspect.ismodule(known[used]):
            if known[used].__name__.startswith(f"{ROOM}."):
                inside = vars(known[used])
                for part in sorted(names & inside.keys()):
                    _follow(part, inside[part], value.__module__, parts)
        else:
            _follow(used, known[used], value.__module__, parts)
    for used, cell in zip(value.__code__.co_freevars, value.__closure__ or (), strict=True):
        _follow(used, cell.cell_contents, value.__module__, parts)


def _follow(name: str, value: Any, module: str, parts: _Parts) -> None:
    if isinstance(value, FunctionType | partial):
        if _find_module(value) == module or _find_module(value).startswith(f"{ROOM}."):
            _collect(value, parts)
        else:
            parts.add(name, "of another room")
    elif not inspect.ismodule(value) and not isinstance(value, type):
        parts.add(name, repr(_write(value)))


def _find_module(value: Any) -> str:
    return str(value.func.__module__ if isinstance(value, partial) else value.__module__)


def _list_globals(code: CodeType) -> set[str]:
    """Names that a function and those nested in it look up."""
    names = set(code.co_names)
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            names |= _list_globals(constant)
    return names


def _read_tree(function: FunctionType) -> ast.AST | None:
    try:
        return ast.parse(textwrap.dedent(inspect.getsource(function)))
    except (OSError, TypeError, SyntaxError):
        return None


def _write_tree(node: Any) -> Any:
    """Plain data of a syntax tree that any version of Python writes alike."""
    if isinstance(node, ast.AST):
        fields = {
            name: _write_tree(value)
            for name, value in ast.iter_fields(node)
            if name not in _SILENT and value not in (None, [])
        }
        if "body" in fields and isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            fields["body"] = [_write_tree(n) for n in _skip_docstring(node.body)]
        return [type(node).__name__, fields]
    if isinstance(node, list):
        return [_write_tree(part) for part in node]
    return repr(node)


def _skip_docstring(body: list[ast.stmt]) -> list[ast.stmt]:
    first = body[0]
    said = isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant)
    return body[1:] if said and isinstance(first.value.value, str) else body  # type: ignore[attr-defined]


def _write_code(code: CodeType) -> str:
    return repr([code.co_code, *_write_constants(code), code.co_names])


def _write_constants(code: CodeType) -> Iterator[str]:
    for constant in code.co_consts:
        yield _write_code(constant) if isinstance(constant, CodeType) else repr(constant)


def _write(value: Any) -> Any:
    """Plain data of a constant, sets in order."""
    if is_dataclass(value) and not isinstance(value, type):
        return [type(value).__name__, _write(asdict(value))]
    if isinstance(value, dict):
        return [[_write(k), _write(v)] for k, v in value.items()]
    if isinstance(value, set | frozenset):
        return sorted(map(repr, value))
    if isinstance(value, tuple | list):
        return [_write(v) for v in value]
    if callable(value) and hasattr(value, "__name__"):
        return value.__name__
    # An object without a notation of its own would be written with its place in memory.
    written = repr(value)
    return type(value).__name__ if " object at 0x" in written else value
