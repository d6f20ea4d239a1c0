"""The floor of event delivery: a bare protocol that writes every event to every client's socket as it comes.

A client that says `P` publishes: each of its frames, ended by a blank line, goes to all who said `S`.
"""

import asyncio

import uvloop

SUBSCRIBERS: set[asyncio.Transport] = set()


class Raw(asyncio.Protocol):
    """One connection."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport
        self.publishes = False
        self.buffer = b""

    def data_received(self, data: bytes) -> None:
        if not self.publishes:
            if data.startswith(b"S"):
                SUBSCRIBERS.add(self.transport)
                self.transport.write(b"HTTP/1.1 200 OK\r\n\r\nevent: hello\ndata: {}\n\n")
                return
            self.publishes, data = True, data[1:]
        *frames, self.buffer = (self.buffer + data).split(b"\n\n")
        for frame in frames:
            event = frame + b"\n\n"
            for subscriber in SUBSCRIBERS:
                subscriber.write(event)

    def connection_lost(self, exc: Exception | None) -> None:
        SUBSCRIBERS.discard(self.transport)


async def main() -> None:
    """Serve until a signal."""
    server = await asyncio.get_running_loop().create_server(Raw, "127.0.0.1", 0, backlog=2_048)
    print(f"listening on http://127.0.0.1:{server.sockets[0].getsockname()[1]}", flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(main())
