"""The disk of the data folder: a reserve that is really taken, files that are whole or not there."""

import os
import resource
import signal

import pytest

from demo.zoo import Zoo
from monitor import disk
from monitor.channels.supervisor import Supervisor
from monitor.errors import DiskFullError, StoreError
from tests.dying import in_child
from tests.houses import CONFIGURATION, Web, build

SIZE = 8 * 1024 * 1024
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nOK"


def test_the_reserve_is_taken_from_the_disk_and_given_back(tmp_path):
    mine = disk.Disk(tmp_path, SIZE)
    assert not mine.held

    assert mine.hold()
    assert mine.held
    found = (tmp_path / "reserve").stat()
    assert found.st_blocks * 512 >= SIZE  # no hole
    assert found.st_mode & 0o777 == 0o600
    assert mine.hold()  # twice is harmless

    assert mine.let_go()
    assert not mine.held
    assert not mine.let_go()


def test_a_reserve_of_another_size_or_with_holes_is_none(tmp_path):
    path = tmp_path / "reserve"
    with path.open("wb") as file:
        file.truncate(SIZE)
    mine = disk.Disk(tmp_path, SIZE)

    assert not mine.held
    assert mine.hold()
    assert not disk.Disk(tmp_path, SIZE * 2).held


def test_where_there_is_no_room_nothing_is_left_behind(tmp_path):
    def work():
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (SIZE // 2, SIZE // 2))
        os._exit(0) if not disk.Disk(tmp_path, SIZE).hold() else os.abort()

    assert not in_child(work)  # was not killed by the abort
    assert not (tmp_path / "reserve").exists()


def test_a_folder_that_is_gone_is_no_reserve(tmp_path):
    mine = disk.Disk(tmp_path / "gone", SIZE)

    assert not mine.hold()
    with pytest.raises(OSError, match="No such file"):
        mine.free()


def test_what_is_free_is_what_the_system_says(tmp_path):
    found = os.statvfs(tmp_path)

    assert abs(disk.free(tmp_path) - found.f_bavail * found.f_frsize) < 1 << 30
    assert disk.inodes(tmp_path)[1] == found.f_files


def test_a_file_is_written_whole_or_not_at_all(tmp_path):
    path = tmp_path / "alive.json"
    disk.write(path, "一")
    disk.write(path, "二")

    assert path.read_text("utf-8") == "二"
    assert path.stat().st_mode & 0o777 == 0o644
    assert [each.name for each in tmp_path.iterdir()] == ["alive.json"]

    folder = tmp_path / "folder"
    folder.mkdir()
    with pytest.raises(OSError, match=r"."):
        disk.write(folder, "三")
    assert sorted(each.name for each in tmp_path.iterdir()) == ["alive.json", "folder"]


def test_a_full_database_is_told_from_other_trouble(tmp_path):
    house = build(tmp_path, Web())
    with pytest.raises(DiskFullError), house.store.write() as tx:
        pages = tx.exec_driver_sql("PRAGMA page_count").scalar()
        tx.exec_driver_sql(f"PRAGMA max_page_count = {pages}")
        for n in range(2000):
            tx.exec_driver_sql("INSERT INTO mark (name, at) VALUES (?, ?)", (f"{n:060}", "2026-01-01 00:00:00.000000"))
    with pytest.raises(StoreError) as caught, house.store.write() as tx:
        tx.exec_driver_sql("INSERT INTO nowhere VALUES (1)")
    assert not isinstance(caught.value, DiskFullError)


@pytest.mark.parametrize("address", ["", "/nowhere/notify", "@nobody-listens-here", "x" * 200])
def test_that_nobody_listens_stops_nothing(address):
    assert not Supervisor(address).say(READY="1")


def test_the_monitoring_is_asked_through_the_guarded_client(tmp_path):
    asked = []

    def answer(request, wire):
        asked.append(request)
        wire.send(b"HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n" if len(asked) > 1 else OK)

    with Zoo({"/ping": answer}) as zoo:
        house = build(tmp_path, Web(), f'{CONFIGURATION}\n[watch]\nnetworks = ["127.0.0.0/8"]\n')
        assert house.sentry.ping(zoo.url("/ping"), b"{}") == ""
        assert house.sentry.ping(zoo.url("/ping"), b"{}") == "http_503"
        assert asked[0].method == "POST"
        stranger = build(tmp_path, Web())
        assert stranger.sentry.ping(zoo.url("/ping"), b"{}") == "private_address"
