"""``python -m monitor.cli`` is ``huiyin``."""

from monitor.cli import main

main()
