/**
 * Linux as a guest sees it: its numbers, structures and addresses, a guest's memory, and
 * {@linkcode LinuxAbi}, which makes the numbered system calls of an emulator's guest or of a
 * WebAssembly module.
 *
 * Error numbers, constants under their C names, layouts of the structures that system calls take.
 * Numbers are those of x86-64, which aarch64 shares except where a name ends in `_AARCH64`. Structures
 * are little-endian, as on both.
 *
 * @example
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
 * {@linkcode socket}, {@linkcode connect}, {@linkcode recv} and the functions beside them are the system
 * calls themselves, for programs that like numbers better than classes:
 *
 * @example
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
 * @module
 */
export * from "../../linux/mod.ts";
export type { GuestClock } from "./guest_clock.ts";
export type { GuestHeap, HeapState, Range } from "./guest_heap.ts";
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
