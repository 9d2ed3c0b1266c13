/**
 * A guest that makes calls at random, with addresses, options, flags and lengths that are close to
 * sensible ones. Prints what was thrown, and `done`.
 *
 * Its argument is {@link Hostility} in JSON.
 *
 * @module
 */
import { Kernel } from "../../lib/kernel/kernel.ts";
import { SockaddrStorage } from "../../lib/linux/sockaddr.ts";
import { SOCKET_OPTIONS } from "../../lib/linux/socket_options.ts";
import {
  AF_INET,
  AF_INET6,
  AF_UNIX,
  MSG_DONTWAIT,
  SOCK_DGRAM,
  SOCK_NONBLOCK,
  SOCK_SEQPACKET,
  SOCK_STREAM,
} from "../../lib/linux/socket.ts";
import { openStack } from "../../lib/stack/open.ts";
import { Random } from "../linux/random.ts";
import { sockaddrOf } from "./guest_call.ts";

/** What is tried. */
export interface Hostility {
  /** The stack below. */
  readonly stack: "libc" | "deno";
  /** Addresses to start from, as in guest_call.ts. */
  readonly addresses: readonly string[];
  /** How many calls. */
  readonly calls: number;
  /** Where the random numbers start. */
  readonly seed: number;
}

const NUMBERS: readonly number[] = [
  0,
  1,
  2,
  3,
  16,
  28,
  128,
  255,
  4096,
  65536,
  -1,
  0x7fffffff,
  0x80000000,
  0xffffffff,
  2 ** 32,
  2 ** 32 + 2,
  2 ** 53,
  0.5,
  NaN,
  Infinity,
  -Infinity,
];

const { stack, addresses, calls, seed } = JSON.parse(Deno.args[0] ?? "") as Hostility;
const random = new Random(seed);
const kernel = new Kernel(openStack(stack), { nofile: { current: 48, maximum: 48 } });
const bases = addresses.map((text) =>
  sockaddrOf(text, { numbers: new Map(), addresses: new Map() }) ?? new Uint8Array()
);

function number(): number {
  return random.integer(4) === 0 ? random.integer(1 << 16) : random.pick(NUMBERS);
}

function descriptor(): number {
  return random.integer(50) === 0 ? number() : 3 + random.integer(20);
}

/** One of the addresses; often with other bytes in it, another length, or another family. */
function address(): Uint8Array | null {
  const bytes = new Uint8Array(random.integer(8) === 0 ? random.integer(131) : 128);
  const base = random.pick(bases);
  bytes.set(base.subarray(0, bytes.length));
  if (random.integer(8) === 0) bytes[0] = random.pick([0, 1, 2, 10, 16, 17, 38, 40]);
  if (random.integer(4) === 0) bytes[random.integer(bytes.length)] = random.integer(256);
  if (random.integer(100) === 0) return null;
  return random.integer(2) === 0 ? bytes : bytes.subarray(0, base.length);
}

function content(): Uint8Array | null {
  return random.integer(20) === 0 ? null : random.bytes(random.integer(64));
}

function flags(): number {
  return MSG_DONTWAIT | (random.integer(3) === 0 ? random.integer(2 ** 31) : 0);
}

function socket(): number {
  const domain = random.pick([AF_INET, AF_INET, AF_INET6, AF_INET6, AF_UNIX, number()]);
  const type = random.pick([SOCK_STREAM, SOCK_DGRAM, SOCK_DGRAM, SOCK_SEQPACKET, 3, number()]);
  return kernel.socket(domain, type | SOCK_NONBLOCK, random.integer(5) === 0 ? number() : 0);
}

function setOption(): number {
  const { level, name } = random.pick(SOCKET_OPTIONS);
  const isKnown = random.integer(2) === 0;
  const value = random.bytes(random.integer(24));
  return kernel.setsockopt(
    descriptor(),
    isKnown ? level : number(),
    isKnown ? name : random.integer(80),
    value,
    random.integer(4) === 0 ? number() : value.length,
  );
}

function length(bytes: Uint8Array | null): number {
  return random.integer(10) === 0 ? number() : bytes?.length ?? 0;
}

const room = new Uint8Array(64);
const peer = new SockaddrStorage();
const ATTEMPTS: readonly (() => unknown)[] = [
  socket,
  socket,
  setOption,
  () => kernel.bind(descriptor(), address()),
  () => kernel.connect(descriptor(), address()),
  () => kernel.connect(descriptor(), address()),
  () => kernel.listen(descriptor(), number()),
  () => kernel.accept4(descriptor(), peer, SOCK_NONBLOCK),
  () => {
    const bytes = content();
    return kernel.sendto(descriptor(), bytes, length(bytes), flags(), address());
  },
  () => {
    const base = content();
    return kernel.sendmsg(descriptor(), [{ base, length: length(base) }], flags(), address());
  },
  () => {
    const bytes = content();
    return kernel.send(descriptor(), bytes, length(bytes), flags());
  },
  () => kernel.recvfrom(descriptor(), room, length(room), flags(), peer),
  () => kernel.shutdown(descriptor(), random.integer(3)),
  () => kernel.getsockname(descriptor(), peer),
  () => kernel.getpeername(descriptor(), peer),
  () => kernel.dup(descriptor()),
  () => kernel.close(descriptor()),
  () => kernel.close(descriptor()),
  () => kernel.ioctl(descriptor(), number(), Int32Array.of(1)),
  () => kernel.fcntl(descriptor(), random.integer(1100) + 5, number()),
];

const thrown = new Set<string>();
for (let index = 0; index < calls; index++) {
  try {
    random.pick(ATTEMPTS)();
  } catch (error) {
    thrown.add(error instanceof Error ? error.stack ?? error.message : String(error));
  }
}
kernel.exit();
const report = `${[...thrown].join("\n")}done`;
Deno.stdout.writeSync(new TextEncoder().encode(report));
