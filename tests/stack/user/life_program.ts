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
    assertEquals(kernel.bind(listener, name), 0);
    assertEquals(kernel.listen(listener, 16), 0);
  }
  const last = connect(name);
  assertEquals(kernel.close(listener), 0);
  assertEquals(kernel.recv(last, new Uint8Array(1), 1, 0), -Errno.ECONNRESET);
  assertEquals(kernel.close(last), 0);
  assertEquals(descriptorCount(), before - 2);
}

function die(call: string): void {
  const [listener, name] = listen();
  const client = connect(name);
  const server = kernel.accept4(listener, null, 0);
  const datagrams = kernel.socket(AF_INET, SOCK_DGRAM, 0);
  assertEquals(kernel.bind(datagrams, sockaddr("0.0.0.0:0")), 0);
  const other = kernel.socket(AF_INET, SOCK_STREAM, 0);
  const bytes = new Uint8Array(65_536);
  // By then the call below has blocked; if not, it has to fail all the same.
  const killer = new Deno.Command("sh", { args: ["-c", "sleep 0.3; ip link del vmsock0"] });
  killer.spawn();
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
