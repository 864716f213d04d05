"""A house whose duty a roster fills: two who share it, a leader, and deputies."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from monitor.duty import Absence, Shift
from monitor.store import duties, marks
from tests.houses import CONFIGURATION, Web, build, item, mails
from tests.ways import GAS

SHANGHAI = ZoneInfo("Asia/Shanghai")
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def contact(name, title, *more):
    return "\n".join(["[[contact]]", f'name = "{name}"', f'title = "{title}"', *more, ""])


def addressed(name, title, *more):
    return contact(name, title, f'mail = "{name}@agency.example"', *more)


HEAD, _, REST = CONFIGURATION.partition("[[contact]]")
REST = REST[REST.index("[[platform]]") :].replace('to = ["leader"]', 'to = ["office"]')
PEOPLE = (
    addressed("jia", "值班甲", 'deputy = "yi"'),
    addressed("yi", "值班乙"),
    addressed("leader", "分管领导", 'deputy = "office"'),
    addressed("office", "办公室主任"),
)
ROSTERED = HEAD + contact("duty", "值班员", "roster = true") + "".join(PEOPLE) + REST


def local(*moment):
    return datetime(*moment, tzinfo=SHANGHAI).astimezone(UTC)


def shift(person, start, end):
    return Shift(duty="duty", person=person, start=local(2026, 11, *start), end=local(2026, 11, *end))


WEEK = [
    shift("jia", (4, 8, 30), (4, 17, 30)),
    shift("yi", (4, 17, 30), (5, 8, 30)),
    shift("jia", (5, 8, 30), (30, 8, 30)),
]


def house_of(folder, *, shifts=WEEK, absences=(), text=ROSTERED, items=None):
    house = build(folder, Web([item(GAS)] if items is None else items), text)
    with house.store.write() as tx:
        if shifts:
            duties.replace_shifts(tx, shifts)
        for each in absences:
            duties.add_absence(tx, each)
        marks.put(tx, "staffed", local(2026, 11, 4, 9))  # today's look ahead is done
    return house


def away(name, start=(1,), end=(9,), deputy=""):
    return Absence(contact=name, start=local(2026, 11, *start), end=local(2026, 11, *end), deputy=deputy)


def told(house, subject="险情"):
    return [mail["To"].addresses[0].username for mail in mails(house) if subject in mail["Subject"]]
