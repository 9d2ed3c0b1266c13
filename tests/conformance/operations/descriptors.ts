/**
 * Operations on descriptors of any kind: their numbers, duplicates, pipes.
 *
 * @module
 */
import { AT_FDCWD, O_RDONLY } from "../../../lib/linux/fcntl.ts";
import { RLIMIT_NOFILE } from "../../../lib/linux/resource.ts";
import { AF_INET, SOCK_STREAM } from "../../../lib/linux/socket.ts";
import { FileStatus } from "../../../lib/linux/stat.ts";
import type { Call, Operation } from "../call.ts";
import { formatResult } from "../format.ts";
import { type Descriptor, NO_SOCKET } from "../names.ts";
import { ScenarioError } from "../scenario.ts";

/** The operations of this file by name. */
export const DESCRIPTOR_OPERATIONS: Readonly<Record<string, Operation>> = {
  close,
  "close_range": closeRange,
  dup,
  dup2,
  dup3,
  pipe,
  pipe2,
  samefile,
  exhaust,
  "rlimit_nofile": limitDescriptors,
  fdnum,
  fdabs,
};

function close(call: Call): string {
  const descriptor = call.descriptor(0);
  const result = call.system.close(descriptor.fd);
  if (result === 0) descriptor.closed = true;
  return formatResult(result);
}

function closeRange(call: Call): string {
  const [first, last] = [call.fd(0) >>> 0, call.fd(1) >>> 0];
  return formatResult(call.system.closeRange(first, last, call.int(2)));
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
