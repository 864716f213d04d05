"""What happened in a local week. PURE: rows are handed in, nothing is read.

A week is half-open, Monday 00:00 to Monday 00:00 in the agency's zone, kept as UTC.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from classifiers.finding import Kind
from monitor.model import Escalation, Period
from monitor.summary import Installation, KindCount, PlatformHealth, Summary, Tally, UnreadFile

UNKNOWN = Installation()
LEAST_ITEMS = 2  # a word of one single item says nothing about many, and may be a name

Counts = Mapping[Kind, int]

# words that every letter holds: they say nothing about its matter
_STOP = """
没有 我们 你们 他们 她们 它们 咱们 大家 自己 本人 别人 人家 有人 各位 个人 一个 两个 几个 一些
一下 一点 一直 一样 一定 一般 一次 一种 一条 一名 一年 一天 一起 有些 有的 有关 相关 部门 问题
情况 事情 事件 此事 希望 请求 恳请 恳求 请问 咨询 投诉 举报 反映 反应 要求 建议 诉求 意见 求助
感谢 谢谢 您好 你好 尊敬 领导 书记 市长 局长 县长 政府 市政府 市委 区政府 县政府 居民 市民 群众
老百姓 百姓 人民 村民 业主 工作 工作人员 人员 处理 解决 办理 回复 答复 进行 可以 不能 不会 不是
不要 不到 不了 不知 不管 不得 能够 能否 是否 是不是 可否 需要 应该 应当 必须 可能 可是 但是
而且 并且 或者 以及 还有 还是 还要 就是 只是 只能 只有 只要 因为 由于 所以 因此 如果 虽然 然而
于是 然后 甚至 尤其 特别 非常 十分 很多 许多 大量 多次 多年 各种 任何 所有 全部 全体 整个 部分
其他 其中 其它 这个 那个 这些 那些 这样 那样 这种 那种 这么 那么 这里 那里 这是 什么 怎么 怎样
为什么 为何 如何 何时 多少 难道 到底 究竟 现在 目前 至今 今天 昨天 明天 今年 去年 明年 当时
以前 以后 之前 之后 之间 以来 以上 以下 期间 其间 左右 时间 时候 时期 最近 近期 最后 已经 曾经
正在 开始 继续 经常 每天 每次 再次 同时 另外 此外 根本 完全 基本 主要 实在 实际 真正 真的 明显
明确 直接 重新 尽快 及时 严重 正常 具体 属于 作为 成为 变成 位于 关于 对于 根据 按照 通过 经过
导致 造成 引起 发生 出现 存在 发现 看到 得到 受到 达到 进入 带来 给予 予以 提供 使用 利用 采取
知道 了解 告知 通知 公告 公示 通告 如下 特此 表示 说明 认为 觉得 相信 考虑 关注 重视 支持 帮助
影响 结果 原因 理由 方面 方式 办法 地方 现象 行为 过程 内容 信息 网站 附件 本市 我市 我县 我区
我家 我省 贵局 贵单位 本局 我局 单位 位置 旁边 里面 附近 周边 当地 起来 出来 过来 过去 下来
上来 如此 所谓 合理 合法 包括 以便 无法 是的 好的 一位 有限公司 为民 做主 不合理 几年 两年 三年
有没有 是因为 我来 请您 上述 同志 反映问题 下面 上面 前面 不断 强烈 越来越 早日 一家 市里 各级
有关部门 相关部门 政府部门 职能部门 有限 公司 负责人 本次 此次 首先 其次 最终 难以 似乎 仍然 依然
不但 不仅 无人 无论 即使 只好 至于 该局 平台 现场 一千 万元 全市 全县 全区 开展 召开 会议 落实
加强 推进 组织 服务 建设 管理 发展 国家 社会 为了 生活 规定 电话 调查 购买 方便 介入 完成 城市
居住 属实 相关规定
about after all also and any are been but can could for from had has have her his how into its may more not
our out please she should than that the their them then there they this those was were what when where which
who will with would you your
"""
STOP_WORDS = frozenset(_STOP.split())


def week_of(moment: datetime, zone: ZoneInfo) -> Period:
    """The local week that ``moment`` lies in."""
    day = moment.astimezone(zone).date()
    monday = day - timedelta(days=day.weekday())
    return Period(_begins(monday, zone), _begins(monday + timedelta(days=7), zone))


def previous(period: Period, zone: ZoneInfo) -> Period:
    """The week before."""
    monday = period.start.astimezone(zone).date()
    return Period(_begins(monday - timedelta(days=7), zone), period.start)


def _begins(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(0), zone).astimezone(UTC)


def iso_week(period: Period, zone: ZoneInfo) -> str:
    """``"2026-W48"``."""
    year, week, _ = period.start.astimezone(zone).isocalendar()
    return f"{year}-W{week:02d}"


def due(now: datetime, zone: ZoneInfo, weekday: int, at: time) -> Period:
    """The newest week whose digest should exist at ``now``: sent on ``weekday`` (0 is Monday) at local ``at``."""
    week = week_of(now, zone)
    monday = week.start.astimezone(zone).date()
    sent = datetime.combine(monday + timedelta(days=weekday), at, zone)
    last = previous(week, zone)
    return last if sent <= now else previous(last, zone)


def summarise(
    *,
    period: Period,
    zone: ZoneInfo,
    now: datetime,
    open_records: Iterable[Escalation],
    opened: tuple[Counts, Counts, Counts],
    platforms: Iterable[PlatformHealth],
    closed: tuple[Tally, ...] = (),
    words: tuple[tuple[str, int], ...] = (),
    undelivered: int = 0,
    unread: tuple[UnreadFile, ...] = (),
    live: bool = True,
    installation: Installation = UNKNOWN,
) -> Summary:
    """The Summary of ``period``; ``opened`` counts new records by kind in it and the two weeks before, newest first.

    The most overdue record comes first, the kind with most records, the platform that has failed longest.
    """
    rows = tuple(platforms)
    counts = [
        KindCount(kind=kind, counts=_three(kind, opened)) for kind in Kind if any(kind in week for week in opened)
    ]
    return Summary(
        period=period,
        iso_week=iso_week(period, zone),
        now=now,
        open_records=tuple(sorted(open_records, key=lambda record: (record.deadline, record.id))),
        counts=tuple(sorted(counts, key=lambda row: [-count for count in row.counts])),
        closed=closed,
        items=sum(row.items for row in rows),
        platforms=tuple(sorted(rows, key=lambda row: (not row.error, -row.failures))),
        words=words,
        undelivered=undelivered,
        unread=unread,
        live=live,
        installation=installation,
    )


def _three(kind: Kind, opened: tuple[Counts, Counts, Counts]) -> tuple[int, int, int]:
    this, last, before = (week.get(kind, 0) for week in opened)
    return this, last, before


def top_words(texts: Iterable[str], cut: Callable[[str], Iterable[str]], n: int) -> tuple[tuple[str, int], ...]:
    """The ``n`` words that occur in most items, with the number of items; each item counts a word once.

    ``cut`` splits a text into words. Numbers, single characters, masked and stop words, and words of
    a single item are left out.
    """
    items = Counter(word for text in texts for word in {piece.strip().casefold() for piece in cut(text)})
    kept = ((word, count) for word, count in items.items() if count >= LEAST_ITEMS and _telling(word))
    return tuple(sorted(kept, key=lambda pair: (-pair[1], pair[0]))[:n])


def _telling(word: str) -> bool:
    return len(word) > 1 and word.isalpha() and word not in STOP_WORDS
