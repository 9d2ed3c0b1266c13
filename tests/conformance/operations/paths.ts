/**
 * Operations on what paths name.
 *
 * @module
 */
import { AT_FDCWD, AT_REMOVEDIR, AT_SYMLINK_NOFOLLOW } from "../../../lib/linux/fcntl.ts";
import { FileStatus } from "../../../lib/linux/stat.ts";
import type { Call, Operation } from "../call.ts";
import { formatReceived, formatResult, formatStatus } from "../format.ts";

/** The operations of this file by name. */
export const PATH_OPERATIONS: Readonly<Record<string, Operation>> = {
  stat,
  lstat,
  fstatat,
  truncate,
  unlink,
  unlinkat,
  mkdir,
  mkdirat,
  rmdir,
  rename,
  renameat,
  link,
  symlink,
  readlink,
  access,
  chdir,
  fchdir,
  getcwd,
};

function stat(call: Call): string {
  return statusAt(call, AT_FDCWD, call.path(0), 0);
}

function lstat(call: Call): string {
  return statusAt(call, AT_FDCWD, call.path(0), AT_SYMLINK_NOFOLLOW);
}

function fstatat(call: Call): string {
  return statusAt(call, call.fd(0), call.path(1), call.int(2));
}

function statusAt(call: Call, directory: number, path: string | null, flags: number): string {
  const status = new FileStatus();
  return formatStatus(call.system.fstatat(directory, path, status, flags), status);
}

function truncate(call: Call): string {
  return formatResult(call.system.truncate(call.path(0), call.number(1)));
}

function unlink(call: Call): string {
  return formatResult(call.system.unlinkat(AT_FDCWD, call.path(0), 0));
}

function unlinkat(call: Call): string {
  return formatResult(call.system.unlinkat(call.fd(0), call.path(1), call.int(2)));
}

function mkdir(call: Call): string {
  return formatResult(call.system.mkdirat(AT_FDCWD, call.path(0), call.int(1)));
}

function mkdirat(call: Call): string {
  return formatResult(call.system.mkdirat(call.fd(0), call.path(1), call.int(2)));
}

function rmdir(call: Call): string {
  return formatResult(call.system.unlinkat(AT_FDCWD, call.path(0), AT_REMOVEDIR));
}

function rename(call: Call): string {
  return formatResult(
    call.system.renameat(AT_FDCWD, call.path(0), AT_FDCWD, call.path(1)),
  );
}

function renameat(call: Call): string {
  return formatResult(
    call.system.renameat(call.fd(0), call.path(1), call.fd(2), call.path(3)),
  );
}

function link(call: Call): string {
  return formatResult(
    call.system.linkat(AT_FDCWD, call.path(0), AT_FDCWD, call.path(1), 0),
  );
}

function symlink(call: Call): string {
  return formatResult(call.system.symlinkat(call.path(0), AT_FDCWD, call.path(1)));
}

function readlink(call: Call): string {
  const buffer = call.buffer(1);
  const result = call.system.readlinkat(AT_FDCWD, call.path(0), buffer.base, buffer.length);
  return formatReceived(result, buffer);
}

function access(call: Call): string {
  return formatResult(call.system.faccessat(AT_FDCWD, call.path(0), call.int(1)));
}

function chdir(call: Call): string {
  return formatResult(call.system.chdir(call.path(0)));
}

function fchdir(call: Call): string {
  return formatResult(call.system.fchdir(call.fd(0)));
}

// The working directory is another one each time: it is printed as $T, and its length is not counted.
function getcwd(call: Call): string {
  const { base, length } = call.buffer(0);
  const result = call.system.getcwd(base, length);
  if (result < 0 || base === null) return formatResult(result);
  const path = new TextDecoder().decode(base.subarray(0, result - 1));
  const { directory } = call.session;
  if (!path.startsWith(directory)) return `${result} ${path}`;
  return `${result - directory.length} $T${path.slice(directory.length)}`;
}
