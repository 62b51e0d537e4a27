"""A family for the tests: whether the calendar moves what is signed and fought over."""

from dataclasses import replace

import pkstats as pk
from pkstats.families.design import Scale
from pkstats.families.fact import Fact, Finding

AFRICA = "country >= 400 and country < 600 and year >= 1990 and year <= 2020"
COUNTRY_YEARS = Scale(denominator="countries", per=100, periods=12, unit="per 100 country-years")


def prepare(panel, given):
    """Mark the second half of a year, the rainy months of one country, and a country itself."""
    month = panel.frame["month"].dt.month
    late = (month > 6).astype(float)
    own = panel.frame["country"].eq(500) & month.between(3, 5)
    return replace(
        panel,
        frame=panel.frame.assign(late=late, rains=own.astype(float), countries=1.0),
    )


def count_months(panels):
    """Count the months in which an agreement was signed."""
    frame = panels["country_month"].frame
    signed = int((frame["peace_agreements"] > 0).sum())
    table = frame.groupby("year", as_index=False)["peace_agreements"].sum().head(5)
    return Finding(holds=signed > 100, value=f"{signed} country-months", table=table)


def declare(name, treatment, sample=AFRICA, role="main", label=""):
    return pk.Model(
        name="-".join(part for part in (name, label) if part),
        role=role,
        sample=sample,
        specification=pk.Specification(
            outcome="peace_agreements",
            treatment=treatment,
            effects=("country", "year"),
            family="poisson",
            inference=pk.Inference(cluster="country", method="CRV3"),
            missing="drop",
        ),
    )


def suppose(name, treatment, statement):
    return pk.Hypothesis(
        name=f"X1-{name}",
        family="X1",
        statement=statement,
        estimand="Ratio of the expected monthly number of peace agreements.",
        estimand_symbols=r"\exp(\beta)",
        expected_sign=1,
        seen="none",
        smallest_effect=pk.SmallestEffect(
            value=5.0,
            unit="agreements per 100 country-years",
            baseline="country >= 400 and country < 600 and year >= 1990 and year < 1995",
            reason="One agreement in twenty countries and a year.",
        ),
        primary=declare(name, treatment),
        alternatives=(
            declare(name, treatment, f"{AFRICA} and year >= 1995", "sample variant", "later"),
        ),
        threats=("Negotiators choose their months.",),
        decisive="Dates of negotiation beside those of signature.",
        design="country months",
        panel="country_month",
        unit="log rate ratio",
    )


FAMILIES = (
    pk.Family(
        code="X1",
        title="Seasons of agreement",
        question="Are more peace agreements signed late in the year?",
        hypotheses=(
            suppose("late", "late", "More agreements are signed in the second half of a year."),
            suppose("rains", "rains", "The rains of one country move its agreements."),
        ),
        facts=(
            Fact(
                name="X1-signed",
                family="X1",
                claims=(),
                statement="Agreements were signed in more than 100 country-months.",
                condition="More than 100 country-months with an agreement.",
                panels=("country_month",),
                measure=count_months,
                seen="none",
                limits="Only agreements that the source lists.",
            ),
        ),
        designs=(
            pk.Design(
                name="country months",
                unit="a country in a month",
                scale=COUNTRY_YEARS,
                entering="CRV3",
            ),
        ),
        prepare=prepare,
        choose=lambda h: {
            "effects": [("country", "year"), ("country",)],
            "sample": {"1990 to 2020": AFRICA, "to 2010": f"{AFRICA} and year <= 2010"},
        },
        panels=("country_month",),
        chapter="seasons",
    ),
)
