/**
 * Operations that open files, read and write them.
 *
 * @module
 */
import { decodeDirents64, DT_DIR, DT_FIFO, DT_LNK, DT_SOCK } from "../../../lib/linux/dirent.ts";
import { AT_FDCWD, O_CREAT, O_TRUNC, O_WRONLY } from "../../../lib/linux/fcntl.ts";
import { FileStatus } from "../../../lib/linux/stat.ts";
import type { Call, Operation } from "../call.ts";
import { formatReceived, formatResult, formatScattered, formatStatus } from "../format.ts";
import { NO_SOCKET } from "../names.ts";
import { bufferList, parseBuffer, parseNumber } from "../values.ts";

/** The operations of this file by name. */
export const FILE_OPERATIONS: Readonly<Record<string, Operation>> = {
  open,
  openat,
  creat,
  read,
  write,
  pread,
  pwrite,
  readv,
  writev,
  lseek,
  ftruncate,
  fsync,
  fdatasync,
  fstat,
  getdents64,
  sendfile,
};

function open(call: Call): string {
  const fd = call.system.openat(AT_FDCWD, call.path(0), call.int(1), call.int(2, 0));
  return call.descriptorResult(fd, NO_SOCKET);
}

function openat(call: Call): string {
  const fd = call.system.openat(call.fd(0), call.path(1), call.int(2), call.int(3, 0));
  return call.descriptorResult(fd, NO_SOCKET);
}

function creat(call: Call): string {
  const flags = O_CREAT | O_WRONLY | O_TRUNC;
  const fd = call.system.openat(AT_FDCWD, call.path(0), flags, call.int(1));
  return call.descriptorResult(fd, NO_SOCKET);
}

function read(call: Call): string {
  const buffer = call.buffer(1);
  return formatReceived(call.system.read(call.fd(0), buffer.base, buffer.length), buffer);
}

function write(call: Call): string {
  const descriptor = call.descriptor(0);
  const { base, length } = call.data(1);
  const result = call.system.write(descriptor.fd, base, length);
  call.learn(descriptor);
  return formatResult(result);
}

function pread(call: Call): string {
  const buffer = call.buffer(1);
  const offset = call.number(2);
  const result = call.system.pread(call.fd(0), buffer.base, buffer.length, offset);
  return formatReceived(result, buffer);
}

function pwrite(call: Call): string {
  const { base, length } = call.data(1);
  return formatResult(call.system.pwrite(call.fd(0), base, length, call.number(2)));
}

function readv(call: Call): string {
  const count = call.intOption("iovlen");
  const buffers = call.rest(1, (index) => call.buffer(index));
  const result = call.raw?.readv(call.fd(0), buffers, count ?? buffers.length) ??
    call.system.readv(call.fd(0), bufferList(buffers, count));
  return formatScattered(result, buffers);
}

function writev(call: Call): string {
  const count = call.intOption("iovlen");
  const buffers = call.rest(1, (index) => call.data(index));
  return formatResult(
    call.raw?.writev(call.fd(0), buffers, count ?? buffers.length) ??
      call.system.writev(call.fd(0), bufferList(buffers, count)),
  );
}

function lseek(call: Call): string {
  return formatResult(call.system.lseek(call.fd(0), call.number(1), call.int(2)));
}

function ftruncate(call: Call): string {
  return formatResult(call.system.ftruncate(call.fd(0), call.number(1)));
}

function fsync(call: Call): string {
  return formatResult(call.system.fsync(call.fd(0)));
}

function fdatasync(call: Call): string {
  return formatResult(call.system.fdatasync(call.fd(0)));
}

function fstat(call: Call): string {
  const status = new FileStatus();
  return formatStatus(call.system.fstat(call.fd(0), status), status);
}

const TYPE_SUFFIXES: ReadonlyMap<number, string> = new Map([
  [DT_DIR, "/"],
  [DT_LNK, "@"],
  [DT_FIFO, "|"],
  [DT_SOCK, "="],
]);

const DEFAULT_DIRENTS_ROOM = "8192";

function getdents64(call: Call): string {
  const fd = call.fd(0);
  const { base, length } = parseBuffer(call.count > 1 ? call.text(1) : DEFAULT_DIRENTS_ROOM);
  const names: string[] = [];
  let result = call.system.getdents(fd, base, length);
  while (result > 0 && base !== null) {
    for (const { name, type } of decodeDirents64(base.subarray(0, result))) {
      names.push(new TextDecoder().decode(name) + (TYPE_SUFFIXES.get(type) ?? ""));
    }
    result = call.system.getdents(fd, base, length);
  }
  return result < 0 ? formatResult(result) : [names.length, ...names.sort(byBytes)].join(" ");
}

// Code points order as their UTF-8 bytes do; UTF-16's units, which sort() compares, do not.
function byBytes(one: string, other: string): number {
  const [left, right] = [[...one], [...other]];
  const length = Math.min(left.length, right.length);
  for (let i = 0; i < length; i++) {
    const difference = (left[i]?.codePointAt(0) ?? 0) - (right[i]?.codePointAt(0) ?? 0);
    if (difference !== 0) return difference;
  }
  return left.length - right.length;
}

function sendfile(call: Call): string {
  const from = call.text(2);
  const offset = from === "null" ? null : { value: parseNumber(from) };
  const result = call.system.sendfile(call.fd(0), call.fd(1), offset, call.number(3));
  if (result < 0 || offset === null) return formatResult(result);
  return `${result} off=${offset.value}`;
}
