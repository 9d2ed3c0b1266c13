import { assert, assertEquals, assertThrows } from "@std/assert";
import { SO_LINGER, SOL_SOCKET } from "../../lib/linux/socket.ts";
import { NetError } from "../../lib/net/error.ts";
import { TcpListener } from "../../lib/net/tcp_listener.ts";
import { TcpStream } from "../../lib/net/tcp_stream.ts";
import { testEachStack } from "./each_stack.ts";

/** Makes a close reset the connection: SO_LINGER, on with 0 seconds. */
function resetOnClose({ system, fd }: TcpStream): void {
  const linger = new Uint8Array(Int32Array.of(1, 0).buffer);
  assertEquals(system.setsockopt(fd, SOL_SOCKET, SO_LINGER, linger, linger.length), 0);
}

/** Checks that a listener's stack goes on. */
function assertAccepts(listener: TcpListener): void {
  using client = TcpStream.connect(listener.localAddr(), { system: listener.system });
  const { stream, address } = listener.accept();
  assertEquals(address, client.localAddr());
  stream.close();
}

/** Writes until there is no room any more; returns how much was taken. */
function fill(stream: TcpStream): number {
  stream.setNonblocking(true);
  const bytes = new Uint8Array(65_536);
  let taken = 0;
  const error = assertThrows(() => {
    for (;;) taken += stream.write(bytes);
  }, NetError);
  assertEquals(error.kind, "WouldBlock");
  return taken;
}

/** Reads until the connection ends; returns how much came, and as what it ended. */
function readAll(stream: TcpStream): [count: number, end: string] {
  const buffer = new Uint8Array(65_536);
  let count = 0;
  try {
    for (;;) {
      const came = stream.read(buffer);
      if (came === 0) return [count, "end"];
      count += came;
    }
  } catch (error) {
    if (!(error instanceof NetError)) throw error;
    return [count, error.kind];
  }
}

for (const how of ["SO_LINGER of 0", "unread bytes"]) {
  testEachStack(`TcpStream.close() with ${how} drops what has not been sent`, (system) => {
    using listener = TcpListener.bind("127.0.0.1:0", { system });
    using client = TcpStream.connect(listener.localAddr(), { system });
    using server = listener.accept().stream;
    if (how === "unread bytes") {
      client.writeAll(new Uint8Array(1));
      server.peek(new Uint8Array(1));
    } else resetOnClose(server);
    const taken = fill(server);
    server.close();
    const [count, end] = readAll(client);
    assertEquals(end, "ConnectionReset");
    assert(count < taken, `${count} of ${taken}`);
    assertAccepts(listener);
  });
}

testEachStack("TcpStream.close() resets a full connection that its peer has reset", (system) => {
  using listener = TcpListener.bind("127.0.0.1:0", { system });
  for (let round = 0; round < 5; round++) {
    const client = TcpStream.connect(listener.localAddr(), { system });
    const server = listener.accept().stream;
    fill(server);
    for (const stream of [client, server]) {
      resetOnClose(stream);
      stream.close();
    }
  }
  assertAccepts(listener);
});
