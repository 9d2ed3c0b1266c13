/**
 * Linux as a guest sees it: its numbers, structures and addresses, a guest's memory, and its calls.
 *
 * - Emulators, and other guests that call by number, take {@linkcode LinuxAbi}: the numbers are those
 *   of aarch64, pointers lead into a {@linkcode GuestMemory}. A WebAssembly module calls through
 *   {@linkcode wasmSyscall}.
 * - {@linkcode socket}, {@linkcode connect}, {@linkcode recv} and the functions beside them are the
 *   calls themselves, for programs that like numbers better than classes.
 * - Everything else is data: error numbers, constants under their C names, layouts of the structures
 *   that calls take. Constants are those of x86-64, which aarch64 shares except where a name ends in
 *   `_AARCH64`. Structures are little-endian, as on both.
 *
 * @example Calls by number
 * ```ts
 * import { AF_INET, encodeSockaddr, IPV4_LOOPBACK, LinuxAbi } from "@vmsock/vmsock/linux";
 * import { SOCK_STREAM, SocketAddress, SYS } from "@vmsock/vmsock/linux";
 * import { Kernel, openStack } from "@vmsock/vmsock/kernel";
 * import { assertEquals } from "@std/assert";
 *
 * using kernel = new Kernel(openStack("auto"));
 * const memory = new Uint8Array(65_536);
 * const abi = new LinuxAbi(kernel, memory.buffer);
 * memory.set(encodeSockaddr(new SocketAddress(IPV4_LOOPBACK, 0)), 0x1000);
 *
 * const fd = abi.syscall(SYS.socket, AF_INET, SOCK_STREAM, 0);
 * assertEquals(abi.syscall(SYS.bind, fd, 0x1000, 16), 0);
 * assertEquals(abi.syscall(SYS.bind, fd, 0xffff_0000, 16), -14); // −EFAULT
 * ```
 *
 * @example Calls as functions
 * ```ts
 * import { close, connect, Errno, open, socket } from "@vmsock/vmsock/linux";
 * import { AF_INET, O_RDONLY, parseSocketAddress, SOCK_STREAM } from "@vmsock/vmsock/linux";
 * import { assert, assertEquals } from "@std/assert";
 *
 * const address = parseSocketAddress("[::1]:80");
 * assert(address !== null);
 * const fd = socket(AF_INET, SOCK_STREAM, 0);
 * assertEquals(connect(fd, address), -Errno.EAFNOSUPPORT);
 * assertEquals(close(fd), 0);
 * assertEquals(open("/no/such/file", O_RDONLY), -Errno.ENOENT);
 * ```
 *
 * @example Data
 * ```ts
 * import { decodeSockaddr, encodeSockaddr, Errno, errnoMessage } from "@vmsock/vmsock/linux";
 * import { IPV6_LOOPBACK, SocketAddress } from "@vmsock/vmsock/linux";
 * import { assertEquals } from "@std/assert";
 *
 * const bytes = encodeSockaddr(new SocketAddress(IPV6_LOOPBACK, 80));
 * assertEquals(bytes.length, 28);
 * assertEquals(decodeSockaddr(bytes)?.toString(), "[::1]:80");
 * assertEquals(errnoMessage(-Errno.ECONNREFUSED), "Connection refused");
 * ```
 *
 * @module
 */
export * from "../../linux/mod.ts";
export type { GuestClock } from "./guest_clock.ts";
export type { GuestHeap, HeapState } from "./guest_heap.ts";
export type { Range } from "./ranges.ts";
export { LinuxAbi, type LinuxAbiOptions } from "./linux_abi.ts";
export type { Register } from "./register.ts";
export type { Dialect } from "./syscall_table.ts";
export { type NumberSyscall, type WasmSyscall, wasmSyscall } from "./wasm_syscall.ts";
export {
  type Address,
  GuestMemory,
  type GuestMemoryOptions,
  type MemorySource,
} from "../memory.ts";
export {
  closeDefaultSystem,
  defaultSystem,
  type SystemOptions,
} from "../../kernel/default_system.ts";
export * from "./wrappers/mod.ts";
