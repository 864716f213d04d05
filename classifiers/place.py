"""The place of a danger, as the message gives it, short enough for the first line of an alert.

A place is a name with what it is (和平小区, 解放路, 白马村小学) and what narrows it down (3号楼, 2单元, 电梯), read from left
to right: the name ends where its kind begins and starts behind the last word that can't belong to it. Room numbers are
kept: help must find the person, and the text has passed the door, so what identifies a citizen by number is masked.
Names of persons are no places: what stands behind "I am called" is never taken.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import IntEnum
from itertools import islice

from classifiers.finding import Document
from classifiers.late import late
from classifiers.sentences import Reading, read

LONGEST_TEXT = 4000  # code points at the beginning of a text that are read, and as many around the danger
LONGEST_TITLE = 400
LONGEST_NAME = 12
LONGEST = 40  # code points of a place


class Level(IntEnum):
    """How well a part leads to the place, better ones higher."""

    SPOT = 0  # 电梯, 东门: only behind something else
    NUMBER = 1  # 3号楼, 2单元
    AREA = 2  # 街道, 社区
    TOWN = 3
    ROAD = 4
    VILLAGE = 5
    SITE = 6  # a compound, a school, a bridge


_NUM = r"(?:[0-9*]{1,5}|[一二三四五六七八九十]{1,3}|[a-z]-?[0-9]{0,3})"
_KINDS = {
    Level.SITE: """
        小区 花园 家园 嘉园 公寓 大厦 广场(?!舞) 新村 新城 名苑 新苑 景苑 花苑 佳园 华府 名城 花城 公馆 国际(?=[0-9a-z一二三四五六七八九十小电楼业物的,。]) 山庄 别墅区 华庭 豪庭 雅苑 佳苑 家属院 家属区 家属楼 宿舍区 宿舍
        安置房 安置区 公租房 廉租房 生活区 大院 写字楼 商务楼 大楼 教学楼 宿舍楼 住院部 住院楼 门诊楼 急诊楼 办公楼 实验楼 学校 小学(?!生) 中学(?!生) 高中(?!生) 初中(?!生) 大学(?![生城]) 学院 幼儿园 职中 职高 技校
        附小 附中 医院 卫生院 卫生所 卫生室 服务中心 妇幼保健院 诊所 菜市场 农贸市场 批发市场 大市场 市场(?!监) 超市 商场 商城
        购物中心 百货 大桥 立交桥 立交 天桥 拱桥 桥(?![面板墩头下栏洞体底上]) 涵洞 隧道 桥洞 地铁站 火车站 汽车站 高铁站 客运站 公交站 公交站台 车站
        加油站 加气站 变电站 水库 公园 河堤 大堤 码头 河(?![湾苑城庭园居道边水里岸床面流畔]) 江(?![湾苑城庭园居边水里堤岸面畔]) 湖(?![湾苑城庭园居边水里面畔])
        塘(?![湾苑城庭园居边里坝]) 渠(?![道港]) 水闸 敬老院 养老院 福利院 宾馆 酒店 饭店 酒楼 餐馆 网吧 酒吧 ktv 会所 影城 电影院
        体育馆 体育场 图书馆 文化宫 书店 工业园 产业园 物流园 创业园 科技园 开发区 化工厂 工厂 厂(?![家房区里长]) 工地 养殖场 采石场 石场
        林场 农场 景区 度假村 派出所 镇政府 乡政府 村委会 居委会 铁道口 山脚 祠堂 教堂 公墓 陵园 煤矿 矿(?![山泉井工]) 砖厂 水厂 电厂 电站 停车场 垃圾站 垃圾场 站(?![着在起立台])
    """,
    Level.VILLAGE: "村(?![里民口庄道路子干支主长书委]) 屯 寨",
    Level.ROAD: "大道 大街 街(?![道坊]) 路(?![由程费况径线过人障面基灯]) 巷(?!子) 弄(?![得到不成好坏死出]) 胡同 国道 省道 县道 公路 环线 高架 步行街",
    Level.TOWN: "镇(?![里上长政]) 乡(?![里下亲政])",
    Level.AREA: "街道 社区",
}
_NUMBERS = "|".join(
    (
        rf"{_NUM}期",
        r"[a-z东南西北中]区(?!域)",
        rf"{_NUM}(?:号楼(?![下上])|栋|幢|座|号院|#楼|#)",
        rf"(?:{_NUM}|[东西中甲乙丙丁])(?:单元|门栋|门洞)",
        rf"(?:负|地下)?{_NUM}(?:楼|层)(?![楼房高])",
        rf"{_NUM}号(?![线院路桥门井机]|楼(?![下上]))",
        rf"第?{_NUM}(?:村民小组|小组|组)",
    )
)
_ROOM = r"(?<![0-9*])[0-9*]{3,4}(?:室|房|号房)?(?![0-9*米元年月块多国省县号栋幢座])"
_SPOTS = """
    电梯 货梯 扶梯 楼道 楼梯间 楼梯 走廊 过道 天台 楼顶 地下车库 车库 地下室 架空层 东门 南门 西门 北门 正门 后门 侧门 大门
    东南门 西南门 门口 门前 操场 食堂 配电房 锅炉房 泵房 后面 对面
    东侧电梯 西侧电梯 东侧 西侧 南侧 北侧 桥头 桥下
"""
_NO_STREET = r"(?![东西南北中]?(?:[街巷]|路(?![口面灯边段由])|大道))"  # 公园西路 is a road, not a park
_CROSSINGS = "十字路口 交叉路口 丁字路口 交叉口 交汇处 交界处 路口"


def _any(words: str) -> str:
    return "|".join(sorted(dict.fromkeys(words.split()), key=lambda word: len(word.partition("(")[0]), reverse=True))


_PART = late(
    "|".join(
        (
            rf"(?P<CROSSING>{_any(_CROSSINGS)})",
            r"(?P<SCHOOL>第?[一二三四五六七八九十0-9]{1,3}(?:中学|小学|[中小](?![心学医国华型区])))",
            rf"(?P<NUMBER>{_NUMBERS})",
            rf"(?P<ROOM>{_ROOM})",
            rf"(?P<SPOT>{_any(_SPOTS)})",
            *(rf"(?P<{level.name}>(?:{_any(words)}){_NO_STREET})" for level, words in _KINDS.items()),
        )
    )
)
_LEVELS = {"CROSSING": Level.SPOT, "ROOM": Level.SPOT, "SCHOOL": Level.SITE, **{level.name: level for level in Level}}
# What can't be inside a name; names like 和平 are spared.
_BORDER = late(
    r"[^\u4e00-\u9fff0-9a-z*·]|家住|住在|住|位于|处于|关于|由于|因为|地处|坐落|有关|投诉|反映|举报|咨询|建议|请求|请|领导|您好|你好|"
    r"我们|你们|他们|我|你|您|他|她|咱|俺|今天|昨天|今早|今晚|昨晚|刚才|刚刚|早上|上午|中午|下午|晚上|凌晨|半夜|每天|天天|现在|目前|"
    r"路过|经过|走到|看到|发现|其中|包括|相关|一个|样|该|于(?!家)|至|然后|何为|内开|关注|解决|修建|整治|施工|造成|更改|何时|什么时候|谁|这边|那边|拆除|取缔|关闭|彻查|查处|再次|切实|强烈|要求|希望|恳请|呼吁|一共|共有|的|了|着|在|是|从|到|往|去|把|被|让|给|跟|与|及|对|就|也|还|又|说|有|没|不|那|这|某|"
    r"地址|住址|放学|上学|上班|下班|旁边|附近|里面|外面|楼上|楼下|[0-9]+[年月日点]"
)
_CALLED = late(r"叫|姓名|名字|联系人|业主|村民|居民|住户|租户|户主|老师|同学")  # a person may stand behind it
_NO_NAME = late(
    r"(?:[进沿内外过本该此全各每多整两几个老旧新大小我条座家所栋幢旁边]|一个|所有|自然|行政|安置|偏远|老旧|农村|城市|高层|住宅|居民|物业|街道|社区|学校|"
    r"单位|附近|周边|隔壁|开发商|施工|工程|[0-9]+)*"
)
_NO_ROAD = late(r"[道马公铁线电水走迷修堵让问占出后思网条小大土泥青油学之一同顺半上逛沿通回跑赶多拦挖铺石村乡]")
_NO_HOUSE = late(r"电梯|家$|里$|一起|房|楼|高层|住宅|共|多|几|户|层|第|每|[0-9]$")
_ABOVE = late(r"(?:[^市县区省州]{1,5}(?:(?<![城都超夜集上门])市|县+市?|(?<![小社校园景片厂库辖城郊山地新])区|省|州))+")
_ALONE = late(r"[火汽]车站|高铁站|客运站|体育[馆场]|文化宫|敬老院|养老院")
_HOUSE = late(r"期|栋|幢|座|号楼|单元")
_BETWEEN = late(r"[的内里处,\-]?")
_AND = late(r"[与和、及/\-—]")
_AND_A_NAME = late(r"和(?![平谐顺泰美兴润睦家园乐])")
_NUMBERED = ("国道", "省道", "县道")
_LIVES = late(r"(?:住在|家住|住|位于|地址:?)([\u4e00-\u9fff]{2,8})(?=[,。;!])")
_TURN = late(r"[东西南北中新老一二三四五六七八九十]")
_BUILDING = late(r"[栋幢座]|号楼|号院|单元")
_NO_FIRST_NAME = late(r"小区|社区|学校|村|镇|乡|街道|工地|宿舍|大楼|医院|超市|工?厂")


@dataclass(frozen=True, slots=True)
class _Part:
    """A stretch of the folded text; ``kind`` is where its name ends and what it is begins.

    ``named`` is False for 小区, 学校 and the like without a name of their own.
    """

    start: int
    kind: int
    end: int
    level: Level
    named: bool = True
    crossing: bool = False


_Chain = tuple[_Part, ...]  # parts that follow one another, the wider before the narrower


@dataclass(frozen=True, slots=True)
class _Piece:
    """A stretch of a text that is read for places."""

    source: str
    reading: Reading
    start: int
    end: int

    def told(self, chain: _Chain) -> str:
        """As the message writes it, without blanks and what stands between the parts."""
        spans = (self.reading.original(part.start, part.end) for part in chain)
        return "".join("".join(self.source[start:end].split()) for start, end in spans)


def place(document: Document, near: tuple[int, int] = (0, 0)) -> str:
    """Where it is, "" when the message doesn't say.

    ``near`` is where the deciding clause stands in ``text`` (half-open); (0, 0) when it stands in the title. The title
    goes before the sentence of the clause, that before the rest, unless it tells only of an area; a building that
    stands in title or sentence is added to a place that has none. Time is linear in what is read.
    """
    pieces = _pieces(document, near)
    chains = [list(_chains(piece)) for piece in pieces]
    heads = [
        (piece, max(known, key=_rank))
        for piece, found in zip(pieces, chains, strict=True)
        if (known := [chain for chain in found if _rank(chain) >= Level.AREA])
    ]
    heads = heads or [(piece, (part,)) for piece in pieces for part in _homes(piece)]
    if not heads:
        return ""
    piece, head = max(heads, key=lambda each: _rank(each[1]) >= Level.ROAD)
    told = piece.told(_shortest(head))
    if _rank(head) is Level.SITE and not head[-1].crossing and not _BUILDING.search(told):
        for numbers in islice(_numbers(pieces[:2], chains), 1):
            told = piece.told(tuple(part for part in _shortest(head) if part.level > Level.SPOT)) + numbers
    return told[:LONGEST]


def _pieces(document: Document, near: tuple[int, int]) -> list[_Piece]:
    """The title, the sentence of the clause (the title again when it stands there), and the text around."""
    source = document.title[:LONGEST_TITLE]
    title = _Piece(source, reading := read(source), 0, len(reading.text))
    first = max(0, near[0] - LONGEST_TEXT)
    source = document.text[first : max(near[0], LONGEST_TEXT) + LONGEST_TEXT]
    reading = read(source)
    rest = _Piece(source, reading, 0, len(reading.text))
    if near[1] <= near[0]:
        return [title, title, rest]
    start, end = reading.bounds(reading.sentence(bisect_left(reading.origin, near[0] - first)))
    return [title, _Piece(source, reading, start, end), rest]


def _homes(piece: _Piece) -> Iterator[_Part]:
    """Where somebody says that he lives, without a word for what it is."""
    for match in _LIVES.finditer(piece.reading.text, piece.start, piece.end):
        if _is_house(match[1]):
            yield _Part(match.start(1), match.end(1), match.end(1), Level.SITE)


def _numbers(pieces: list[_Piece], chains: list[list[_Chain]]) -> Iterator[str]:
    """Buildings, units and what follows them, of chains without a name."""
    for piece, found in zip(pieces, chains, strict=False):
        for chain in found:
            told = piece.told(tuple(part for part in chain if part.level <= Level.NUMBER))
            if _rank(chain) is Level.NUMBER and _BUILDING.search(told):
                yield told


def _rank(chain: _Chain) -> Level:
    if chain[-1].crossing:
        return Level.SITE
    return max((part.level for part in chain if part.named), default=Level.SPOT)


def _shortest(chain: _Chain) -> _Chain:
    """Without areas and roads before a site, and without what has no name."""
    named = [i for i, part in enumerate(chain) if part.level is Level.SITE and part.named]
    site = named[-1] if named else 0
    wider = {Level.TOWN, Level.VILLAGE}
    return tuple(
        part for i, part in enumerate(chain) if part.named and (i >= site or part.level in wider or chain[-1].crossing)
    )


def _chains(piece: _Piece) -> Iterator[_Chain]:
    """Parts that belong together; two roads with a word between them and a crossing behind are one chain."""
    text = piece.reading.text
    pending: list[_Part] = []
    for part in _parts(text, piece.start, piece.end):
        if pending and _widens(text, pending[-1], part):
            before = pending[-1]
            named = before.named or not _NO_FIRST_NAME.fullmatch(text, before.start, before.end)
            pending[-1] = replace(part, start=before.start, named=named)
        elif pending and _follows(text, pending, part):
            joined = part.level is Level.ROAD  # with the word between two roads
            pending.append(replace(part, start=pending[-1].end) if joined else part)
        else:
            yield from _finished(pending)
            pending = [part] if part.level > Level.SPOT else []
    yield from _finished(pending)


def _finished(pending: list[_Part]) -> Iterator[_Chain]:
    if pending:
        yield tuple(pending)


def _widens(text: str, before: _Part, part: _Part) -> bool:
    """Whether what stands before is only the name of this part: 白马村 of 白马村小学, 滨河 of 滨河西路."""
    if min(before.level, part.level) < Level.AREA or before.end != part.start:
        return False
    return (
        bool(_TURN.fullmatch(text, part.start, part.kind))
        if part.kind > part.start
        else part.level is not Level.ROAD or before.level is not part.level
    )


def _follows(text: str, pending: list[_Part], part: _Part) -> bool:
    before, between = pending[-1], text[pending[-1].end : part.start]
    if part.level <= Level.NUMBER:
        return _BETWEEN.fullmatch(between) is not None
    if before.level is Level.NUMBER:
        return not between and text[before.end - 1] == "号"
    if before.level is Level.ROAD and part.level is Level.ROAD and _AND.fullmatch(between):
        return True
    return before.level >= Level.AREA and not between


def _parts(text: str, start: int, end: int) -> Iterator[_Part]:
    """In the order of the text. A compound may go without 小区 before the number of a house."""
    behind = start
    for match in _PART.finditer(text, start, end):
        group = match.lastgroup or ""
        level = _LEVELS[group]
        first = _name(text, max(behind, match.start() - LONGEST_NAME), match.start())
        if match[0] == "路口" and _is_named(text[first : match.start()], "", Level.ROAD):
            yield _Part(first, match.start(), match.start() + 1, Level.ROAD)
            yield _Part(match.start() + 1, match.start() + 1, match.end(), level, crossing=True)
        elif level >= Level.AREA:
            named = group == "SCHOOL" or _is_named(text[first : match.start()], match[0], level)
            if len(match[0]) == 1 and not named and not start < behind == match.start():
                continue  # 江 of 江南花园
            yield _Part(first, match.start(), match.end(), level, named)
        else:
            if _HOUSE.search(match[0]) and _is_house(text[first : match.start()]):
                yield _Part(first, match.start(), match.start(), Level.SITE)
            yield _Part(match.start(), match.start(), match.end(), level, crossing=group == "CROSSING")
        behind = match.end()


def _name(text: str, start: int, end: int) -> int:
    """Where the name begins that ends at ``end``."""
    if start and (joined := _AND_A_NAME.match(text, start, end)):
        start = joined.end()
    for border in _BORDER.finditer(text, start, end):
        start = border.end()
    above = _ABOVE.match(text, start, end)
    return above.end() if above else start


def _is_named(name: str, kind: str, level: Level) -> bool:
    if level is Level.ROAD and len(name) < 2:
        return bool(name) and not _NO_ROAD.fullmatch(name)
    if level is Level.ROAD and name[-1] in "马铁线":
        return False
    if _ALONE.fullmatch(kind) or (kind in _NUMBERED and name):
        return True
    return not _NO_NAME.fullmatch(name) and not _CALLED.search(name)


def _is_house(name: str) -> bool:
    """Whether the words before a number of a building are the name of a compound."""
    return len(name) > 1 and _is_named(name, "", Level.SITE) and not _NO_HOUSE.search(name)
