/**
 * sendfile(2) between files that are not both the host's.
 *
 * @module
 */
import { Errno } from "../linux/errno.ts";
import { O_ACCMODE, O_APPEND, O_PATH, O_RDONLY, O_WRONLY } from "../linux/fcntl.ts";
import { FileKind, type OffsetCell, type OpenFile } from "../stack/open_file.ts";

/** Bytes that are read before they are written. */
const CHUNK_SIZE = 65536;

function check(output: OpenFile, input: OpenFile, offset: OffsetCell | null): number {
  const inputFlags = input.getStatusFlags();
  const outputFlags = output.getStatusFlags();
  if ((inputFlags & O_PATH) !== 0 || (inputFlags & O_ACCMODE) === O_WRONLY) return -Errno.EBADF;
  if (offset !== null) {
    const seekable = input.kind === FileKind.file || input.kind === FileKind.directory;
    if (!seekable) return -Errno.ESPIPE;
    if (offset.value < 0) return -Errno.EINVAL;
  }
  if ((outputFlags & O_PATH) !== 0 || (outputFlags & O_ACCMODE) === O_RDONLY) return -Errno.EBADF;
  if (input.kind !== FileKind.file || (outputFlags & O_APPEND) !== 0) return -Errno.EINVAL;
  return 0;
}

/**
 * Copies up to `count` bytes from a regular file to any file, as sendfile(2) does.
 *
 * @returns The bytes written, or a negated errno if none were: EBADF for a file that is not open for
 * reading or writing, EINVAL for an input that is no regular file or an output in append mode.
 */
export function sendfileByCopy(
  output: OpenFile,
  input: OpenFile,
  offset: OffsetCell | null,
  count: number,
): number {
  const refused = check(output, input, offset);
  if (refused < 0) return refused;
  const chunk = new Uint8Array(Math.min(count, CHUNK_SIZE));
  let position = offset === null ? input.lseek(0, 1) : offset.value;
  if (position < 0) return position;
  let sent = 0;
  let result = 0;
  while (sent < count) {
    const wanted = Math.min(chunk.length, count - sent);
    const got = input.pread(chunk, wanted, position);
    result = got;
    if (got <= 0) break;
    result = output.write(chunk.subarray(0, got), got);
    if (result <= 0) break;
    sent += result;
    position += result;
    if (result < got) break;
  }
  if (offset === null) input.lseek(position, 0);
  else offset.value = position;
  return sent > 0 ? sent : result;
}
