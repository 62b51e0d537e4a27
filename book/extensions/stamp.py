"""Stamps every page's footer with version, commit and manifest."""

from __future__ import annotations

import html
from typing import Any

from sphinx.application import Sphinx

from pkstats.report.stamp import read_stamp, write_stamp


def set_footer(app: Sphinx, config: Any) -> None:
    stamp = html.escape(write_stamp(read_stamp()))
    config.html_theme_options = {**config.html_theme_options, "extra_footer": f"<p>{stamp}</p>"}


def setup(app: Sphinx) -> dict[str, bool]:
    app.connect("config-inited", set_footer, priority=100)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
