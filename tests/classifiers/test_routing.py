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
    found = routing.topic(Document("村边的化工厂夜里偷排废水，河里的鱼都死了，空气刺鼻", "化工厂排污"))

    assert (found.best, found.sure) == ("环境保护", True)
    assert 0.9 < found.score <= 1
    assert found.second in routing.shipped().labels
    assert found.second != found.best


@pytest.mark.parametrize("text", ["", "你好", "谢谢", "。。。", "请尽快处理", "\n\n", "1"])
def test_what_says_nothing_is_not_sure(text):
    found = routing.topic(Document(text))

    assert not found.sure
    assert found.score < 0.75


def test_the_shorter_a_message_the_less_sure():
    words = routing.shortness(np.float32([0, 10, 50, routing.ENOUGH, 9999]))

    assert list(words) == sorted(words)
    assert routing.shipped().doubt > 0
    assert words[-1] == 0


def test_without_a_title_a_message_begins_with_one():
    title, text = "村边的化工厂夜里偷排废水", "我们反映过多次，没有人来处理，希望尽快解决。"

    assert routing.topic(Document(text, title)).best == "环境保护"
    assert routing.topic(Document(f"{title}\n{text}")).best == "环境保护"
    assert routing.parts(Document(f"{title}\n{text}")) == (title, f"{title}\n{text}")
    assert routing.parts(Document("", title)) == (title, title)
    assert routing.beginning("您好：\n" + text + text) == ("您好：\n" + text + text)[: routing.BEGINNING]
    assert routing.beginning("路" * 41 + "\n") == "路" * routing.BEGINNING


def test_it_names_the_words_that_decided():
    text = "工地老板拖欠农民工工资，劳动监察大队说要等仲裁，工资至今没有发"
    found = routing.why(Document(text))

    assert 0 < len(found) <= routing.WORDS
    assert [word.weight for word in found] == sorted((word.weight for word in found), reverse=True)
    assert all(text[word.start : word.end] == word.word and word.field == "text" for word in found)
    assert len({word.word for word in found}) == len(found)
    assert any("工资" in word.word or "劳动" in word.word for word in found)


def test_words_of_the_title_say_where_they_stand():
    title, text = "拖欠工资", "工地老板拖欠农民工工资"

    both, alone = routing.why(Document(text, title)), routing.why(Document("", title))

    assert {word.field for word in both} == {"title", "text"}
    assert {word.field for word in alone} == {"title"}
    assert all({"title": title, "text": text}[word.field][word.start : word.end] == word.word for word in both + alone)


def test_blanks_say_nothing():
    title, text = "拖欠工资", "工地老板拖欠农民工工资"

    assert routing.topic(Document(text, " \n")) == routing.topic(Document(text))
    assert routing.topic(Document("\u3000\n", title)) == routing.topic(Document("", title))
    assert routing.why(Document("\n", title)) == routing.why(Document("", title))
    assert routing.parts(Document(" ", "\n")) == ("", "")


def test_the_words_add_up_to_the_distance():
    document = Document("工地老板拖欠农民工工资，劳动监察大队说要等仲裁", "拖欠工资")
    model = routing.shipped()
    first, second = sorted(routing.scores([document], model)[0])[-1:-3:-1]
    best, other = (model.labels.index(name) for name in (routing.topic(document).best, routing.topic(document).second))
    every = sum(
        float(routing._weights(part, table, (best, other), model.power).sum())
        for part, table in zip(routing.parts(document), (model.title, model.text), strict=True)
    )

    assert every + float(model.bias[best] - model.bias[other]) == pytest.approx(float(first - second), rel=0.15)


PLANES = "".join(map(chr, range(0, 0x10FFFF, 97)))
HOSTILE = ["", "路" * 1_000_000, "1" * 100_000, "\0" * 5000, "\ud800\udfff" * 99, PLANES, PLANES[::-1], "a\n" * 9]


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_text_gets_an_answer(text):
    for document in (Document(text), Document(text, text), Document("", text)):
        found = routing.topic(document)

        assert found.best in routing.shipped().labels
        assert 0 <= found.score <= 1
        assert len(routing.why(document)) <= routing.WORDS


def test_hostile_neighbours_change_nothing():
    alone = routing.topic(Document(LINES[0][2], LINES[0][1]))

    among = routing.topics([Document(HOSTILE[1]), Document(LINES[0][2], LINES[0][1]), *map(Document, HOSTILE)])[1]

    assert (among.best, among.second) == (alone.best, alone.second)
    assert among.score == pytest.approx(alone.score, abs=1e-4)


def test_what_is_read_of_a_text_is_bounded():
    for document in (Document("路" * 1_000_000), Document("路" * 1_000_000, "灯" * 1_000_000)):
        title, text = routing.parts(document)

        assert (len(title) <= routing.READ, len(text)) == (True, routing.READ)


def tiny():
    """A model of two topics: what names one of them is "a"."""
    text = np.zeros((16, 3), np.float32)
    text[:, 2] = 1
    rows, _ = features.runs(["a"], routing.RUN, 4)
    text[rows[0][1], 1] = 5
    return routing.Model(("one", "two"), text, text.copy(), np.float32([1, 0]), 0.5, trust=0.0, doubt=0.1, sure=0.75)


def test_an_agency_may_have_topics_of_its_own():
    found = routing.topics([Document("aaa"), Document("")], tiny())

    assert [each.best for each in found] == ["two", "one"]
    assert [each.second for each in found] == ["one", "two"]
    assert routing.topic(Document("aaa"), routing.load(routing.dump(tiny()))).best == "two"
    assert [word.word for word in routing.why(Document("aaa"), tiny())] == ["aaa"]


def test_the_file_is_what_was_written():
    model = routing.shipped()
    raw = routing.dump(model)
    again = routing.load(raw)

    assert again.labels == model.labels
    assert np.allclose(again.text, model.text, atol=np.abs(model.text).max() / 100)
    assert (again.power, again.trust, again.doubt, again.sure) == (model.power, model.trust, model.doubt, model.sure)
    assert routing.dump(again) == raw
    assert len(raw) < 2_500_000


def stored():
    with np.load(BytesIO(routing.dump(tiny())), allow_pickle=False) as archive:
        return {name: archive[name] for name in archive.files}


def without(name):
    return {each: array for each, array in stored().items() if each != name}


def written(table):
    out = BytesIO()
    np.savez(out, **table)
    return out.getvalue()


@pytest.mark.parametrize(
    ("raw", "says"),
    [
        (lambda: b"", "damaged"),
        (lambda: b"no model", "damaged"),
        (lambda: routing.dump(tiny())[:-400], "damaged"),
        (lambda: written(stored() | {"labels": np.array([{"a": 1}], dtype=object)}), "damaged"),  # a pickle
        (lambda: written(without("version")), "version 1"),
        (lambda: written(stored() | {"version": np.int32(99)}), "version 1"),
        (lambda: written(stored() | {"version": np.array(["1", "1"])}), "version 1"),
        (lambda: written(stored() | {"bias": np.ones(2, np.float32)}), "checksum"),
        (lambda: written(stored() | {"labels": np.array(["two", "one"])}), "checksum"),
        (lambda: written(without("checksum")), "checksum"),
        (lambda: written(without("bias")), "checksum"),
    ],
)
def test_a_damaged_file_is_refused(raw, says):
    with pytest.raises(routing.ModelError, match=says):
        routing.load(raw())


def test_a_wrong_byte_never_changes_an_answer():
    raw, model = routing.dump(tiny()), tiny()
    refused = 0
    for place in range(len(raw)):
        try:
            found = routing.load(raw[:place] + bytes([raw[place] ^ 0x55]) + raw[place + 1 :])
        except routing.ModelError:
            refused += 1
        else:
            assert found.labels == model.labels
            assert np.allclose(found.text, model.text, atol=0.1)
            assert np.array_equal(found.bias, model.bias)

    assert refused > len(raw) / 2
