/**
 * Names ever new addresses, names and paths as a guest, and prints by how many bytes the heap has
 * grown. Its argument is how many of each.
 *
 * @module
 */
import { Kernel } from "../../lib/kernel/kernel.ts";
import { AT_FDCWD } from "../../lib/linux/fcntl.ts";
import { encodeSockaddr, UnixAddress } from "../../lib/linux/sockaddr.ts";
import { AF_INET, AF_INET6, AF_UNIX, SOCK_DGRAM } from "../../lib/linux/socket.ts";
import { newSharedMemory } from "../../lib/stack/deno/shared_memory.ts";
import {
  type WorkerConfiguration,
  workerHost,
  type WorkerScope,
} from "../../lib/stack/deno/worker/host.ts";
import { openStack } from "../../lib/stack/open.ts";

const kernel = new Kernel(openStack("libc"));
const ip4 = kernel.socket(AF_INET, SOCK_DGRAM, 0);
const ip6 = kernel.socket(AF_INET6, SOCK_DGRAM, 0);
const unix = kernel.socket(AF_UNIX, SOCK_DGRAM, 0);
const found: Uint8Array<ArrayBuffer>[] = [];
// What the deno stack's worker asks for, asked on this thread, whose memory can be told.
const worker = workerHost(globalThis as unknown as WorkerScope, {
  memory: newSharedMemory(),
  errno: {},
  constants: { Word: {}, SlotWord: {} },
} as unknown as WorkerConfiguration);

function attempt(index: number): void {
  const bytes = new Uint8Array(28);
  const view = new DataView(bytes.buffer);
  // Denied addresses: no more than the check is made.
  view.setUint16(0, AF_INET, true);
  view.setUint32(4, 0x0a000000 + index);
  kernel.connect(ip4, bytes.subarray(0, 16));
  kernel.sendto(ip4, bytes, 1, 0, bytes.subarray(0, 16));
  // Addresses of a block that is granted and closed: connecting a datagram socket sends nothing.
  view.setUint32(4, 0x7f000000 + index);
  view.setUint16(2, 1);
  kernel.connect(ip4, bytes.subarray(0, 16));
  view.setUint16(0, AF_INET6, true);
  view.setUint32(20, index);
  kernel.connect(ip6, bytes);
  kernel.bind(ip6, bytes);
  kernel.resolve(`${index}.denied.example`, 0, found);
  worker.permitted("127.0.0.1", index);
  worker.permitted(`10.0.${index >> 8}.${index & 255}`, 80);
  worker.granted(`${index}.denied.example`);
  const path = `/nowhere/${index}`;
  const address = encodeSockaddr(new UnixAddress("pathname", path));
  kernel.connect(unix, address);
  kernel.bind(unix, address);
  for (const folder of ["/nowhere", "/var/empty", "/etc"]) {
    kernel.openat(AT_FDCWD, `${folder}/${index}`, 0, 0);
    kernel.mkdirat(AT_FDCWD, `${folder}/${index}/x`, 0);
  }
}

function used(): number {
  (globalThis as unknown as { gc(): void }).gc();
  return Deno.memoryUsage().heapUsed;
}

const count = Number(Deno.args[0]);
for (let index = 0; index < count; index++) attempt(index);
const before = used();
for (let index = count; index < 2 * count; index++) attempt(index);
const grown = used() - before;
kernel.exit();
Deno.stdout.writeSync(new TextEncoder().encode(String(grown)));
