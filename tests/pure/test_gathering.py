"""Which messages are put together, and above all which are not."""

from classifiers.gathering import same_matter

NOISE = "东苑小区北门的工地每天半夜还在打桩，老人孩子整夜睡不好，多次反映没有结果，请城管部门管一管。"
ONE = ("东苑小区半夜施工扰民", NOISE)


def test_the_same_words_about_the_same_place_are_the_same_matter():
    others = [("半夜打桩何时休", NOISE + "盼复！"), ("咨询公积金", "请问公积金怎么提取，需要带哪些材料，到哪里办理？")]

    assert same_matter(ONE, others) == [0]
    assert same_matter(ONE, [others[1], ONE, others[0]]) == [1, 2]


def test_the_same_words_about_another_place_are_another_matter():
    copied = tuple(part.replace("东苑小区", "青岚小区") for part in ONE)

    assert same_matter(ONE, [copied]) == []


def test_other_words_about_the_same_place_are_another_matter():
    assert (
        same_matter(ONE, [("东苑小区停车", "东苑小区北门的停车位太少，建议把绿化带改成车位，一位难求好几年了。")]) == []
    )


def test_few_words_that_name_no_place_are_never_the_same():
    lamp = ("路灯坏了", "路灯坏了，请来修。")

    assert same_matter(lamp, [lamp]) == []
    assert same_matter(
        ("路灯坏了", "东苑小区的路灯坏了，请来修。"), [("路灯坏了", "东苑小区的路灯坏了，请来修。")]
    ) == [0]


def test_many_words_that_name_no_place_may_be():
    said = (
        "生育津贴",
        "我老婆去年生了孩子，单位一直给她交社保，医院说材料齐全，为什么到现在津贴还没有发下来，要等到什么时候？",
    )

    assert same_matter(said, [said]) == [0]


def test_nothing_is_like_nothing():
    assert same_matter(ONE, []) == []
    assert same_matter(("", ""), [("", "")]) == []


def test_what_shares_its_opening_only_is_not_close():
    long = "尊敬的领导您好，我是东苑小区的一名业主，有一件事一直没有解决，今天特地写信向您反映。"
    other = long + "物业把地下车库的照明全部关掉，老人晚上取车要打手电，摔过两次，物业说是为了省电费，没有人管。"

    assert (
        same_matter((long, long + "小区二次供水水质发黄，烧开以后有沉淀，自来水厂说不归他们管。" * 2), [("", other)])
        == []
    )
