/** Datagrams longer than the device's packets, between Linux and the user stack, both ways. */
import { assert, assertEquals } from "@std/assert";
import { parseSocketAddress, type SocketAddress } from "../../../lib/ip.ts";
import { Kernel } from "../../../lib/kernel/kernel.ts";
import { encodeSockaddr, SockaddrStorage } from "../../../lib/linux/sockaddr.ts";
import { AF_INET, AF_INET6, SOCK_DGRAM } from "../../../lib/linux/socket.ts";
import { openLibc } from "../../../lib/stack/libc/libc.ts";
import { UserStack } from "../../../lib/stack/user/user_stack.ts";
import { Random } from "../../linux/random.ts";

const libc = openLibc();

function sockaddr(text: string): Uint8Array<ArrayBuffer> {
  const address = parseSocketAddress(text);
  assert(address !== null);
  return encodeSockaddr(address);
}

function exchange(family: number, own: string, gateway: string, lengths: readonly number[]): void {
  const stack = new UserStack({
    tun: "vmsock0",
    addresses: [own],
    gateway,
    nameserver: null,
  });
  const kernel = new Kernel(stack);
  const any = family === AF_INET ? "0.0.0.0:0" : "[::]:0";
  const guest = kernel.socket(family, SOCK_DGRAM, 0);
  assertEquals(kernel.bind(guest, sockaddr(any)), 0);
  const name = new SockaddrStorage();
  name.length = name.bytes.length;
  assertEquals(kernel.getsockname(guest, name), 0);
  const { port } = name.address as SocketAddress;
  const [ip = ""] = own.split("/");
  const to = sockaddr(family === AF_INET ? `${ip}:${port}` : `[${ip}]:${port}`);
  const linux = libc.socket(family, SOCK_DGRAM, 0);
  assert(linux >= 0);
  for (const length of lengths) {
    const data = new Random(length).bytes(length);
    assertEquals(libc.sendto(linux, data, length, 0, to, to.length), length);
    const received = new Uint8Array(70_000);
    const from = new SockaddrStorage();
    from.length = from.bytes.length;
    assertEquals(kernel.recvfrom(guest, received, received.length, 0, from), length);
    assertEquals(received.subarray(0, length), data);
    const back = from.toBytes();
    assertEquals(kernel.sendto(guest, data, length, 0, back), length);
    const returned = new Uint8Array(70_000);
    assertEquals(libc.recv(linux, returned, returned.length, 0), length);
    assertEquals(returned.subarray(0, length), data);
  }
  libc.close(linux);
  kernel[Symbol.dispose]();
}

exchange(AF_INET, "10.9.0.2/24", "10.9.0.1", [1472, 1473, 5000, 65_507]);
exchange(AF_INET6, "fd00::2/64", "fd00::1", [1452, 1453, 5000, 65_527]);
libc.release();
