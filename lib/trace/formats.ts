/**
 * How each call is printed: one table of verbs, one verb for each argument of `System`'s method.
 *
 * @module
 */
import type { System } from "../kernel/system.ts";
import {
  directoryEntries,
  filledPath,
  input,
  inputs,
  output,
  outputs,
  path,
} from "./format_bytes.ts";
import {
  fcntlArgument,
  fcntlResult,
  ioctlArgument,
  ioctlRequest,
  recordLock,
} from "./format_fcntl.ts";
import {
  accessMode,
  createMode,
  fileStatus,
  fileTimes,
  movedOffset,
  newLimit,
  oldLimit,
  openFlags,
  ownResource,
} from "./format_file.ts";
import { decimal, directory, fileLength, octal, unsigned } from "./format_number.ts";
import { epollTimeout, readyEvents, registeredEvent } from "./format_epoll.ts";
import { fdSet, pollFds, pollResult, selectResult, selectTimeout } from "./format_poll.ts";
import { address, filledAddress, foundAddresses } from "./format_sockaddr.ts";
import {
  descriptorPair,
  protocol,
  receivedMessage,
  sentMessage,
  socketType,
} from "./format_socket.ts";
import { gotLength, gotValue, optionName, setValue } from "./format_socket_option.ts";
import { flagsOf, oneOf } from "./name_table.ts";
import {
  AT_FLAGS,
  CLOSE_RANGE_FLAGS,
  EPOLL_FLAGS,
  EPOLL_OPERATIONS,
  EVENTFD_FLAGS,
  FAMILIES,
  FCNTL_COMMANDS,
  MESSAGE_FLAGS,
  OPEN_FLAGS,
  OPTION_LEVELS,
  ORIGINS,
  SHUTDOWNS,
  SOCKET_TYPE_FLAGS,
} from "./names.ts";
import type { Call, Verb } from "./verb.ts";

/**
 * The methods that are printed: the system calls. `kind` is no call of the guest's, `rejected` comes
 * as text, and `takeDenial` is for tracers.
 */
export type Method = Exclude<keyof System, "kind" | "rejected" | "takeDenial" | "keepsLookups">;

/** A verb for each argument. */
type Verbs<Args extends readonly unknown[]> = { readonly [I in keyof Args]: Verb<Args[I]> };

/** The arguments that a call always has. Those that it may have, such as a time limit, are not shown. */
type Shown<Args extends readonly unknown[]> = Args extends readonly [infer First, ...infer Rest]
  ? readonly [First, ...Shown<Rest>]
  : readonly [];

const atFlags = flagsOf(AT_FLAGS);
const family = oneOf(FAMILIES);
const fd = decimal;
const level = oneOf(OPTION_LEVELS);
const messageFlags = flagsOf(MESSAGE_FLAGS);
const newFlags = flagsOf(OPEN_FLAGS);

function nothing(): null {
  return null;
}

/** The verbs of every call, in the order of its arguments. */
export const FORMATS: { readonly [M in Method]: Verbs<Shown<Parameters<System[M]>>> } = {
  socket: [family, socketType, protocol],
  socketpair: [family, socketType, protocol, descriptorPair],
  bind: [fd, address],
  listen: [fd, decimal],
  accept: [fd, filledAddress],
  accept4: [fd, filledAddress, flagsOf(SOCKET_TYPE_FLAGS)],
  connect: [fd, address],
  send: [fd, input(2), decimal, messageFlags],
  recv: [fd, output(2), decimal, messageFlags],
  sendto: [fd, input(2), decimal, messageFlags, address],
  recvfrom: [fd, output(2), decimal, messageFlags, filledAddress],
  sendmsg: [fd, sentMessage, messageFlags, nothing],
  recvmsg: [fd, receivedMessage, messageFlags, nothing],
  shutdown: [fd, oneOf(SHUTDOWNS)],
  getsockname: [fd, filledAddress],
  getpeername: [fd, filledAddress],
  getsockopt: [fd, level, optionName, gotValue, gotLength],
  setsockopt: [fd, level, optionName, setValue, decimal],
  read: [fd, output(2), decimal],
  write: [fd, input(2), decimal],
  readv: [fd, outputs],
  writev: [fd, inputs],
  pread: [fd, output(2), decimal, decimal],
  pwrite: [fd, input(2), decimal, decimal],
  sendfile: [fd, fd, movedOffset, decimal],
  close: [fd],
  closeRange: [unsigned, unsigned, flagsOf(CLOSE_RANGE_FLAGS)],
  dup: [fd],
  dup2: [fd, fd],
  dup3: [fd, fd, newFlags],
  pipe2: [descriptorPair, newFlags],
  fcntl: [fd, oneOf(FCNTL_COMMANDS), fcntlArgument],
  fcntlLock: [fd, oneOf(FCNTL_COMMANDS), recordLock],
  ioctl: [fd, ioctlRequest, ioctlArgument],
  poll: [pollFds, decimal],
  select: [decimal, fdSet, fdSet, fdSet, selectTimeout],
  epollCreate1: [flagsOf(EPOLL_FLAGS)],
  epollCtl: [fd, oneOf(EPOLL_OPERATIONS), fd, registeredEvent],
  epollPwait: [fd, readyEvents, decimal, epollTimeout],
  eventfd2: [unsigned, flagsOf(EVENTFD_FLAGS)],
  openat: [directory, path, openFlags, createMode],
  lseek: [fd, decimal, oneOf(ORIGINS)],
  fstat: [fd, fileStatus],
  fstatat: [directory, path, fileStatus, atFlags],
  ftruncate: [fd, fileLength],
  truncate: [path, fileLength],
  fsync: [fd],
  fdatasync: [fd],
  unlinkat: [directory, path, atFlags],
  mkdirat: [directory, path, octal],
  renameat: [directory, path, directory, path],
  linkat: [directory, path, directory, path, atFlags],
  symlinkat: [path, directory, path],
  readlinkat: [directory, path, output(3), decimal],
  faccessat: [directory, path, accessMode],
  utimensat: [directory, path, fileTimes, atFlags],
  getdents: [fd, directoryEntries, decimal],
  chdir: [path],
  fchdir: [fd],
  getcwd: [filledPath, decimal],
  umask: [octal],
  prlimit: [ownResource, newLimit, oldLimit],
  resolve: [path, family, foundAddresses],
};

/** The calls that have another name in the kernel's table than in `System`. */
export const CALL_NAMES: { readonly [M in Method]?: string } = {
  pread: "pread64",
  pwrite: "pwrite64",
  fcntlLock: "fcntl",
  fstatat: "newfstatat",
  getdents: "getdents64",
  closeRange: "close_range",
  epollCreate1: "epoll_create1",
  epollCtl: "epoll_ctl",
  epollPwait: "epoll_pwait",
  prlimit: "prlimit64",
};

/** The calls whose result is more than a number, where it is no error. */
export const RESULTS: { readonly [M in Method]?: (call: Call) => string } = {
  fcntl: fcntlResult,
  poll: pollResult,
  select: selectResult,
  umask: (call) => octal(call.result),
};

/** The calls that may wait for somebody else. */
export const BLOCKING: ReadonlySet<Method> = new Set([
  "accept",
  "accept4",
  "connect",
  "send",
  "recv",
  "sendto",
  "recvfrom",
  "sendmsg",
  "recvmsg",
  "read",
  "write",
  "readv",
  "writev",
  "sendfile",
  "close",
  "poll",
  "select",
  "closeRange",
  "epollPwait",
  "openat",
  "resolve",
]);
