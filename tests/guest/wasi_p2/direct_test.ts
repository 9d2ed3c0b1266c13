/**
 * The resources themselves, without a component around them: what a guest in C cannot bring about at
 * will.
 *
 * @module
 */
import { assert, assertEquals, assertFalse, assertThrows } from "@std/assert";
import { Trap } from "../../../lib/component/mod.ts";
import { subscribeDuration } from "../../../lib/guest/wasi_p2/clocks/monotonic_clock.ts";
import { WasiContext } from "../../../lib/guest/wasi_p2/context.ts";
import { Preopens } from "../../../lib/guest/wasi_p2/filesystem/preopens.ts";
import { poll } from "../../../lib/guest/wasi_p2/io/poll.ts";
import type { InputStream, OutputStream } from "../../../lib/guest/wasi_p2/io/streams.ts";
import {
  type IpAddressValue,
  type IpSocketAddress,
  Network,
} from "../../../lib/guest/wasi_p2/sockets/network.ts";
import { ResolveAddressStream } from "../../../lib/guest/wasi_p2/sockets/ip_name_lookup.ts";
import { TcpSocket } from "../../../lib/guest/wasi_p2/sockets/tcp.ts";
import { TcpWriter } from "../../../lib/guest/wasi_p2/sockets/tcp_writer.ts";
import { UdpSocket } from "../../../lib/guest/wasi_p2/sockets/udp.ts";
import { Kernel } from "../../../lib/kernel/kernel.ts";
import { Errno } from "../../../lib/linux/errno.ts";
import { openStack } from "../../../lib/stack/open.ts";
import { NO_IPV6 } from "../../ipv6.ts";
import { fakeSystem } from "../../net/fake_system.ts";
import { testEachStack } from "./component_guest.ts";

const LOOPBACK: IpSocketAddress = { tag: "ipv4", val: { port: 0, address: [127, 0, 0, 1] } };

/** A listening socket, and both ends of a connection to it. */
interface Connection {
  readonly listener: TcpSocket;
  readonly client: readonly [TcpSocket, InputStream, OutputStream];
  readonly server: readonly [TcpSocket, InputStream, OutputStream];
}

function listen(context: WasiContext): TcpSocket {
  const listener = TcpSocket.create(context, "ipv4");
  listener.startBind(new Network(), LOOPBACK);
  listener.finishBind();
  listener.startListen();
  listener.finishListen();
  return listener;
}

function connect(context: WasiContext): Connection {
  const listener = listen(context);
  const socket = TcpSocket.create(context, "ipv4");
  socket.startConnect(new Network(), listener.localAddress());
  blockOn(socket);
  const streams = socket.finishConnect();
  blockOn(listener);
  return { listener, client: [socket, ...streams], server: listener.accept() };
}

function blockOn(of: { subscribe(): { block(): void } & Disposable }): void {
  using pollable = of.subscribe();
  pollable.block();
}

/** What a call fails with. */
function failure(call: () => unknown): unknown {
  try {
    call();
  } catch (error) {
    return error;
  }
  return null;
}

const CLOSED = { tag: "closed" };

testEachStack("write takes what check-write has permitted, in parts, and traps beyond", (stack) => {
  using kernel = new Kernel(openStack(stack));
  const { client: [, , output] } = connect(new WasiContext(kernel));
  const permit = Number(output.checkWrite());
  assert(permit >= 4096);
  output.write(new Uint8Array(permit - 10));
  output.write(new Uint8Array(6));
  assertThrows(() => output.write(new Uint8Array(5)), Trap, "check-write permits 4");
  output.writeZeroes(3n);
  assertThrows(() => output.writeZeroes(2n), Trap, "check-write permits 1");
});

testEachStack("send takes what check-send has permitted, in parts, and traps beyond", (stack) => {
  using kernel = new Kernel(openStack(stack));
  const socket = UdpSocket.create(new WasiContext(kernel), "ipv4");
  socket.startBind(new Network(), LOOPBACK);
  socket.finishBind();
  const [, outgoing] = socket.stream(socket.localAddress());
  const permit = Number(outgoing.checkSend());
  const datagrams = new Array(permit - 1).fill({ data: new Uint8Array(1) });
  assertEquals(outgoing.send(datagrams), BigInt(permit - 1));
  assertThrows(() => outgoing.send(datagrams.slice(0, 2)), Trap, "check-send permits 1");
});

testEachStack("poll returns at once if something is ready already", (stack) => {
  using kernel = new Kernel(openStack(stack));
  const context = new WasiContext(kernel);
  const listener = listen(context);
  const unbound = TcpSocket.create(context, "ipv4");
  const never = subscribeDuration(context, 2n ** 64n - 1n);
  assertEquals(
    poll(context, [listener.subscribe(), unbound.subscribe(), never]),
    Uint32Array.of(1),
  );
  assertEquals(
    poll(context, [never, subscribeDuration(context, 0n), listener.subscribe()]),
    Uint32Array.of(1),
  );
  assertFalse(never.ready());
  assertFalse(listener.subscribe().ready());
  assert(unbound.subscribe().ready());
});

testEachStack("read of nothing tells that the peer has ended", (stack) => {
  using kernel = new Kernel(openStack(stack));
  const { client: [socket], server: [, input] } = connect(new WasiContext(kernel));
  assertEquals(input.read(0n), new Uint8Array());
  socket.shutdown("send");
  blockOn(input);
  assertEquals(failure(() => input.read(0n)), CLOSED);
});

testEachStack("a bound socket has its address while it connects", (stack) => {
  using kernel = new Kernel(openStack(stack));
  const context = new WasiContext(kernel);
  const listener = listen(context);
  const socket = TcpSocket.create(context, "ipv4");
  socket.startBind(new Network(), LOOPBACK);
  socket.finishBind();
  const before = socket.localAddress();
  socket.startConnect(new Network(), listener.localAddress());
  assertEquals(socket.localAddress(), before);
  const unbound = TcpSocket.create(context, "ipv4");
  unbound.startConnect(new Network(), listener.localAddress());
  assertEquals(failure(() => unbound.localAddress()), "invalid-state");
});

testEachStack("an IPv6 socket at the unspecified address takes no IPv4 peers", (stack) => {
  using kernel = new Kernel(openStack(stack));
  const context = new WasiContext(kernel);
  const listener = TcpSocket.create(context, "ipv6");
  const address = [0, 0, 0, 0, 0, 0, 0, 0] as const;
  listener.startBind(new Network(), {
    tag: "ipv6",
    val: { port: 0, flowInfo: 0, address, scopeId: 0 },
  });
  listener.finishBind();
  listener.startListen();
  listener.finishListen();
  const { val: { port } } = listener.localAddress();
  const other = TcpSocket.create(context, "ipv4");
  other.startConnect(new Network(), { tag: "ipv4", val: { port, address: [127, 0, 0, 1] } });
  blockOn(other);
  // Whether Linux refuses it, or it is turned away when it has come.
  failure(() => other.finishConnect());
  const own = TcpSocket.create(context, "ipv6");
  const loopback = [0, 0, 0, 0, 0, 0, 0, 1] as const;
  own.startConnect(new Network(), {
    tag: "ipv6",
    val: { port, flowInfo: 0, address: loopback, scopeId: 0 },
  });
  blockOn(own);
  own.finishConnect();
  blockOn(listener);
  const [accepted] = listener.accept();
  assertEquals(accepted.remoteAddress(), own.localAddress());
  assertEquals(failure(() => listener.accept()), "would-block");
}, NO_IPV6);

/** A system whose sockets take so many bytes one call after the other, and what they took. */
function takingSystem(...counts: readonly number[]) {
  const taken: number[] = [];
  let call = 0;
  const fake = fakeSystem({
    send: (_fd, bytes, length) => {
      const count = counts[call++] ?? length;
      if (count < 0) return count;
      taken.push(...(bytes?.subarray(0, Math.min(count, length)) ?? []));
      return Math.min(count, length);
    },
    poll: (fds) => {
      for (const entry of fds) entry.revents = entry.events;
      return fds.length;
    },
    shutdown: () => 0,
    connect: () => 0,
    getsockopt: (_fd, _level, _name, value) => {
      value?.fill(0);
      return 0;
    },
  });
  return { ...fake, taken };
}

const EAGAIN = -Errno.EAGAIN;

Deno.test("TcpWriter keeps what is not taken, in order, and shuts down and closes after it", () => {
  const { system, calls, taken } = takingSystem(3, EAGAIN, 0, EAGAIN, 2, EAGAIN, -Errno.EINTR, 99);
  const context = new WasiContext(system);
  const writer = new TcpWriter(context, 7);
  writer.push(Uint8Array.of(1, 2, 3, 4, 5, 6));
  assert(writer.isPending);
  writer.push(Uint8Array.of(7, 8));
  writer.shutdown();
  writer.close();
  assertEquals(calls, ["send(7)", "send(7)"]);
  context.flushWriters();
  assertEquals(taken, [1, 2, 3]);
  context.flushWriters();
  assertEquals(taken, [1, 2, 3, 4, 5]);
  assertEquals(context.writers.size, 1);
  context.drain();
  assertEquals(taken, [1, 2, 3, 4, 5, 6, 7, 8]);
  assertEquals(calls.slice(-2), ["shutdown(7)", "close(7)"]);
  assertEquals(context.writers.size, 0);
});

Deno.test("TcpWriter shuts down and closes at once where nothing is left", () => {
  const { system, calls } = takingSystem();
  const writer = new TcpWriter(new WasiContext(system), 7);
  writer.push(Uint8Array.of(1));
  writer.shutdown();
  writer.close();
  assertEquals(calls, ["send(7)", "shutdown(7)", "close(7)"]);
});

Deno.test("TcpWriter gives up what is left when sending fails", () => {
  const { system, calls } = takingSystem(1, EAGAIN, -Errno.ECONNRESET);
  const context = new WasiContext(system);
  const writer = new TcpWriter(context, 7);
  writer.push(Uint8Array.of(1, 2));
  writer.close();
  context.flushWriters();
  assertEquals(writer.error, Errno.ECONNRESET);
  assertFalse(writer.isPending);
  assertEquals(calls.at(-1), "close(7)");
});

Deno.test("WasiContext.drain() leaves peers that take nothing", () => {
  const { system } = takingSystem(0, EAGAIN);
  const context = new WasiContext(
    new Proxy(system, {
      get: (target, name) => name === "poll" ? () => 0 : Reflect.get(target, name),
    }),
  );
  new TcpWriter(context, 7).push(Uint8Array.of(1));
  context.drain();
  assertEquals(context.writers.size, 1);
});

Deno.test("tcp-socket shuts the receiving direction of its descriptor down, too", () => {
  const { system, calls } = takingSystem();
  const socket = TcpSocket.create(new WasiContext(system), "ipv4");
  socket.startConnect(new Network(), { tag: "ipv4", val: { port: 1, address: [127, 0, 0, 1] } });
  socket.finishConnect();
  socket.shutdown("receive");
  assertEquals(calls.filter((call) => call.startsWith("shutdown")), ["shutdown(3)"]);
});

testEachStack("descriptor gives streams only for what it was opened for", (stack) => {
  using kernel = new Kernel(openStack(stack));
  const folder = Deno.makeTempDirSync({ prefix: "vmsock_wasi_" });
  try {
    using preopens = new Preopens(kernel, [{ host: folder, guest: "/" }]);
    const [[root] = []] = preopens.getDirectories(new WasiContext(kernel));
    assert(root !== undefined);
    const written = root.openAt({}, "f", { create: true }, { write: true });
    assertEquals(failure(() => written.readViaStream(0n)), "bad-descriptor");
    written.writeViaStream(2n ** 40n);
    const read = root.openAt({}, "f", {}, { read: true });
    assertEquals(failure(() => read.writeViaStream(0n)), "bad-descriptor");
    assertEquals(failure(() => read.appendViaStream()), "bad-descriptor");
    const stream = read.readViaStream(0n);
    // A stream outlives its descriptor.
    read[Symbol.dispose]();
    assertEquals(failure(() => stream.read(1n)), CLOSED);
    assertEquals(failure(() => root.statAt({}, "f/")), "not-directory");
    assertEquals(failure(() => root.openAt({}, "../f", {}, { read: true })), "not-permitted");
    assert(root.isSameObject(root.openAt({}, ".", { directory: true }, { read: true })));
    assertEquals(
      root.metadataHash(),
      root.openAt({}, ".", { directory: true }, { read: true }).metadataHash(),
    );
    assertFalse(root.metadataHash() === written.metadataHash());
    assertEquals(written.getFlags(), {
      read: false,
      write: true,
      fileIntegritySync: false,
      dataIntegritySync: false,
      requestedWriteSync: false,
      mutateDirectory: false,
    });
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
});

/** A system whose lookups are answered when `timeouts` of them have been in vain. */
function lookupSystem(timeouts: number, keepsLookups: boolean) {
  let left = timeouts;
  const waits: number[] = [];
  const { system } = fakeSystem({
    keepsLookups,
    poll: () => 0,
    resolve: (_name, _family, addresses, timeout = -1) => {
      waits.push(timeout);
      if (timeout >= 0 && left-- > 0) return -Errno.ETIMEDOUT;
      addresses.push(Uint8Array.of(2, 0, 0, 0, 127, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0));
      return 1;
    },
  });
  return { context: new WasiContext(system), waits };
}

const LOOPBACK_IP: IpAddressValue = { tag: "ipv4", val: [127, 0, 0, 1] };

Deno.test("resolve-next-address would block, and waits for nothing, until its pollable is ready", () => {
  const { context, waits } = lookupSystem(4, true);
  const stream = new ResolveAddressStream(context, "name");
  assertEquals(failure(() => stream.resolveNextAddress()), "would-block");
  using pollable = stream.subscribe();
  assertFalse(pollable.ready());
  assert(waits.every((timeout) => timeout === 0));
  pollable.block();
  assert(pollable.ready());
  assertEquals(stream.resolveNextAddress(), LOOPBACK_IP);
  assertEquals(stream.resolveNextAddress(), undefined);
});

Deno.test("poll() waits for a lookup beside other things", () => {
  const { context } = lookupSystem(5, true);
  const stream = new ResolveAddressStream(context, "name");
  using lookup = stream.subscribe();
  using late = subscribeDuration(context, 3_600_000_000_000n);
  assertEquals(poll(context, [late, lookup]), Uint32Array.of(1));
  assertEquals(stream.resolveNextAddress(), LOOPBACK_IP);
});

Deno.test("resolve-next-address waits where the system does not go on with a lookup", () => {
  const { context, waits } = lookupSystem(1, false);
  const stream = new ResolveAddressStream(context, "name");
  assertEquals(waits, []);
  assertEquals(stream.resolveNextAddress(), LOOPBACK_IP);
  assertEquals(waits, [-1]);
});

testEachStack("a lookup goes on while its guest does other things", (stack) => {
  using kernel = new Kernel(openStack(stack));
  const stream = new ResolveAddressStream(new WasiContext(kernel), "localhost");
  using pollable = stream.subscribe();
  pollable.block();
  assert(stream.resolveNextAddress() !== undefined);
});
