"""What a message is about: the shipped model on invented lines, its file, and hostile texts."""

from io import BytesIO

import numpy as np
import pytest

from classifiers import features, routing
from classifiers.finding import Document

LINES = [
    ("城乡建设", "小区物业乱收停车费", "我们小区物业公司不开发票，业主委员会一直选不出来，公摊面积也算不清"),
    ("城乡建设", "房产证办不下来", "楼盘交房三年了，开发商说规划没有验收，房产证一直办不了"),
    ("城乡建设", "老旧小区改造", "我们这一片棚户区的拆迁安置什么时候开始，自来水管也老化了"),
    ("劳动和社会保障", "拖欠农民工工资", "工地老板拖欠我们三个月工资，劳动监察说要等仲裁"),
    ("劳动和社会保障", "养老保险怎么补缴", "我中断了五年社保，退休前能不能一次性补缴养老保险"),
    ("劳动和社会保障", "工伤认定", "单位没有给我交工伤保险，失业金也领不到"),
    ("教育文体", "小学入学划片", "孩子今年上小学，户口和房子不在一个学区，报名要什么材料"),
    ("教育文体", "补课收费", "学校老师周末组织学生补课，每人收八百元，教育局管不管"),
    ("教育文体", "教师职称", "乡镇中学教师的职称评审和绩效工资什么时候落实"),
    ("卫生计生", "独生子女费", "我们夫妻是独生子女家庭，计划生育奖励扶助金没有发"),
    ("卫生计生", "医院乱收费", "在县人民医院住院，医生开的药和检查新农合都不报销"),
    ("卫生计生", "乡村医生待遇", "村卫生室的乡村医生没有编制，养老补助一直没有着落"),
    ("交通运输", "公交车改线", "公交公司把我们这一路公交线路改了，老人要走两公里才能坐车"),
    ("交通运输", "出租车拒载", "火车站的出租车不打表还拒载，运管所电话打不通"),
    ("交通运输", "客运班车", "农村客运班车随便涨价，超载严重，没有人管"),
    ("环境保护", "化工厂排污", "村边的化工厂夜里偷排废水，河里的鱼都死了，空气刺鼻"),
    ("环境保护", "养猪场污染", "养殖场的粪污直接排进水塘，臭气熏天，环保局来看过也没有用"),
    ("商贸旅游", "网购退货", "商家以次充好不给退货，消费者协会让我找工商局"),
    ("商贸旅游", "旅行社强制购物", "跟团旅游被导游强制购物，旅行社不退团费"),
    ("商贸旅游", "传销", "有人以投资理财为名发展下线，像是传销，请工商部门查处"),
]


def test_it_knows_what_messages_are_about():
    wrong = [
        (label, found.best)
        for (label, title, text), found in zip(
            LINES, routing.topics([Document(text, title) for _, title, text in LINES]), strict=True
        )
        if label != found.best
    ]

    assert len(wrong) <= 2, wrong


def test_one_at_a_time_says_the_same_as_many():
    documents = [Document(text, title) for _, title, text in LINES]
    one = [routing.topic(document) for document in documents]
    many = routing.topics(documents)

    assert [(each.best, each.second, each.sure) for each in one] == [
        (each.best, each.second, each.sure) for each in many
    ]
    assert [each.score for each in one] == pytest.approx([each.score for each in many], abs=1e-4)
    assert routing.topics([]) == []


def test_it_says_how_sure_it_is_and_what_comes_second():
    found = routing.topic(Document("小区物业公司不开发票，业主委员会选不出来", "物业乱收费"))

    assert 1 / 7 < found.score <= 1
    assert found.second != found.best
    assert not routing.topic(Document("你好")).sure


def test_it_names_the_words_that_decided():
    text = "工地老板拖欠农民工工资，劳动监察大队说要等仲裁"

    titled, plain = routing.why(Document(text, "拖欠工资")), routing.why(Document(text))

    assert 0 < len(plain) <= routing.WORDS
    assert [word.weight for word in plain] == sorted((word.weight for word in plain), reverse=True)
    assert all(text[word.start : word.end] == word.word for word in plain)
    assert any("工资" in word.word or "劳动" in word.word for word in [*titled, *plain])


PLANES = "".join(map(chr, range(0, 0x10FFFF, 997)))


@pytest.mark.parametrize("text", ["", "路" * 1_000_000, "\0" * 5000, "\ud800\udfff", PLANES, "a\n" * 9])
def test_hostile_text_gets_an_answer(text):
    found = routing.topic(Document(text, text))

    assert found.best in routing.shipped().labels
    assert len(routing.why(Document(text))) <= routing.WORDS


def test_what_is_read_of_a_text_is_bounded():
    title, text = routing.parts(Document("路" * 1_000_000))

    assert (len(title), len(text)) == (routing.BEGINNING, routing.READ)
    assert routing.beginning("第一行\n第二行") == "第一行"


def test_the_file_is_what_was_written():
    model = routing.shipped()
    again = routing.load(routing.dump(model))

    assert again.labels == model.labels
    assert np.allclose(again.text, model.text, atol=np.abs(model.text).max() / 100)


def stored():
    with np.load(BytesIO(routing.dump(routing.shipped())), allow_pickle=False) as archive:
        return {name: archive[name] for name in archive.files}


def written(table):
    out = BytesIO()
    np.savez(out, **table)
    return out.getvalue()


@pytest.mark.parametrize(
    ("raw", "says"),
    [
        (lambda: b"no model", "damaged"),
        (lambda: routing.dump(routing.shipped())[:-400], "damaged"),
        (lambda: written(stored() | {"version": np.int32(99)}), "version 1"),
        (lambda: written(stored() | {"bias": np.ones(7, np.float32)}), "checksum"),
    ],
)
def test_a_damaged_file_is_refused(raw, says):
    with pytest.raises(routing.ModelError, match=says):
        routing.load(raw())


def test_widths_capitals_and_blanks_make_no_difference():
    rows, _ = features.runs(["ＡＢ　ａ", "AB a"], 2, 12)

    first, second = np.array_split(rows[0][1:], 2)
    assert rows[0][1:5].tolist() == rows[0][6:10].tolist()
    assert len(first) >= 4
    assert len(second) >= 4


@pytest.mark.parametrize("longest", [1, 2, 3])
def test_runs_never_reach_from_one_text_into_the_next(longest):
    table = np.arange((1 << 12) * 2, dtype=np.float32).reshape(-1, 2)
    alone = features.sums(table, ["电梯困人"], longest)

    together = features.sums(table, ["路灯", "电梯困人", ""], longest)

    assert np.allclose(together[1], alone[0])
