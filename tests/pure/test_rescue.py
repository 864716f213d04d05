"""When people may be in danger: in five seconds what, where and whom to call; then how to reach them."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given

from classifiers.finding import Kind
from monitor import rescue
from monitor.letter import render
from monitor.model import Emergency, Escalation, Reason, Seen, Severity
from tests.letters import CONTEXT, EN, HOSTILE, RECORD, WORDS, ZH, Page, agrees, alert, text_of

EMERGENCY = Emergency(gas="0000-5550100", fire="119", duty="0000-5550101", lift="96333")
AT_NIGHT = "值班室电脑上打开留言系统"
NIGHT = replace(CONTEXT, emergency=EMERGENCY, at_night=AT_NIGHT)
LEAK = Seen(kind=Kind.HAZARD, rule="gas_leak", score=0.93, excerpt="楼道里全是煤气味")
BLOCKED = Seen(kind=Kind.HAZARD, rule="fire_exit", score=0.7, excerpt="通道也堵着")
BRIDGE = Seen(kind=Kind.CRISIS, rule="suicide", score=0.87, excerpt="谢谢大家，就到这里了")


def hazard(**values: object) -> Escalation:
    usual = {"kind": Kind.HAZARD, "severity": Severity.URGENT, "place": "东苑小区3栋", "telephone": True}
    return replace(RECORD, **(usual | values))  # type: ignore[arg-type]


def crisis(**values: object) -> Escalation:
    return hazard(**({"kind": Kind.CRISIS, "place": "青石桥"} | values))


# the first line


def test_the_first_line_says_what_where_and_whom_to_call() -> None:
    assert alert(hazard(), (LEAK, BLOCKED), context=NIGHT).first == (
        "燃气泄漏，地点：东苑小区3栋（很有把握，93%）。请看下面的原话，属实的马上打燃气抢修0000-5550100，"
        "再打开原文核对地点，通知有关单位到现场处置，今天（11月23日）18:00前办结。"
    )
    assert alert(crisis(), (BRIDGE,), context=NIGHT).first.startswith(
        "有人可能想轻生，地点：青石桥（很有把握，87%）。请马上打公安110，再打开原文看清情况"
    )
    assert alert(hazard(), (LEAK,), context=NIGHT, words=EN).first.startswith(
        "Gas leak. Where: 东苑小区3栋 (very likely, 93%). Please read the words below and, if true, call gas repair on "
        "0000-5550100 at once; then open the original"
    )


@pytest.mark.parametrize("reason", Reason)
@pytest.mark.parametrize("record", [hazard(), crisis()])
def test_the_place_stands_in_the_first_line_whatever_the_reason(record: Escalation, reason: Reason) -> None:
    assert record.place in alert(record, (LEAK,), reason=reason, context=NIGHT).first


def test_an_unknown_place_is_said() -> None:
    assert "燃气泄漏，地点：没有识别出来，请看原文" in alert(hazard(place=""), (LEAK,), context=NIGHT).first


@given(place=HOSTILE, title=HOSTILE)
def test_a_hostile_place_stays_one_bounded_line_and_in_no_subject(place: str, title: str) -> None:
    letter = alert(hazard(place=place * 9, subject=title), (LEAK,), context=NIGHT)

    agrees(letter, ZH)
    assert len(rescue.where(hazard(place=place * 9), ZH)) <= rescue.MAX_PLACE
    assert letter.subject == "【重要】险情·燃气泄漏：市民留言板（2026-0007）".replace("重要", "紧急")


def test_a_subject_says_what_hazard_it_is_but_not_what_ails_a_person() -> None:
    assert alert(hazard(), (), context=NIGHT).subject == "【紧急】险情：市民留言板（2026-0007）"
    assert alert(crisis(), (BRIDGE,), context=NIGHT).subject == "【紧急】有人需要紧急帮助：市民留言板（2026-0007）"


def test_where_only_the_duty_desk_fits_nobody_is_sent_to_call_it() -> None:
    pit = replace(LEAK, rule="open_pit")

    assert "请打开原文核对地点" in alert(hazard(), (pit,), context=NIGHT).first
    assert "请打开原文核对地点" in alert(hazard(), (LEAK,)).first  # no number is known at all


# whom to call


@pytest.mark.parametrize(
    ("kind", "rules", "names"),
    [
        (Kind.HAZARD, ("gas_leak",), "gas fire duty"),
        (Kind.HAZARD, ("fire",), "fire ambulance duty"),
        (Kind.HAZARD, ("lift",), "lift fire duty"),
        (Kind.HAZARD, ("open_pit", "gas_leak"), "gas fire duty"),
        (Kind.HAZARD, ("new_rule",), "duty"),
        (Kind.HAZARD, (), "duty"),
        (Kind.CRISIS, ("suicide",), "police ambulance mind duty"),
        (Kind.CRISIS, ("trapped",), "fire police ambulance duty"),
        (Kind.CRISIS, ("missing", "medical"), "police ambulance duty"),
        (Kind.CRISIS, ("new_rule",), "police ambulance mind duty"),
        (Kind.CRISIS, (), "police ambulance mind duty"),
    ],
)
def test_the_numbers_fit_the_rule_and_the_duty_desk_is_always_there(
    kind: Kind, rules: tuple[str, ...], names: str
) -> None:
    seen = [Seen(kind=kind, rule=rule, score=0.9, excerpt="") for rule in rules]

    assert [name for name, _ in rescue.calls(kind, seen, EMERGENCY)] == names.split()


def test_a_number_that_is_not_configured_is_not_printed_and_none_twice() -> None:
    lift = [replace(LEAK, rule="lift")]

    assert rescue.calls(Kind.HAZARD, lift, replace(EMERGENCY, lift="")) == (("fire", "119"), ("duty", "0000-5550101"))
    assert rescue.calls(Kind.HAZARD, lift, replace(EMERGENCY, lift="119")) == (
        ("lift", "119"),
        ("duty", "0000-5550101"),
    )


def test_every_rule_with_numbers_is_a_rule() -> None:
    for kind, rules in rescue.CALLS.items():
        assert {*rules} <= {*ZH.table["rules"][str(kind)]}  # type: ignore[index]


def test_the_numbers_can_be_tapped_and_are_near_the_top() -> None:
    letter = alert(hazard(), (LEAK,), context=NIGHT)
    page = Page(render(letter, ZH).html)

    assert page.links[:3] == ["tel:00005550100", "tel:119", "tel:00005550101"]
    assert page.shown[1:4] == ["现在打给谁", "燃气抢修", "0000-5550100"]
    assert "\n燃气抢修：0000-5550100\n消防：119\n本单位值班：0000-5550101\n" in text_of(letter)


# how to reach whoever wrote


def test_a_telephone_that_was_left_and_the_way_to_the_original_at_night_are_told() -> None:
    text = text_of(alert(hazard(), (LEAK,), context=NIGHT))

    assert "联系电话：原文里留了电话（这封信里已遮盖），请打开原文查看并回电" in text
    assert f"夜间看原文：{AT_NIGHT}" in text
    assert text.count("原文：https://board.agency.example/m/3") == 1
    bare = text_of(alert(hazard(telephone=False, locator=""), (LEAK,), context=replace(NIGHT, at_night="")))
    assert "联系电话" not in bare
    assert "夜间看原文" not in bare
    assert "原文：没有网址，请在平台上查看" in bare


def test_only_where_people_may_be_hurt_is_any_of_this_said() -> None:
    text = text_of(alert(context=NIGHT))

    assert "现在打给谁" not in text
    assert AT_NIGHT not in text


def test_who_cant_type_is_told_whom_to_ring() -> None:
    assert "打本单位值班0000-5550101，报编号2026-0007，请他们代办" in text_of(alert(context=NIGHT))
    assert "请打电话给值守人员代办" in text_of(alert())


# how to help a person


@pytest.mark.parametrize("rule", [*rescue.CALLS[Kind.CRISIS], "new_rule"])
@pytest.mark.parametrize("language", WORDS)
def test_every_crisis_comes_with_how_to_help_and_both_languages_say_as_much(rule: str, language: str) -> None:
    seen = (replace(BRIDGE, rule=rule),)
    sections = {name: rescue.help_for(crisis(), seen, NIGHT, words) for name, words in WORDS.items()}
    lines = {name: section.blocks[0].entries for name, (section,) in sections.items()}  # type: ignore[union-attr]

    assert 2 <= len(lines["zh"]) == len(lines["en"]) <= 5
    assert any(number in lines[language][0] for number in ("110", "120", "119"))
    assert not any("{" in line for line in lines[language])
    assert ("12356" in "".join(lines[language])) == (rule == "suicide")


def test_the_help_is_about_the_person_and_hazards_have_none() -> None:
    text = text_of(alert(crisis(), (BRIDGE,), context=NIGHT))

    assert "怎样把帮助送到人身边" in text
    assert "先听，让对方慢慢说；不责备" in text
    assert rescue.help_for(hazard(), (LEAK,), NIGHT, ZH) == ()
    assert not [word for word in ("删除", "追查", "核实身份", "稳控", "教育") if word in text]


@pytest.mark.parametrize("language", WORDS)
@pytest.mark.parametrize("rule", [*rescue.CALLS[Kind.CRISIS], "new_rule"])
def test_text_and_html_of_a_crisis_agree(language: str, rule: str) -> None:
    agrees(alert(crisis(), (replace(BRIDGE, rule=rule),), context=NIGHT, words=WORDS[language]), WORDS[language])
