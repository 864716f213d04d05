"""Words that people see, through jieba."""

from monitor.segment import Cutter


def test_a_text_becomes_words_and_the_cache_stays_in_our_folder(tmp_path):
    words = list(Cutter(tmp_path)("小区电梯故障，物业不处理"))

    assert "".join(words) == "小区电梯故障，物业不处理"
    assert {"小区", "电梯", "故障", "物业"} <= set(words)
    assert (tmp_path / "jieba.cache").exists()
