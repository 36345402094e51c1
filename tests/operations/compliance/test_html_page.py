"""The page in Chromium: verdict, packs, evidence, families, waivers, keys; nothing is loaded, nothing is taken for code."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Protocol

import pytest

from operations.compliance import html_page, packs
from operations.compliance.assessment import Assessment
from operations.compliance.packs import DecidedBy
from tests.browser.devtools import Page
from tests.browser.opening import Opening
from tests.operations.compliance.building import GOOD_DATABASE, assessed, waiver

pytestmark = pytest.mark.slow

RULES = [rule for name in packs.names() for rule in packs.load(name).rules]
ALL = len(RULES)
DECIDED = sum(rule.decided_by is DecidedBy.CONFIGURATION for rule in RULES)


class Opened(Protocol):
    """Assessments, opened in the browser."""

    def __call__(self, *assessments: Assessment, width: int = 1280) -> Page: ...


@pytest.fixture
def opened(opening: Opening) -> Opened:
    return lambda *assessments, width=1280: opening(
        html_page.page(assessments or [of_database()]), width=width
    )


def of_database() -> Assessment:
    return assessed(waivers=(waiver(),))


def shown(page: Page) -> list[str]:
    return [
        str(rule)
        for rule in page.evaluate("[...document.querySelectorAll('#view .change')].map(e => e.dataset.rule)")
    ]


def outcomes(page: Page) -> list[str]:
    """Those of the rules that are shown; what is not on the screen has no text yet."""
    found = "[...document.querySelectorAll('#view .change')].map(e => e.dataset.outcome)"
    return [str(outcome) for outcome in page.evaluate(found)]


def choose(page: Page, name: str, value: str) -> None:
    page.evaluate(
        f"(() => {{ const choice = document.getElementById('choose-{name}'); choice.value = '{value}';"
        " choice.dispatchEvent(new Event('change')); })()"
    )


def test_the_verdict_the_packs_and_where_the_words_end(opened: Opened) -> None:
    page = opened()
    (verdict,) = page.texts("#verdict")
    assert re.fullmatch(rf"\d+ of {DECIDED} rules are not met", verdict)
    assert page.evaluate("document.getElementById('verdict').classList.contains('blocked')") is True
    assert len(page.texts(".pack")) == 3
    assert "of 44 fedramp-moderate" in page.texts(".pack")[0]
    assert "85 more that a configuration cannot decide" in page.texts(".pack")[0]
    assert re.fullmatch(r"\d+ not met, \d+ met, \d+ not applicable", page.texts(".pack .counts")[0])
    assert "eu-central-2 is outside of AWS's FedRAMP Moderate boundary" in page.texts(".boundary")[0]


def test_what_is_not_met_comes_first_and_what_needs_an_account_last(opened: Opened) -> None:
    page = opened()
    found = outcomes(page)
    assert found[0] == "fail"
    assert found[DECIDED - 1 : DECIDED + 1] == ["not applicable", "needs runtime"]
    assert found[-1] == "not applicable"
    assert page.texts("#shown") == [f"{ALL} rules"]


def test_a_rule_shows_its_controls_and_what_decided(opened: Opened) -> None:
    page = opened()
    page.press("/")
    page.type("rds.3")
    page.press("Escape")
    choose(page, "pack", "security-hub")
    page.click('.change[data-rule="RDS.3"] > summary')
    (controls,) = page.texts('.change[data-rule="RDS.3"] .controls')
    assert "SC-28(1)" in controls
    assert page.texts('.change[data-rule="RDS.3"] .evidence tbody td') == [
        "pass",
        "aws_db_instance.it",
        "storage_encrypted true",
    ]


def test_a_waived_rule_shows_its_waiver(opened: Opened) -> None:
    page = opened()
    page.click('.tile[data-kind="waived"]')
    page.click('.change[data-rule="RDS.23"] > summary')
    (text,) = page.texts('.change[data-rule="RDS.23"] .waiver')
    assert "187 days left" in text
    assert "Security groups admit named clients only." in text


def test_outcomes_are_filtered_by_mouse_and_by_number(opened: Opened) -> None:
    page = opened()
    page.click('.tile[data-kind="waived"]')
    assert shown(page) == ["RDS.23"]
    assert page.texts("#shown") == [f"1 of {ALL} rules"]
    page.press("Escape")
    assert len(shown(page)) == ALL
    page.press("1")
    assert set(outcomes(page)) == {"fail"}
    page.press("1")
    assert len(shown(page)) == ALL


def test_words_are_searched_in_rules_controls_and_evidence(opened: Opened) -> None:
    page = opened()
    page.press("/")
    page.type("PUBLICLY_ACCESSIBLE")
    assert set(shown(page)) == {"rds-instance-public-access-check", "RDS.2"}
    page.type(" nothing of that kind")
    assert page.texts(".nothing") == ["No rule is of these outcomes, packs, families and words."]


def test_families_are_counted_and_lead_to_their_rules(opened: Opened) -> None:
    page = opened()
    page.press("f")
    assert page.texts("#view h2") == []
    assert "CP Contingency planning" in page.texts(".families th[scope=row]")
    page.click(".families tbody tr:first-child button")
    assert page.evaluate("document.getElementById('choose-family').value") == "AC"
    assert 0 < len(shown(page)) < ALL


def test_waivers_have_a_view_with_days_left(opened: Opened) -> None:
    page = opened()
    page.press("w")
    (text,) = page.texts("#view .waiver")
    assert text.startswith("RDS.23\n187 days left")
    for told in ("Clients expect PostgreSQL on 5432.", "database-owner", "2027-05-31"):
        assert told in text
    page.press("w")
    assert len(shown(page)) == ALL


def test_a_waiver_for_one_environment_says_which(opened: Opened) -> None:
    page = opened(assessed(waivers=(waiver(environment="prod"),)))
    page.press("w")
    assert page.texts("#view .waiver dt")[:2] == ["For", "In"]
    assert page.texts("#view .waiver dd")[1] == "prod"


def test_without_waivers_it_says_so(opened: Opened) -> None:
    page = opened(assessed())
    page.press("w")
    assert page.texts(".nothing") == ["Nothing is waived."]


def test_rules_are_walked_and_opened_by_keyboard(opened: Opened) -> None:
    page = opened()
    page.press("j")
    assert page.evaluate("document.activeElement.parentElement.open") is False
    page.press("Enter")
    assert page.evaluate("document.activeElement.parentElement.open") is True
    first = page.focused()
    page.press("ArrowDown")
    assert page.focused() != first
    page.press("k")
    assert page.focused().split("\n")[0] == first.split("\n")[0]


def test_views_are_tabs_and_the_keys_are_explained(opened: Opened) -> None:
    page = opened()
    page.click("#tab-rules")
    page.press("ArrowRight")
    assert page.focused() == "Families of controls"
    page.press("?")
    assert "next rule" in page.texts("#help dd")
    page.press("Escape")
    assert page.texts("#help dd") == []


def test_several_systems_are_one_page(opened: Opened) -> None:
    page = opened(of_database(), of_database())
    assert page.texts("#verdict") == ["Rules are not met in 2 of 2 systems"]
    assert page.texts("#shown") == [f"{2 * ALL} rules"]
    assert len(page.texts(".pack")) == 6


@pytest.mark.parametrize("width", [1280, 400])
@pytest.mark.parametrize(
    "keys", [(), ("f",), ("w",), ("1", "j", "Enter")], ids=["rules", "families", "waivers", "open"]
)
def test_nothing_sticks_out_at_the_side(width: int, keys: Sequence[str], opened: Opened) -> None:
    page = opened(width=width)
    page.press(*keys)
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_text_of_a_system_is_neither_markup_nor_code(opened: Opened) -> None:
    evil = "</script><script>window.hurt = 1</script><img src=x onerror='window.hurt = 2'>"
    page = opened(assessed({"aws_db_instance": {"it": {**GOOD_DATABASE, "username": evil, "port": evil}}}))
    choose(page, "pack", "security-hub")
    page.press("/")
    page.type("onerror")
    page.evaluate("document.activeElement.blur()")
    page.press("e")
    assert page.evaluate("window.hurt") is None
    assert page.evaluate("document.images.length") == 0
    assert any(evil in text for text in page.texts(".evidence .decided"))


def test_the_page_names_no_address_of_a_network_but_its_sources() -> None:
    text = html_page.page([of_database()])
    assert set(re.findall(r"https?://[^\"' ,;)\\]+", text)) == {
        "https://github.com/awslabs/aws-config-rules/tree/master/aws-config-conformance-packs"
    }
