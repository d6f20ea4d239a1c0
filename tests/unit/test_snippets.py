"""What a mark asks for, what is found, and what is inserted."""

from datetime import date

import pytest

from agent_tui import wire
from agent_tui.desk.snippets import HOTLINES, Asked, asked, fill, find, holes, of_articles, of_colleagues, of_templates
from backend_stub.reference.catalogue import corporations
from tests.unit.desk_samples import agent

SAY = wire.Say
TEMPLATES = [
    wire.Template("ket", SAY("Kết thư", "Closing"), SAY("Cảm ơn {customer.name}. {agent.name}", "Thanks"), "cảm ơn",
                  ["customer.name", "agent.name"]),
    wire.Template("mat-dien", SAY("Mất điện: đã biết", "Known outage"), SAY("Có điện lại lúc {outage.etr}.", "Back"),
                  "sự cố", ["outage.etr"]),
]  # fmt: skip
ARTICLES = [
    wire.Article("law.planned", "law", SAY("Báo trước khi ngừng điện", "Notice"), SAY("Trước ít nhất 05 ngày.", "5"),
                 date(2025, 2, 1), "Luật Điện lực 61/2024/QH15, Điều 49", date(2026, 11, 22), "published", "cắt điện"),
    wire.Article("x", "guide", SAY("Chưa rõ", "Unclear"), SAY("Cần tra cứu.", "Look up."),
                 date(2025, 1, 1), "báo", date(2026, 11, 22), "check"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("before", "expected"),
    [
        ("::", Asked("::", "", 2)),
        ("Kính gửi ::ke", Asked("::", "ke", 4)),
        ("theo luật ??cắt điện", Asked("??", "cắt điện", 10)),
        ("@@min", Asked("@@", "min", 5)),
        ("giờ 12:30", None),
        ("a ::ket rồi", None),
        ("@@min xong", None),
        ("hỏi gì?", None),
        ("", None),
    ],
)
def test_a_mark_at_the_end_of_the_text_asks(before: str, expected: Asked | None) -> None:
    assert asked(before) == expected


def test_placeholders_are_filled_and_what_is_not_known_stays_to_be_seen() -> None:
    assert fill("{customer.name} · {outage.etr}", {"customer.name": "Ty"}) == "Ty · {outage.etr}"
    assert holes("Ty · {outage.etr} {x}") == ["outage.etr"]


def test_texts_are_found_without_accents_and_marked_where_something_is_missing() -> None:
    made = of_templates(TEMPLATES, english=False, values={"customer.name": "Ty", "agent.name": "Lan"})
    assert [one.id for one in find(made, "mat dien")] == ["mat-dien"]
    assert [(one.text, one.warning) for one in find(made, "ket")] == [("Cảm ơn Ty. Lan", False)]
    assert made[1].warning
    assert [one.id for one in find(made, "")] == ["ket", "mat-dien"]
    assert find(made, "zzz") == []


def test_knowledge_is_quoted_with_source_and_date_and_says_when_nobody_looked_it_up() -> None:
    law, unclear = of_articles(ARTICLES, english=False, unverified="chưa kiểm")
    assert law.text == "Trước ít nhất 05 ngày. (Luật Điện lực 61/2024/QH15, Điều 49, 01/02/2025)"
    assert not law.warning
    assert unclear.warning
    assert unclear.text.endswith("(báo, 01/01/2025; chưa kiểm)")
    assert find([law, unclear], "cat dien") == [law]


def test_colleagues_are_found_by_name_and_written_by_login() -> None:
    people = of_colleagues([agent("minh"), agent("lan")])
    assert [one.text for one in find(people, "mi")] == ["@minh "]


def test_the_hotlines_are_those_of_the_services_reference() -> None:
    assert {code: one.hotlines[0] for code, one in corporations().items()} == HOTLINES
