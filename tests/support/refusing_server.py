"""A database server that lets nobody in: it answers as PostgreSQL does, and with its words.

It speaks as much of the protocol as a refusal takes (PostgreSQL's manual, "Message Formats"): a
packet is its length in four bytes and its content, and an error is a list of fields.
"""

from __future__ import annotations

import struct
import threading
from contextlib import contextmanager
from socketserver import BaseRequestHandler, ThreadingTCPServer
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_ASKS_FOR_ENCRYPTION = 8
"""Bytes of the packet with which a client asks for TLS or GSSAPI before it says who it is."""


@contextmanager
def refusing_server(code: str, said: str) -> Iterator[str]:
    """Run a server that refuses everybody, and return its host and port.

    Args:
        code: SQLSTATE of the refusal.
        said: Its sentence.
    """
    told = {"S": "FATAL", "V": "FATAL", "C": code, "M": said}
    fields = "".join(f"{kind}{text}\0" for kind, text in told.items())
    refusal = f"{fields}\0".encode()

    class Refusing(BaseRequestHandler):
        def handle(self) -> None:
            """Offer no encryption; hear who it is, and refuse."""
            while (size := self.read_packet()) == _ASKS_FOR_ENCRYPTION:
                self.request.sendall(b"N")
            if size:
                self.request.sendall(b"E" + struct.pack("!i", len(refusal) + 4) + refusal)

        def read_packet(self) -> int:
            """Read a packet; return its length, 0 where the client is gone."""
            head: bytes = self.request.recv(4)
            size = struct.unpack("!i", head)[0] if len(head) == 4 else 0
            if size:
                self.request.recv(size - 4)
            return size

    with ThreadingTCPServer(("127.0.0.1", 0), Refusing) as server:
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        try:
            yield f"127.0.0.1:{server.server_address[1]}"
        finally:
            server.shutdown()
            thread.join()
