"""Text cut into folded sentences: what hazard, crisis and place read instead of raw characters.

Folding replaces one character by one (full-width, capitals, traditional characters), and drops
blanks inside Chinese words; ``Reading.origin`` leads every folded offset back to the original.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

SENTENCE = 300  # code points: longer runs without punctuation are cut, so that a look around a hit stays short

_BLANKS = "[ \t\u3000\u00a0\u200b-\u200f\u2060\ufeff]"
_GAP = re.compile(f"{_BLANKS}+")
_SENTENCE_END = re.compile("[。！？!?；;\n\r…]+|[.](?=\\s|$)")
_CLAUSE_END = re.compile('[，,、：:（）()“”"~～]+')

_EDGES = ' \t\r\n。！？!?；;…,，、：:（）()“”"~～.　'

# Traditional characters that occur in reports of danger and what stands around them, each before its simplified form.
_TRADITIONAL = (
    "氣气電电樓楼牆墙塊块圍围欄栏橋桥樹树門门閘闸車车輪轮軌轨輛辆壓压壞坏傾倾鬆松斷断懸悬險险傷伤燒烧煙烟爐炉滅灭災灾濃浓聞闻洩泄竄窜線线纜缆變变觸触帶带燈灯網网繩绳鋼钢鐵铁鏽锈銹锈鋁铝銅铜廣广頂顶陽阳臺台"
    "檯台颱台風风雲云層层護护擋挡攔拦鎖锁開开關关閉闭佔占據据沒没無无這这個个們们來来對对說说話话請请問问誰谁還还過过進进遠远邊边裡里裏里後后間间時时從从現现經经見见點点熱热凍冻濕湿溝沟潰溃淺浅滿满漲涨湧涌"
    "灘滩灣湾島岛縣县鎮镇鄉乡區区莊庄園园場场廠厂廳厅學学師师長长歲岁兒儿孫孙媽妈爺爷婦妇嬰婴聲声應应該该讓让給给報报導导醫医藥药療疗發发緊紧隨随幾几許许雙双條条張张隻只頭头臉脸腦脑腳脚體体髒脏葉叶嚴严嚇吓"
    "驚惊慘惨殺杀殘残殼壳毀毁滾滚墜坠貓猫蟲虫買买賣卖錢钱貨货費费價价賠赔償偿補补貼贴領领員员務务業业產产權权國国華华舊旧舉举興兴與与為为嗎吗麼么麽么樣样種种類类題题難难單单簡简紅红綠绿藍蓝黃黄總总統统續续"
    "約约級级紙纸結结絕绝維维綱纲緣缘縫缝縮缩織织繞绕動动勞劳勢势協协參参響响噴喷嘔呕團团執执擊击擔担擠挤擴扩攝摄敗败斃毙歸归殯殡毆殴測测準准溫温滲渗漢汉濺溅瀉泻灑洒爛烂狀状獨独獲获環环瘋疯癱瘫盜盗監监盤盘"
    "眾众睏困確确碼码礙碍禮礼積积穩稳築筑籠笼糧粮納纳聯联腫肿膽胆臟脏艙舱艦舰蓋盖蝕蚀術术衝冲裝装觀观規规視视覺觉訊讯記记設设訪访診诊試试詢询認认誤误調调論论講讲證证識识議议讀读貧贫責责貴贵賊贼趕赶跡迹踐践"
    "躍跃軟软載载輕轻較较農农遊游運运達达違违遞递遲迟選选邏逻醬酱釋释針针釘钉鈴铃銀银鋪铺錯错鍋锅鏈链鏡镜鐘钟闆板闖闯陰阴陳陈陸陆階阶際际隱隐雜杂離离雞鸡霧雾靜静韌韧順顺須须預预頻频顆颗願愿顧顾飛飞飯饭養养"
    "館馆馬马駕驾騎骑騙骗驗验魚鱼鳥鸟齊齐齒齿齡龄龍龙號号棟栋衛卫側侧廈厦郵邮啲的嘅的咗了喺在唔不佢他冇没咁这嚟来掟扔琴昨俾被攞拿"
)


def _folding() -> dict[int, int]:
    table = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
    table |= {code: code + 32 for code in range(ord("A"), ord("Z") + 1)}
    table |= {code: code - 0xFEE0 + 32 for code in range(0xFF21, 0xFF3B)}
    table |= {ord(old): ord(new) for old, new in zip(_TRADITIONAL[::2], _TRADITIONAL[1::2], strict=True)}
    return table


_FOLDING = _folding()
_PLANE = np.arange(0x10000, dtype="<u4")
_PLANE[[*_FOLDING]] = [*_FOLDING.values()]


@dataclass(frozen=True)
class Reading:
    """``text`` is folded; ``origin[i]`` is the offset of its i-th character in the original."""

    text: str
    origin: list[int] | range

    @cached_property
    def starts(self) -> list[int]:
        """Offsets where sentences begin, ascending, the first always 0."""
        starts = [0]
        for end in [match.end() for match in _SENTENCE_END.finditer(self.text)] + [len(self.text)]:
            starts.extend(range(starts[-1] + SENTENCE, end, SENTENCE))
            starts.append(end)
        return starts[:-1]

    @cached_property
    def clauses(self) -> list[int]:
        """Offsets where clauses begin, ascending: every sentence start is one."""
        return sorted({*self.starts, *(match.end() for match in _CLAUSE_END.finditer(self.text))})

    def sentence(self, offset: int) -> int:
        """Number of the sentence that holds this offset."""
        return bisect_right(self.starts, offset) - 1

    def bounds(self, number: int) -> tuple[int, int]:
        """Half-open offsets of a sentence, its closing punctuation included."""
        after = number + 1
        return self.starts[number], self.starts[after] if after < len(self.starts) else len(self.text)

    def neighbours(self, number: int) -> tuple[int, int]:
        """Where the sentence before begins and where the sentence after ends."""
        return self.bounds(max(0, number - 1))[0], self.bounds(min(len(self.starts) - 1, number + 1))[1]

    def trimmed(self, start: int, end: int) -> tuple[int, int]:
        """The span without punctuation and blanks at its ends, unless nothing would be left."""
        cut = self.text[start:end]
        bare = cut.strip(_EDGES)
        first = start + cut.find(bare) if bare else start
        return first, first + len(bare or cut)

    def clause(self, start: int, end: int) -> tuple[int, int]:
        """The clauses that hold text[start:end], as half-open offsets."""
        first = self.clauses[bisect_right(self.clauses, start) - 1]
        after = bisect_right(self.clauses, max(start, end - 1))
        return first, self.clauses[after] if after < len(self.clauses) else len(self.text)

    def original(self, start: int, end: int) -> tuple[int, int]:
        """A non-empty folded span as half-open offsets of the original text."""
        return self.origin[start], self.origin[end - 1] + 1


def fold(text: str) -> str:
    """Half-width, small, simplified: one character for one."""
    codes = codes_of(text)
    if codes.max(initial=0) >= len(_PLANE):
        return text.translate(_FOLDING)
    return _PLANE[codes].tobytes().decode("utf-32-le", "surrogatepass")


def codes_of(text: str) -> NDArray[np.uint32]:
    """The code points of a text."""
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype="<u4")


def read(text: str) -> Reading:
    """Fold a text and drop blanks inside Chinese words; linear in its length."""
    folded = fold(text)
    kept: list[str] = []
    origin: list[int] = []
    done = 0
    for gap in _GAP.finditer(folded):
        if not (_chinese(folded, gap.start() - 1) and _chinese(folded, gap.end())):
            continue
        kept.append(folded[done : gap.start()])
        origin.extend(range(done, gap.start()))
        done = gap.end()
    if not kept:
        return Reading(folded, range(len(folded)))
    origin.extend(range(done, len(folded)))
    return Reading("".join([*kept, folded[done:]]), origin)


def _chinese(text: str, i: int) -> bool:
    return 0 <= i < len(text) and "\u4e00" <= text[i] <= "\u9fff"
