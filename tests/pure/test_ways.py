"""The picture of who is told when: it stands alone, and its words don't run into each other."""

import re
from xml.etree import ElementTree as ET

from monitor import charts


def drawn(*stops):
    return charts.ways("谁 & 何时", [charts.Way("险情", stops), charts.Way("其他", stops[:1])])


def test_it_is_a_picture_of_its_own():
    root = ET.fromstring(drawn(charts.Stop("立即", "值班员"), charts.Stop("2小时", "<时限>", mark=True)))

    assert root.tag == "{http://www.w3.org/2000/svg}svg"
    assert "".join(root.itertext()).count("<时限>") == 1
    assert root[0].text == "谁 & 何时"


def test_long_words_push_the_next_station_away():
    def at(what):
        picture = drawn(charts.Stop("立即", what), charts.Stop("后来", "甲"))
        return float(re.findall(r'<text x="([\d.]+)"[^>]*>后来', picture)[0])

    assert at("值班员、副值班员、分管领导、应急中心") > at("值") + 100
