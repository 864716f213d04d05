"""What stands around a number says whose it is: a citizen's, the agency's own, or no person's at all.

The label directly before the number decides; it is looked up by its last characters, so a look costs the same
wherever it happens. Windows are cut at the end of a sentence or line.
"""

from __future__ import annotations

from enum import StrEnum

from classifiers.late import late

_LEFT = 40
_STOP = late("[。；;！!？?\n\r]")
_LINK = " \t\"'“”‘’:：=（(\\[【{<>《》|/#-—_*+➖→☎📞📱☏，,·.•▶►√…"
_IS = ("就是", "如下", "是", "为", "系", "的")


class Label(StrEnum):
    """What the words before a number call it."""

    NONE = ""
    RESIDENT = "resident"
    PHONE = "phone"
    OFFICIAL = "official"  # a telephone that an office publishes
    CARD = "card"
    DOCUMENT = "document"  # papers, parcels, meters, orders, pages: no person's number
    MONEY = "money"


def _with(bases: str, *suffixes: str) -> list[str]:
    return [base + suffix for base in bases.split() for suffix in suffixes]


_OF = ("编号", "号码", "编码", "代码", "号", "码", "序列号")
_LABELS: dict[str, Label] = {
    **dict.fromkeys(
        _with(
            "身份证 身份证件 身分证 身份證 证件 證件 居民证 居民身份证 公民身份 身份 一代证 二代证 老身份证 居住证 社会保障 社保 驾驶证 驾照"
            " 永居证 残疾证 残疾人证 学籍 旧证 新证 本人证 户口",
            "",
            *_OF,
            "证号",
        ),
        Label.RESIDENT,
    ),
    **dict.fromkeys(
        _with(
            "电话 電話 手机 手機 联系 聯繫 聯絡 通讯 微信 薇信 移动电话 来电 去电 本机 私人 whatsapp",
            "",
            "号码",
            "號碼",
            "号",
            "號",
            "方式",
        )
        + "联系人 联系我 联系他 联系她 联系本人 来电人 致电 回电 回拨 拨打 请拨 請撥 请打 打给 打 拨 找 号码 號碼 我的号 的号 新号 旧号 短信".split(),
        Label.PHONE,
    ),
    **dict.fromkeys(
        _with(
            "热线 值班 服务 监督 举报 投诉 抢修 报修 维修 客服 咨询 受理 办公 求助 应急 预约 便民 调度 公开 反映 窗口 服务热线 监督举报 投诉举报 办公室 传真",
            "电话",
            "热线",
            "专线",
            "手机",
            "联系电话",
            "值班电话",
            "号码",
        )
        + ["热线", "专线"],
        Label.OFFICIAL,
    ),
    **dict.fromkeys(
        _with(
            "银行卡 储蓄卡 信用卡 借记卡 工资卡 贷记卡 卡 账 帐 賬 存折 折 一卡通 银联卡 金融账户 账户 帐户 户头 收款",
            "",
            "号",
            "号码",
            "账号",
            "上",
        )
        + _with(
            "建行 工行 农行 中行 交行 招行 邮储 信用社 农商行 农商银行 银行 邮政", "", "卡", "卡号", "账号", "账户"
        ),
        Label.CARD,
    ),
    **dict.fromkeys(
        _with(
            "单 运单 快递单 物流单 订单 工单 派单 票 案 件 办件 表 水表 电表 气表 批 工 学 卷 档 档案 图 编 序 群 登记 受理 备案 预约 排队 型 版本 会议"
            " 诉求 信访 发票 票据 收据 凭证 回执 回单 合同 协议 项目 宗地 地块 设备 资产 产品 客户 用户 缴费 缴款 机构 户 考 准考证 考生 许可证 产权证"
            " 执照 合格证 登记证 证书 注册 信用 统一社会信用 识别 纳税人识别 条 条形 批次 追溯 激活 取件 房源 房屋 标段 文 书 网格 分机 卡表 电能表 条形码"
            " 图书证 加油卡 公交卡 智能卡 会员卡 门禁卡 校园卡 水卡 电卡 气卡 购物卡 抄表卡 读者卡 图书卡 SIM卡 就诊卡 诊疗卡 就诊 病历 住院 保单 理赔 流水"
            " 交易 交易流水 对账 账单 业务 办理 申请 申报 举报 线索 系统 唯一 内部 检测 报告 材料 抽签 摇号 轮候 选房 车架 发动机 航班 钉钉群 QQ群 微信群"
            " 库 货 税 税务 桩 校验 验证 提取 防伪 赋 查询 缴费单 物资 采购 招标 中标 公告 评审 鉴定 监测 站点 设施 灯杆 井盖 电杆 变压器 单据 电子票据"
            " 商户 商户单 支付单 支付 流水单 凭证单 通知书 决定书 通知 收件 寄件 邮件 包裹 挂号 序列",
            *_OF,
        )
        + "运单 快递单 订单 流水 编号 编码 代码 序列号 标识码 条码 条形码 缴费账号 用电账号 宽带账号 单位账号 宽带 imei iccid meid mac ip isbn ean vin"
        " uuid 时间戳 版本 经度 纬度 坐标 东经 北纬 桩号 高程 税号 浏览次数 浏览量 点击量 点击次数 阅读量 访问量 字第 第 no № sn s/n 许可证 产权证 合格证"
        " 证书 执照 扫码 网关 准考证 考生证 学生证 工作证 登记证 资格证 资质证 上岗证 监督卡 购物卡 电话卡号".split(),
        Label.DOCUMENT,
    ),
    **dict.fromkeys(
        "¥ ￥ $ € £ rmb cny 金额 余额 总额 总价 造价 投资 投资额 总投资 预算 决算 资金 产值 收入 支出 共计 合计 总计 价款 合同价 中标价 拨款 拨付 贷款 欠款 单价"
        " 面积 债券 利润 税额 人民币 专项债券".split(),
        Label.MONEY,
    ),
}
for _word in "手机编码 电话编码 联系编号 卡序列号".split():
    _LABELS.pop(_word, None)


def _lengths() -> dict[str, list[int]]:
    """Of the labels that end with a character, longest first."""
    found: dict[str, set[int]] = {}
    for words in _LABELS:
        found.setdefault(words[-1], set()).add(len(words))
    return {last: sorted(each, reverse=True) for last, each in found.items()}


_LENGTHS = _lengths()
_LONGEST_KEY = 32
_KEY = late(r"[A-Za-z_][A-Za-z0-9_\-]*$")
_PHONE_KEY = late(
    r"phone|mobile|\bmob|_mob|tel|cell|sjh|lxdh|lxfs|contact|linkman|shouji|dianhua|dian hua|call|weixin|whats|^v$|^vx$|^wx|^mp$|^dh$"
)
_RESIDENT_KEY = late(r"sfz|id_?-?card|id_?no$|id_?num|^zjh|cert|identity|^id$|^pid$|card_?id")
_CARD_KEY = late(r"bank|card|account|yhk|visa|acct")
_DOCUMENT_KEY = late(
    r"(?:id|no|num|number|code|sn|key|ts|time|timestamp|date|ver|version|seq|imei|size|length|count|width|height|offset|amount|"
    r"price|total|cost|fee|sum|balance|duration|elapsed|bytes|hash|rand|random|qq|group|order|serial|trace|guid|uuid|ems|art|col|img|page|^[tvr_])$"
)


def label(text: str, start: int) -> Label:
    """The label that directly precedes the number at ``start``, or the one that ends the line before it."""
    left = text[max(0, start - _LEFT) : start]
    if left.endswith(("#", "№", "No.", "NO.")):
        return Label.DOCUMENT
    words, gap = _tail(left)
    if not words and gap:
        words, _ = _tail(text[max(0, start - _LEFT - 8) : start].rstrip())
    if not words:
        return Label.NONE
    if words[-1].isascii() and (key := _KEY.search(words[-_LONGEST_KEY:])):
        return _of_key(key[0].lower().strip("_-"))
    return _of_words(words.lower())


def _tail(left: str) -> tuple[str, bool]:
    """The clause before a number without the marks that tie it to the number; whether a line ended there."""
    clause = _STOP.split(left)[-1]
    stop = len(left) - len(clause) - 1
    words = clause.rstrip(_LINK)
    if words.endswith(_IS):
        words = words[:-2] if words.endswith(("就是", "如下")) else words[:-1]
    return words.rstrip(_LINK).replace(" ", ""), stop >= 0 and left[stop] in "\n\r"


def _of_words(words: str) -> Label:
    for length in _LENGTHS.get(words[-1], ()):
        if (found := _LABELS.get(words[-length:])) is not None:
            return found
    return Label.NONE


def _of_key(key: str) -> Label:
    for pattern, meaning in (
        (_PHONE_KEY, Label.PHONE),
        (_RESIDENT_KEY, Label.RESIDENT),
        (_CARD_KEY, Label.CARD),
        (_DOCUMENT_KEY, Label.DOCUMENT),
    ):
        if pattern.search(key):
            return meaning
    return Label.NONE
