/**
 * The kernel: system calls on JavaScript values for one guest process, over a network stack, within
 * a policy. For those who build a front end for guests or use raw descriptors; programs that just
 * want blocking sockets take `@vmsock/vmsock/net`.
 *
 * A call is synchronous and returns a number ≥ 0 or a negated Linux errno. Nothing is opened and no
 * permission is asked for before {@linkcode openStack} is called.
 *
 * @example
 * ```ts
 * import { Kernel, openStack } from "@vmsock/vmsock/kernel";
 * import { AF_INET, encodeSockaddr, parseSocketAddress, SOCK_STREAM } from "@vmsock/vmsock/linux";
 * import { assert, assertEquals } from "@std/assert";
 *
 * using kernel = new Kernel(openStack("auto"));
 *
 * const address = parseSocketAddress("127.0.0.1:0");
 * assert(address !== null);
 * const listener = kernel.socket(AF_INET, SOCK_STREAM, 0);
 * assertEquals(kernel.bind(listener, encodeSockaddr(address)), 0);
 * assertEquals(kernel.listen(listener, 16), 0);
 * ```
 *
 * @module
 */
export type { EpollEvent } from "../linux/epoll.ts";
export type { Flock } from "../linux/fcntl.ts";
export type { PollFd } from "../linux/poll.ts";
export type { Rlimit } from "../linux/resource.ts";
export type { FileStatus, FileTimes } from "../linux/stat.ts";
export type { Timespec } from "../linux/time.ts";
export type { Iovec } from "../linux/uio.ts";
export { IpAddress, SocketAddress } from "../ip.ts";
export { SockaddrStorage, UnixAddress } from "../linux/sockaddr.ts";
export {
  type Bytes,
  FileKind,
  type OffsetCell,
  OpenFile,
  type ReceivedMessage,
} from "../stack/open_file.ts";
export { LibcUnavailableError, openStack, type StackName } from "../stack/open.ts";
export type { EpollRegistration, EpollRegistrations } from "../stack/epoll_registrations.ts";
export type { Alarm } from "../stack/alarm.ts";
export type { HostFiles, Limitation, Stack } from "../stack/stack.ts";
export type { HostFile } from "../stack/thread_stack.ts";
export { fileLimitations, pathLimitations } from "./files/file_limitations.ts";
export { Kernel, type KernelOptions } from "./kernel.ts";
export { permissionGeneration, revokePermissions } from "./policy/permissions.ts";
export { Policy, type PolicyOptions } from "./policy/policy.ts";
export type { AddressUse } from "./policy/address_use.ts";
export { formatPolicyRule, parsePolicyRule, type PolicyRule } from "./policy/policy_rule.ts";

export { AKUMA_LIMITS, type SocketLimits } from "./socket_limits.ts";
export { LockOrderError } from "./threads/lock.ts";
export { ProcessEndedError } from "./threads/joined_process.ts";
export { processEnd } from "./threads/process_end.ts";
export type { SharedProcess } from "./threads/process_memory.ts";
export { ThreadsUnavailableError } from "./threads/share_process.ts";
export { TooManyThreadsError } from "./threads/thread_block.ts";
export type { AttachOptions } from "./threads/thread_kernel.ts";
export type { StdioOptions, StdioRead, StdioWrite } from "./files/stdio.ts";
export type { System } from "./system.ts";
export type { DescriptorPath, UnixTarget } from "./policy/unix_target.ts";
