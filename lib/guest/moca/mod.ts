/**
 * The moca script language with its host calls: scripts that reach files and the network through a
 * `System`. {@linkcode runScript} compiles and runs one; {@linkcode compile} and {@linkcode Vm} are
 * the language alone.
 *
 * Scripts have the original's host calls under its names: `socket`, `connect`, `bind`, `listen`,
 * `accept`, `read`, `write` and `write_str`, `open`, `close`, `time`, `time_nanos`; `syscall_NAME`,
 * `hostcall_NAME` and `__syscall` are the same. An error is a negative int. Beyond them there are these
 * functions and the constants `AF_INET6()`, `SHUT_RD()`, `SHUT_WR()`, `SHUT_RDWR()`, `POLLIN()`,
 * `POLLOUT()`, `POLLERR()`, `POLLHUP()`, `POLLNVAL()`; a script that defines or declares such a name
 * itself has its own. A call whose time-out has expired gives `ETIMEDOUT()`.
 *
 * | function | what it does; what it gives | in examples/ |
 * | --- | --- | --- |
 * | `tcp_socket(domain: int) -> int` | as socket, for AF_INET() or AF_INET6(): a host's addresses of that family only | `tcp6.mc` |
 * | `udp_socket(domain: int) -> int` | a UDP socket for AF_INET() or AF_INET6() | `udp_echo.mc` |
 * | `sendto(fd: int, buf: any, count: int, host: string, port: int) -> int` | sends a datagram; its count of bytes | `udp_echo.mc` |
 * | `recvfrom(fd: int, count: int) -> Datagram` | waits for a datagram: result (its bytes, or the error), data, host, port | `udp_echo.mc` |
 * | `shutdown(fd: int, how: int) -> int` | ends SHUT_RD(), SHUT_WR() or SHUT_RDWR() of a connection; 0 | `half_close.mc` |
 * | `set_timeout(fd: int, milliseconds: int) -> int` | bounds each later call on it, which then gives ETIMEDOUT(); 0 milliseconds: no bound; 0 | `udp_echo.mc` |
 * | `getsockname(fd: int) -> SocketAddress` | a socket's own address: result (0, or the error), host, port | `echo_server.mc` |
 * | `getpeername(fd: int) -> SocketAddress` | the address that a socket is connected to: result (0, or the error), host, port | `echo_server.mc` |
 * | `resolve(host: string) -> Vec<string>` | a host's addresses; for an error a negative int, as read gives it | `resolve.mc` |
 * | `poll(fds: Vec<PollFd>, milliseconds: int) -> int` | waits until some are ready, sets their revents; their count. Negative: for ever | `echo_server.mc` |
 * | `read_bytes(fd: int, count: int) -> Vec<byte>` | as read, nothing decoded and nothing lost; for an error a negative int, as read gives it | `hexdump.mc` |
 * | `stdin() -> int` | a descriptor of standard input, for read, read_bytes and poll | `chat.mc` |
 *
 * @example
 * ```ts
 * import { runScript } from "@vmsock/vmsock/moca";
 * import { assertEquals } from "@std/assert";
 *
 * let text = "";
 * const { status, error } = runScript(`print(socket(999, 1) == EAFNOSUPPORT());`, {
 *   output: (_fd, bytes) => void (text += new TextDecoder().decode(bytes)),
 * });
 * assertEquals([status, error, text], [0, null, "true\n"]);
 * ```
 *
 * @module
 */
export * from "../../moca/mod.ts";
export type { System } from "../../kernel/system.ts";
export {
  HOST_CALL_ROWS,
  type HostCallRow,
  type Parameter,
  type ParameterKind,
} from "./call_table.ts";
export { type ErrnoNumbers, MOCA_ERRNOS, type MocaErrnoName, type MocaErrnoRow } from "./errno.ts";
export { hostPrelude } from "./prelude.ts";
export {
  type ProcessOptions,
  type ScriptOutcome,
  type ScriptOutput,
  ScriptProcess,
} from "./process.ts";
export { compileScript, runScript, type ScriptOptions } from "./script.ts";
export { systemOutput } from "./system_output.ts";
export {
  runWorkerThread,
  type ThreadStart,
  type WorkerThreadOptions,
  WorkerThreads,
} from "./worker_threads.ts";
