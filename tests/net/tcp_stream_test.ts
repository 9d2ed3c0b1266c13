import { assert, assertEquals, assertNotEquals, assertThrows } from "@std/assert";
import type { System } from "../../lib/kernel/system.ts";
import { F_GETFL, O_NONBLOCK } from "../../lib/linux/fcntl.ts";
import { SO_LINGER, SOL_SOCKET } from "../../lib/linux/socket.ts";
import { NetError } from "../../lib/net/error.ts";
import { TcpListener } from "../../lib/net/tcp_listener.ts";
import { TcpStream } from "../../lib/net/tcp_stream.ts";
import { NO_IPV6 } from "../ipv6.ts";
import { testEachStack } from "./each_stack.ts";

/** Two ends of one connection, and the listener that made it. */
interface Connection extends Disposable {
  readonly listener: TcpListener;
  readonly client: TcpStream;
  readonly server: TcpStream;
}

function connection(system: System, address = "127.0.0.1:0"): Connection {
  const listener = TcpListener.bind(address, { system });
  const client = TcpStream.connect(listener.localAddr(), { system });
  const server = listener.accept().stream;
  return {
    listener,
    client,
    server,
    [Symbol.dispose]: () => [client, server, listener].forEach((socket) => socket.close()),
  };
}

/** Makes a close reset the connection: SO_LINGER, on with 0 seconds. */
function resetOnClose({ system, fd }: TcpStream): void {
  const linger = new Uint8Array(Int32Array.of(1, 0).buffer);
  assertEquals(system.setsockopt(fd, SOL_SOCKET, SO_LINGER, linger, linger.length), 0);
}

function bytes(text: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(text);
}

function text(data: Uint8Array): string {
  return new TextDecoder().decode(data);
}

testEachStack("TcpStream reads what its peer writes", (system) => {
  using pair = connection(system);
  assertEquals(pair.client.write(bytes("hello")), 5);
  const buffer = new Uint8Array(16);
  assertEquals(text(buffer.subarray(0, pair.server.read(buffer))), "hello");
});

testEachStack("TcpStream.read() gives 0 at the end", (system) => {
  using pair = connection(system);
  pair.client.close();
  assertEquals(pair.server.read(new Uint8Array(1)), 0);
});

testEachStack("TcpStream.readExact() gathers several writes", (system) => {
  using pair = connection(system);
  pair.client.writeAll(bytes("one"));
  pair.client.writeAll(bytes("two"));
  const buffer = new Uint8Array(6);
  pair.server.readExact(buffer);
  assertEquals(text(buffer), "onetwo");
});

testEachStack("TcpStream.readExact() fails at the end of the stream", (system) => {
  using pair = connection(system);
  pair.client.writeAll(bytes("one"));
  pair.client.close();
  const error = assertThrows(() => pair.server.readExact(new Uint8Array(4)), NetError);
  assertEquals(error.kind, "UnexpectedEof");
});

testEachStack("TcpStream.readToEnd() reads more than its first buffer holds", (system) => {
  using pair = connection(system);
  const sent = Uint8Array.from({ length: 40_000 }, (_, i) => i * 7);
  pair.client.writeAll(sent);
  pair.client.shutdown("write");
  assertEquals(pair.server.readToEnd(), sent);
});

testEachStack("TcpStream.peek() leaves the bytes", (system) => {
  using pair = connection(system);
  pair.client.writeAll(bytes("ab"));
  const buffer = new Uint8Array(2);
  assertEquals(pair.server.peek(buffer.subarray(0, 1)), 1);
  pair.server.readExact(buffer);
  assertEquals(text(buffer), "ab");
});

testEachStack("TcpStream.shutdown() of writing lets the other direction live", (system) => {
  using pair = connection(system);
  pair.client.shutdown("write");
  assertEquals(pair.server.read(new Uint8Array(1)), 0);
  pair.server.writeAll(bytes("x"));
  assertEquals(pair.client.read(new Uint8Array(1)), 1);
  const error = assertThrows(() => pair.client.write(bytes("x")), NetError);
  assertEquals([error.kind, error.errno], ["BrokenPipe", 32]);
});

testEachStack("TcpStream.shutdown() of reading gives the end", (system) => {
  using pair = connection(system);
  pair.client.shutdown("read");
  assertEquals(pair.client.read(new Uint8Array(1)), 0);
});

testEachStack("TcpStream.read() fails after a reset", (system) => {
  using pair = connection(system);
  resetOnClose(pair.server);
  pair.server.close();
  const error = assertThrows(() => pair.client.read(new Uint8Array(1)), NetError);
  assertEquals([error.kind, error.errno, error.syscall], ["ConnectionReset", 104, "recv"]);
  assertEquals(String(error.address), String(pair.listener.localAddr()));
});

testEachStack("TcpStream.localAddr() and peerAddr() are each other's", (system) => {
  using pair = connection(system);
  assertEquals(pair.client.localAddr(), pair.server.peerAddr());
  assertEquals(pair.client.peerAddr(), pair.server.localAddr());
  assertEquals(pair.client.peerAddr(), pair.listener.localAddr());
  assertNotEquals(pair.client.localAddr().port, 0);
});

testEachStack("TcpStream.peerAddr() fails once the connection is reset", (system) => {
  using pair = connection(system);
  resetOnClose(pair.server);
  pair.server.close();
  assertThrows(() => pair.client.read(new Uint8Array(1)), NetError);
  const error = assertThrows(() => pair.client.peerAddr(), NetError);
  assertEquals([error.kind, error.syscall], ["NotConnected", "getpeername"]);
});

testEachStack("TcpStream connects over IPv6", (system) => {
  using pair = connection(system, "[::1]:0");
  assertEquals(pair.client.peerAddr().ip.toString(), "::1");
  pair.client.writeAll(bytes("x"));
  assertEquals(pair.server.read(new Uint8Array(1)), 1);
}, NO_IPV6);

testEachStack("TcpStream.connect() takes a name", (system) => {
  using listener = TcpListener.bind("127.0.0.1:0", { system });
  using stream = TcpStream.connect(`localhost:${listener.localAddr().port}`, { system });
  assertEquals(stream.peerAddr(), listener.localAddr());
});

testEachStack("TcpStream.connect() is refused where nobody listens", (system) => {
  const listener = TcpListener.bind("127.0.0.1:0", { system });
  const address = listener.localAddr();
  listener.close();
  const error = assertThrows(() => TcpStream.connect(address, { system }), NetError);
  assertEquals([error.kind, error.errno, error.syscall], ["ConnectionRefused", 111, "connect"]);
  assertEquals(error.message, `Cannot connect to ${address}: Connection refused (ECONNREFUSED)`);
});

testEachStack(
  "TcpStream.connect() with a time-out connects, in blocking mode",
  (system) => {
    using listener = TcpListener.bind("127.0.0.1:0", { system });
    using client = TcpStream.connect(listener.localAddr(), { system, timeout: 60_000 });
    using server = listener.accept().stream;
    client.setReadTimeout(1);
    const error = assertThrows(() => client.read(new Uint8Array(1)), NetError);
    assertEquals(error.message, `Cannot read from ${listener.localAddr()}: Timed out after 1 ms`);
    server.writeAll(bytes("x"));
    client.setReadTimeout(null);
    assertEquals(client.read(new Uint8Array(1)), 1);
  },
);

testEachStack("TcpStream.connect() with a time-out is refused where nobody listens", (system) => {
  const listener = TcpListener.bind("127.0.0.1:0", { system });
  const address = listener.localAddr();
  listener.close();
  const error = assertThrows(
    () => TcpStream.connect(address, { system, timeout: 60_000 }),
    NetError,
  );
  assertEquals(error.kind, "ConnectionRefused");
});

testEachStack("TcpStream.connect() leaves no descriptor behind when it fails", (system) => {
  const listener = TcpListener.bind("127.0.0.1:0", { system });
  const address = listener.localAddr();
  const { fd } = listener;
  listener.close();
  assertThrows(() => TcpStream.connect(address, { system }), NetError);
  using next = TcpListener.bind("127.0.0.1:0", { system });
  assertEquals(next.fd, fd);
});

testEachStack("TcpStream.read() of no bytes never fails for want of them", (system) => {
  using pair = connection(system);
  pair.client.setReadTimeout(5);
  assertEquals(pair.client.read(new Uint8Array(0)), 0);
  pair.server.writeAll(bytes("x"));
  assertEquals(pair.client.read(new Uint8Array(0)), 0);
  assertEquals(pair.client.read(new Uint8Array(2)), 1);
});

testEachStack("TcpStream.setReadTimeout() bounds reading", (system) => {
  using pair = connection(system);
  assertEquals(pair.client.readTimeout(), null);
  pair.client.setReadTimeout(20);
  assertEquals(pair.client.readTimeout(), 20);
  const error = assertThrows(() => pair.client.read(new Uint8Array(1)), NetError);
  assertEquals([error.kind, error.errno], ["WouldBlock", 11]);
  pair.client.setReadTimeout(null);
  assertEquals(pair.client.readTimeout(), null);
});

testEachStack("TcpStream.setWriteTimeout() bounds writing", (system) => {
  using pair = connection(system);
  assertEquals(pair.client.writeTimeout(), null);
  pair.client.setWriteTimeout(20);
  assertEquals(pair.client.writeTimeout(), 20);
  const error = assertThrows(() => {
    for (;;) pair.client.writeAll(new Uint8Array(1 << 20));
  }, NetError);
  assertEquals(error.kind, "WouldBlock");
  assert(error.message.endsWith("Timed out after 20 ms"), error.message);
});

testEachStack("TcpStream.readExact() fails when its time-out expires half-way", (system) => {
  using pair = connection(system);
  pair.server.writeAll(bytes("a"));
  pair.client.setReadTimeout(20);
  const error = assertThrows(() => pair.client.readExact(new Uint8Array(2)), NetError);
  assertEquals([error.kind, error.errno], ["WouldBlock", 11]);
});

testEachStack("TcpStream's time-outs are positive", (system) => {
  using pair = connection(system);
  for (const timeout of [0, -1, NaN, Infinity]) {
    const read = assertThrows(() => pair.client.setReadTimeout(timeout), NetError);
    const write = assertThrows(() => pair.client.setWriteTimeout(timeout), NetError);
    assertEquals([read.kind, write.kind], ["InvalidInput", "InvalidInput"]);
  }
  assertEquals(pair.client.readTimeout(), null);
});

testEachStack("TcpStream.setNonblocking() makes calls return at once", (system) => {
  using pair = connection(system);
  const isNonblocking = () => (system.fcntl(pair.client.fd, F_GETFL, 0) & O_NONBLOCK) !== 0;
  pair.client.setReadTimeout(20);
  pair.client.setNonblocking(true);
  assertEquals(isNonblocking(), true);
  const error = assertThrows(() => pair.client.read(new Uint8Array(1)), NetError);
  assertEquals([error.kind, error.errno], ["WouldBlock", 11]);
  assert(error.message.endsWith(": Resource temporarily unavailable (EAGAIN)"), error.message);
  pair.client.setNonblocking(false);
  assertEquals(isNonblocking(), false);
  const expired = assertThrows(() => pair.client.read(new Uint8Array(1)), NetError);
  assert(expired.message.endsWith(": Timed out after 20 ms"), expired.message);
});

testEachStack("TcpStream.setNoDelay() is read back", (system) => {
  using pair = connection(system);
  assertEquals(pair.client.noDelay(), false);
  pair.client.setNoDelay(true);
  assertEquals(pair.client.noDelay(), true);
  pair.client.setNoDelay(false);
  assertEquals(pair.client.noDelay(), false);
});

testEachStack("TcpStream.tryClone() is the same connection under another number", (system) => {
  using pair = connection(system);
  using clone = pair.client.tryClone();
  assertNotEquals(clone.fd, pair.client.fd);
  assertEquals(clone.localAddr(), pair.client.localAddr());
  pair.client.close();
  clone.writeAll(bytes("x"));
  assertEquals(pair.server.read(new Uint8Array(1)), 1);
  clone.close();
  assertEquals(pair.server.read(new Uint8Array(1)), 0);
});

testEachStack("TcpStream.tryClone() shares time-outs, and their errors", (system) => {
  using pair = connection(system);
  using clone = pair.client.tryClone();
  pair.client.setReadTimeout(20);
  assertEquals(clone.readTimeout(), 20);
  const error = assertThrows(() => clone.read(new Uint8Array(1)), NetError);
  assert(error.message.endsWith("Timed out after 20 ms"), error.message);
});

testEachStack("TcpStream.takeError() has none on a healthy connection", (system) => {
  using pair = connection(system);
  assertEquals(pair.client.takeError(), null);
});
