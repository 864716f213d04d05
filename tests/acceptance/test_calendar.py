"""``huiyin calendar`` as a process."""

from tests.acceptance.test_paper import huiyin
from tests.houses import CONFIGURATION, configuration


def test_years_and_spans_are_told(tmp_path):
    configuration(tmp_path, CONFIGURATION + '[[unit]]\nname = "大厅"\nhours = ["09:00-17:00"]\n')

    code, said, wrong = huiyin(tmp_path, "calendar", "2026")
    assert (code, wrong) == (0, "")
    assert "国办发明电〔2025〕7号" in said
    assert "2月15日至2月23日" in said
    assert "9月20日（周日）" in said

    code, said, _ = huiyin(tmp_path, "calendar", "2028")
    assert (code, "暂定" in said) == (0, True)

    code, said, _ = huiyin(tmp_path, "calendar", "--after", "2wd", "--since", "2026-02-13")
    assert (code, "2026年2月24日（周二）17:30" in said) == (0, True)
    code, said, _ = huiyin(tmp_path, "calendar", "--after", "2wd", "--since", "2026-02-13T10:00", "--unit", "大厅")
    assert (code, "2月24日（周二）17:00" in said) == (0, True)
    code, said, _ = huiyin(tmp_path, "calendar", "--after", "2wd", "--since", "2026-12-31")
    assert (code, "暂定" in said) == (0, True)


def test_what_is_no_span_or_no_unit_is_said(tmp_path):
    configuration(tmp_path, CONFIGURATION)

    code, _, wrong = huiyin(tmp_path, "calendar", "--after", "soon")
    assert (code, "'soon'" in wrong) == (2, True)
    code, _, wrong = huiyin(tmp_path, "calendar", "--unit", "nobody", "--after", "1d")
    assert (code, "nobody" in wrong) == (2, True)
