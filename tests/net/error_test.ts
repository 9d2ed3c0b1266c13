import { assertEquals, assertInstanceOf } from "@std/assert";
import { Errno } from "../../lib/linux/errno.ts";
import { NetError, type NetErrorKind, netErrorKind } from "../../lib/net/error.ts";
import { parseSocketAddress } from "../../lib/ip.ts";

// std::io::ErrorKind's meaning of Linux's errnos, and the ones of the akuma library beyond it.
const KINDS: readonly (readonly [keyof typeof Errno, NetErrorKind])[] = [
  ["EPERM", "PermissionDenied"],
  ["ENOENT", "NotFound"],
  ["EINTR", "Interrupted"],
  ["EIO", "Other"],
  ["E2BIG", "ArgumentListTooLong"],
  ["EBADF", "InvalidInput"],
  ["EAGAIN", "WouldBlock"],
  ["EWOULDBLOCK", "WouldBlock"],
  ["ENOMEM", "OutOfMemory"],
  ["EACCES", "PermissionDenied"],
  ["EFAULT", "Other"],
  ["EBUSY", "ResourceBusy"],
  ["EEXIST", "AlreadyExists"],
  ["EXDEV", "CrossesDevices"],
  ["ENOTDIR", "NotADirectory"],
  ["EISDIR", "IsADirectory"],
  ["EINVAL", "InvalidInput"],
  ["ENFILE", "Other"],
  ["EMFILE", "Other"],
  ["ETXTBSY", "ExecutableFileBusy"],
  ["EFBIG", "FileTooLarge"],
  ["ENOSPC", "StorageFull"],
  ["ESPIPE", "NotSeekable"],
  ["EROFS", "ReadOnlyFilesystem"],
  ["EMLINK", "TooManyLinks"],
  ["EPIPE", "BrokenPipe"],
  ["EDEADLK", "Deadlock"],
  ["ENAMETOOLONG", "InvalidFilename"],
  ["ENOSYS", "Unsupported"],
  ["ENOTEMPTY", "DirectoryNotEmpty"],
  ["ELOOP", "FilesystemLoop"],
  ["EBADMSG", "InvalidData"],
  ["EILSEQ", "InvalidData"],
  ["EMSGSIZE", "Other"],
  ["ENOPROTOOPT", "Unsupported"],
  ["EPROTONOSUPPORT", "Unsupported"],
  ["ESOCKTNOSUPPORT", "Unsupported"],
  ["EOPNOTSUPP", "Unsupported"],
  ["ENOTSUP", "Unsupported"],
  ["EPFNOSUPPORT", "Unsupported"],
  ["EAFNOSUPPORT", "Unsupported"],
  ["EADDRINUSE", "AddrInUse"],
  ["EADDRNOTAVAIL", "AddrNotAvailable"],
  ["ENETDOWN", "NetworkDown"],
  ["ENETUNREACH", "NetworkUnreachable"],
  ["ECONNABORTED", "ConnectionAborted"],
  ["ECONNRESET", "ConnectionReset"],
  ["EISCONN", "Other"],
  ["ENOTCONN", "NotConnected"],
  ["ETIMEDOUT", "TimedOut"],
  ["ECONNREFUSED", "ConnectionRefused"],
  ["EHOSTUNREACH", "HostUnreachable"],
  ["EINPROGRESS", "InProgress"],
  ["ESTALE", "StaleNetworkFileHandle"],
  ["EDQUOT", "QuotaExceeded"],
];

Deno.test("netErrorKind() gives each errno its meaning", () => {
  for (const [name, kind] of KINDS) assertEquals(netErrorKind(Errno[name]), kind, name);
});

Deno.test("netErrorKind() has Other for every errno that std::io::ErrorKind has no name for", () => {
  const named = new Set<string>(KINDS.map(([name]) => name));
  const others = Object.entries(Errno).filter(([name]) => !named.has(name));
  for (const [name, errno] of others) {
    const isAlias = KINDS.some(([known]) => Errno[known] === errno);
    if (!isAlias) assertEquals(netErrorKind(errno), "Other", name);
  }
});

Deno.test("netErrorKind() takes an errno as a call returned it", () => {
  assertEquals(netErrorKind(-Errno.ECONNREFUSED), "ConnectionRefused");
});

Deno.test("netErrorKind() has Other for what has no meaning", () => {
  for (const errno of [0, 41, 999, NaN, Infinity]) assertEquals(netErrorKind(errno), "Other");
});

Deno.test("NetError tells errno, kind, call and address", () => {
  const address = parseSocketAddress("127.0.0.1:80") ?? undefined;
  const error = new NetError("Cannot connect", { syscall: "connect", errno: 111, address });
  assertInstanceOf(error, Error);
  assertEquals(
    [error.name, error.message, error.errno, error.kind, error.syscall, String(error.address)],
    ["NetError", "Cannot connect", 111, "ConnectionRefused", "connect", "127.0.0.1:80"],
  );
});

Deno.test("NetError takes a kind of its own where no call failed", () => {
  const error = new NetError("Cannot read", { syscall: "recv", kind: "UnexpectedEof" });
  assertEquals([error.errno, error.kind, error.address], [0, "UnexpectedEof", undefined]);
});

Deno.test("NetError.fromErrno() takes an errno of either sign", () => {
  for (const errno of [Errno.EPIPE, -Errno.EPIPE]) {
    const error = NetError.fromErrno(errno, "send");
    assertEquals(
      [error.message, error.errno, error.kind, error.syscall, error.address],
      ["send: Broken pipe (EPIPE)", 32, "BrokenPipe", "send", undefined],
    );
  }
});

Deno.test("NetError.fromErrno() needs no call, and takes numbers that mean nothing", () => {
  const error = NetError.fromErrno(999);
  assertEquals(
    [error.message, error.errno, error.kind, error.syscall],
    ["Unknown error 999 (errno 999)", 999, "Other", ""],
  );
});
