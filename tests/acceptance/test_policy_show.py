"""``huiyin policy show`` as a process."""

from xml.etree import ElementTree as ET

from tests.acceptance.test_paper import huiyin
from tests.houses import CONFIGURATION, configuration

RULES = """[policy.page_stale]
deadline = "5wd"
steps = [{ after = "0m", tell = ["duty"] }, { after = "4wh", tell = ["leader"] }]
"""


def test_who_is_told_when_is_shown_and_drawn(tmp_path):
    configuration(tmp_path, CONFIGURATION + RULES)

    code, said, wrong = huiyin(tmp_path, "policy", "show")
    assert (code, wrong) == (0, "")
    assert "险情（紧急，由值班员办理）" in said
    code, said, _ = huiyin(tmp_path, "policy", "show", "page_stale", "--svg", "p.svg")
    assert code == 0
    lines = [line.split() for line in said.splitlines() if line.startswith("  ")]
    assert lines[:2] == [["立即", "值班员"], ["4小时（工作时间）", "分管领导"]]
    assert "5个工作日" in said
    picture = ET.parse(tmp_path / "p.svg").getroot()
    assert "4小时（工作时间）" in list(picture.itertext())


def test_a_kind_that_has_no_policy_is_said(tmp_path):
    configuration(tmp_path, CONFIGURATION)

    code, _, wrong = huiyin(tmp_path, "policy", "show", "opinion")
    assert (code, "opinion" in wrong) == (2, True)
