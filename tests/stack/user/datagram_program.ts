/** Names and datagrams over the user stack, with Linux on the other side. */
import { assert, assertEquals, assertThrows } from "@std/assert";
import { parseSocketAddress, SocketAddress } from "../../../lib/ip.ts";
import { Kernel } from "../../../lib/kernel/kernel.ts";
import { Errno } from "../../../lib/linux/errno.ts";
import { POLLIN } from "../../../lib/linux/poll.ts";
import { encodeSockaddr, SockaddrStorage } from "../../../lib/linux/sockaddr.ts";
import {
  AF_INET,
  AF_UNSPEC,
  MSG_PEEK,
  SO_ERROR,
  SOCK_DGRAM,
  SOL_SOCKET,
} from "../../../lib/linux/socket.ts";
import { NetError, resolve } from "../../../lib/net/mod.ts";
import { UserStack } from "../../../lib/stack/user/user_stack.ts";

const stack = new UserStack({
  tun: "vmsock0",
  addresses: ["10.9.0.2/24"],
  gateway: "10.9.0.1",
  nameserver: "10.9.0.1",
});
const peer = new Deno.Command(Deno.execPath(), {
  args: ["run", "-A", new URL("datagram_peer.ts", import.meta.url).pathname, "10.9.0.1"],
  stdout: "piped",
}).spawn();
const reader = peer.stdout.getReader();
await reader.read();
await reader.cancel();

const system = new Kernel(stack);
const buffer = new Uint8Array(2000);
const decoder = new TextDecoder();

function open(to: string | null): number {
  const fd = system.socket(AF_INET, SOCK_DGRAM, 0);
  const address = parseSocketAddress(to ?? "10.9.0.2:0");
  assert(address !== null);
  const name = encodeSockaddr(address);
  assertEquals(to === null ? system.bind(fd, name) : system.connect(fd, name), 0);
  return fd;
}

function portOf(fd: number): number {
  const name = new SockaddrStorage();
  name.length = name.bytes.length;
  assertEquals(system.getsockname(fd, name), 0);
  assert(name.address instanceof SocketAddress);
  return name.address.port;
}

function send(fd: number, text: string): void {
  const bytes = new TextEncoder().encode(text);
  assertEquals(system.send(fd, bytes, bytes.length, 0), bytes.length);
}

function receive(fd: number): string {
  const count = system.recv(fd, buffer, buffer.length, 0);
  assert(count >= 0, `${count}`);
  return decoder.decode(buffer.subarray(0, count));
}

function lookUp(name: string, timeout?: number): number {
  return system.resolve(name, AF_UNSPEC, [], timeout);
}

try {
  // Names: with a time limit too it is our name server that is asked, not Linux's.
  assertEquals(resolve("both.test", { system }).map(String), [
    "192.0.2.1",
    "192.0.2.2",
    "2001:db8::1",
  ]);
  assertEquals(resolve("alias.test", { system, family: 6 }).map(String), ["2001:db8::1"]);
  for (const timeout of [undefined, 10_000]) {
    assertEquals(lookUp("both.test", timeout), 3);
    assertEquals(lookUp("none.test", timeout), -Errno.ENOENT);
    assertEquals(lookUp("broken.test", timeout), -Errno.EAGAIN);
  }
  assertEquals(lookUp("silent.test", 300), -Errno.ETIMEDOUT);
  const { errno } = assertThrows(() => resolve("none.test", { system }), NetError);
  assertEquals(errno, Errno.ENOENT);

  // Echo, both ways.
  const client = open("10.9.0.1:7");
  for (const text of ["hello", "", "x".repeat(1400)]) {
    send(client, text);
    assertEquals(receive(client), text);
  }
  const server = open(null);
  send(client, `knock ${portOf(server)}`);
  const from = new SockaddrStorage();
  from.length = from.bytes.length;
  const count = system.recvfrom(server, buffer, buffer.length, 0, from);
  assertEquals(decoder.decode(buffer.subarray(0, count)), "knock");
  const answer = new TextEncoder().encode("who is there?");
  assertEquals(system.sendto(server, answer, answer.length, 0, from.toBytes()), answer.length);
  assertEquals(receive(client), "who is there?");

  // Ports where nobody is, both ways.
  const port = portOf(server);
  assertEquals(system.close(server), 0);
  send(client, `knock ${port}`);
  assertEquals(receive(client), "ECONNREFUSED");
  const lost = open("10.9.0.1:9");
  send(lost, "anybody?");
  assertEquals(system.recv(lost, buffer, buffer.length, 0), -Errno.ECONNREFUSED);
  send(lost, "anybody now?");
  assertEquals(system.recv(lost, buffer, buffer.length, 0), -Errno.ECONNREFUSED);
  // An error that was taken otherwise than by recv() does not end a later one.
  send(lost, "anybody at last?");
  const entries = [{ fd: lost, events: POLLIN, revents: 0 }];
  assertEquals(system.poll(entries, -1), 1);
  const error = new Int32Array(1);
  const size = Int32Array.of(4);
  assertEquals(
    system.getsockopt(lost, SOL_SOCKET, SO_ERROR, new Uint8Array(error.buffer), size),
    0,
  );
  assertEquals(error[0], Errno.ECONNREFUSED);
  const echo = parseSocketAddress("10.9.0.1:7");
  assert(echo !== null);
  assertEquals(system.connect(lost, encodeSockaddr(echo)), 0);
  send(lost, "hello again");
  assertEquals(system.recv(lost, buffer, buffer.length, MSG_PEEK), 11);
  assertEquals(receive(lost), "hello again");
  for (const fd of [client, lost]) assertEquals(system.close(fd), 0);
} finally {
  system[Symbol.dispose]();
  peer.kill();
  await peer.status;
}
