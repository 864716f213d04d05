"""Two people act on one record at the same moment: one does, the other is told that nothing was done."""

import threading

import pytest
from click.testing import CliRunner
from sqlalchemy import text

from monitor.cli import cli
from monitor.model import State, Transition
from monitor.store import records, views
from tests.houses import CONFIGURATION, PLACE, Clock, Web, build, drain, item, transitions

UNITS = '[[unit]]\nname = "燃气科"\ntopics = []\ncontact = "leader"\n'
WAITS = text("SELECT count(*) FROM pg_locks WHERE NOT granted")


@pytest.mark.parametrize(
    "words", [["resolve", "--why", "done"], ["transfer", "燃气科", "--why", "theirs"]], ids=lambda w: w[0]
)
def test_who_comes_second_is_told(tmp_path, postgresql, words):
    with postgresql.fresh() as database, PLACE.at(database.server):
        house, clock, said = build(tmp_path, Web([item()]), CONFIGURATION + UNITS), Clock(), []
        drain(house, clock)
        with house.store.read() as tx:
            (record,) = views.open_records(tx)
        verb, *rest = words
        command = ["--config", str(tmp_path / "huiyin.toml"), verb, record.number, *rest]
        second = threading.Thread(target=lambda: said.append(CliRunner().invoke(cli, command)))
        with house.store.write() as tx:
            assert records.move(tx, record, State.ACKNOWLEDGED, Transition(clock(), "acknowledged", "duty", ""))
            second.start()
            while second.is_alive() and not _somebody_waits(house):
                pass
        second.join()

        assert said[0].exit_code == 1
        assert "刚刚被别人改动" in said[0].output
        assert transitions(house, record)[-1] == "acknowledged"


def _somebody_waits(house):
    with house.store.read() as tx:
        return tx.execute(WAITS).scalar_one()
