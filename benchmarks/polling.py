"""CPU of a round of 2,000 guarded fetches, half of them 304, beside one httpx.AsyncClient and an aiohttp loop.

Ours: ``Fetcher.get`` as the collect stage calls it, four at a time: prefix checked, its turn taken (without a gap),
name resolved and address checked, a connection of its own for each fetch, deadline, sizes counted, gzip unpacked while
it is counted, redirects looked at. The peers keep twenty connections open and check nothing. Nothing is parsed. The
server is a process of its own, and each round runs in a fresh process; what is told is the CPU of that process while it
fetches (imports left out), as medians of interleaved rounds and their ratios.
"""

from __future__ import annotations

import argparse
import asyncio
import gzip
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from ipaddress import ip_network

import httpx

from monitor.fetch import Fetcher, FetchLimits
from monitor.model import Platform
from monitor.turns import Turns

try:
    import aiohttp
except ImportError:
    sys.exit("aiohttp is missing: `make bench` installs it (requirements/bench.txt)")

PLATFORMS = 2_000
CONNECTIONS = 20
AT_ONCE = 4  # of ours, as the collect stage has them
ROUNDS = 5
ENTRY = "<item><title>关于公租房申请的通知</title><link>https://yunxi.example/{n}.html</link></item>"
BODY = gzip.compress(f"<rss><channel>{''.join(ENTRY.format(n=n) for n in range(60))}</channel></rss>".encode())


async def _answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while True:
            request = await reader.readuntil(b"\r\n\r\n")
            kept = b"connection: close" not in request.lower()
            if b"if-none-match" in request.lower():
                writer.write(b'HTTP/1.1 304 Not Modified\r\nETag: "1"\r\n\r\n')
            else:
                head = f'HTTP/1.1 200 OK\r\nETag: "1"\r\nContent-Encoding: gzip\r\nContent-Length: {len(BODY)}\r\n\r\n'
                writer.write(head.encode() + BODY)
            await writer.drain()
            if not kept:
                break
    except (asyncio.IncompleteReadError, ConnectionError):
        pass
    finally:
        writer.close()


async def _serve() -> None:
    server = await asyncio.start_server(_answer, "127.0.0.1", 0, backlog=1000)
    print(server.sockets[0].getsockname()[1], flush=True)
    async with server:
        await server.serve_forever()


def _etag(number: int) -> str:
    return '"1"' if number % 2 else ""


def _ours(port: int) -> Callable[[], int]:
    networks = (ip_network("127.0.0.0/8"),)
    turns = Turns(timedelta(0), AT_ONCE, clock=time.monotonic, wait=time.sleep)  # all of them are one host here
    fetcher = Fetcher(FetchLimits(), clock=lambda: datetime.now(UTC), turns=turns)
    base = f"http://127.0.0.1:{port}/"

    def fetch(number: int) -> int:
        url = f"{base}{number}/feed.xml"
        at = Platform(name="p", kind="feed", title="P", url=url, prefixes=(f"{base}{number}/",), networks=networks)
        return fetcher.get(at, url, etag=_etag(number)).status

    def run() -> int:
        with ThreadPoolExecutor(AT_ONCE) as threads:
            return sum(status == 304 for status in threads.map(fetch, range(PLATFORMS)))

    return run


def _looped(every: Callable[[int], Awaitable[list[int]]], port: int) -> Callable[[], int]:
    return lambda: sum(status == 304 for status in asyncio.run(every(port)))  # type: ignore[arg-type]


def _headers(number: int) -> dict[str, str]:
    return {"If-None-Match": '"1"'} if number % 2 else {}


async def _httpx(port: int) -> list[int]:
    limits, turns = httpx.Limits(max_connections=CONNECTIONS), asyncio.Semaphore(CONNECTIONS)
    async with httpx.AsyncClient(limits=limits, timeout=None, trust_env=False) as client:

        async def one(number: int) -> int:
            async with turns:  # or the pool is searched for all that wait, and costs three times as much
                url = f"http://127.0.0.1:{port}/{number}/feed.xml"
                return (await client.get(url, headers=_headers(number))).status_code

        return await asyncio.gather(*map(one, range(PLATFORMS)))


async def _aiohttp(port: int) -> list[int]:
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=CONNECTIONS)) as session:

        async def one(number: int) -> int:
            url = f"http://127.0.0.1:{port}/{number}/feed.xml"
            async with session.get(url, headers=_headers(number)) as response:
                await response.read()
                return response.status

        return await asyncio.gather(*map(one, range(PLATFORMS)))


CLIENTS: dict[str, Callable[[int], Callable[[], int]]] = {
    "ours": _ours,
    "httpx.AsyncClient": lambda port: _looped(_httpx, port),
    "aiohttp": lambda port: _looped(_aiohttp, port),
}


def _round(name: str, port: int) -> None:
    """Fetch everything once and print CPU and wall seconds and the number of 304s."""
    run = CLIENTS[name](port)
    before, began = resource.getrusage(resource.RUSAGE_SELF), time.perf_counter()
    unchanged = run()
    after, ended = resource.getrusage(resource.RUSAGE_SELF), time.perf_counter()
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    print(cpu, ended - began, unchanged)


def _measured(name: str, port: int) -> tuple[float, float]:
    command = [sys.executable, __file__, "--client", name, "--port", str(port)]
    said = subprocess.run(command, capture_output=True, check=True, text=True).stdout.split()
    assert int(said[2]) == PLATFORMS // 2, "half of the answers must be 304"
    return float(said[0]), float(said[1])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--client", choices=CLIENTS)
    parser.add_argument("--port", type=int)
    parser.add_argument("--serve", action="store_true")
    asked = parser.parse_args()
    if asked.serve:
        asyncio.run(_serve())
    elif asked.client:
        _round(asked.client, asked.port)
    else:
        _compare()


def _compare() -> None:
    with subprocess.Popen([sys.executable, __file__, "--serve"], stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        port = int(server.stdout.readline())
        try:
            rounds = [{name: _measured(name, port) for name in CLIENTS} for _ in range(ROUNDS)]
        finally:
            server.terminate()
    plain = "httpx.AsyncClient"
    print(f"{PLATFORMS:,} fetches, half of them 304; medians of {ROUNDS} rounds")
    print(f"{'':<20}{'CPU ms a fetch':>16}{'fetches a second':>18}{'x CPU of ' + plain:>28}")
    for name in CLIENTS:
        cpu = statistics.median(each[name][0] for each in rounds)
        wall = statistics.median(each[name][1] for each in rounds)
        ratio = statistics.median(each[name][0] / each[plain][0] for each in rounds)
        print(f"{name:<20}{1000 * cpu / PLATFORMS:>16.2f}{PLATFORMS / wall:>18.0f}{ratio:>28.2f}")


if __name__ == "__main__":
    main()
