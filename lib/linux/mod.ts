/**
 * Linux as data: error numbers, constants under their C names, layouts of the structures that system
 * calls take, and the addresses these layouts stand for. Nothing here does I/O or needs a permission.
 *
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
 * @module
 */
export * from "../ip.ts";
export * from "./dirent.ts";
export * from "./epoll.ts";
export * from "./errno.ts";
export * from "./eventfd.ts";
export * from "./fcntl.ts";
export * from "./fcntl_aarch64.ts";
export * from "./in.ts";
export * from "./ioctl.ts";
export * from "./mman.ts";
export * from "./netdb.ts";
export * from "./poll.ts";
export * from "./resource.ts";
export * from "./select.ts";
export * from "./sockaddr.ts";
export * from "./socket.ts";
export * from "./socket_options.ts";
export * from "./stat.ts";
export * from "./statx.ts";
export * from "./sysno_aarch64.ts";
export * from "./tcp.ts";
export * from "./time.ts";
export * from "./udp.ts";
export * from "./uio.ts";
