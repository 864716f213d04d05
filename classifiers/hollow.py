"""Answers that say no more than that a message has come in: "received, passed on, we will see to it". PURE.

An automatic receipt, a word that somebody else will answer, a greeting, a date, a signature: none of them answers
anything. Whatever says more is an answer, however thin: whom to ask instead, a telephone number, that something was
done or isn't one's own business, what is missing in the message. The worse error is to call an answer hollow: an office
would be chased that has answered. So a reply is hollow only when nothing is left of it once the words of
receipt are taken away, and a long one never is. Chinese only.
"""

from __future__ import annotations

import re

from classifiers.late import late

LONGEST = 300  # code points of a reply that can be hollow
LONGEST_SIGNATURE = 14
_OFFICE = "局|委|办(?![理复结])|镇|乡|区|市|县|省|部门|部|单位|公司|中心|街道|科室|科|股|院|处(?![理置])|队|所|会|政府|社区|村|站|校|学|机关|领导"
_DONE = late(
    "已(?:经)?(?:处理|核实|办理|整改|解决|办结|答复|回复|作出|做出|安排|联系|落实|处置|办好|修复|开通)|不|没|无法|未"
)
_SEEING_TO_IT = "调查|核|处理|处置|办理|办复|答复|回复|研究|落实|协调|进行|予以"
_PASSED_ON = late(
    "(?:转交|转办|转至|转给|转到|转入|转由|转送|批转|移交|移送|交办|交由|转|(?<=[并已])交|报送|呈报|派发|分派|反馈)(?:给|至|到|由|了)?"
    f"(?:[^，。]{{0,16}}(?:{_OFFICE})|[^，。]{{0,12}}(?={_SEEING_TO_IT}))"
)
_THANKS = late("(?:感谢|谢谢)[^，。]{0,16}(?:关心|关注|支持|理解|监督|信任|留言|问政|工作|建议|来信|来电)")
_COLUMN = late("《[^》]{1,20}》")  # of the platform on which it was written
_MOMENT = late(
    "[0-9]{2,4}[年./-][0-9]{1,2}[月./-][0-9]{1,2}日?|[〇○一二三四五六七八九十零]{2,4}年[一二三四五六七八九十]{1,3}月[一二三四五六七八九十]{1,3}日?"
)
_PARTS = late("[，。；！？：,;!?:\\s\"“”‘’'《》【】()（）~～…—.-]+")
_ASKS = late("[请向找问去拨查看]|咨询|联系")
_SIGNATURE = late(f"[\\w]{{1,{LONGEST_SIGNATURE}}}(?:{_OFFICE})")
_WORDS = (
    # to whom, and how polite
    "尊敬的 亲爱的 热心 网友 网民 市民 群众 来信人 留言人 朋友 同志 先生 女士 师傅 您好 你好 谢谢 感谢 再次 非常 十分 衷心 很 祝您 祝你 "
    "生活愉快 事事顺心 工作顺利 身体健康 天天开心 关心 支持 理解 监督 关注 信任 配合 厚爱 问政 参与 发展 工作 敬请 谅解 见谅 请 耐心 等待 "
    "请勿重复发帖 勿重复 后续 继续 一如既往 欢迎 致谢 此致 敬礼 顺祝 特此回复 特此答复 "
    # what came
    "您 你 所 反映 反应 反馈 提出 发表 提交 通过 平台 栏目 网络 来信 来函 来件 来邮 信件 留言 网帖 帖文 帖子 该帖 贴文 函件 诉求 问题 情况 建议 "
    "意见 内容 事项 宝贵 有关 相关 相应 关于 对于 针对 一事 此事 上述 此件 该件 反映的 就 对 此 "
    # that it came
    "已经 已 已于 均 收悉 收到 已阅 阅 知悉 悉知 获悉 受理 登记 受理中 记录 "
    # who sees to it
    "我们 我办 我局 我委 我镇 我区 我县 我市 我单位 我中心 我院 我处 本单位 本局 小编 工作人员 各 对应 职能 责任 具体 部门 单位 科室 领导 高度 重视 "
    # and will answer
    "将 正 正在 会 尽快 尽早 及时 立即 第一时间 马上 稍后 抓紧 积极 认真 依法 依规 按照 按 程序 规定 组织 安排 督促 待 结果 进展 进度 后 再 予以 进行 并 和 及 "
    "调查 核实 核处 核查 查处 查实 清楚 处理 办理 处置 办复 复核 答复 回复 回应 解决 参考 研究 跟进 落实 了解 调处 反馈给 告知 做出 作出 "
    "如有 有 如 中 的 了 以 与 向 为 到 在 对您 对你 给您 给你 向您 向你 现 现将 由 等 把 使 我 至 地 于 里 上 我县 、 迅速 近期 留意 网上 来帖 回信 批示 多 各位 您的 你的 希望 时间 另外 会 事情"
).split()
_SAID = late("|".join(sorted(map(re.escape, set(_WORDS)), key=lambda word: (-len(word), word))))


def is_hollow(reply: str) -> bool:
    """Whether a reply answers nothing. One that is empty, or only signs, is."""
    if len(reply) > LONGEST:
        return False
    parts = [part for part in _PARTS.split(_COLUMN.sub("", _MOMENT.sub(" ", reply))) if part]
    return all(
        _says_nothing(part) or (place in {0, len(parts) - 1} and _signs(part)) for place, part in enumerate(parts)
    )


def _says_nothing(part: str) -> bool:
    passed_on = _PASSED_ON.sub("", part)
    if passed_on == part and _DONE.search(part):
        return False
    return not _SAID.sub("", _THANKS.sub("", passed_on))


def _signs(part: str) -> bool:
    return _SIGNATURE.fullmatch(part) is not None and not _ASKS.search(part)
