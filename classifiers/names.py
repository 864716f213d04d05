"""Personal names that stand beside a number: the door masks them too.

A name is looked for only where a label (姓名, 户名, 联系人 …) or the number itself says that a name stands; and only
in the line of the number. Ordinary words that begin with a surname character are the danger, so what follows a name
must be a boundary too.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from classifiers.late import late

_REACH = 40  # characters between a labelled name and its number
_CLOSE = 28  # between a name without a label and its number
_COMPOUND = (
    "欧阳 歐陽 司马 上官 诸葛 夏侯 皇甫 尉迟 公孙 慕容 令狐 宇文 长孙 司徒 东方 独孤 南宫 端木 呼延 澹台 淳于 单于 太史 申屠 轩辕 钟离 闻人 完颜 赫连"
).replace(" ", "|")
_SURNAME = (
    "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许何吕施张孔曹严华金魏陶姜戚谢邹喻柏水窦章云苏潘葛奚范彭郎鲁韦昌马苗凤花方俞任袁柳酆鲍史唐费廉岑薛雷贺倪汤滕殷罗"
    "毕郝邬安常乐于时傅皮卞齐康伍余元卜顾孟平黄和穆萧尹姚邵湛汪祁毛禹狄米贝明臧计伏成戴谈宋茅庞熊纪舒屈项祝董梁杜阮蓝闵席季麻强贾路娄危江童颜郭梅盛林刁钟徐邱骆"
    "高夏蔡田樊胡凌霍虞万支柯昝管卢莫房裘缪干解应宗丁宣邓郁单杭洪包诸左石崔吉钮龚程嵇邢裴陆荣翁荀羊惠甄曲封储靳糜松井段富巫乌焦巴牧隗山谷车侯宓蓬全郗班仰秋仲"
    "伊宫宁仇栾暴甘厉戎祖武符刘景詹束龙叶幸司韶郜黎蓟薄印宿白怀蒲邰从鄂索咸籍赖卓蔺屠蒙池乔阴胥能苍双闻莘党翟谭贡劳逄姬申扶堵冉宰郦雍璩桑桂牛寿通边扈燕冀郏浦尚"
    "农温别庄晏柴瞿阎充慕连茹习宦艾鱼容向古易慎戈廖庾终暨居衡步都耿满弘匡国文寇广禄阙东欧沃利蔚越夔隆师巩聂晁勾敖融冷辛阚那简饶空曾沙养丰巢关蒯相查后荆红游竺权"
    "盖益桓公仉督岳帅缑亢况郈琴归海晋楚闫肖代佟邸仝苑由付冼覃趙錢孫吳鄭馮陳衛蔣韓楊許呂張嚴謝鄒蘇範魯韋馬鳳湯羅畢鄔樂傅齊顧黃蕭龐項閔賈婁顏鍾駱萬盧應單諸龔陸榮"
    "靳葉劉龍賴喬陰聞譚農溫莊閻關"
)
_LABEL = (
    r"姓\s?名|户\s?名|戶名|收款人|收件人|联系人|聯繫人|申请人|申請人|甲方|乙方|丙方|委托人|被委托人|受托人|法人|法定代表人|代理人|经办人|户主|业主|房主|房东|"
    r"承租人|出租人|持卡人|开户人|产权人|权利人|共有人|当事人|投诉人|举报人|来电人|反映人|被申请人|被执行人|家属|监护人|配偶|儿子|女儿|父亲|母亲|"
    r"负责人|项目经理|车主|死者|患者|学生|职工|村民|居民|老人|本人|我叫|名叫|签收人|经手人|(?i:xm|name)"
)
_NAME = rf"(?:{_COMPOUND}|[{_SURNAME}])[\u4e00-\u9fff]{{1,2}}"
_MAY_BEGIN = frozenset(_SURNAME) | {compound[0] for compound in _COMPOUND.split("|")}
_NEXT = (
    r"(?=[\s,，、;；:：。.!！?？/|()（）\[\]【】<>《》\"'“”‘’\-—_=]|$|[0-9A-Za-z]|[☎📞📱]|电话|電話|手机|手機|身份|证件|男|女|先生|女士|同志|的|收(?!入|到|款)|"
    r"卡号|账号|帐号|账户|联系|号码|微信|公民|系|因|住|户籍|护照|于\d|生于|出生)"
)
_LABELLED = late(rf"(?:{_LABEL})(?:[（(][^（()）\n]{{1,8}}[)）])?[\s\"'“”:：=|>，,是为]{{0,4}}({_NAME}){_NEXT}")
_FOREIGN = late(
    rf"(?:{_LABEL})[\s\"'“”:：=|>]{{0,4}}([\u4e00-\u9fff]{{1,8}}·[\u4e00-\u9fff]{{1,8}}(?:·[\u4e00-\u9fff]{{1,8}})?)"
)
_LATIN = late(r"\b(?:name|xm|holder)[\s\"':=]{1,4}([A-Z][A-Za-z]{1,15}[ ,]{1,2}[A-Z][A-Za-z]{1,20})\b")
_BEFORE = late(
    rf"(?:^|[\s,，、;；:：。.!！?？/|()（）\[\]【】<>《》\"'“”0-9])({_NAME})"
    r"(?:[\s,，:：;；|/(（\"'“”\-—]{1,4}|[\s，,（(]{0,2}[男女][\s，,]{0,2}(?:[汉回满壮苗]族[，,\s]{0,2})?)?"
    r"(?:公民)?(?:身份证?|证件|手机|电话|联系(?:电话|方式)|银行卡|卡|账|微信|护照)?(?:件)?(?:号码|号)?(?:为|是)?[\s:：（(\"'+]{0,3}$"
)
_BEHIND_AT = 4  # characters behind a number in which the surname stands
_BEHIND = late(rf"[\s,，、（(|/\"']{{1,3}}({_NAME})(?=[\s,，、;；。.!！?？/|)）\"'\]】]|$|收|的)")
_TITLE = late(
    r"(?:先生|女士|小姐|师傅|经理|主任|老师|局长|科长|处长|书记|阿姨|大爷|大妈|大姐|大哥|奶奶|爷爷|叔叔|律师|医生|同志|队长|站长|所长|村长|组长|会计|主管|老板|"
    r"总|工|姐|哥|叔|姨|嫂|某|科|局|处|办|室|部|队|站|所|路|村|区|县|市|镇|乡|街|厅|院|厂|店|楼|栋|幢|号|公司|物业|小区|银行|农行|工行|建行|中行)$"
)
_WORDS = frozenset(
    "高速 安全 方便 方式 方法 方案 于是 于此 和谐 时间 时候 成功 成本 金额 金融 水电 水费 水表 马上 马路 江南 江北 连接 全部 全县 全国 全体 全称 万元 万户 向上 从业"
    " 关于 关系 关注 常见 常住 明细 明天 明年 文件 文化 文明 文号 路口 路灯 田地 白天 白色 温馨 温度 石材 古城 易地 边上 平方 平台 平时 平均 都有 都是 都要 包括"
    " 包含 单位 单价 单独 单元 单号 华东 钱款 余额 项目 应当 应该 应急 管理 管道 房屋 房产 房源 房号 房东 花园 党员 党委 党支部 车位 车辆 车牌 车主 车库 公司 公示"
    " 公告 公开 公民 公共 公积金 公章 公安 商品 牛奶 海报 国家 国内 国有 国籍 何时 何处 何人 张贴 任何 任务 谢谢 祝好 程序 温泉 封闭 封面 康复 宁静 计划 计算 支付"
    " 支持 支出 支行 支队 通知 通过 通行 通讯 通道 解决 解释 解除 居住 居民 居委 应收 应付 东苑 东方 东区 丰富 广场 广告 广大 利息 利用 利率 师傅 师生 相关 相同 查询"
    " 查看 查收 查实 后续 后期 后台 红色 游客 权利 权限 权属 归还 归属 由于 由此 付款 付费 付清 代理 代码 代办 代表 代号 代为 尚未 宣传 席位 强制 路段 米饭 水务"
    " 台账 平安 安排 安装 安置 和平 常用 常务 成员 成立 明确 经理 经办 主任 农行 农业 农村 农民 毕业 毕竟 顾客 冷水 冷库 简介 简单 简称 曾经 容易 容积 包干 万达 景区"
    " 水管 金科 王府 能否 能够 养老 养护 空调 空置 满意 满足 终止 终于 居家 步行 国土 国税 阴面 阳面 富强 富裕 石油 全额 全款 全家 向阳 司机 司法 印章 印花 权证 权籍"
    " 越来 双方 双人 双号 双月 黄色 蓝色 白条 党组 通信 充值 充电 别墅 别人 别的 温州 连云 晋江 解放 曲线 符合 边缘 祖国 步骤 印象 申请 申报 申诉 申领 申办 封存"
    " 车间 车型 巴士 储户 储蓄 储存 从事 从来 索取 籍贯 池塘 广东 广州 广西 东路 东侧 东面 西侧 终身 隆重 师范 空地 沙子 沙石 关闭 相片 红线 游泳 盖章 益民 海外 楚门"
    " 由来 付出 都会 富民 林业 林地 管家 管网 管委 管护 严重 严格 严禁 严肃 安心 安保 麻烦 强烈 路边 路面 危房 危险 危旧 江边 夏季 夏天 胡同 万一 支架 解答 应用 宗地 宗教"
    " 单据 单一 左右 左边 石板 吉日 程度 荣誉 惠民 井盖 山地 谷雨 全程 班车 班组 秋季 仲裁 宫殿 武装 武警 景观 龙头 幸福 幸好 黎明 印证 白纸 蒲公英 卓越 蒙古 乔迁 劳动"
    " 劳务 贡献 燕子 尚可 农贸 温暖 庄严 柴油 习惯 习俗 鱼塘 古树 易燃 戈壁 居室 衡量 耿直 国企 文字 文书 寇仇 广播 东西 欧洲 利润 蔚蓝 越界 师资 融资 辛苦 那么 那个 那里"
    " 简易 饶有 沙发 养殖 丰收 关心 关怀 查账 查处 后来 红包 游乐 权益 盖楼 公寓 公交 公厕 督办 督促 督查 帅气 况且 归档 晋升".split()
)


def names(text: str, numbers: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """Spans of names near the given spans of numbers in the folded text, in order; masked ones are left out."""
    found: set[tuple[int, int]] = set()
    for first, last in _windows(text, numbers):
        if not _MAY_BEGIN.isdisjoint(text[first:last]):
            found.update(span for match in _LABELLED.finditer(text, first, last) for span in _span(match))
        if text.find("·", first, last) >= 0:
            found.update(span for match in _FOREIGN.finditer(text, first, last) for span in _span(match))
        found.update(span for match in _LATIN.finditer(text, first, last) for span in _span(match))
    for start, end in numbers:
        found.update(_beside(text, start, end))
    return sorted(found)


def _windows(text: str, numbers: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """What is near the numbers and in their lines, overlapping windows joined."""
    joined: list[tuple[int, int]] = []
    for start, end in sorted(numbers):
        first = max(text.rfind("\n", max(0, start - _REACH), start) + 1, start - _REACH, 0)
        line_end = text.find("\n", end, end + _REACH)
        last = line_end if line_end >= 0 else min(len(text), end + _REACH)
        if joined and first <= joined[-1][1]:
            joined[-1] = joined[-1][0], max(last, joined[-1][1])
        else:
            joined.append((first, last))
    return joined


def _beside(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """A name directly before or behind the number."""
    first = max(0, start - _CLOSE)
    left = text[first:start].rpartition("\n")[2]
    if not _MAY_BEGIN.isdisjoint(left) and (before := _BEFORE.search(left)):
        offset = start - len(left)
        yield from ((offset + a, offset + b) for a, b in _span(before))
    if not _MAY_BEGIN.isdisjoint(text[end : end + _BEHIND_AT]) and (behind := _BEHIND.match(text, end, end + _CLOSE)):
        yield from _span(behind)


def _span(match: re.Match[str]) -> Iterator[tuple[int, int]]:
    name = match[1]
    if not (_TITLE.search(name) or name in _WORDS or name[:2] in _WORDS or "某" in name):
        yield match.span(1)


def kept(name: str) -> int:
    """How many first characters of a name stay: the surname."""
    if name[:1].isascii():
        return len(re.split(r"[ ,]", name, maxsplit=1)[0])
    return 2 if len(name) > 2 and name[:2] in _COMPOUND.split("|") else 1
