import { assertEquals, assertNotEquals, assertThrows } from "@std/assert";
import { IP_TTL, IPPROTO_IP, IPPROTO_IPV6, IPV6_UNICAST_HOPS } from "../../lib/linux/in.ts";
import { NetError } from "../../lib/net/error.ts";
import { getIntOption, type OptionName } from "../../lib/net/socket_option.ts";
import { TcpListener } from "../../lib/net/tcp_listener.ts";
import { TcpStream } from "../../lib/net/tcp_stream.ts";
import { NO_IPV6 } from "../ipv6.ts";
import { testEachStack } from "./each_stack.ts";

const TTL_V4: OptionName = [IPPROTO_IP, IP_TTL];
const TTL_V6: OptionName = [IPPROTO_IPV6, IPV6_UNICAST_HOPS];

testEachStack("TcpListener.localAddr() has the port that was picked for port 0", (system) => {
  using listener = TcpListener.bind("127.0.0.1:0", { system });
  const { ip, port } = listener.localAddr();
  assertEquals(ip.toString(), "127.0.0.1");
  assertNotEquals(port, 0);
});

testEachStack("TcpListener.bind() takes an address and a name", (system) => {
  using first = TcpListener.bind("127.0.0.1:0", { system });
  const address = first.localAddr();
  first.close();
  using again = TcpListener.bind(address, { system });
  assertEquals(again.localAddr(), address);
  using named = TcpListener.bind("localhost:0", { system });
  assertEquals(named.localAddr().ip.isLoopback, true);
});

testEachStack("TcpListener.bind() takes an IPv6 address", (system) => {
  using v6 = TcpListener.bind("[::1]:0", { system });
  assertEquals(v6.localAddr().ip.toString(), "::1");
}, NO_IPV6);

testEachStack("TcpListener.bind() fails where a port is taken", (system) => {
  using listener = TcpListener.bind("127.0.0.1:0", { system });
  const address = listener.localAddr();
  const error = assertThrows(() => TcpListener.bind(address, { system }), NetError);
  assertEquals([error.kind, error.errno], ["AddrInUse", 98]);
  assertEquals(error.message, `Cannot listen on ${address}: Address already in use (EADDRINUSE)`);
  assertEquals(String(error.address), String(address));
});

testEachStack("TcpListener.bind() fails for an address of another host", (system) => {
  const error = assertThrows(() => TcpListener.bind("192.0.2.1:0", { system }), NetError);
  assertEquals([error.kind, error.errno], ["AddrNotAvailable", 99]);
});

testEachStack("TcpListener.bind() takes a port again whose connection has just ended", (system) => {
  const first = TcpListener.bind("127.0.0.1:0", { system });
  const address = first.localAddr();
  using client = TcpStream.connect(address, { system });
  // The side that closes first is left in TIME-WAIT.
  first.accept().stream.close();
  assertEquals(client.read(new Uint8Array(1)), 0);
  client.close();
  first.close();
  using second = TcpListener.bind(address, { system });
  assertEquals(second.localAddr(), address);
});

testEachStack("TcpListener.accept() tells the peer's address", (system) => {
  using listener = TcpListener.bind("127.0.0.1:0", { system });
  using client = TcpStream.connect(listener.localAddr(), { system });
  const { stream, address } = listener.accept();
  using server = stream;
  assertEquals(address, client.localAddr());
  assertEquals(server.peerAddr(), address);
});

testEachStack("TcpListener.tryAccept() takes a connection only if one is waiting", (system) => {
  using listener = TcpListener.bind("127.0.0.1:0", { system });
  for (const nonblocking of [false, true]) {
    listener.setNonblocking(nonblocking);
    assertEquals(listener.tryAccept(), null);
    using client = TcpStream.connect(listener.localAddr(), { system });
    const accepted = listener.tryAccept();
    using server = accepted?.stream;
    assertEquals(accepted?.address, client.localAddr());
    assertEquals(server?.peerAddr(), client.localAddr());
    assertEquals(listener.tryAccept(), null);
  }
});

testEachStack("TcpListener.tryAccept() fails once it is closed", (system) => {
  const listener = TcpListener.bind("127.0.0.1:0", { system });
  listener.close();
  const error = assertThrows(() => listener.tryAccept(), NetError);
  assertEquals([error.errno, error.syscall], [9, "accept"]);
});

testEachStack("TcpListener.accept() takes connections in their order", (system) => {
  using listener = TcpListener.bind("127.0.0.1:0", { system });
  const clients = [1, 2, 3].map(() => TcpStream.connect(listener.localAddr(), { system }));
  for (const client of clients) {
    using server = listener.accept().stream;
    assertEquals(server.peerAddr(), client.localAddr());
    client.close();
  }
});

testEachStack("TcpListener.incoming() accepts one connection after the other", (system) => {
  using listener = TcpListener.bind("127.0.0.1:0", { system });
  const clients = [1, 2].map(() => TcpStream.connect(listener.localAddr(), { system }));
  const peers: string[] = [];
  for (using stream of listener.incoming()) {
    peers.push(String(stream.peerAddr()));
    if (peers.length === clients.length) break;
  }
  assertEquals(peers, clients.map((client) => String(client.localAddr())));
  clients.forEach((client) => client.close());
});

testEachStack("TcpListener.setAcceptTimeout() bounds accept", (system) => {
  using listener = TcpListener.bind("127.0.0.1:0", { system });
  assertEquals(listener.acceptTimeout(), null);
  listener.setAcceptTimeout(20);
  assertEquals(listener.acceptTimeout(), 20);
  const error = assertThrows(() => listener.accept(), NetError);
  assertEquals([error.kind, error.syscall], ["WouldBlock", "accept"]);
  assertEquals(error.message, "Cannot accept a connection: Timed out after 20 ms");
  listener.setAcceptTimeout(null);
  assertEquals(listener.acceptTimeout(), null);
});

testEachStack("TcpListener.setNonblocking() makes accept return at once", (system) => {
  using listener = TcpListener.bind("127.0.0.1:0", { system });
  listener.setNonblocking(true);
  const error = assertThrows(() => listener.accept(), NetError);
  assertEquals(error.kind, "WouldBlock");
  assertEquals(
    error.message,
    "Cannot accept a connection: Resource temporarily unavailable (EAGAIN)",
  );
});

testEachStack("TcpListener.tryClone() accepts from the same queue", (system) => {
  using listener = TcpListener.bind("127.0.0.1:0", { system });
  using clone = listener.tryClone();
  assertEquals(clone.localAddr(), listener.localAddr());
  listener.close();
  using client = TcpStream.connect(clone.localAddr(), { system });
  using server = clone.accept().stream;
  assertEquals(server.peerAddr(), client.localAddr());
});

testEachStack("TcpListener.accept() fails once it is closed", (system) => {
  const listener = TcpListener.bind("127.0.0.1:0", { system });
  listener.close();
  const error = assertThrows(() => listener.accept(), NetError);
  assertEquals([error.errno, error.kind], [9, "InvalidInput"]);
});

testEachStack("TcpListener.setTtl() is read back, on both families", (system, stack) => {
  for (const [address, option] of [["127.0.0.1:0", TTL_V4], ["[::]:0", TTL_V6]] as const) {
    using listener = TcpListener.bind(address, { system });
    const error = assertThrows(() => listener.setTtl(1.5), NetError);
    assertEquals(error.kind, "InvalidInput");
    // The deno stack's table: no option of that level can be had there.
    if (stack === "deno") continue;
    listener.setTtl(42);
    assertEquals([listener.ttl(), getIntOption(listener, option)], [42, 42]);
  }
});
