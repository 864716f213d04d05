"""Start-up: `huiyin run` at rest beside a process that imports the six given packages with jieba's dictionary.

Fresh processes, interleaved, ours for an office that `huiyin init` has set up; medians of wall time to readiness
and of resident memory, as ratios.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
from tempfile import TemporaryDirectory

ROUNDS = 7
MEMORY = "import resource; print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)"
PEER = f"""
import httpx, feedparser, jieba, sklearn.linear_model, apscheduler.schedulers.background, sqlalchemy.orm
jieba.setLogLevel(60); jieba.initialize(); httpx.Client().close()
{MEMORY}
"""
PREPARE = """
import sys
from pathlib import Path
from monitor import keys, settings
from monitor.cli import wiring
folder = Path(sys.argv[1])
example = settings.shipped("huiyin.toml").replace('= ""  ', '= "0000-5550100"  ')
(folder / "huiyin.toml").write_text(example, encoding="utf-8")
loaded = settings.load(folder / "huiyin.toml")
keys.create(loaded.key_file)
wiring.house(loaded, migrate=True)
"""
OURS = f"""
import sys
from pathlib import Path
from monitor import settings
from monitor.cli import wiring
from monitor.daemon import alone
with alone(wiring.house(settings.load(Path(sys.argv[1], "huiyin.toml")), migrate=True)):
    {MEMORY}
"""


def measure(program: str, *arguments: str) -> tuple[float, float]:
    """Seconds to the end of a fresh process, and its resident memory in MB."""
    began = time.perf_counter()
    done = subprocess.run([sys.executable, "-c", program, *arguments], capture_output=True, text=True, check=True)
    return time.perf_counter() - began, float(done.stdout)


def main() -> None:
    figures: dict[str, list[tuple[float, float]]] = {"peer": [], "ours": []}
    with TemporaryDirectory() as folder:
        subprocess.run([sys.executable, "-c", PREPARE, folder], check=True)
        for _ in range(ROUNDS):
            figures["peer"].append(measure(PEER))
            figures["ours"].append(measure(OURS, folder))
    medians = {
        name: [statistics.median(column) for column in zip(*rows, strict=True)] for name, rows in figures.items()
    }
    print("start-up, medians of", ROUNDS, "fresh processes")
    for name, (seconds, memory) in medians.items():
        print(f"  {name:5} {seconds * 1000:6.0f} ms  {memory:5.0f} MB")
    time_ratio = medians["ours"][0] / medians["peer"][0]
    memory_ratio = medians["ours"][1] / medians["peer"][1]
    print(f"  ours / peer: time {time_ratio:.2f}, memory {memory_ratio:.2f}")


if __name__ == "__main__":
    main()
