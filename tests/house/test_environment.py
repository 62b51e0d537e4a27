import re
import subprocess
import sys
import tomllib
from importlib import metadata
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name


@pytest.fixture(scope="module")
def project(root: Path) -> dict:
    return tomllib.loads((root / "pyproject.toml").read_text())["project"]


@pytest.fixture(scope="module")
def locked(root: Path) -> dict[str, str]:
    """Locked version by package; a package named twice fails."""
    lines = (root / "requirements.lock").read_text().splitlines()
    pairs = [m.groups() for line in lines if (m := re.match(r"([\w.-]+)==(\S+)", line))]
    names = [canonicalize_name(name) for name, _ in pairs]
    assert len(set(names)) == len(names), "a package is locked in two versions"
    return dict(zip(names, [version for _, version in pairs], strict=True))


def test_lock_holds_what_pyproject_asks_for(project: dict, locked: dict[str, str]) -> None:
    extras = project["optional-dependencies"]
    wanted = [*project["dependencies"], *(r for e in extras for r in extras[e])]
    checked = 0
    for requirement in map(Requirement, wanted):
        if requirement.name == project["name"]:
            continue
        version = locked.get(canonicalize_name(requirement.name))
        assert version, f"{requirement.name} is not locked: make lock"
        assert requirement.specifier.contains(version, prereleases=True), str(requirement)
        checked += 1
    assert checked > 15


def test_the_extra_all_holds_every_extra(project: dict) -> None:
    extras = project["optional-dependencies"]
    (everything,) = map(Requirement, extras["all"])
    assert everything.extras == set(extras) - {"all"}


def test_lock_is_hashed_and_names_no_address(root: Path, locked: dict[str, str]) -> None:
    text = (root / "requirements.lock").read_text()
    assert "://" not in text and " @ " not in text and "--index" not in text
    blocks = re.split(r"\n(?=\S)", text.strip())
    assert len(blocks) == len(locked)
    assert all(re.search(r"--hash=sha256:[0-9a-f]{64}", block) for block in blocks)


def test_the_environment_holds_the_locked_versions(locked: dict[str, str]) -> None:
    differing = {
        name: (version, metadata.version(name))
        for name, version in locked.items()
        if name in {"numpy", "pandas", "scipy", "statsmodels", "linearmodels", "pyfixest"}
        and metadata.version(name) != version
    }
    assert not differing, f"locked, installed: {differing}; run `make env`"


def test_conda_gives_python_and_pip_and_the_lock_the_rest(root: Path, project: dict) -> None:
    environment = yaml.safe_load((root / "environment.yml").read_text())
    assert environment["name"] == project["name"]
    assert environment["dependencies"] == [
        f"python{project['requires-python']}",
        "pip",
        {"pip": ["-r requirements.lock"]},
    ]


def test_one_version_everywhere(root: Path, project: dict) -> None:
    import pkstats

    citation = yaml.safe_load((root / "CITATION.cff").read_text())
    assert {"cff-version", "message", "title", "authors", "license"} <= set(citation)
    assert str(citation["version"]) == project["version"] == pkstats.__version__
    assert citation["license"] == project["license"]
    assert f"## {project['version']}" in (root / "CHANGELOG.md").read_text()


def test_import_is_quick_and_light() -> None:
    heavy = ["pandas", "numpy", "scipy", "statsmodels", "matplotlib", "pyarrow", "linearmodels"]
    code = (
        "import sys, time; start = time.perf_counter(); import pkstats; "
        "print(time.perf_counter() - start); "
        f"print(*[m for m in {heavy!r} if m in sys.modules])"
    )
    answer = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    seconds, loaded = answer.stdout.split("\n")[:2]
    assert float(seconds) < 1.0
    assert loaded == ""


def test_make_help_lists_every_target(root: Path) -> None:
    phony = re.search(r"^\.PHONY: (.+)$", (root / "Makefile").read_text(), re.MULTILINE)
    assert phony
    answer = subprocess.run(
        ["make", "--no-print-directory", "help"],
        cwd=root,
        capture_output=True,
        text=True,
        check=True,
    )
    listed = re.findall(r"^  make (\w+)", answer.stdout, re.MULTILINE)
    assert sorted(listed) == sorted(phony.group(1).split())
