"""The page in Chromium: what it shows, filters, keys; nothing is loaded, nothing of a plan is taken for code."""

from __future__ import annotations

import re
from typing import Protocol

import pytest

from operations.review import html_page
from operations.review.report import Report
from tests.browser.devtools import Page
from tests.browser.opening import Opening
from tests.fixtures.plans import systems
from tests.operations.plans.building import change
from tests.operations.review.reporting import report_about, report_on

pytestmark = pytest.mark.slow

STACKS = (
    "database-replaced-by-rename",
    "tls-not-forced",
    "policy-widened",
    "secret-changed",
    "retention-cut",
    "moved",
)
DATABASE = f"aws_db_instance.{systems.INSTANCE}"


class Opened(Protocol):
    """A report, opened in the browser."""

    def __call__(self, report: Report, *, width: int = 1280) -> Page: ...


@pytest.fixture
def opened(opening: Opening) -> Opened:
    return lambda report, *, width=1280: opening(html_page.page(report), width=width)


def shown(page: Page) -> list[str]:
    """The addresses of the changes that are shown."""
    return [text.split("\n")[0] for text in page.texts("#view .change > summary .address")]


def test_the_summary_and_the_worst_first(opened: Opened) -> None:
    page = opened(report_on(*STACKS))
    assert page.texts("h1 + #verdict") == ["5 changes need a waiver"]
    assert page.texts(".tile") == [
        "1\nDestroys data",
        "4\nWeakens protection",
        "1\nReplaces",
        "1\nUpdates",
        "1\nAdds",
        "1\nMoves or imports",
        "32\nUnchanged",
    ]
    assert shown(page)[0] == DATABASE
    assert page.texts("#shown") == ["9 changes"]


def test_a_change_says_why_and_how_to_save_or_accept_it(opened: Opened) -> None:
    page = opened(report_on("database-replaced-by-rename"))
    (text,) = page.texts("#view .change.destroys-data .body")
    assert "the database is deleted; a final snapshot is kept" in text
    assert f'move_from_id("{DATABASE}")' in text
    page.click(".change.destroys-data .accept summary")
    (text,) = page.texts(".change.destroys-data .accept .note")
    assert f'address = "{DATABASE}"' in text
    assert "sha256:" in text


def test_attributes_stand_side_by_side(opened: Opened) -> None:
    page = opened(report_on("policy-widened"))
    assert page.texts(".diff thead th") == ["Attribute", "Before", "After"]
    assert page.texts(".diff tbody tr:first-child :is(th, td)") == [
        "policy.Statement[0].Action",
        "secretsmanager:GetSecretValue",
        "secretsmanager:*",
    ]
    assert page.texts(".diff mark") == ["GetSecretValue", "*"]


def test_what_aws_decides_anew_is_shown_on_request(opened: Opened) -> None:
    page = opened(report_on("database-replaced-by-engine"))
    assert len(page.texts(".diff tbody tr")) == 2
    page.click(".later button")
    rows = page.texts(".diff tbody tr")
    assert len(rows) > 30
    assert any("known only after apply" in row for row in rows)


def test_classes_are_filtered_by_mouse_and_by_number(opened: Opened) -> None:
    page = opened(report_on(*STACKS))
    page.click('.tile[data-kind="updates"]')
    assert shown(page) == [f"aws_ssm_parameter.{systems.PARAMETER}"]
    assert page.texts("#shown") == ["1 of 9 changes"]
    page.click('.tile[data-kind="adds"]')
    assert len(shown(page)) == 2
    assert page.evaluate("document.querySelectorAll('.tile[aria-pressed=true]').length") == 2
    page.press("1")
    assert shown(page) == [DATABASE]
    page.press("1")
    assert len(shown(page)) == 9


def test_stacks_are_filtered(opened: Opened) -> None:
    page = opened(report_on(*STACKS))
    page.evaluate(
        "(() => { const stack = document.getElementById('choose-stack'); stack.value = 'retention-cut';"
        " stack.dispatchEvent(new Event('change')); })()"
    )
    assert len(shown(page)) == 2
    page.press("t")
    assert page.texts("#view h2") == ["retention-cut"]
    page.press("Escape")
    assert len(shown(page)) == 9


def test_words_are_searched_by_keyboard(opened: Opened) -> None:
    page = opened(report_on(*STACKS))
    page.press("/")
    page.type("WITHOUT TLS")
    assert shown(page) == [f"aws_db_parameter_group.{systems.PARAMETERS}"]
    page.type(" nothing of that kind")
    assert page.texts(".nothing") == ["No change is of these classes, stacks and words."]
    page.press("Escape")
    assert len(shown(page)) == 9


def test_changes_are_walked_and_opened_by_keyboard(opened: Opened) -> None:
    page = opened(report_on(*STACKS))
    page.press("j")
    assert page.focused().startswith(DATABASE)
    assert page.evaluate("document.activeElement.parentElement.open") is True
    page.press("Enter")
    assert page.evaluate("document.activeElement.parentElement.open") is False
    page.press("ArrowDown", "j", "k")
    assert page.focused().startswith("aws_db_parameter_group.")
    page.press("e", "e")
    assert page.texts(".body") == []
    assert page.texts("#expand") == ["Open all"]


def test_the_keys_are_explained(opened: Opened) -> None:
    page = opened(report_on("tags-only"))
    page.press("?")
    assert "next change" in page.texts("#help dd")
    page.press("Escape")
    assert page.texts("#help dd") == []


def test_views_are_tabs(opened: Opened) -> None:
    page = opened(report_on("outputs-only", "no-change"))
    page.click("#tab-changes")
    page.press("ArrowRight", "ArrowRight")
    assert page.focused() == "Outputs and notes"
    assert (
        page.evaluate("document.querySelector('[role=tabpanel]').getAttribute('aria-labelledby')")
        == "tab-rest"
    )
    assert "database_port created" in page.texts("#view .list li")[0]


def test_the_topology_marks_what_changes_and_leads_there(opened: Opened) -> None:
    page = opened(report_on("deletion-protection-off"))
    page.press("t")
    assert sorted(page.texts(".group h3")) == ["database\n1 of 3", "keys\n1", "network\n2"]
    assert page.texts(".node.weakens-protection .name") == ["instance"]
    assert page.evaluate("document.querySelectorAll('.map path').length") > 0
    page.evaluate("document.querySelector('.node').focus()")
    assert page.evaluate("document.querySelectorAll('.map path.near').length") > 0
    page.press("Enter")
    assert page.focused().startswith(DATABASE)
    page.press("t")
    page.click(".more")
    assert len(page.texts(".node")) == 3


def test_many_changes_are_quickly_there(opened: Opened) -> None:
    changes = [change(f"aws_x.name_{number:04}", "create", after={"a": number}) for number in range(2_000)]
    page = opened(report_about(*changes))
    assert page.texts("#shown") == ["2,000 changes"]
    assert page.evaluate("performance.now()") < 10_000
    page.press("/")
    page.type("name_1234")
    assert shown(page) == ["aws_x.name_1234"]


@pytest.mark.parametrize("width", [1280, 400])
def test_nothing_sticks_out_at_the_side(width: int, opened: Opened) -> None:
    page = opened(report_on(*STACKS), width=width)
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_text_of_a_plan_is_neither_markup_nor_code(opened: Opened) -> None:
    evil = (
        "</script><script>window.hurt = 1</script><img src=https://example.org/x onerror='window.hurt = 2'>"
    )
    changed = change(
        f'aws_lb.x["{evil}"]',
        "update",
        before={"enable_deletion_protection": True, "name": "old", evil: evil},
        after={"enable_deletion_protection": False, "name": f"{{{{report}}}}{evil}", evil: "\u2028"},
    )
    page = opened(report_about(changed))
    assert page.evaluate("window.hurt") is None
    assert page.evaluate("document.images.length") == 0
    assert evil in " ".join(page.texts(".body"))


def test_the_policy_of_the_page_forbids_everything_else(opened: Opened) -> None:
    page = opened(report_on("no-change"))
    page.evaluate("fetch('https://example.org/').catch(() => 0)")
    page.evaluate(
        "document.body.append(Object.assign(document.createElement('script'), { text: 'window.hurt = 1' }))"
    )
    assert page.evaluate("window.hurt") is None
    told = "\n".join(page.errors)
    assert "Connecting to 'https://example.org/' violates the following Content Security Policy" in told
    assert "Executing inline script violates the following Content Security Policy" in told
    page.errors.clear()


def test_the_page_names_no_address_of_a_network() -> None:
    text = html_page.page(report_on("no-change"))
    assert set(re.findall(r"https?://[^\"' ]+", text)) == {
        "http://www.w3.org/2000/svg"
    }  # a name, not an address


def test_no_secret_is_in_the_page() -> None:
    text = html_page.page(report_on("secret-changed", "database-replaced-by-engine"))
    assert systems.SECRET not in text
    assert systems.NEXT_SECRET not in text
