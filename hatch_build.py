from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

SHIPPED = {
    "data/panels": "pkstats/_data/panels",
    "data/datapackage.json": "pkstats/_data/datapackage.json",
    "data/sources.toml": "pkstats/_data/sources.toml",
}


class PanelsHook(BuildHookInterface):  # type: ignore[type-arg]
    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        if version == "standard":
            root = Path(self.root)
            build_data["force_include"].update({str(root / a): b for a, b in SHIPPED.items()})
