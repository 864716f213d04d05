"""The rooms of the house: the files of each, and which other files these may import. Data of ``test_architecture``."""

from __future__ import annotations

from typing import NamedTuple


class Room(NamedTuple):
    files: str  # one path, or a folder and all below it: "monitor/store/"
    may: tuple[str, ...] = ()  # own files and folders it may import
    pure: bool = False  # mentions nothing of WORLD; 100 % of its branches are tested


def files(*rooms: Room) -> tuple[str, ...]:
    return tuple(room.files for room in rooms)


def judge(name: str, *may: str) -> Room:
    """A classifier, and which others it stands on; each may have patterns that are compiled late."""
    return Room(f"classifiers/{name}.py", tuple(f"classifiers/{each}.py" for each in (*may, "late")), pure=True)


FINDING = ("classifiers/finding.py",)
SEEN = ("finding", "folding", "page", "reporting")
CONCEALING = (
    *("blocks", "elements", "enacted", "heads", "hiding", "lures", "presenting", "scripts", "selectors", "styles"),
    "unpacking",
)
INSPECTING = ("blocks", "concealed", "hosts", "lures", "telling")
CLASSIFIERS = (
    judge("__init__"),
    judge("late"),
    judge("finding"),
    judge("opened"),
    judge("bounding", "opened"),
    judge("page", "bounding", "finding", "folding", "opened"),
    judge("reporting", "finding", "page"),
    # numbers and secrets
    judge("folding"),
    judge("digits", "numbers"),
    judge("numbers"),
    judge("names", "finding"),
    judge("papers"),
    judge("context"),
    judge("spotting", "digits", "numbers"),
    judge("verdict", "context", "folding", "numbers", "spotting"),
    judge("personal_data", "finding", "folding", "names", "page", "papers", "reporting", "spotting", "verdict"),
    judge("gated", "folding"),
    judge("credential_forms", "folding", "gated"),
    judge("credential_values", "credential_forms"),
    judge("credential_labels", "credential_forms", "credential_values", "folding"),
    judge("credential_commands", "credential_forms", "credential_values", "folding", "gated"),
    judge("credential_lines", "credential_forms", "credential_labels", "credential_values", "folding"),
    judge("credential", *(f"credential_{part}" for part in ("commands", "forms", "labels", "lines")), *SEEN),
    # what a page hides
    judge("hosts"),
    judge("colours"),
    judge("lengths"),
    judge("hiding", "colours", "lengths"),
    judge("presenting", "hiding", "lengths"),
    judge("lures"),
    judge("decoding"),
    judge("unpacking", "decoding"),
    judge("changes", "unpacking"),
    judge("scripts", "changes", "unpacking"),
    judge("selectors"),
    judge("styles", "lengths", "selectors", "unpacking"),
    judge("heads", "styles", "unpacking"),
    judge("blocks", "colours", "hiding", "lengths"),
    judge("elements", "hiding", "presenting", "selectors", "styles"),
    judge("steps", "elements", "selectors"),
    judge("enacted", "changes", "elements", "hiding", "scripts", "selectors", "steps", "styles"),
    judge("concealed", *CONCEALING),
    judge("unparsed", "presenting"),
    judge("telling", "blocks", "hosts", "lures"),
    judge("inspected", "blocks", "concealed", "hosts", "lures", "page", "telling", "unparsed"),
    judge("acting", *INSPECTING, "elements", "inspected", "scripts", "selectors"),
    judge("hidden_link", *INSPECTING, "acting", "finding", "inspected", "page", "unparsed"),
    # danger and help
    judge("sentences"),
    judge("place", "finding", "sentences"),
    judge("danger", "finding", "sentences"),
    judge("weighing", "danger", "finding", "sentences"),
    judge("hazard", "finding", "weighing"),
    judge("crisis", "finding", "weighing"),
    # who advertises what no agency wants on its pages
    judge("lettering", "sentences"),
    judge("stored"),
    judge("scam", "features", "finding", "lettering", "stored"),
    # which office answers, and how the like was answered
    judge("features"),
    judge("routing", "features", "finding"),
    judge("likeness", "features"),
    judge("gathering", "likeness"),
    # what a message is for, and whether it was answered
    judge("purpose", "finding"),
    judge("hollow"),
    judge("evaluating", "finding"),
)
LETTERS = ("monitor/letter.py", "monitor/rescue.py", "monitor/words.py")
PARTS = ("monitor/attachment.py", "monitor/bymail.py", "monitor/errors.py", "monitor/mapping.py")
MODEL = (*PARTS, "monitor/model.py")
CALENDAR = "monitor/calendar.py"
PROMISES = "monitor/promises.py"
EXERCISE = "monitor/exercise.py"
DRILLED = (EXERCISE, "monitor/drilled.py")
WATCHING = "monitor/watching.py"
VALUES = ("monitor/__init__.py", *MODEL, "monitor/summary.py", *FINDING)
READING = ("classifiers/page.py", "monitor/blocked.py", "monitor/dates.py", "monitor/decoding.py")
DOOR = (
    "classifiers/hosts.py", "classifiers/place.py", "monitor/filelinks.py", "monitor/guard.py", "monitor/masking.py",
    "monitor/pagelinks.py",
)  # fmt: skip
WEEKLY = (*LETTERS, "monitor/proof.py", "monitor/weekly.py")
PURE = (
    Room("monitor/__init__.py", pure=True),
    Room("monitor/errors.py", pure=True),
    Room("monitor/attachment.py", pure=True),
    Room("monitor/bymail.py", pure=True),
    Room("monitor/mapping.py", pure=True),
    Room("monitor/model.py", (*PARTS, *FINDING), pure=True),
    Room("monitor/summary.py", ("monitor/model.py", "monitor/playbook.py", "monitor/proof.py", *FINDING), pure=True),
    Room("monitor/dates.py", VALUES, pure=True),
    Room("monitor/decoding.py", VALUES, pure=True),
    Room("monitor/guard.py", VALUES, pure=True),
    Room("monitor/blocked.py", ("classifiers/page.py",), pure=True),
    Room("monitor/masking.py", (*VALUES, *files(*CLASSIFIERS)), pure=True),
    Room("monitor/filelinks.py", ("classifiers/page.py", "monitor/guard.py", *VALUES), pure=True),
    Room(
        "monitor/pagelinks.py", ("classifiers/page.py", "monitor/filelinks.py", "monitor/guard.py", *VALUES), pure=True
    ),
    Room("monitor/robots.py", pure=True),
    Room("monitor/chain.py", pure=True),
    Room("monitor/door.py", (*DOOR, *VALUES), pure=True),
    Room("monitor/polling.py", VALUES, pure=True),
    Room("monitor/proof.py", (*READING, "monitor/guard.py", "monitor/polling.py", *VALUES), pure=True),
    Room(CALENDAR, VALUES, pure=True),
    Room("monitor/holidays.py", ("monitor/options.py", *VALUES), pure=True),
    Room("monitor/playbook.py", ("monitor/options.py", *VALUES), pure=True),
    Room(EXERCISE, ("monitor/playbook.py", *VALUES), pure=True),
    Room("monitor/policy.py", (CALENDAR, EXERCISE, "monitor/polling.py", *VALUES), pure=True),
    Room("monitor/duty.py", VALUES, pure=True),
    Room("monitor/roster.py", ("monitor/duty.py", *VALUES), pure=True),
    Room("monitor/relief.py", ("monitor/duty.py", "monitor/letter.py", "monitor/words.py", *VALUES), pure=True),
    Room(
        "monitor/staff.py",
        (CALENDAR, "monitor/duty.py", "monitor/options.py", "monitor/roster.py", *VALUES),
        pure=True,
    ),
    Room("monitor/delivery.py", (EXERCISE, "monitor/policy.py", *VALUES), pure=True),
    Room("monitor/chats.py", ("monitor/options.py", *VALUES), pure=True),
    Room("monitor/replies.py", VALUES, pure=True),
    Room(PROMISES, (CALENDAR, "monitor/options.py", *VALUES), pure=True),
    Room("monitor/words.py", VALUES, pure=True),
    Room("monitor/letter.py", (EXERCISE, "monitor/playbook.py", "monitor/words.py", *VALUES), pure=True),
    Room("monitor/drilled.py", (EXERCISE, "monitor/letter.py", "monitor/words.py", *VALUES), pure=True),
    Room(
        "monitor/ticking.py",
        (EXERCISE, "monitor/letter.py", "monitor/playbook.py", "monitor/policy.py", "monitor/words.py", *VALUES),
        pure=True,
    ),
    Room(WATCHING, (CALENDAR, "monitor/options.py", "monitor/sections.py", *VALUES), pure=True),
    Room("monitor/notices.py", (*LETTERS, WATCHING, *VALUES), pure=True),
    Room("monitor/checkup.py", (*LETTERS, "monitor/proof.py", WATCHING, *VALUES), pure=True),
    Room(
        "monitor/weekly.py",
        (*DRILLED, "monitor/notices.py", *LETTERS, "monitor/proof.py", "monitor/ticking.py", *VALUES),
        pure=True,
    ),
    Room("monitor/rescue.py", ("monitor/letter.py", "monitor/words.py", *VALUES), pure=True),
    Room("monitor/answered.py", ("monitor/letter.py", "monitor/replies.py", "monitor/words.py", *VALUES), pure=True),
    Room("monitor/unopened.py", ("monitor/letter.py", "monitor/words.py", *VALUES), pure=True),
    Room("monitor/brief.py", (*DRILLED, *LETTERS, *VALUES), pure=True),
    Room("monitor/signed.py", pure=True),
    Room("monitor/actions.py", ("monitor/model.py", "monitor/options.py", "monitor/signed.py"), pure=True),
    Room("monitor/receipts.py", ("monitor/options.py", "monitor/signed.py", *VALUES), pure=True),
    Room("monitor/responding.py", ("monitor/actions.py", "monitor/receipts.py", *LETTERS, *VALUES), pure=True),
    Room("monitor/actpage.py", (*DRILLED, "monitor/playbook.py", "monitor/ticking.py", *LETTERS, *VALUES), pure=True),
    Room("monitor/chasing.py", ("monitor/policy.py", "monitor/responding.py", *LETTERS, *VALUES), pure=True),
    Room(
        "monitor/gathered.py",
        ("monitor/delivery.py", "monitor/policy.py", "monitor/responding.py", *WEEKLY, *VALUES),
        pure=True,
    ),
    Room("monitor/firstday.py", ("monitor/letter.py", "monitor/words.py", *VALUES), pure=True),
    Room("monitor/charts.py", pure=True),
    Room("monitor/checks/", ("monitor/checks/", *VALUES), pure=True),
    Room("monitor/robotview.py", ("monitor/checks/page_changed.py", *VALUES), pure=True),
    Room(
        "monitor/papers.py",
        (CALENDAR, "monitor/letter.py", "monitor/sections.py", "monitor/words.py", *VALUES),
        pure=True,
    ),
    Room("monitor/document.py", ("monitor/letter.py", "monitor/papers.py", *VALUES), pure=True),
    Room(
        "monitor/evaluated.py",
        ("classifiers/evaluating.py", "monitor/charts.py", "monitor/weekly.py", *LETTERS, *VALUES),
        pure=True,
    ),
    Room("monitor/rehearsal.py", (CALENDAR, PROMISES, *VALUES), pure=True),
    Room("monitor/rehearsed.py", ("monitor/letter.py", "monitor/rehearsal.py", "monitor/words.py", *VALUES), pure=True),
    Room("monitor/awaited.py", ("monitor/letter.py", "monitor/words.py", *VALUES), pure=True),
    Room(
        "monitor/messages.py",
        (
            *("monitor/answered.py", "monitor/awaited.py", *DRILLED, "monitor/responding.py", "monitor/ticking.py"),
            *("monitor/unopened.py", *WEEKLY, *VALUES),
        ),
        pure=True,
    ),
    Room("monitor/labelled.py", ("monitor/decoding.py",), pure=True),
    Room("monitor/learned.py", ("monitor/charts.py", "monitor/letter.py", "monitor/words.py", *VALUES), pure=True),
    Room("monitor/digest.py", VALUES, pure=True),
    Room("monitor/options.py", (CALENDAR, *VALUES), pure=True),
    Room("monitor/sections.py", (CALENDAR, "monitor/delivery.py", "monitor/options.py", *VALUES), pure=True),
    Room(
        "monitor/rules.py",
        (CALENDAR, "monitor/options.py", "monitor/policy.py", "monitor/sections.py", *VALUES),
        pure=True,
    ),
    Room(
        "monitor/platforms.py",
        ("monitor/options.py", "monitor/polling.py", PROMISES, "monitor/proof.py", *VALUES),
        pure=True,
    ),
)
NUMBERS = ("classifiers/context.py", "classifiers/folding.py", "monitor/masking.py")
RULES_OF_STORE = (
    "classifiers/likeness.py",
    "classifiers/purpose.py",
    CALENDAR,
    "monitor/checks/broken_links.py",
    "monitor/chain.py",
    "monitor/checks/observed.py",
    "monitor/duty.py",
    "monitor/delivery.py",
    EXERCISE,
    "monitor/playbook.py",
    "monitor/policy.py",
    "monitor/polling.py",
    "monitor/proof.py",
    "monitor/replies.py",
)
EDGES = (  # never each other
    Room(
        "monitor/settings.py",
        (
            "monitor/actions.py",
            CALENDAR,
            "monitor/chats.py",
            "monitor/duty.py",
            "monitor/delivery.py",
            "monitor/holidays.py",
            "monitor/options.py",
            "monitor/platforms.py",
            "monitor/playbook.py",
            PROMISES,
            "monitor/receipts.py",
            "monitor/rules.py",
            "monitor/sections.py",
            "monitor/staff.py",
            WATCHING,
            *VALUES,
        ),
    ),
    Room("monitor/disk.py", ()),
    Room("monitor/keys.py", VALUES),
    Room("monitor/linkkeys.py", ("monitor/logs.py", "monitor/signed.py", *VALUES)),
    Room("monitor/heads.py", ("monitor/chain.py", "monitor/errors.py")),
    Room("monitor/logs.py", VALUES),
    Room("monitor/segment.py", VALUES),
    Room("monitor/resolver.py", VALUES),
    Room("monitor/transport.py", ("monitor/guard.py", *VALUES)),
    Room("monitor/turns.py", ()),
    Room("monitor/fetch.py", ("monitor/transport.py", "monitor/guard.py", "monitor/turns.py", *READING, *VALUES)),
    Room("monitor/store/", ("monitor/store/", *RULES_OF_STORE, *VALUES)),
    Room("monitor/attachments/", ("monitor/attachments/", *NUMBERS, *READING, *VALUES)),
    Room(
        "monitor/collectors/imap.py",
        ("monitor/collectors/imapwords.py", "monitor/guard.py", "monitor/transport.py", *VALUES),
    ),
    Room(
        "monitor/collectors/pageshape.py",
        (
            "classifiers/hosts.py",
            "classifiers/lures.py",
            "monitor/checks/page_changed.py",
            "monitor/collectors/",
            *READING,
            *VALUES,
        ),
    ),
    Room("monitor/collectors/", ("monitor/collectors/", *READING, *VALUES)),
    Room("monitor/channels/chat.py", ("monitor/chats.py", *VALUES)),
    Room("monitor/channels/", ("monitor/channels/", *VALUES)),
)
INNER = files(*CLASSIFIERS, *PURE, *EDGES)
BESIDE = (
    *(
        "awaiting",
        "brought",
        "chatting",
        "house",
        "overtaken",
        "pagesight",
        "reaching",
        "releasing",
        "relieving",
        "router",
        "telling",
        "vitals",
    ),
    "wellness",
)
WAY = (*(f"monitor/{name}.py" for name in BESIDE), *INNER)  # what the main path stands on
STAGES = tuple(
    f"monitor/{name}.py" for name in ("attach", "keeping", "links", "pages", "pipeline", "proving", "receiving")
)
ROOMS = (
    *CLASSIFIERS,
    *PURE,
    *EDGES,
    Room("monitor/router.py", ("classifiers/finding.py", "classifiers/routing.py", "monitor/logs.py")),
    Room("monitor/house.py", INNER),
    Room("monitor/awaiting.py", ("monitor/house.py", "monitor/reaching.py", *INNER)),
    Room("monitor/brought.py", ("monitor/awaiting.py", "monitor/house.py", *INNER)),
    Room("monitor/reaching.py", ("monitor/house.py", *INNER)),
    Room("monitor/chatting.py", ("monitor/house.py", "monitor/reaching.py", *INNER)),
    Room("monitor/releasing.py", ("monitor/chatting.py", "monitor/house.py", *INNER)),
    Room("monitor/vitals.py", ("monitor/house.py", *INNER)),
    Room(
        "monitor/telling.py",
        (
            "monitor/chatting.py",
            "monitor/house.py",
            "monitor/reaching.py",
            "monitor/releasing.py",
            "monitor/vitals.py",
            *INNER,
        ),
    ),
    Room(
        "monitor/relieving.py",
        ("monitor/house.py", "monitor/reaching.py", "monitor/releasing.py", "monitor/telling.py", *INNER),
    ),
    Room("monitor/overtaken.py", ("monitor/house.py", "monitor/reaching.py", "monitor/telling.py", *INNER)),
    Room("monitor/watch.py", WAY),
    Room("monitor/pagesight.py", ("monitor/house.py", *INNER)),
    Room("monitor/wellness.py", ("monitor/house.py", "monitor/releasing.py", "monitor/telling.py", *INNER)),
    Room("monitor/handing.py", ("monitor/house.py", "monitor/reaching.py", "monitor/telling.py", *INNER)),
    Room("monitor/acting.py", INNER),
    Room("monitor/console/", ("monitor/acting.py", "monitor/console/", "monitor/house.py", *INNER)),
    Room("monitor/receiving.py", ("monitor/acting.py", *WAY)),
    Room("monitor/pipeline.py", WAY),
    Room("monitor/attach.py", WAY),
    Room("monitor/pages.py", WAY),
    Room("monitor/links.py", WAY),
    Room("monitor/proving.py", WAY),
    Room("monitor/keeping.py", WAY),
    Room("monitor/daemon.py", ("monitor/watch.py", *STAGES, *WAY)),
    Room(
        "monitor/cli/",
        (
            "monitor/acting.py",
            "monitor/cli/",
            "monitor/console/",
            "monitor/daemon.py",
            "monitor/handing.py",
            "monitor/watch.py",
            "demo/",
            *STAGES,
            *WAY,
        ),
    ),
    Room("demo/", ("demo/", "monitor/cli/", "monitor/daemon.py", *STAGES, *WAY)),
    Room("classifiers/training/", ("classifiers/training/", *files(*CLASSIFIERS))),
)
