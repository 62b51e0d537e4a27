"""Claims beside their verdicts: joined, counted and laid out."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

import pkstats as pk
from pkstats.documents.claim import documents
from pkstats.errors import HypothesisError, SourceError
from pkstats.report.chapters import claims as claim_tables
from pkstats.report.chapters.claims import judge_claims, read_verdicts, tabulate_claims

HYPOTHESES = pd.DataFrame(
    {
        "hypothesis": ["F1-a", "F1-b", "F2-a"],
        "family": ["F1", "F1", "F2"],
        "claims": ["J4", "J4", "J5, J6"],
    }
)
VERDICTS = pd.DataFrame({"hypothesis": ["F1-a", "F1-b"], "ruling": ["supported", "inconclusive"]})


@pytest.fixture(scope="module")
def judged() -> pd.DataFrame:
    return judge_claims(pk.claims(as_frame=True), hypotheses=HYPOTHESES, verdicts=VERDICTS)


def test_a_named_claim_is_judged_and_no_other(judged: pd.DataFrame) -> None:
    assert set(judged.loc[judged["status"] == "judged", "id"]) == {"J4", "J5", "J6"}
    rest = judged[judged["status"] != "judged"]
    typed = pk.claims(as_frame=True).set_index("id")["status"]
    assert rest.set_index("id")["status"].equals(typed[rest["id"]])


def test_every_ruling_stands_beside_its_claim(judged: pd.DataFrame) -> None:
    rows = judged.set_index("id")["judgements"]
    assert rows["J4"] == (("F1-a", "F1", "supported"), ("F1-b", "F1", "inconclusive"))
    assert rows["J6"] == (("F2-a", "F2", ""),)
    table = tabulate_claims(judged, pages={"f1"}).set_index("Claim")["Status or verdict"]
    assert table["**J4**"].count("(f1.md)") == 2
    assert "**supported** ([`F1-a`](f1.md))" in table["**J4**"]
    assert table["**J6**"] == "declared, no verdict in this build (`F2-a`)"
    assert (table["**J9**"], table["**K9**"]) == ("no data", "recommendation")


def test_the_frame_given_is_left_as_it_was() -> None:
    claims = pk.claims(as_frame=True)
    before = claims.copy(deep=True)
    judge_claims(claims, hypotheses=HYPOTHESES, verdicts=VERDICTS)
    pd.testing.assert_frame_equal(claims, before)


def test_unknown_claims_and_verdicts_are_named_at_once() -> None:
    hypotheses = HYPOTHESES.assign(claims=["J4", "Z9", "J5, Y8"])
    verdicts = pd.concat([VERDICTS, pd.DataFrame({"hypothesis": ["F3"], "ruling": ["supported"]})])
    with pytest.raises(HypothesisError) as raised:
        judge_claims(pk.claims(as_frame=True), hypotheses=hypotheses, verdicts=verdicts)
    message = str(raised.value)
    assert "3 breaches" in message
    for part in ("F1-b names no registered claim: 'Z9'", "'Y8'", "'F3', which no family declares"):
        assert part in message


def test_each_row_says_what_data_can_and_what_speaks_against_it(judged: pd.DataFrame) -> None:
    table = tabulate_claims(judged)
    assert len(table) == len(judged)
    said = table.set_index("Claim")["What data can say"]
    assert said["**J4**"].startswith("**Strong data.** ")
    assert "*But:* The essay itself grants" in said["**J4**"]
    assert said["**K9**"] == "No test is asked of a recommendation."
    assert not table.apply(lambda column: column.str.contains(r"\bnan\b|\|")).any(axis=None)


def test_counts_add_up(judged: pd.DataFrame) -> None:
    table = claim_tables.tabulate_counts(judged, documents=documents())
    numbers = table.drop(columns=["Document", "All"]).astype(int)
    assert numbers.sum(axis=1).tolist() == table["All"].astype(int).tolist()
    assert numbers.to_numpy().sum() == len(judged)
    assert numbers["Judged"].sum() == 3
    text = claim_tables.say_register(judged)
    for part in (f"{len(judged)} claims", "name 3 of them", "1 supported, 1 inconclusive"):
        assert part in text


def test_without_a_verdict_the_text_says_so() -> None:
    none = judge_claims(pk.claims(as_frame=True), hypotheses=HYPOTHESES, verdicts=VERDICTS[:0])
    assert "none with a verdict in this build" in claim_tables.say_register(none)


def test_verdicts_of_every_family_are_read(tmp_path: Path) -> None:
    assert read_verdicts(tmp_path).empty
    for family in ("h1", "h2"):
        line = f"{family}-a,J4,inconclusive,why"
        (tmp_path / f"{family}_verdict.csv").write_text(f"hypothesis,claim,ruling,reason\n{line}\n")
    (tmp_path / "h1_verdict_steps.csv").write_text("order\n1\n")
    (tmp_path / "h1_facts.csv").write_text("fact,claim,ruling\nh1-f,W2,confirmed\n")
    found = read_verdicts(tmp_path)
    assert sorted(found["hypothesis"]) == ["h1-a", "h1-f", "h2-a"]
    assert "confirmed" in set(found["ruling"])


def test_a_verdict_file_without_its_columns_is_named(tmp_path: Path) -> None:
    (tmp_path / "h3_verdict.csv").write_text("hypothesis,claim\nh3-a,J4\n")
    with pytest.raises(SourceError, match=r"h3_verdict.csv lacks ruling"):
        read_verdicts(tmp_path)


def test_the_page_has_a_section_for_every_document(root: Path) -> None:
    text = (root / "book" / "claims.md").read_text(encoding="utf-8")
    for document in documents():
        assert f"\n## {document.title}\n" in text
        assert f'show_claims("{document.key}")' in text


def test_a_document_is_described_with_what_its_details_lack() -> None:
    found = {d.key: claim_tables.say_document(d) for d in documents()}
    assert found["labuda2020"].startswith(
        "Patryk I. Labuda, International Peace Institute, May 2020. <https://www.ipinst.org>."
    )
    assert "no author" in found["lowy2022"]
    assert "<>" not in "".join(found.values())
