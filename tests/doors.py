"""Doors to the outside world: which files may mention which library or name. Data of ``test_architecture``."""

PEOPLE = "monitor/cli/ demo/"
ENTRANCES = f"monitor/daemon.py {PEOPLE}"
HTTP = "monitor/fetch.py monitor/transport.py"
READERS = ("account", "articles", "board", "exports", "sitemap")
PASSES = " ".join(f"monitor/collectors/{name}.py" for name in READERS)
DEADLINES = f"{HTTP} {PASSES} monitor/channels/ {ENTRANCES}"
NOBODY = ""

# What comes from outside (a module, or a name in one) and the only files that may mention it.
DOORS = {
    name: tuple(places.split())
    for names, places in (
        ("os.environ os.environb os.getenv", "monitor/settings.py"),
        ("os.putenv", NOBODY),
        ("datetime.datetime.now datetime.datetime.today datetime.datetime.utcnow datetime.date.today", ENTRANCES),
        ("time.time time.time_ns time.localtime time.sleep", ENTRANCES),
        ("time.monotonic time.perf_counter", DEADLINES),
        ("sqlalchemy.func.now sqlalchemy.func.current_timestamp", NOBODY),  # that is a clock too
        ("alembic psycopg sqlalchemy sqlite3", "monitor/store/"),
        ("sqlalchemy.dialects", "monitor/store/statements.py"),  # verbs stay neutral
        ("httpcore httpx", HTTP),
        ("socket", f"{HTTP} monitor/channels/ monitor/console/ demo/"),
        ("ssl", f"{HTTP} monitor/collectors/imap.py monitor/channels/ demo/"),
        ("http.server socketserver", "demo/"),
        ("http.client urllib.request webbrowser imaplib poplib", NOBODY),
        ("dns", "monitor/resolver.py"),
        ("smtplib", "monitor/channels/"),
        ("apprise", "monitor/channels/chat.py"),  # and only where a group is configured
        ("apscheduler", "monitor/daemon.py"),
        ("starlette uvicorn", "monitor/console/"),
        ("charset_normalizer", "monitor/decoding.py"),
        ("click rich", PEOPLE),
        ("subprocess", f"{PEOPLE} monitor/attachments/apart.py"),
        ("pypdfium2", "monitor/attachments/pdf.py"),
        ("xlrd", "monitor/attachments/xls.py monitor/attachments/ole.py"),
        ("resource", "monitor/attachments/__main__.py"),
        ("xml.parsers", "monitor/attachments/xml.py"),
        ("feedparser", "monitor/collectors/"),
        ("jieba", "monitor/segment.py"),
        ("numpy", "classifiers/"),
        ("selectolax", "classifiers/ monitor/collectors/"),
        ("signal", f"{ENTRANCES} monitor/attachments/apart.py"),
        ("joblib scipy sklearn", "classifiers/training/"),  # never in a running daemon
        ("pickle marshal shelve", NOBODY),  # to load such a file is to run it
    )
    for name in names.split()
}

# What no pure room mentions. importlib.resources is right: files that ship with the package are constants.
FILES = ("builtins.open", "io.open", "os", "pathlib", "glob", "shutil", "tempfile", "fcntl", "logging.handlers")
NETWORK = ("socket", "socketserver", "ssl", "select", "selectors", "http", "urllib.request", "urllib.error", "smtplib")
PROCESSES = ("asyncio", "concurrent", "multiprocessing", "subprocess", "threading", "signal")
WORLD = (*FILES, *NETWORK, *PROCESSES, "alembic", "apscheduler", "httpcore", "httpx", "sqlalchemy", "sqlite3")
