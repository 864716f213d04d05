"""A name server on loopback, over UDP and TCP."""

from __future__ import annotations

import socketserver
import struct
import threading
from contextlib import ExitStack, contextmanager

import dns.flags
import dns.message
import dns.rcode
import dns.resolver
import dns.rrset


class Names:
    """Answers for ``records`` (name -> TXT strings, or another name after "-> "); ``down`` answers nothing good.

    What doesn't fit into a datagram is asked again over TCP. ``asked`` are the names and how they were asked for.
    """

    def __init__(self, records):
        self.records = records
        self.down = False
        self.asked = []
        self.port = 0

    def reply(self, wire, way):
        query = dns.message.from_wire(wire)
        (question,) = query.question
        name = question.name.to_text(omit_final_dot=True)
        self.asked.append((name, way))
        answer = dns.message.make_response(query)
        if self.down:
            answer.set_rcode(dns.rcode.SERVFAIL)
        elif name not in self.records:
            answer.set_rcode(dns.rcode.NXDOMAIN)
        else:
            answer.answer = self._found(name)
        whole = answer.to_wire(max_size=65_535)
        if way == "tcp" or len(whole) <= 512:
            return whole
        answer.answer = []
        answer.flags |= dns.flags.TC
        return answer.to_wire()

    def _found(self, name):
        said = self.records[name]
        if isinstance(said, str):
            alias = said.removeprefix("-> ")
            return [dns.rrset.from_text(f"{name}.", 60, "IN", "CNAME", f"{alias}."), *self._found(alias)]
        return [dns.rrset.from_text(f"{name}.", 60, "IN", "TXT", *said)] if said else []

    def resolver(self):
        """A resolver that asks here and nowhere else."""
        resolver = dns.resolver.Resolver(configure=False)
        resolver.nameservers, resolver.port = ["127.0.0.1"], self.port
        return resolver


@contextmanager
def serving(records):
    names = Names(records)

    class Datagram(socketserver.BaseRequestHandler):
        def handle(self):
            data, socket = self.request
            socket.sendto(names.reply(data, "udp"), self.client_address)

    class Stream(socketserver.StreamRequestHandler):
        def handle(self):
            (size,) = struct.unpack("!H", self.rfile.read(2))
            said = names.reply(self.rfile.read(size), "tcp")
            self.wfile.write(struct.pack("!H", len(said)) + said)

    with ExitStack() as stack:
        udp, tcp = _bound(Datagram, Stream)
        names.port = udp.server_address[1]
        for server in (udp, tcp):
            thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
            thread.start()
            stack.callback(server.server_close)
            stack.callback(thread.join)
            stack.callback(server.shutdown)
        yield names


def _bound(datagram, stream):
    """The two servers on one number, which another program may have for one of the two."""
    while True:
        udp = socketserver.UDPServer(("127.0.0.1", 0), datagram)
        try:
            return udp, socketserver.TCPServer(udp.server_address, stream)
        except OSError:
            udp.server_close()
