/**
 * The data calls of `data_calls.c` through the kernel, through that of a thread of a process that is
 * shared (`thread`), or through libc's functions as Deno's FFI gives them (`raw`): prints nanoseconds
 * of CPU time a call.
 *
 *     deno run -A bench/data_calls_guest.ts kernel|thread|raw CASE SIZE COUNT
 */
import { parseSocketAddress } from "../lib/ip.ts";
import { Errno } from "../lib/linux/errno.ts";
import {
  AF_INET,
  MSG_DONTWAIT,
  MSG_NOSIGNAL,
  MSG_WAITALL,
  SOCK_DGRAM,
  SOCK_STREAM,
} from "../lib/linux/socket.ts";
import { encodeSockaddr, SockaddrStorage } from "../lib/linux/sockaddr.ts";
import { Kernel } from "../lib/kernel/kernel.ts";
import { openStack } from "../lib/stack/open.ts";

interface Calls {
  send(fd: number, buffer: Uint8Array<ArrayBuffer>, length: number, flags: number): number;
  recv(fd: number, buffer: Uint8Array<ArrayBuffer>, length: number, flags: number): number;
}

function cpuNanoseconds(): number {
  const { user, system } = globalThis.process.cpuUsage();
  return (user + system) * 1000;
}

function pair(kernel: Kernel, type: number): [number, number] {
  const address = parseSocketAddress("127.0.0.1:0");
  if (address === null) throw new Error("unreachable");
  const listener = kernel.socket(AF_INET, type, 0);
  kernel.bind(listener, encodeSockaddr(address));
  const name = new SockaddrStorage();
  kernel.getsockname(listener, name);
  const client = kernel.socket(AF_INET, type, 0);
  if (type === SOCK_STREAM) kernel.listen(listener, 1);
  kernel.connect(client, name.toBytes());
  return [client, type === SOCK_STREAM ? kernel.accept(listener, null) : listener];
}

/** The host's descriptors of sockets, in the order in which numbers were given. */
function hostDescriptors(): number[] {
  return [...Deno.readDirSync("/proc/self/fd")]
    .filter(({ name }) => {
      try {
        return Deno.readLinkSync(`/proc/self/fd/${name}`).startsWith("socket:");
      } catch {
        return false;
      }
    })
    .map(({ name }) => Number(name))
    .sort((a, b) => a - b);
}

function libcCalls(): Calls {
  const signature = { parameters: ["i32", "buffer", "u32", "i32"], result: "i32" } as const;
  const { symbols } = Deno.dlopen("libc.so.6", {
    send: signature,
    recv: signature,
    __errno_location: { parameters: [], result: "pointer" },
  });
  const location = symbols.__errno_location();
  if (location === null) throw new Error("Cannot find errno");
  const errno = new Int32Array(Deno.UnsafePointerView.getArrayBuffer(location, 4));
  return {
    send: symbols.send,
    recv(fd, buffer, length, flags): number {
      const result = symbols.recv(fd, buffer, length, flags);
      return result < 0 ? -(errno[0] as number) : result;
    },
  };
}

const [way, name, sizeText, countText] = Deno.args;
const size = Number(sizeText);
const count = Number(countText);
using process = new Kernel(openStack("libc"));
using kernel = way === "thread" ? Kernel.attach(process.share()) : process;
const type = name === "tcp" ? SOCK_STREAM : SOCK_DGRAM;
const before = new Set(hostDescriptors());
let [client, server] = pair(kernel, type);
let calls: Calls = kernel;
if (way === "raw") {
  const [listener, own, accepted] = hostDescriptors().filter((fd) => !before.has(fd));
  calls = libcCalls();
  client = own as number;
  server = (type === SOCK_STREAM ? accepted : listener) as number;
}
const buffer = new Uint8Array(size + 1);

function failingReceives(rounds: number): void {
  for (let round = 0; round < rounds; round++) {
    if (calls.recv(server, buffer, size, MSG_DONTWAIT) !== -Errno.EAGAIN) throw new Error("recv");
  }
}

function transfers(rounds: number): void {
  for (let round = 0; round < rounds; round++) {
    if (calls.send(client, buffer, size, MSG_NOSIGNAL) !== size) throw new Error("send");
    if (calls.recv(server, buffer, size, MSG_WAITALL) !== size) throw new Error("recv");
  }
}

const measured = name === "eagain" ? failingReceives : transfers;
// Compiled in several rounds, so that the measured one runs code that is optimised already.
for (let round = 0; round < 10; round++) measured(Math.ceil(count / 20) + 500);
const start = cpuNanoseconds();
measured(count);
// deno-lint-ignore no-console -- what a bench is for
console.log(((cpuNanoseconds() - start) / count).toFixed(1));
