/**
 * True blocking sockets for guests hosted in Deno: a bytecode VM, a WebAssembly module, an emulator
 * or plain TypeScript calls `connect`, `send`, `recv`; its thread really waits; the result is
 * Linux's.
 *
 * TypeScript programs take {@linkcode TcpListener}, {@linkcode TcpStream} and {@linkcode UdpSocket}.
 * Whoever hosts a guest gives it a {@linkcode Kernel} over a stack: Linux's own sockets by FFI, or
 * Deno's network API with nothing but `--allow-net`. What the guest may reach is what Deno's
 * permissions say, narrowed by a {@linkcode Policy}; {@linkcode trace} shows its calls in strace's
 * words.
 *
 * Importing this module needs no permission and opens nothing.
 *
 * @example
 * ```ts
 * import { Kernel, openStack, TcpListener, TcpStream, trace } from "@vmsock/vmsock";
 * import { assert, assertEquals } from "@std/assert";
 *
 * let calls = "";
 * using kernel = new Kernel(openStack("auto"));
 * const system = trace(kernel, (text) => calls += text);
 *
 * using listener = TcpListener.bind("127.0.0.1:0", { system });
 * using client = TcpStream.connect(listener.localAddr(), { system });
 * using server = listener.accept().stream;
 *
 * client.writeAll(new TextEncoder().encode("hello"));
 * const received = new Uint8Array(5);
 * server.readExact(received);
 * assertEquals(new TextDecoder().decode(received), "hello");
 * assert(calls.includes('"hello", 5, 0)'));
 * ```
 *
 * @module
 */
export {
  IpAddress,
  IPV4_ANY,
  IPV4_LOOPBACK,
  IPV6_ANY,
  IPV6_LOOPBACK,
  parseIpAddress,
  parseSocketAddress,
  SocketAddress,
} from "./lib/ip.ts";
export {
  type AddressUse,
  Kernel,
  type KernelOptions,
  openStack,
  Policy,
  type PolicyOptions,
  type PolicyRule,
  revokePermissions,
  type Stack,
  type StackName,
  type System,
} from "./lib/kernel/mod.ts";
export { Errno, errnoMessage, errnoName } from "./lib/linux/errno.ts";
export {
  type Accepted,
  type Address,
  closeDefaultSystem,
  type ConnectOptions,
  type Datagram,
  defaultSystem,
  type ListenOptions,
  lookupHost,
  NetError,
  type NetErrorKind,
  type NetErrorOptions,
  resolve,
  type ResolveOptions,
  type Shutdown,
  Socket,
  type SystemOptions,
  TcpListener,
  TcpStream,
  UdpSocket,
} from "./lib/net/mod.ts";
export { LibcUnavailableError } from "./lib/stack/libc/library.ts";
export { trace, type TraceOptions } from "./lib/trace/mod.ts";
