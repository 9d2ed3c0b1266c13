import { assertEquals } from "@std/assert";
import {
  NETWORK_ERROR_NAMES,
  SOCKET_ERROR_NAMES,
  SOCKET_ERRORS,
  type WasiErrorCode,
  wasiErrorCode,
} from "../../../lib/guest/wasi/socket_errors.ts";
import { errorCode } from "../../../lib/guest/wasi_p2/sockets/network.ts";
import { Errno } from "../../../lib/linux/errno.ts";

/** What each code of WASI 0.2 is in `wasi-network` and in `socket`. */
const CODES: Readonly<Record<WasiErrorCode, readonly [network: string, socket: string]>> = {
  "unknown": ["unknown", "other"],
  "access-denied": ["access-denied", "other"],
  "not-supported": ["not-supported", "other"],
  "invalid-argument": ["invalid-argument", "invalid-input"],
  "out-of-memory": ["out-of-memory", "other"],
  "timeout": ["timeout", "timeout"],
  "concurrency-conflict": ["invalid-state", "invalid-input"],
  "not-in-progress": ["invalid-state", "invalid-input"],
  "would-block": ["would-block", "would-block"],
  "invalid-state": ["invalid-state", "invalid-input"],
  "new-socket-limit": ["out-of-memory", "other"],
  "address-not-bindable": ["address-not-bindable", "address-not-available"],
  "address-in-use": ["address-in-use", "address-in-use"],
  "remote-unreachable": ["remote-unreachable", "network-unreachable"],
  "connection-refused": ["connection-refused", "connection-refused"],
  "connection-reset": ["connection-reset", "connection-reset"],
  "connection-aborted": ["connection-aborted", "connection-aborted"],
  "datagram-too-large": ["invalid-argument", "invalid-input"],
  "name-unresolvable": ["name-unresolvable", "other"],
  "temporary-resolver-failure": ["name-unresolvable", "other"],
  "permanent-resolver-failure": ["name-unresolvable", "other"],
};

/** Every errno that is not `unknown`. */
const ERRNOS: Readonly<Record<string, WasiErrorCode>> = {
  EPERM: "access-denied",
  EACCES: "access-denied",
  EPROTOTYPE: "not-supported",
  ENOPROTOOPT: "not-supported",
  EPROTONOSUPPORT: "not-supported",
  ESOCKTNOSUPPORT: "not-supported",
  EOPNOTSUPP: "not-supported",
  EPFNOSUPPORT: "not-supported",
  EAFNOSUPPORT: "not-supported",
  EINVAL: "invalid-argument",
  EDOM: "invalid-argument",
  EFAULT: "invalid-argument",
  ENOMEM: "out-of-memory",
  ENOBUFS: "out-of-memory",
  ETIMEDOUT: "timeout",
  EALREADY: "concurrency-conflict",
  EAGAIN: "would-block",
  EINPROGRESS: "would-block",
  EBADF: "invalid-state",
  EDESTADDRREQ: "invalid-state",
  EISCONN: "invalid-state",
  ENOTCONN: "invalid-state",
  ENFILE: "new-socket-limit",
  EMFILE: "new-socket-limit",
  EADDRNOTAVAIL: "address-not-bindable",
  EADDRINUSE: "address-in-use",
  ENONET: "remote-unreachable",
  ENETDOWN: "remote-unreachable",
  ENETUNREACH: "remote-unreachable",
  EHOSTDOWN: "remote-unreachable",
  EHOSTUNREACH: "remote-unreachable",
  ECONNREFUSED: "connection-refused",
  EPIPE: "connection-reset",
  ECONNRESET: "connection-reset",
  ECONNABORTED: "connection-aborted",
  EMSGSIZE: "datagram-too-large",
};

Deno.test("every errno has its code, in WASI 0.2 and in both interfaces of scheduler:core-libs", () => {
  const byNumber = new Map(
    Object.entries(ERRNOS).map(([name, code]) => [Errno[name as keyof typeof Errno], code]),
  );
  for (let errno = 1; errno < 4096; errno++) {
    const code = byNumber.get(errno as Errno) ?? "unknown";
    for (const signed of [errno, -errno]) {
      assertEquals(wasiErrorCode(signed), code, `errno ${signed}`);
      assertEquals(errorCode(signed), code, `errno ${signed}`);
    }
    const [network, socket] = CODES[code];
    assertEquals(NETWORK_ERROR_NAMES[wasiErrorCode(errno)], network);
    assertEquals(SOCKET_ERROR_NAMES[wasiErrorCode(errno)], socket);
  }
  assertEquals(byNumber.size, Object.keys(ERRNOS).length);
});

Deno.test("every code of WASI 0.2 has its names in both interfaces, each once in the table", () => {
  assertEquals(SOCKET_ERRORS.map(({ code }) => code), Object.keys(CODES) as WasiErrorCode[]);
  for (const { code, network, socket } of SOCKET_ERRORS) {
    assertEquals<readonly string[]>([network, socket], CODES[code], code);
  }
  assertEquals(new Set(SOCKET_ERRORS.map(({ network }) => network)).size, 15);
  assertEquals(new Set(SOCKET_ERRORS.map(({ socket }) => socket)).size, 10);
});
