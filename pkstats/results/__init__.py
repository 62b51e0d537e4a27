"""The contract of the results: every table declared once, with its columns; writer and reader."""

from pkstats.results.contract import Place, find_place, find_table, list_tables
from pkstats.results.store import read_table, read_tables, write_table, write_tables
from pkstats.results.table import MonteCarlo, Table

__all__ = [
    "MonteCarlo",
    "Place",
    "Table",
    "find_place",
    "find_table",
    "list_tables",
    "read_table",
    "read_tables",
    "write_table",
    "write_tables",
]
