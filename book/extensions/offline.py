"""Takes out of every page what would fetch from another host when it is used."""

from __future__ import annotations

from typing import Any

from sphinx.application import Sphinx

ONLINE = {("sphinx_thebe", "init_thebe_core"), ("sphinx_thebe", "update_thebe_context")}


def disconnect_online(app: Sphinx, config: Any) -> None:
    for listeners in app.events.listeners.values():
        for listener in list(listeners):
            handler = listener.handler
            if (handler.__module__, getattr(handler, "__name__", "")) in ONLINE:
                app.disconnect(listener.id)


def setup(app: Sphinx) -> dict[str, bool]:
    app.connect("config-inited", disconnect_online)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
