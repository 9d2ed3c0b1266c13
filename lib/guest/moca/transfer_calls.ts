/**
 * Host calls that move a descriptor's bytes: read, read_bytes, write; open, close, stdin.
 *
 * @module
 */
import { Errno } from "../../linux/errno.ts";
import { AT_FDCWD, O_CREAT, O_TRUNC, O_WRONLY } from "../../linux/fcntl.ts";
import { POLLIN, POLLOUT } from "../../linux/poll.ts";
import { MSG_DONTWAIT, MSG_NOSIGNAL } from "../../linux/socket.ts";
import { FileKind } from "../../stack/open_file.ts";
import { MocaLimitError, MocaTrap } from "../../moca/error.ts";
import { bytesToUtf8 } from "../../moca/text.ts";
import type { Value } from "../../moca/value.ts";
import type { CallContext } from "./call_context.ts";
import { bytesOf, byteVec, lossyText } from "./data.ts";
import { type OpenDescriptor, opened } from "./descriptor_table.ts";
import type { Arguments, Handler } from "./handler.ts";
import type { Steps } from "./wait.ts";

/** Bytes that one system call reads, at most. */
const MAX_CHUNK = 1 << 20;

/** Bytes of the buffer that is kept. */
const KEPT_BUFFER = 1 << 16;

const STDIN = 0;
const STDOUT = 1n;
const STDERR = 2n;

const FLAGS = O_WRONLY | O_CREAT | O_TRUNC;

/** Permissions of a file that is made, before the umask. */
const FILE_MODE = 0o666;

let kept: Uint8Array<ArrayBuffer> | null = null;

/** Room for a read, until the next one. */
function buffer(length: number): Uint8Array<ArrayBuffer> {
  if (length > KEPT_BUFFER) return new Uint8Array(Math.min(length, MAX_CHUNK));
  return kept ??= new Uint8Array(KEPT_BUFFER);
}

/** What one read of a descriptor delivers, valid until the next one, or a negated errno. */
function* readOnce(
  context: CallContext,
  entry: OpenDescriptor,
  count: number,
): Steps<Uint8Array<ArrayBuffer> | number> {
  const { system } = context;
  if (entry.kind === "connected" || entry.kind === "datagram") {
    const room = buffer(count);
    const length = Math.min(count, room.byteLength);
    const result = yield* context.attempt(entry, POLLIN, () => {
      const flags = context.blocks(entry.timeout) ? 0 : MSG_DONTWAIT;
      return system.recv(entry.fd, room, length, flags);
    });
    return result < 0 ? result : room.subarray(0, result);
  }
  if (!entry.waits) return readFile(context, entry, count);
  const ready = yield* context.ready(entry, POLLIN);
  if (ready < 0) return ready;
  // The buffer is taken after the wait: other threads of the script have read meanwhile.
  const room = buffer(count);
  const length = Math.min(count, room.byteLength);
  const result = yield* context.attempt(
    entry,
    POLLIN,
    () => system.read(entry.fd, room, length),
  );
  return result < 0 ? result : room.subarray(0, result);
}

/** A file is read whole where one read of the original's would: up to the count or its end. */
function readFile(
  { system, maxRead }: CallContext,
  { fd }: OpenDescriptor,
  count: number,
): Uint8Array<ArrayBuffer> | number {
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  let total = 0;
  while (total < count) {
    const room = buffer(count - total);
    const length = Math.min(count - total, room.byteLength);
    const result = system.read(fd, room, length);
    if (result < 0 && total === 0) return result;
    if (result <= 0) break;
    if (total + result > maxRead) throw new MocaLimitError("runtime error: heap limit exceeded");
    if (total === 0 && result === count) return room.subarray(0, result);
    chunks.push(room.slice(0, result));
    total += result;
  }
  const whole = new Uint8Array(total);
  let offset = 0;
  for (const chunk of chunks) {
    whole.set(chunk, offset);
    offset += chunk.byteLength;
  }
  return whole;
}

function* readAs(
  context: CallContext,
  args: Arguments,
  call: string,
  convert: (bytes: Uint8Array) => Value,
): Steps<Value> {
  const entry = context.descriptors.get(args.int(0));
  const count = args.int(1);
  if (entry === undefined || entry.kind === "pending" || entry.kind === "listener") {
    return context.result(-Errno.EBADF, call);
  }
  if (count < 0n) return context.result(-Errno.EINVAL, call);
  if (count === 0n) return convert(new Uint8Array(0));
  const bytes = yield* readOnce(context, entry, Number(count));
  return typeof bytes === "number" ? context.result(bytes, call) : convert(bytes);
}

function read(context: CallContext, args: Arguments): Steps<Value> {
  return readAs(context, args, "read", lossyText);
}

function readBytes(context: CallContext, args: Arguments): Steps<Value> {
  return readAs(context, args, "read_bytes", byteVec);
}

/** Writes all bytes; their count, or a negated errno. */
function* writeAll(
  context: CallContext,
  entry: OpenDescriptor,
  bytes: Uint8Array<ArrayBuffer>,
): Steps<number> {
  const { system } = context;
  const isSocket = entry.kind !== "file";
  for (let written = 0; written < bytes.byteLength;) {
    const rest = written === 0 ? bytes : bytes.subarray(written);
    if (!isSocket) {
      const ready = yield* context.ready(entry, POLLOUT);
      if (ready < 0) return ready;
    }
    const result = yield* context.attempt(entry, POLLOUT, () => {
      if (!isSocket) return system.write(entry.fd, rest, rest.byteLength);
      const flags = context.blocks(entry.timeout) ? MSG_NOSIGNAL : MSG_NOSIGNAL | MSG_DONTWAIT;
      return system.send(entry.fd, rest, rest.byteLength, flags);
    });
    if (result < 0) return result;
    written += result;
  }
  return bytes.byteLength;
}

function write(context: CallContext, args: Arguments): Value | Steps<Value> {
  const bytes = bytesOf(args.value(1), args.int(2));
  if (bytes === null) throw new MocaTrap("write: buf must be a reference");
  const number = args.int(0);
  if (number === STDOUT || number === STDERR) {
    context.output(Number(number), bytes);
    return BigInt(bytes.byteLength);
  }
  const entry = context.descriptors.get(number);
  if (entry === undefined || entry.kind === "pending" || entry.kind === "listener") {
    return context.result(-Errno.EBADF, "write");
  }
  if (entry.kind === "stdin") return context.result(-Errno.EBADF, "write");
  return writeSteps(context, entry, bytes);
}

function* writeSteps(
  context: CallContext,
  entry: OpenDescriptor,
  bytes: Uint8Array<ArrayBuffer>,
): Steps<Value> {
  return context.result(yield* writeAll(context, entry, bytes), "write");
}

/** Whether calls on a descriptor of the system's can wait. */
function waits({ system }: CallContext, fd: number): boolean {
  const kind = system.kind(fd);
  return kind !== FileKind.file && kind !== FileKind.directory;
}

function open(context: CallContext, args: Arguments): Value {
  const { descriptors, system } = context;
  const flags = Number(args.int(1) & BigInt(FLAGS));
  if ((flags & O_WRONLY) === 0 && flags !== 0) return context.result(-Errno.EINVAL, "open");
  const fd = system.openat(AT_FDCWD, bytesToUtf8(args.text(0)), flags, FILE_MODE);
  if (fd < 0) return context.result(fd, "open");
  const number = descriptors.add(opened("file", fd, { waits: waits(context, fd) }));
  if (number < 0) system.close(fd);
  return context.result(number, "open");
}

function close(context: CallContext, args: Arguments): Value {
  const entry = context.descriptors.remove(args.int(0));
  if (entry === undefined) return context.result(-Errno.EBADF, "close");
  if (entry.kind !== "pending" && entry.kind !== "stdin") context.system.close(entry.fd);
  return 0n;
}

function stdin(context: CallContext): Value {
  const kind = context.system.kind(STDIN);
  if (kind < 0) return context.result(kind, "stdin");
  const entry = opened("stdin", STDIN, { waits: waits(context, STDIN) });
  return context.result(context.descriptors.add(entry), "stdin");
}

/** The handlers by name. */
export const TRANSFER_CALLS: readonly (readonly [name: string, handler: Handler])[] = [
  ["read", read],
  ["read_bytes", readBytes],
  ["write", write],
  ["open", open],
  ["close", close],
  ["stdin", stdin],
];
