/**
 * The moca script language with its host calls: scripts that reach files and the network through a
 * `System`. {@linkcode runScript} compiles and runs one; {@linkcode compile} and {@linkcode Vm} are
 * the language alone.
 *
 * `examples/tour.mc` shows the language; these are the functions by which a script reaches anything.
 * Files and sockets are descriptors, from 3 on. A call that fails gives a negative int: one of
 * `EBADF()` (−1, and whatever has no number of its own), `ENOENT()` (−2), `EACCES()` (−3),
 * `ECONNREFUSED()` (−4), `ETIMEDOUT()` (−5, also where a call's time-out has expired),
 * `EAFNOSUPPORT()` (−6), `ESOCKTNOSUPPORT()` (−7), `EADDRINUSE()` (−8), or Linux's numbers on request.
 * Where the result is a string or a Vec, `__typeof(result) == 0` tells an error. The other constants are
 * functions, too: `AF_INET()`, `AF_INET6()`, `SOCK_STREAM()`, `O_RDONLY()`, `O_WRONLY()`, `O_CREAT()`,
 * `O_TRUNC()`, `SHUT_RD()`, `SHUT_WR()`, `SHUT_RDWR()`, `POLLIN()`, `POLLOUT()`, `POLLERR()`,
 * `POLLHUP()`, `POLLNVAL()`. A script that defines or declares such a name itself has its own.
 *
 * | function | what it does; what it gives | in examples/ |
 * | --- | --- | --- |
 * | `write(fd: int, buf: any, count: int) -> int` | writes the bytes of a string or pointer, all of them; their count | `http_server.mc` |
 * | `open(path: string, flags: int) -> int` | opens a file; a descriptor | `hexdump.mc` |
 * | `close(fd: int) -> int` | closes a descriptor; 0 | `hexdump.mc` |
 * | `read(fd: int, count: int) -> string` | up to count bytes, decoded as UTF-8; empty at the end | `http_get.mc` |
 * | `socket(domain: int, type: int) -> int` | a descriptor for connect or bind: AF_INET() and SOCK_STREAM() only | `http_get.mc` |
 * | `connect(fd: int, host: string, port: int) -> int` | connects to each address of the host until one answers; 0 | `http_get.mc` |
 * | `bind(fd: int, host: string, port: int) -> int` | binds; a stream socket listens from then on; 0 | `http_server.mc` |
 * | `listen(fd: int, backlog: int) -> int` | 0 for a listener |  |
 * | `accept(fd: int) -> int` | waits for a connection; its descriptor | `http_server.mc` |
 * | `time() -> int` | seconds since 1970 |  |
 * | `time_nanos() -> int` | nanoseconds since 1970 |  |
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
 * A `PollFd` has the ints `fd`, `events` and `revents`. `write_str` is `write` for strings alone.
 * `syscall_NAME`, `hostcall_NAME` and `__syscall` are the names that the calls up to `time_nanos` had in
 * earlier versions of the language.
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
