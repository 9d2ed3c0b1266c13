/**
 * Sockets of the user stack over a long life and at a sudden end. Argument: `reopen`, many sockets one
 * after the other; `listener`, a listener shut down with connections that nobody has taken; `death`, a
 * device that goes away under the call that is named next.
 */
import { assert, assertEquals } from "@std/assert";
import { parseSocketAddress } from "../../../lib/ip.ts";
import { Kernel } from "../../../lib/kernel/kernel.ts";
import { Errno } from "../../../lib/linux/errno.ts";
import { encodeSockaddr, SockaddrStorage } from "../../../lib/linux/sockaddr.ts";
import { AF_INET, SHUT_RDWR, SHUT_WR, SOCK_DGRAM, SOCK_STREAM } from "../../../lib/linux/socket.ts";
import { UserStack } from "../../../lib/stack/user/user_stack.ts";

const stack = new UserStack({
  tun: "vmsock0",
  addresses: ["10.9.0.2/24"],
  gateway: "10.9.0.1",
  nameserver: null,
});
const kernel = new Kernel(stack);

function sockaddr(text: string): Uint8Array<ArrayBuffer> {
  const address = parseSocketAddress(text);
  assert(address !== null);
  return encodeSockaddr(address);
}

function listen(): [number, Uint8Array<ArrayBuffer>] {
  const listener = kernel.socket(AF_INET, SOCK_STREAM, 0);
  assertEquals(kernel.bind(listener, sockaddr("10.9.0.2:0")), 0);
  assertEquals(kernel.listen(listener, 16), 0);
  const name = new SockaddrStorage();
  name.length = name.bytes.length;
  assertEquals(kernel.getsockname(listener, name), 0);
  return [listener, name.toBytes()];
}

function connect(to: Uint8Array<ArrayBuffer>): number {
  const client = kernel.socket(AF_INET, SOCK_STREAM, 0);
  assertEquals(kernel.connect(client, to), 0);
  return client;
}

function descriptorCount(): number {
  return [...Deno.readDirSync("/proc/self/fd")].length;
}

/** What this process's descriptors are open on; without the one that reads the list. */
function openFiles(): string[] {
  const folder = "/proc/self/fd";
  return [...Deno.readDirSync(folder)].flatMap(({ name }) => {
    try {
      return [Deno.readLinkSync(`${folder}/${name}`)];
    } catch {
      return [];
    }
  });
}

function reopen(): void {
  const [listener, name] = listen();
  const before = descriptorCount();
  for (let round = 0; round < 10_000; round++) {
    const client = connect(name);
    const server = kernel.accept4(listener, null, 0);
    assert(server >= 0);
    // Either side ends first, or one that has shut its half down.
    const order = round % 3 === 0 ? [server, client] : [client, server];
    if (round % 3 === 2) assertEquals(kernel.shutdown(client, SHUT_WR), 0);
    for (const fd of order) assertEquals(kernel.close(fd), 0);
    const datagrams = kernel.socket(AF_INET, SOCK_DGRAM, 0);
    assertEquals(kernel.bind(datagrams, sockaddr("0.0.0.0:0")), 0);
    assertEquals(kernel.close(datagrams), 0);
  }
  assertEquals(descriptorCount(), before);
}

function shutListenerDown(): void {
  const [listener, name] = listen();
  const before = descriptorCount();
  for (let round = 0; round < 3; round++) {
    const clients = [connect(name), connect(name), connect(name)];
    assertEquals(kernel.shutdown(listener, SHUT_RDWR), 0);
    for (const client of clients) {
      assertEquals(kernel.recv(client, new Uint8Array(1), 1, 0), -Errno.ECONNRESET);
      assertEquals(kernel.close(client), 0);
    }
    assertEquals(descriptorCount(), before);
    // A port that was named is kept, as by Linux.
    assertEquals(kernel.bind(listener, name), round === 0 ? 0 : -Errno.EINVAL);
    assertEquals(kernel.listen(listener, 16), 0);
  }
  const last = connect(name);
  assertEquals(kernel.close(listener), 0);
  assertEquals(kernel.recv(last, new Uint8Array(1), 1, 0), -Errno.ECONNRESET);
  assertEquals(kernel.close(last), 0);
  assertEquals(descriptorCount(), before - 2);
}

/** The calls of Linux's, by their number on x86-64, in which the guest's thread then waits. */
const BLOCKING_CALLS: Readonly<Record<string, readonly number[]>> = {
  recv: [45],
  datagram: [47],
  accept: [45],
  connect: [7],
  send: [44],
};

/** Deletes the device as soon as this process's first thread is in one of some system calls. */
function deleteDeviceOnce(calls: readonly number[]): Disposable {
  const isInside = `grep -qE '^(${calls.join("|")}) ' /proc/${Deno.pid}/syscall`;
  const script = `until ${isInside}; do :; done; exec ip link del vmsock0`;
  const child = new Deno.Command("sh", { args: ["-c", script] }).spawn();
  return {
    [Symbol.dispose]: () => {
      try {
        child.kill();
      } catch {
        // It has ended by itself.
      }
    },
  };
}

function die(call: string): void {
  const [listener, name] = listen();
  const client = connect(name);
  const server = kernel.accept4(listener, null, 0);
  const datagrams = kernel.socket(AF_INET, SOCK_DGRAM, 0);
  assertEquals(kernel.bind(datagrams, sockaddr("0.0.0.0:0")), 0);
  const other = kernel.socket(AF_INET, SOCK_STREAM, 0);
  const bytes = new Uint8Array(65_536);
  using _killer = deleteDeviceOnce(BLOCKING_CALLS[call] ?? []);
  const calls: Readonly<Record<string, () => number>> = {
    recv: () => kernel.recv(client, bytes, 1, 0),
    datagram: () => kernel.recv(datagrams, bytes, 1, 0),
    accept: () => kernel.accept4(listener, null, 0),
    connect: () => kernel.connect(other, sockaddr("10.9.0.77:80")),
    send: () => {
      for (;;) {
        const sent = kernel.send(client, bytes, bytes.length, 0);
        if (sent < 0) return sent;
      }
    },
  };
  assertEquals(calls[call]?.(), -Errno.ENETDOWN, call);
  assertEquals(kernel.socket(AF_INET, SOCK_STREAM, 0), -Errno.EIO);
  for (const fd of [listener, client, server, datagrams, other]) assertEquals(kernel.close(fd), 0);
}

const runs: Readonly<Record<string, () => void>> = {
  reopen,
  listener: shutListenerDown,
  death: () => die(Deno.args[1] ?? ""),
};
const [run = ""] = Deno.args;
runs[run]?.();
kernel[Symbol.dispose]();
assertEquals(openFiles().filter((name) => name === "/dev/net/tun"), []);
