import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend_stub.domain import lookup
from backend_stub.domain.lookup import (
    indexed,
    match_expression,
    name_key,
    plan,
    splits,
    street_key,
    untyped,
    whole,
    words,
)
from tests.hostile import TEXTS


@pytest.mark.parametrize(
    ("q", "code", "tail", "numbers"),
    [
        ("pc08gg 0012345", "PC08GG0012345", None, ()),
        ("PC08GG", "PC08GG", None, ()),
        ("0012345", None, "0012345", ("0012345",)),
        ("+84 905.123.456", None, "84905123456", ("0905123456",)),
        ("01201234567", None, "01201234567", ("01201234567", "0701234567")),
        ("GG0012345", None, "GG0012345", ()),
        ("Phạm Ty", None, None, ()),
        ("12", None, None, ()),
    ],
)
def test_what_digits_and_codes_mean(q, code, tail, numbers):
    found = plan(q)
    assert (found.code, found.tail, found.numbers) == (code, tail, numbers)


def test_words_are_folded_and_capped():
    assert plan("NGUYỄN  Văn-Ty").terms == ("nguyen", "van", "ty")
    assert len(plan("a* b* c* d* e* o* u* n* t* h* i* k* l* m* p* q* r*").terms) == lookup.MAX_TERMS
    assert max(len(term) for term in plan("x" * 500).terms) == lookup.MAX_TERM


def test_the_last_word_and_single_letters_are_prefixes():
    assert match_expression(("nguyen", "v", "ty")) == '"nguyen" "ty"* "v"*'
    assert match_expression(("ty", "nguyen", "van", "a")) == '"nguyen·ty" "nguyen·van" "ty·van" "a"*'
    assert match_expression(("ty", "van"), half_typed=False) == '"ty·van"'


def test_every_two_words_of_a_name_are_indexed_together():
    assert indexed("le van le") == "le van le le·van"
    held = set(indexed("tran thi ngoc anh").split())
    for term in match_expression(("anh", "tran", "thi", "ng")).replace('"', "").split():
        assert term in held or any(word.startswith(term.rstrip("*")) for word in held)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("0905123456", ("0905123456", "number")), ("PC08GG0012345", ("PC08GG0012345", "code")),
        ("80412213", ("80412213", "number")), ("0012345", None), ("PC08GG", None), ("pc08gg0012345", None),
        ("0905 123 456", None), ("٠٩٠٥١٢٣٤٥٦", None), ("", None),
    ],
)  # fmt: skip
def test_what_is_typed_whole_and_plain(typed, meant):
    assert whole(typed) == meant


@pytest.mark.parametrize("label", ["ĐT: ", "sđt ", "SDT ", "mã KH ", "Công tơ: ", "số ĐT "])
def test_a_label_before_a_number_is_dropped(label):
    assert plan(label + "0905 123 456").numbers == ("0905123456",)


@pytest.mark.parametrize(
    ("address", "key"),
    [
        ("12 Trần Phú, Xã Đồng Xuân", ("12", "tran phu")), ("12/3 Đ. Trần Phú", ("12 3", "tran phu")),
        ("Số nhà 45A đường Lê Lợi, P. 1", ("45a", "le loi")), ("Thôn 3, X. Xuân Lãnh", ("", "thon 3")),
        ("12", ("12", "")), ("", ("", "")),
        ("Phố Huế, Hà Nội", ("", "hue")), ("Khu phố Long Hà", ("", "khu pho long ha")),
        ("Phố Núi", ("", "nui")), ("3 Tháng 2", ("3", "thang 2")),
    ],
)  # fmt: skip
def test_house_and_street_of_an_address(address, key):
    assert street_key(address) == key


@given(st.text(max_size=40))
def test_keys_from_memory_are_those_of_the_whole_text(text):
    assert name_key(text) == " ".join(words(text))
    assert lookup.house_and_street(lookup.fold(text.partition(",")[0])) == street_key(text)


@given(st.text(max_size=80))
def test_any_text_has_a_plan_without_syntax(q):
    for term in plan(q).terms:
        assert term.isalnum()


def test_a_place_is_looked_for_behind_the_name_first_and_the_longest_first():
    ways = list(splits(("ty", "dong", "xuan")))
    assert ways[:2] == [(("ty",), ("dong", "xuan"), True), (("ty", "dong"), ("xuan",), True)]
    assert (("xuan",), ("ty", "dong"), False) in ways


def test_untyped_only_when_something_changes():
    assert untyped(plan("nguyen van ty")) is None
    retry = untyped(plan("nguyeenx vawn ty"))
    assert retry is not None
    assert retry.terms == ("nguyen", "van", "ty")


@pytest.mark.parametrize("text", TEXTS, ids=ascii)
def test_the_corpus_has_plans(text):
    found = plan(text)
    assert untyped(found) is None or untyped(found).terms
