import { assertEquals, assertThrows } from "@std/assert";
import type { System } from "../../lib/kernel/system.ts";
import { parseSocketAddress } from "../../lib/ip.ts";
import { Errno } from "../../lib/linux/errno.ts";
import { decodeSockaddr, encodeSockaddr } from "../../lib/linux/sockaddr.ts";
import { NetError } from "../../lib/net/error.ts";
import { TcpListener } from "../../lib/net/tcp_listener.ts";
import { TcpStream } from "../../lib/net/tcp_stream.ts";
import { UdpSocket } from "../../lib/net/udp_socket.ts";
import { fakeClock } from "../fake_clock.ts";
import { fakeSystem, sequence } from "./fake_system.ts";

/** A resolver that knows every name under these addresses. */
function resolveTo(...addresses: readonly string[]): System["resolve"] {
  return (_name, _family, found) => {
    for (const address of addresses) {
      const parsed = parseSocketAddress(address);
      if (parsed !== null) found.push(encodeSockaddr(parsed));
    }
    return addresses.length;
  };
}

Deno.test("TcpStream.connect() tries every address of a name until one answers", () => {
  const { system, calls } = fakeSystem({
    resolve: resolveTo("[::1]:0", "127.0.0.1:0", "127.0.0.2:0"),
    connect: sequence(-Errno.ENETUNREACH, 0),
  });
  const stream = TcpStream.connect("name:80", { system });
  assertEquals(stream.fd, 4);
  assertEquals(calls, ["resolve", "socket", "connect(3)", "close(3)", "socket", "connect(4)"]);
});

Deno.test("TcpStream.connect() throws the last address's failure and names each", () => {
  const { system, calls } = fakeSystem({
    resolve: resolveTo("[::1]:0", "127.0.0.1:0"),
    connect: sequence(-Errno.ENETUNREACH, -Errno.ECONNREFUSED),
  });
  const error = assertThrows(() => TcpStream.connect("name:80", { system }), NetError);
  assertEquals(
    error.message,
    "Cannot connect to name:80: ::1: Network is unreachable (ENETUNREACH); " +
      "127.0.0.1: Connection refused (ECONNREFUSED)",
  );
  assertEquals([error.errno, error.kind, error.syscall], [111, "ConnectionRefused", "connect"]);
  assertEquals(String(error.address), "127.0.0.1:80");
  assertEquals(calls.at(-1), "close(4)");
});

Deno.test("TcpStream.connect() says once what all addresses answered", () => {
  const { system } = fakeSystem({
    resolve: resolveTo("[::1]:0", "127.0.0.1:0"),
    connect: () => -Errno.ECONNREFUSED,
  });
  assertThrows(
    () => TcpStream.connect("name:80", { system }),
    NetError,
    "Cannot connect to name:80 (::1, 127.0.0.1): Connection refused (ECONNREFUSED)",
  );
});

Deno.test("TcpStream.connect() names the flag that a refused address needs", () => {
  const { system } = fakeSystem({
    connect: () => -Errno.EACCES,
    takeDenial: () => "--allow-net=127.0.0.1:81",
  });
  const error = assertThrows(() => TcpStream.connect("127.0.0.1:81", { system }), NetError);
  assertEquals(
    error.message,
    "Cannot connect to 127.0.0.1:81: Permission denied (EACCES), add --allow-net=127.0.0.1:81",
  );
  assertEquals(error.kind, "PermissionDenied");
});

Deno.test("TcpStream.connect() says which rule refused where no flag would help", () => {
  const { system } = fakeSystem({
    connect: () => -Errno.EACCES,
    takeDenial: () => "no allow rule for 127.0.0.1:81",
  });
  assertThrows(
    () => TcpStream.connect("127.0.0.1:81", { system }),
    NetError,
    "Permission denied (EACCES): no allow rule for 127.0.0.1:81",
  );
});

Deno.test("TcpStream.connect() reports a socket that cannot be made", () => {
  const { system, calls } = fakeSystem({ socket: () => -Errno.EMFILE });
  const error = assertThrows(() => TcpStream.connect("127.0.0.1:80", { system }), NetError);
  assertEquals([error.syscall, error.errno, error.kind], ["socket", 24, "Other"]);
  assertEquals(calls, ["socket"]);
});

Deno.test("TcpStream.connect() waits for a connection whose call was interrupted", () => {
  const { system, calls } = fakeSystem({
    connect: () => -Errno.EINTR,
    poll: sequence(-Errno.EINTR, 1),
    getsockopt: () => 0,
  });
  TcpStream.connect("127.0.0.1:80", { system });
  assertEquals(calls, ["socket", "connect(3)", "poll", "poll", "getsockopt(3)"]);
});

Deno.test("TcpStream.connect() gives up at its time-out and closes the socket", () => {
  const { system, calls } = fakeSystem({
    ioctl: () => 0,
    connect: () => -Errno.EINPROGRESS,
    poll: () => 0,
  });
  const error = assertThrows(
    () => TcpStream.connect("127.0.0.1:80", { system, timeout: 1 }),
    NetError,
    "Cannot connect to 127.0.0.1:80: Connection timed out (ETIMEDOUT)",
  );
  assertEquals([error.kind, error.errno], ["TimedOut", 110]);
  assertEquals(calls, ["socket", "ioctl(3)", "connect(3)", "poll", "close(3)"]);
});

Deno.test("TcpStream.connect() has one time-out for all addresses of a name", () => {
  const waits: number[] = [];
  using clock = fakeClock();
  const { system } = fakeSystem({
    resolve: resolveTo("[::1]:0", "127.0.0.1:0"),
    ioctl: () => 0,
    connect: () => -Errno.EINPROGRESS,
    poll: (_fds, wait) => {
      waits.push(wait);
      clock.now += 300;
      return 1;
    },
    getsockopt: (_fd, _level, _name, value) => {
      value?.set([Errno.ECONNREFUSED]);
      return 0;
    },
  });
  assertThrows(() => TcpStream.connect("name:80", { system, timeout: 1000 }), NetError);
  assertEquals(waits, [1000, 700]);
});

Deno.test("TcpStream.connect() with a time-out reports what the connection failed with", () => {
  const { system } = fakeSystem({
    ioctl: () => 0,
    connect: () => -Errno.EINPROGRESS,
    poll: () => 1,
    getsockopt: (_fd, _level, _name, value) => {
      value?.set([Errno.ECONNREFUSED]);
      return 0;
    },
  });
  const error = assertThrows(
    () => TcpStream.connect("127.0.0.1:80", { system, timeout: 1 }),
    NetError,
  );
  assertEquals(error.kind, "ConnectionRefused");
});

Deno.test("TcpStream.connect() takes no time-out that is none", () => {
  const { system, calls } = fakeSystem({});
  for (const timeout of [0, -1, NaN, Infinity, 2 ** 53]) {
    const error = assertThrows(
      () => TcpStream.connect("127.0.0.1:80", { system, timeout }),
      NetError,
    );
    assertEquals(error.kind, "InvalidInput");
  }
  assertEquals(calls, []);
});

Deno.test("TcpStream.connect() makes no call for malformed text", () => {
  const { system, calls } = fakeSystem({});
  const error = assertThrows(() => TcpStream.connect("127.0.0.1", { system }), NetError);
  assertEquals(
    error.message,
    'Cannot connect to "127.0.0.1": the address must be host:port, the port at most 65535, ' +
      "IPv6 addresses in brackets",
  );
  assertEquals([error.kind, error.errno, error.syscall], ["InvalidInput", 22, "connect"]);
  assertEquals(calls, []);
});

Deno.test("TcpListener.bind() closes the socket at whichever step fails", () => {
  const steps = ["setsockopt", "bind", "listen"] as const;
  for (const step of steps) {
    const { system, calls } = fakeSystem({
      setsockopt: () => 0,
      bind: () => 0,
      listen: () => 0,
      [step]: () => -Errno.EADDRINUSE,
    });
    const error = assertThrows(() => TcpListener.bind("127.0.0.1:80", { system }), NetError);
    assertEquals([error.syscall, error.kind], [step, "AddrInUse"]);
    assertEquals(calls.at(-1), "close(3)", step);
    assertEquals(
      error.message,
      "Cannot listen on 127.0.0.1:80: Address already in use (EADDRINUSE)",
    );
  }
});

Deno.test("TcpListener.bind() shares the port only if asked to", () => {
  const names: number[] = [];
  const { system } = fakeSystem({
    setsockopt: (_fd, _level, name) => {
      names.push(name);
      return 0;
    },
    bind: () => 0,
    listen: () => 0,
  });
  TcpListener.bind("127.0.0.1:80", { system });
  assertEquals(names, [2]);
  TcpListener.bind("127.0.0.1:80", { system, reusePort: true });
  assertEquals(names, [2, 15, 2]);
});

Deno.test("TcpListener.bind() has a queue of 128, or as long as asked for", () => {
  const backlogs: number[] = [];
  const { system } = fakeSystem({
    setsockopt: () => 0,
    bind: () => 0,
    listen: (_fd, backlog) => {
      backlogs.push(backlog);
      return 0;
    },
  });
  TcpListener.bind("127.0.0.1:80", { system });
  TcpListener.bind("127.0.0.1:80", { system, backlog: 7 });
  assertEquals(backlogs, [128, 7]);
});

Deno.test("UdpSocket.sendTo() sends to the address of a name that fits the socket", () => {
  const local = parseSocketAddress("127.0.0.1:5");
  const sent: string[] = [];
  const { system } = fakeSystem({
    bind: () => 0,
    resolve: resolveTo("[::1]:0", "127.0.0.2:0"),
    getsockname: (_fd, name) => {
      if (local !== null) name.set(encodeSockaddr(local));
      return 0;
    },
    sendto: (_fd, _buffer, length, _flags, address) => {
      sent.push(String(decodeSockaddr(address ?? new Uint8Array())));
      return length;
    },
  });
  UdpSocket.bind("127.0.0.1:0", { system }).sendTo(new Uint8Array(1), "name:80");
  assertEquals(sent, ["127.0.0.2:80"]);
});

Deno.test("UdpSocket.bind() closes the socket if it cannot be bound", () => {
  const { system, calls } = fakeSystem({ bind: () => -Errno.EADDRNOTAVAIL });
  const error = assertThrows(() => UdpSocket.bind("192.0.2.1:80", { system }), NetError);
  assertEquals(
    error.message,
    "Cannot bind to 192.0.2.1:80: Cannot assign requested address (EADDRNOTAVAIL)",
  );
  assertEquals(calls, ["socket", "bind(3)", "close(3)"]);
});

Deno.test("TcpStream.connect() reports a name that cannot be resolved", () => {
  const reasons = [
    [-Errno.ENOENT, "Cannot resolve name: No such host (ENOENT)", "NotFound"],
    [
      -Errno.EAGAIN,
      "Cannot resolve name: Temporary failure in name resolution (EAGAIN)",
      "WouldBlock",
    ],
    [0, "Cannot resolve name: No such host (ENOENT)", "NotFound"],
  ] as const;
  for (const [result, message, kind] of reasons) {
    const { system, calls } = fakeSystem({ resolve: () => result });
    const error = assertThrows(() => TcpStream.connect("name:80", { system }), NetError);
    assertEquals([error.message, error.kind, error.syscall], [message, kind, "resolve"]);
    assertEquals(calls, ["resolve"]);
  }
});
