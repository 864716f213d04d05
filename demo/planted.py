"""What stands on the loopback agency: ordinary messages, and matters planted among them.

Nobody and nothing here is real. Resident numbers have a right check digit and a sequence that is not
issued (99x), cards a right Luhn digit, mobiles patterned digits; the county is invented.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from math import inf

from classifiers.finding import Kind
from demo import papers

WEBSITE, DISCLOSURE, NOTICES, COMMENTS, LETTERS = "website", "disclosure", "notices", "comments", "letters"
FORUM, SUPERVISION = "forum", "supervision"
PLACES = (WEBSITE, DISCLOSURE, NOTICES, COMMENTS, LETTERS, FORUM, SUPERVISION)
BROKEN = (FORUM, SUPERVISION)  # one refuses connections, one shows a login page instead of its feed
TROUBLES = ((Kind.SITE_DOWN, FORUM), (Kind.SOURCE_BROKEN, SUPERVISION), (Kind.WRONG_ENCODING, WEBSITE))
NEVER = inf


class Sort(StrEnum):
    """What a post is, as a reader would say; only the account of the demo counts them."""

    NOTICE = "notice"
    THANKS = "thanks"
    QUESTION = "question"
    OPINION = "opinion"  # criticism, anger, sarcasm, political views
    MATTER = "matter"


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """``at``, ``edited_at`` and ``withdrawn_at`` are shares of the play, 0..1; ``expect`` is what must be found in it.

    ``path`` is that of its address, or its number where it has none. A letter was posted ``days`` before it is shown.
    """

    place: str
    path: str
    at: float = 0.0
    sort: Sort = Sort.NOTICE
    title: str = ""
    text: str
    author: str = ""
    edited_at: float = NEVER
    edited: str = ""
    expect: tuple[Kind, ...] = ()
    days: int = 0
    where: str = ""
    reply: str = ""
    withdrawn_at: float = NEVER

    def says(self, share: float) -> str:
        """What stands there when ``share`` of the play is over."""
        return self.edited if share >= self.edited_at else self.text


POSTS = (
    Post(
        place=WEBSITE,
        path="/www/31.html",
        title="关于自来水管网检修的通知",
        text="<p>明日上午8时至12时，𬒈石巷、东湖路一带停水检修，请提前储水。咨询电话：12345。</p>",
    ),
    Post(
        place=WEBSITE,
        path="/www/32.html",
        title="关于开展工地坍塌事故应急演练的通知",
        text="<p>我局将于本周五下午组织建筑工地坍塌事故应急演练，请周边居民配合。</p>",
    ),
    Post(
        place=WEBSITE,
        path="/www/33.html",
        sort=Sort.MATTER,
        title="公共租赁住房保障资格公示",
        text=(
            "<p>经审核，下列人员符合条件：</p><table><tr><th>姓名</th><th>身份证号</th><th>小区</th></tr>"
            "<tr><td>蒋秋禾</td><td>110101196403189915</td><td>东苑小区</td></tr>"
            "<tr><td>骆雁飞</td><td>33070219880722996X</td><td>翠屏小区</td></tr></table>"
        ),
        edited_at=0.69,
        edited="<p>经审核，2户家庭符合条件，名单在局一楼公示栏张贴。</p>",
        expect=(Kind.PERSONAL_DATA,),
    ),
    Post(
        place=WEBSITE,
        path="/www/34.html",
        at=0.44,
        title="关于征求《青岚县物业管理办法》意见的公告",
        text="<p>欢迎社会各界提出意见和批评。本局统一社会信用代码：11330799MB0W12345K，文号：青建发〔2026〕18号。</p>",
    ),
    Post(
        place=DISCLOSURE,
        path="/open/7",
        sort=Sort.MATTER,
        title="保障性租赁住房配租结果公告",
        text="第二批配租已经结束，共18户。名单正在核对，稍后在本页补充。",
        edited_at=0.5,
        edited="第二批配租已经结束，共18户。第一户：尉迟松，身份证号２１０７２６１９５７１１０４９９３Ｘ，东苑小区3幢。",
        expect=(Kind.PERSONAL_DATA,),
    ),
    Post(
        place=DISCLOSURE,
        path="/open/8",
        title="建设工程竣工验收备案公告",
        text="青岚县第二小学教学楼工程，施工许可证编号330799202603150101，准予备案。",
    ),
    Post(
        place=NOTICES,
        path="/gsgg/index.html",  # the list page itself
        sort=Sort.MATTER,
        title="公示公告",
        text="",
        edited_at=0.55,
        edited='<div style="position:absolute;left:-9999px"><a href="https://bet-777.invalid/">真人百家乐开户</a></div>',
        expect=(Kind.HIDDEN_LINK,),
    ),
    Post(
        place=NOTICES,
        path="/gsgg/t41.html",
        title="老旧小区加装电梯方案公示",
        text="<p>翠屏小区3号楼拟加装电梯一部，方案公示七日，有意见请向社区居委会反映。</p>",
    ),
    Post(
        place=NOTICES,
        path="/gsgg/t42.html",
        at=0.28,
        title="供热管网检修公告",
        text="<p>翠屏小区供热管网后天上午检修，检修期间暂停供热，请居民做好准备。</p>",
    ),
    Post(
        place=COMMENTS,
        path="/bbs/101",
        sort=Sort.THANKS,
        title="更换路灯",
        author="东湖路老街坊",
        text="三盏路灯第二天就修好了，谢谢你们，晚上接孩子放学踏实多了。",
    ),
    Post(
        place=COMMENTS,
        path="/bbs/102",
        sort=Sort.QUESTION,
        title="公租房摇号",
        author="等房的蜗牛",
        text="公租房今年第二批什么时候摇号？去年的轮候号还算数吗？",
    ),
    Post(
        place=COMMENTS,
        path="/bbs/103",
        at=0.06,
        sort=Sort.OPINION,
        title="办事大厅",
        author="qinglan_dazhuang",
        text="四个窗口只开一个，排两个小时轮到我就下班，这叫为人民服务？局长自己来排一次试试！",
    ),
    Post(
        place=COMMENTS,
        path="/bbs/104",
        at=0.12,
        sort=Sort.MATTER,
        title="燃气安全",
        author="翠屏楼长老贺",
        text="翠屏小区9号楼三单元楼道里煤气味特别大，二楼到五楼都闻得到，快派人来！",
        expect=(Kind.HAZARD,),
    ),
    Post(
        place=COMMENTS,
        path="/bbs/105",
        at=0.2,
        sort=Sort.OPINION,
        title="拆迁方案听证",
        author="Stone Lu",
        text="听证会代表是指定的，投票是走过场，这样的决策谁信？我反对这个拆迁方案，也建议换一届领导。",
    ),
    Post(
        place=COMMENTS,
        path="/bbs/106",
        at=0.25,
        sort=Sort.MATTER,
        title="过渡费发放",
        author="卖豆腐的邵嫂",
        text="过渡费三个月没到账。我手机199-0909-1357，农行卡号6228 4800 0099 6731 022，麻烦查一下。",
        expect=(Kind.PERSONAL_DATA,),
    ),
    Post(
        place=COMMENTS,
        path="/bbs/107",
        at=0.3,
        sort=Sort.OPINION,
        title="马上就办",
        author="慢慢来哥",
        text="你们的“马上就办”是属蜗牛的吧？马上了一年半，脸都不红一下。",
    ),
    Post(
        place=COMMENTS,
        path="/bbs/108",
        at=0.35,
        sort=Sort.MATTER,
        author="夜里的灯",
        text="房子的事拖了四年，家也散了。这些天我一直觉得撑不下去，真的不想活了，也不知道还能跟谁说。",
        expect=(Kind.CRISIS,),
    ),
    Post(
        place=COMMENTS,
        path="/bbs/109",
        at=0.4,
        sort=Sort.QUESTION,
        title="住房装修",
        author="装修新手小棠",
        text="拆厨房的隔墙要不要报备？在哪个窗口办，要带什么材料？",
    ),
    Post(
        place=COMMENTS,
        path="/bbs/110",
        at=0.45,
        sort=Sort.OPINION,
        title="夜间施工",
        author="Anger Tang",
        text="半夜还在施工，吵得我脑袋要炸了！再不管我天天来骂你们。",
    ),
    Post(
        place=COMMENTS,
        path="/bbs/111",
        at=0.51,
        sort=Sort.MATTER,
        title="填报说明",
        author="路过的程序员",
        text="你们挂在网上的填报说明里账号没有遮：用户名 gzf_sb01，密码 Qh7#lan26xk，赶紧改掉吧。",
        expect=(Kind.CREDENTIAL,),
    ),
    Post(
        place=COMMENTS,
        path="/bbs/112",
        at=0.58,
        sort=Sort.OPINION,
        title="东湖路改造",
        author="纳税人甲乙丙",
        text="一条路修了五遍，请公开每一遍花了多少钱。纳税人有权知道，不公开就是心虚。",
    ),
    Post(
        place=COMMENTS,
        path="/bbs/113",
        at=0.62,
        sort=Sort.THANKS,
        title="井盖",
        author="桥头修车铺",
        text="打12345反映井盖松动，当天就换好了，还回了电话，点赞。",
    ),
    Post(
        place=COMMENTS,
        path="/bbs/114",
        at=0.7,
        sort=Sort.OPINION,
        title="保障房名单",
        author="发一百遍",
        text="上次的留言被删了，我再发一遍：保障房名单为什么不公示？删一次我发十次。",
    ),
    Post(
        place=LETTERS,
        path="2026-0871",
        sort=Sort.QUESTION,
        title="旧楼加装电梯",
        author="爬不动的六楼",
        days=9,
        text="旧楼加装电梯要几户同意？底层不同意怎么办？",
        reply="<p>您好，须三分之二以上业主同意，具体流程可在办事大厅3号窗口咨询。</p>",
    ),
    Post(
        place=LETTERS,
        path="2026-0880",
        sort=Sort.OPINION,
        title="窗口服务",
        author="跑了三趟的人",
        days=2,
        text="一次性告知做成了一次告知一样，我跑了三趟，你们不脸红吗？",
    ),
    Post(
        place=LETTERS,
        path="2026-0885",
        sort=Sort.QUESTION,
        title="维修基金",
        author="问错地方了",
        days=1,
        text="维修基金怎么查余额？",
        withdrawn_at=0.55,
    ),
    Post(
        place=LETTERS,
        path="2026-0852",
        at=0.16,
        sort=Sort.MATTER,
        title="物业押金",
        author="等了又等",
        days=19,
        text="退房三个月了，物业押金一直不退，请你们帮忙协调。",
        expect=(Kind.REPLY_OVERDUE,),
    ),
    Post(
        place=LETTERS,
        path="2026-0891",
        at=0.1,
        sort=Sort.MATTER,
        title="楼道有煤气味",
        author="睡不着的住户",
        where="枫林小区6号楼二单元",
        text="楼道里煤气味很浓，三楼到五楼都闻得到，不敢开灯，快派人来！我的电话198-0808-2468。",
        expect=(Kind.HAZARD,),
    ),
    Post(
        place=LETTERS,
        path="2026-0893",
        at=0.6,
        sort=Sort.THANKS,
        title="保障房交付",
        author="东苑新住户",
        text="昨天拿到钥匙了，工作人员陪着验房验了两个小时，谢谢。",
    ),
    Post(
        place=WEBSITE,
        path="/www/35.html",
        at=0.2,
        title="公租房第三批配租结果公示",
        text=(
            "<p>经审核、摇号，第三批共2户家庭配租，现公示七天。有异议的，请在公示期内向住房保障科书面反映。"
            "附件：<a href='files/peizu.xlsx'>配租名单.xlsx</a>、"
            "<a href='files/peizu.pdf'>配租名单（打印版）.pdf</a></p>"
        ),
    ),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper:
    """A file that hangs on the last of these pages, called ``name``; ``expect`` is what must be found in it."""

    place: str = WEBSITE
    path: str
    name: str
    body: bytes
    expect: tuple[Kind, ...] = ()


_LIST = (
    ("序号", "姓名", "身份证号", "小区"),
    ("1", "费云岫", "330799197206159948", "东苑小区"),
    ("2", "苗听泉", "330799198511039971", "翠屏小区"),
)
_MASKED = tuple(tuple(f"{each[:6]}********{each[-4:]}" if len(each) == 18 else each for each in row) for row in _LIST)
PAPERS = (
    Paper(
        path="/www/files/peizu.xlsx",
        name="配租名单.xlsx",
        body=papers.workbook("配租", _LIST, hidden=3),  # out of sight, and there for everybody who looks
        expect=(Kind.PERSONAL_DATA,),
    ),
    Paper(
        path="/www/files/peizu.pdf", name="配租名单（打印版）.pdf", body=papers.printed("公租房第三批配租名单", _MASKED)
    ),
)

CRITICISM = "听证会代表"  # stands in one post only, an opinion
NUMBERS = (
    *(row[2] for row in _LIST[1:]),
    "110101196403189915",
    "33070219880722996X",
    "21072619571104993X",
    "２１０７２６１９５７１１０４９９３Ｘ",
    "199-0909-1357",
    "19909091357",
    "6228 4800 0099 6731 022",
    "6228480000996731022",
    "198-0808-2468",
    "19808082468",
)
NAMES = ("蒋秋禾", "骆雁飞", "尉迟松", "费云岫", "苗听泉")
KEYS = ("Qh7#lan26xk",)
AUTHORS = tuple(post.author for post in POSTS if post.author)
SECRETS = (*NUMBERS, *NAMES, *KEYS, *AUTHORS)  # none of these may be kept, logged, shown or sent

LOGIN_PAGE = """<!DOCTYPE html>
<html lang="zh"><head><meta charset="utf-8"><title>统一身份认证</title></head>
<body><h1>请登录</h1><form method="post"><input name="user"><input name="password" type="password"></form></body></html>
"""
