"""The contract of the results: every table declared once, with its columns; writer and reader."""

from pkstats.results.contract import Place, find_place, find_table, list_tables, list_topic
from pkstats.results.inventory import find_prefixes, list_places
from pkstats.results.store import (
    read_cells,
    read_family,
    read_table,
    read_tables,
    write_family,
    write_table,
    write_tables,
)
from pkstats.results.table import MonteCarlo, Table

__all__ = [
    "MonteCarlo",
    "Place",
    "Table",
    "find_place",
    "find_prefixes",
    "find_table",
    "list_places",
    "list_tables",
    "list_topic",
    "read_cells",
    "read_family",
    "read_table",
    "read_tables",
    "write_family",
    "write_table",
    "write_tables",
]
