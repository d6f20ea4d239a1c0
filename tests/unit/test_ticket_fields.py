"""What may stand in the fields of a request: the rule the desk and the service share, and the catalogue it reads."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent_tui.wire import FieldSpec, Option
from agent_tui.wire.fields import LONGEST_VALUE, missing, problem, problems
from backend_stub.domain import ticket_kind
from backend_stub.reference import knowledge
from backend_stub.reference.catalogue import request_types

CHOICE = FieldSpec("works", "choice", "", "", choices=[Option("pole", "Dựng cột", "New pole")])
POWER = FieldSpec("kw", "text", "", "", pattern=r"[0-9]{1,5}(?:[.,][0-9]{1,2})?")


@pytest.mark.parametrize(
    ("spec", "good", "bad", "code"),
    [
        (FieldSpec("x", "int", "", ""), ["0", "12871"], ["-1", "1.5", "12a", "1" * 13, "١٢"], "not_a_number"),
        (FieldSpec("x", "date", "", ""), ["2026-11-24"], ["24/11/2026", "2026-02-30", "20261124"], "not_a_date"),
        (FieldSpec("x", "phone", "", ""), ["0905 123 456", "+84905123456", "19001909"], ["abc", "09"], "not_a_phone"),
        (FieldSpec("x", "meter", "", ""), ["M-77123456", "0812.345"], ["ab", "số 12"], "not_a_meter"),
        (CHOICE, ["pole"], ["Pole", "x"], "unknown_choice"),
        (POWER, ["3", "3.5", "12,75"], ["3kW", "-3", "3.555"], "wrong_form"),
        (FieldSpec("x", "text", "", ""), ["bất kỳ"], ["a" * (LONGEST_VALUE + 1)], "too_long"),
    ],
)
def test_each_kind(spec: FieldSpec, good: list[str], bad: list[str], code: str) -> None:
    assert [problem(spec, value) for value in ["", *good]] == [None] * (len(good) + 1)
    assert [problem(spec, value) for value in bad] == [code] * len(bad)


def test_unknown_fields_are_kept_as_text_and_bad_names_are_not() -> None:
    assert problems([POWER], {"kw": "x", "anything": "kept", "Bad Name": "y"}) == {
        "kw": "wrong_form",
        "Bad Name": "bad_name",
    }
    assert missing([FieldSpec("a", "text", "", "", required=True), POWER], {"kw": "3"}) == ["a"]


VALUES = st.dictionaries(st.text(max_size=50), st.text(max_size=3_000), max_size=5)


@given(VALUES, st.sampled_from(sorted(request_types())))
def test_every_text_is_judged_and_every_judgement_has_words(values: dict[str, str], code: str) -> None:
    for error in ticket_kind.field_errors(request_types()[code].fields, values):
        assert error.detail
        assert error.field == "fields" or error.field[7:] in {spec.name for spec in request_types()[code].fields}


def test_the_catalogue_asks_for_what_it_needs() -> None:
    kinds = request_types()
    asked = {code: [spec.name for spec in kind.fields] for code, kind in kinds.items()}
    assert {"meter_no", "reading"} <= set(asked["METER.RECHECK"])
    assert {"capacity_kw", "phases", "documents"} <= set(asked["NEW.LV.RES"])
    assert {"new_holder", "documents"} <= set(asked["CHG.OWNER"])
    assert {"purpose_from", "purpose"} <= set(asked["CHG.PURPOSE"])
    assert {"refund_account", "refund_bank"} <= set(asked["CON.END"])
    assert [code for code, kind in kinds.items() if kind.groupable] == ["OUT.REPORT"]
    for kind in kinds.values():
        for spec in kind.fields:
            assert spec.vi
            assert spec.en
            assert (spec.kind == "choice") == bool(spec.choices), spec.name
            re.compile(spec.pattern or "")


def test_templates_have_both_languages_and_known_placeholders() -> None:
    known = {
        "customer": {"title", "name", "code", "address", "meter_no"}, "ticket": {"number", "due"},
        "outage": {"etr", "cause", "started"}, "agent": {"name"}, "centre": {"hotline"}, "date": {"today"},
        "bill": {"period", "amount", "kwh", "days", "due"},
    }  # fmt: skip
    assert len(knowledge.templates()) >= 25
    assert len({one.code for one in knowledge.templates()}) == len(knowledge.templates())
    for one in knowledge.templates():
        assert one.text.vi
        assert one.text.en
        assert "cam kết" not in one.text.vi
        assert "{" not in re.sub(r"\{[a-z_]+\.[a-z_]+\}", "", one.text.vi + one.text.en)
        for name in one.placeholders:
            group, _, part = name.partition(".")
            assert part in known[group], name


@pytest.mark.parametrize(
    ("q", "first"),
    [("gia dien", "tariff.residential"), ("lừa đảo", "fraud.hotlines"), ("tien dien tang cao", "bill.high"),
     ("cat dien bao truoc", "law.planned-cut"), ("đọc lại công tơ", "meter.recheck"), ("peak hours", "tariff.hours"),
     ("1279", "tariff.residential"), ("dây đứt", "safety.danger"), ("new supply", "service.new-supply")],
)  # fmt: skip
def test_articles_are_found_without_accents_in_both_languages(q: str, first: str) -> None:
    assert knowledge.search(q)[0].id == first


def test_every_article_can_be_answered_for() -> None:
    assert len(knowledge.articles()) >= 20
    assert knowledge.search("") == knowledge.articles()
    assert knowledge.search("zzz qqq") == []
    for one in knowledge.articles():
        assert one.source
        assert one.title.vi
        assert one.text.en
        assert one.effective_from <= one.verified_on
        assert one.verified_on.isoformat() == "2026-11-22"
