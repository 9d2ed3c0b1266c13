/**
 * Operations on descriptors of any kind: duplicates, pipes, flags.
 *
 * @module
 */
import { AT_FDCWD, O_RDONLY } from "../../../lib/linux/fcntl.ts";
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
} from "../../../lib/linux/fcntl.ts";
import { FIONREAD, SIOCATMARK, TIOCOUTQ } from "../../../lib/linux/ioctl.ts";
import { RLIMIT_NOFILE } from "../../../lib/linux/resource.ts";
import { AF_INET, SOCK_STREAM } from "../../../lib/linux/socket.ts";
import { FileStatus } from "../../../lib/linux/stat.ts";
import type { Call, Operation } from "../call.ts";
import { formatBits, formatResult } from "../format.ts";
import { type Descriptor, NO_SOCKET } from "../names.ts";
import { ScenarioError } from "../scenario.ts";

/** The operations of this file by name. */
export const DESCRIPTOR_OPERATIONS: Readonly<Record<string, Operation>> = {
  close,
  dup,
  dup2,
  dup3,
  pipe,
  pipe2,
  samefile,
  fcntl,
  ioctl,
  exhaust,
  "rlimit_nofile": limitDescriptors,
  fdnum,
  fdabs,
};

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

function close(call: Call): string {
  const descriptor = call.descriptor(0);
  const result = call.system.close(descriptor.fd);
  if (result === 0) descriptor.closed = true;
  return formatResult(result);
}

function dup(call: Call): string {
  const descriptor = call.descriptor(0);
  return call.descriptorResult(call.system.dup(descriptor.fd), descriptor);
}

function dup2(call: Call): string {
  const descriptor = call.descriptor(0);
  const target = call.descriptor(1);
  return formatDuplicate(call, call.system.dup2(descriptor.fd, target.fd), descriptor, target);
}

function dup3(call: Call): string {
  const descriptor = call.descriptor(0);
  const target = call.descriptor(1);
  const result = call.system.dup3(descriptor.fd, target.fd, call.int(2));
  return formatDuplicate(call, result, descriptor, target);
}

function formatDuplicate(
  call: Call,
  result: number,
  source: Descriptor,
  target: Descriptor,
): string {
  if (result < 0) return formatResult(result);
  if (call.results.length > 0) return call.newDescriptor(result, source);
  call.session.firstDescriptor ??= result;
  if (target.name === "") return String(result);
  if (target.name !== source.name) call.session.descriptors.set(target.name, result, source);
  return `fd:${target.name}`;
}

function pipe(call: Call): string {
  return makePipe(call, 0);
}

function pipe2(call: Call): string {
  return makePipe(call, call.int(0));
}

function makePipe(call: Call, flags: number): string {
  const fds = new Int32Array(2);
  return call.pairResult(call.system.pipe2(fds, flags), fds, NO_SOCKET);
}

function samefile(call: Call): string {
  const first = new FileStatus();
  const second = new FileStatus();
  const result = call.system.fstat(call.fd(0), first);
  if (result < 0) return formatResult(result);
  const other = call.system.fstat(call.fd(1), second);
  if (other < 0) return formatResult(other);
  return first.dev === second.dev && first.ino === second.ino ? "same" : "different";
}

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

function exhaust(call: Call): string {
  const attempt = attemptOf(call);
  let count = 0;
  let result = attempt();
  while (result >= 0) {
    count++;
    result = attempt();
  }
  return `${formatResult(result)} count=${count}`;
}

function attemptOf(call: Call): () => number {
  const { system } = call;
  const kind = call.text(0);
  switch (kind) {
    case "socket":
      return () => system.socket(AF_INET, SOCK_STREAM, 0);
    case "dup": {
      const fd = call.fd(1);
      return () => system.dup(fd);
    }
    case "open":
      return () => system.openat(AT_FDCWD, ".", O_RDONLY, 0);
    default:
      throw new ScenarioError(`exhaust socket, dup or open, not ${kind}`);
  }
}

function limitDescriptors(call: Call): string {
  const { system } = call;
  const limit = { current: 0, maximum: 0 };
  const result = system.prlimit(RLIMIT_NOFILE, null, limit);
  if (result < 0) return formatResult(result);
  limit.current = call.number(0);
  return formatResult(system.prlimit(RLIMIT_NOFILE, limit, null));
}

function fdnum(call: Call): string {
  const distance = call.fd(0) - (call.session.firstDescriptor ?? -1);
  return distance < 0 ? String(distance) : `+${distance}`;
}

function fdabs(call: Call): string {
  return String(call.fd(0));
}
