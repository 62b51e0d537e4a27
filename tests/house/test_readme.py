"""The examples of the README run as printed."""

import re
from pathlib import Path

import matplotlib as mpl

README = Path(__file__).parents[2] / "README.md"


def test_python_examples_run_as_printed_and_give_what_they_say():
    mpl.use("Agg")
    blocks = re.findall(r"```python\n(.*?)```", README.read_text(encoding="utf-8"), flags=re.S)
    assert len(blocks) == 6
    names: dict[str, object] = {}
    for block in blocks:
        exec(compile(block, str(README), "exec"), names)
    columns = ["term", "estimate", "std_error", "statistic", "df", "p_value"]
    assert list(names["est"].tidy().columns) == [*columns, "conf_low", "conf_high"]
    assert names["verdict"].ruling in names["verdict"].attainable
    assert names["own_verdict"].ruling in names["own_verdict"].attainable
    assert "@" in names["missions"].cite()


def test_commands_of_the_readme_are_targets_of_the_makefile():
    named = set(re.findall(r"(?:`|^ +)make ([a-z]+)", README.read_text("utf-8"), flags=re.M))
    makefile = (README.parent / "Makefile").read_text(encoding="utf-8")
    assert named <= set(re.findall(r"^([a-z]+):", makefile, flags=re.M))
