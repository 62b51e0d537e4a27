"""Hash of code: what a function computes, whatever its words and wherever it stands.

The syntax tree of the function counts, with every function, class and constant of the families'
room that it reaches: through modules, closures, defaults, decorators, containers, methods and
objects. Comments, docstrings, annotations, formatting and the module it stands in do not count.
Other rooms and libraries count by their names: they have tests of their own. What can be neither
read nor written out is refused.
"""

from __future__ import annotations

import ast
import hashlib
import inspect
import json
import sys
import textwrap
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, fields, is_dataclass
from functools import partial
from importlib import import_module
from pathlib import Path
from types import CodeType, FunctionType, MethodType, ModuleType
from typing import Any

import numpy as np
import pandas as pd

from pkstats.errors import HypothesisError

ROOM = "pkstats.families"
#: Parts of a syntax tree that say nothing about what is computed.
_SILENT = {"annotation", "returns", "type_comment", "type_params", "ctx", "kind"}
_PLAIN = (type(None), bool, int, float, complex, str, bytes)


def hash_code(function: Callable[..., Any]) -> str:
    """SHA-256 of a callable and of all that it reaches in the families' room.

    Parameters
    ----------
    function : callable
        A function, method, ``functools.partial`` or object with ``__call__``, of a file, a
        notebook or a console.

    Returns
    -------
    str
        Hexadecimal. Of a lambda, and where no source can be read (code given as text to
        ``exec``), the compiled code counts, and the hash then holds for one version of Python.

    Raises
    ------
    HypothesisError
        It reaches a value that cannot be written out, such as an open file.
    """
    reached = _Reached(str(getattr(function, "__module__", "")))
    text = json.dumps([reached.write(function), sorted(reached.functions)], ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


@dataclass
class _Reached:
    """What was met: the text of each function, and the objects already written."""

    module: str
    functions: list[tuple[str, str]] = field(default_factory=list)
    met: set[int] = field(default_factory=set)

    def write(self, value: Any) -> Any:
        """Plain data of any value; functions are noted apart and named."""
        if isinstance(value, _PLAIN):
            return repr(value)
        if isinstance(value, FunctionType):
            return self._name(value)
        if isinstance(value, MethodType):
            return ["method", self.write(value.__func__), self.write(value.__self__)]
        if isinstance(value, partial):
            given = [self.write(value.args), self.write(value.keywords)]
            return ["partial", self.write(value.func), given]
        if inspect.isbuiltin(value) or isinstance(value, ModuleType):
            return str(value.__name__)
        if hasattr(value, "__wrapped__"):  # such as a cached function
            return ["wrapped", self.write(value.__wrapped__)]
        if isinstance(value, type):
            return self._name_class(value)
        return self._write_object(value)

    def _write_object(self, value: Any) -> Any:
        if isinstance(value, Mapping):
            return [[self.write(k), self.write(v)] for k, v in value.items()]
        if isinstance(value, set | frozenset):
            return sorted(json.dumps(self.write(v)) for v in value)
        if isinstance(value, tuple | list):
            return [self.write(v) for v in value]
        if isinstance(value, np.ndarray) and value.dtype.hasobject:
            return [str(value.dtype), self.write(value.tolist())]
        if isinstance(value, np.ndarray | np.generic):
            return [str(value.dtype), value.shape, hashlib.sha256(value.tobytes()).hexdigest()]
        if isinstance(value, pd.DataFrame | pd.Series | pd.Index):
            frame = value.to_frame() if not isinstance(value, pd.DataFrame) else value
            named = [[str(c), str(t)] for c, t in zip(frame.columns, frame.dtypes, strict=True)]
            rows = pd.util.hash_pandas_object(frame).to_numpy().tobytes()
            return [named, hashlib.sha256(rows).hexdigest()]
        name = self._name_class(type(value))
        if id(value) in self.met:
            return name
        self.met.add(id(value))
        if is_dataclass(value):
            held = {f.name: getattr(value, f.name) for f in fields(value)}
        elif hasattr(value, "__dict__"):
            held = vars(value)
        else:
            text = repr(value)
            if " at 0x" in text:
                raise HypothesisError(
                    f"{text} cannot be hashed, so that what reaches it cannot be frozen. Remedy: "
                    "let the function take plain values"
                )
            return [name, text]
        return [name, [[k, self.write(v)] for k, v in sorted(held.items())]]

    def _is_own(self, module: str) -> bool:
        """Whether code is read: the families' room, and files that belong to no library."""
        if module == self.module or f"{module}.".startswith(f"{ROOM}."):
            return True
        if module.partition(".")[0] in {"pkstats", *sys.stdlib_module_names}:
            return False
        place = getattr(sys.modules.get(module), "__file__", None)
        return place is not None and not {"site-packages", "dist-packages"} & set(Path(place).parts)

    def _name_class(self, kind: type) -> str:
        """Name of a class; one of the room is written out, method by method."""
        if self._is_own(kind.__module__) and id(kind) not in self.met:
            self.met.add(id(kind))
            for name, part in sorted(vars(kind).items()):
                inner = getattr(part, "__func__", getattr(part, "fget", part))
                if isinstance(inner, FunctionType):
                    self._name(inner)
                elif not name.startswith("__") and isinstance(inner, _PLAIN):
                    self.functions.append((f"{kind.__name__}.{name}", repr(inner)))
        return kind.__name__

    def _name(self, function: FunctionType) -> str:
        """Name of a function; one of the room is written out with what it reaches."""
        if not self._is_own(function.__module__) or id(function) in self.met:
            return function.__name__
        self.met.add(id(function))
        tree = _read_tree(function)
        code = _write_code(function.__code__) if tree is None else _write_tree(tree)
        given = [self.write(function.__defaults__), self.write(function.__kwdefaults__)]
        used = [
            [name, self.write(value)] for name, value in sorted(_list_used(function, tree).items())
        ]
        self.functions.append((function.__name__, json.dumps([code, given, used])))
        return function.__name__


def _list_used(function: FunctionType, tree: ast.AST | None) -> dict[str, Any]:
    """Values that a function looks up: globals, parts of modules of the room, closure, imports."""
    names, known = _list_names(function.__code__), function.__globals__
    used: dict[str, Any] = {}
    for name in names & known.keys():
        value = known[name]
        if isinstance(value, ModuleType):
            used |= _list_parts(name, value, names)
        else:
            used[name] = value
    for node in ast.walk(tree) if tree else ():
        if isinstance(node, ast.ImportFrom) and f"{node.module}.".startswith(f"{ROOM}."):
            for alias in node.names:
                value = _import(str(node.module), alias.name)
                parts = isinstance(value, ModuleType)
                used |= _list_parts(alias.name, value, names) if parts else {alias.name: value}
    cells = zip(function.__code__.co_freevars, function.__closure__ or (), strict=True)
    return used | {name: cell.cell_contents for name, cell in cells}


def _import(module: str, name: str) -> Any:
    """Part of a module, or the module of that name in a package; None where there is neither."""
    try:
        return getattr(import_module(module), name, None) or import_module(f"{module}.{name}")
    except ImportError:
        return None


def _list_parts(alias: str, module: ModuleType, names: set[str]) -> dict[str, Any]:
    """Parts of a module of the room that are named, by its alias; of another module, none."""
    if not f"{module.__name__}.".startswith(f"{ROOM}."):
        return {}
    inside = vars(module)
    return {
        f"{alias}.{name}": inside[name]
        for name in names & inside.keys()
        if not isinstance(inside[name], ModuleType)
    }


def _list_names(code: CodeType) -> set[str]:
    """Names that a function and those nested in it look up."""
    names = set(code.co_names)
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            names |= _list_names(constant)
    return names


def _read_tree(function: FunctionType) -> ast.AST | None:
    """Syntax tree of a function's own code, not of one that it wraps; None of a lambda."""
    if function.__name__ == "<lambda>":
        return None
    try:
        return ast.parse(textwrap.dedent("".join(inspect.getsourcelines(function.__code__)[0])))
    except (OSError, TypeError, SyntaxError):
        return None


def _write_tree(node: Any) -> Any:
    """Plain data of a syntax tree that any version of Python writes alike."""
    if isinstance(node, ast.AST):
        held = {
            name: _write_tree(value)
            for name, value in ast.iter_fields(node)
            if name not in _SILENT and value not in (None, [])
        }
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            held["body"] = [_write_tree(n) for n in _skip_docstring(node.body)]
        return [type(node).__name__, held]
    if isinstance(node, list):
        return [_write_tree(part) for part in node]
    return repr(node)


def _skip_docstring(body: list[ast.stmt]) -> list[ast.stmt]:
    first = body[0]
    if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant):
        return body[1:] if isinstance(first.value.value, str) else body
    return body


def _write_code(code: CodeType) -> str:
    return repr([code.co_code, *_write_constants(code), code.co_names])


def _write_constants(code: CodeType) -> Iterator[str]:
    for constant in code.co_consts:
        yield _write_code(constant) if isinstance(constant, CodeType) else repr(constant)
