"""One-sided violence by side: the sides of dyads, and the monthly transport programme."""

from pkstats.data.one_sided.country_months import list_dyads, split_country_months
from pkstats.data.one_sided.sides import name_dyads
from pkstats.data.one_sided.split import split_sides
from pkstats.data.one_sided.transport import Split, centre_allocation, split_month

__all__ = [
    "Split",
    "centre_allocation",
    "list_dyads",
    "name_dyads",
    "split_country_months",
    "split_month",
    "split_sides",
]
