/**
 * Operations that control descriptors: fcntl and ioctl.
 *
 * @module
 */
import {
  F_DUPFD,
  F_DUPFD_CLOEXEC,
  F_GETFD,
  F_GETFL,
  F_GETLK,
  F_RDLCK,
  F_SETLK,
  F_UNLCK,
  F_WRLCK,
  O_ACCMODE,
  O_RDONLY,
} from "../../../lib/linux/fcntl.ts";
import { FIONREAD, SIOCATMARK, TIOCOUTQ } from "../../../lib/linux/ioctl.ts";
import type { Call, Operation } from "../call.ts";
import { formatBits, formatResult } from "../format.ts";

/** The operations of this file by name. */
export const CONTROL_OPERATIONS: Readonly<Record<string, Operation>> = { fcntl, ioctl };

const STATUS_FLAGS = [
  "O_WRONLY",
  "O_RDWR",
  "O_APPEND",
  "O_NONBLOCK",
  "O_SYNC",
  "O_DSYNC",
  "O_ASYNC",
  "O_DIRECT",
  "O_NOATIME",
  "O_TMPFILE",
  "O_DIRECTORY",
  "O_NOFOLLOW",
  "O_PATH",
  "O_LARGEFILE",
  "O_CREAT",
  "O_EXCL",
  "O_TRUNC",
  "O_CLOEXEC",
];

const LOCK_TYPES: ReadonlyMap<number, string> = new Map([
  [F_RDLCK, "F_RDLCK"],
  [F_WRLCK, "F_WRLCK"],
  [F_UNLCK, "F_UNLCK"],
]);

const REQUESTS_WITH_VALUE: ReadonlySet<number> = new Set([FIONREAD, TIOCOUTQ, SIOCATMARK]);

function fcntl(call: Call): string {
  const descriptor = call.descriptor(0);
  const command = call.int(1);
  switch (command) {
    case F_DUPFD:
    case F_DUPFD_CLOEXEC: {
      const result = call.system.fcntl(descriptor.fd, command, call.int(2));
      return call.descriptorResult(result, descriptor);
    }
    case F_GETFL:
      return formatStatusFlags(call.system.fcntl(descriptor.fd, command, 0));
    case F_GETFD: {
      const result = call.system.fcntl(descriptor.fd, command, 0);
      return result < 0 ? formatResult(result) : formatBits(result, ["FD_CLOEXEC"]);
    }
    case F_SETLK:
    case F_GETLK:
      return lock(call, descriptor.fd, command);
    default:
      return formatResult(call.system.fcntl(descriptor.fd, command, call.number(2, 0)));
  }
}

function formatStatusFlags(flags: number): string {
  if (flags < 0) return formatResult(flags);
  const others = flags === 0 ? [] : [formatBits(flags, STATUS_FLAGS)];
  const mode = (flags & O_ACCMODE) === O_RDONLY ? ["O_RDONLY"] : [];
  return [...mode, ...others].join("|");
}

function lock(call: Call, fd: number, command: number): string {
  const region = {
    type: call.int(2),
    whence: call.int(3, 0),
    start: call.number(4, 0),
    length: call.number(5, 0),
    pid: 0,
  };
  const result = call.system.fcntlLock(fd, command, region);
  if (result < 0 || command !== F_GETLK) return formatResult(result);
  return `${result} ${LOCK_TYPES.get(region.type) ?? region.type}`;
}

function ioctl(call: Call): string {
  const fd = call.fd(0);
  const request = call.number(1);
  const value = Int32Array.of(call.int(2, -1));
  const result = call.system.ioctl(fd, request, value);
  if (result < 0 || !REQUESTS_WITH_VALUE.has(request)) return formatResult(result);
  return `${result} ${value[0]}`;
}
