/**
 * The host calls as scripts see them: numbers, names, parameters. What they do is in the files beside
 * this one.
 *
 * @module
 */

/** What an argument must be: an int, a string, or a string, Vec or pointer. */
export type ParameterKind = "integer" | "string" | "reference";

/** A parameter of a host call. */
export interface Parameter {
  /** Its name, for messages. */
  readonly name: string;
  /** What it must be. */
  readonly kind: ParameterKind;
  /** Its type in the script, where the kind does not say it. */
  readonly type?: string;
}

/** One host call. */
export interface HostCallRow {
  /** Its number, for `__hostcall`: up to 11 as in the original, from 100 on ours. */
  readonly number: number;
  /** Its name, in messages and in scripts. */
  readonly name: string;
  /** Its parameters. */
  readonly params: readonly Parameter[];
  /** Type of its result in the script. */
  readonly result: string;
  /** What it returns, in one line; the same for an error unless it says so: a negative int. */
  readonly help: string;
  /** A script that uses it, among the examples; each of ours has one. */
  readonly example?: string;
  /** What the script's function does with `r`, which `__hostcall` gave; by default, returns it. */
  readonly wrap?: string;
}

function int(name: string): Parameter {
  return { name, kind: "integer" };
}

function text(name: string): Parameter {
  return { name, kind: "string" };
}

function data(name: string, type = "any"): Parameter {
  return { name, kind: "reference", type };
}

const FD = int("fd");

const ENDPOINT = "return SocketAddress { result: r[0], host: r[1], port: r[2] };";

/** The structs of host calls: names and fields. */
export const HOST_CALL_STRUCTS: ReadonlyMap<string, string> = new Map([
  ["SocketAddress", "result: int, host: string, port: int"],
  ["Datagram", "result: int, data: string, host: string, port: int"],
  ["PollFd", "fd: int, events: int, revents: int"],
]);

/** Every host call. */
export const HOST_CALL_ROWS: readonly HostCallRow[] = [
  {
    number: 1,
    name: "write",
    params: [FD, data("buf"), int("count")],
    result: "int",
    help: "writes the bytes of a string or pointer, all of them; their count",
    example: "http_server.mc",
  },
  {
    number: 2,
    name: "open",
    params: [text("path"), int("flags")],
    result: "int",
    help: "opens a file; a descriptor",
    example: "hexdump.mc",
  },
  {
    number: 3,
    name: "close",
    params: [FD],
    result: "int",
    help: "closes a descriptor; 0",
    example: "hexdump.mc",
  },
  {
    number: 4,
    name: "read",
    params: [FD, int("count")],
    result: "string",
    help: "up to count bytes, decoded as UTF-8; empty at the end",
    example: "http_get.mc",
  },
  {
    number: 5,
    name: "socket",
    params: [int("domain"), int("type")],
    result: "int",
    help: "a descriptor for connect or bind: AF_INET() and SOCK_STREAM() only",
    example: "http_get.mc",
  },
  {
    number: 6,
    name: "connect",
    params: [FD, text("host"), int("port")],
    result: "int",
    help: "connects to each address of the host until one answers; 0",
    example: "http_get.mc",
  },
  {
    number: 7,
    name: "bind",
    params: [FD, text("host"), int("port")],
    result: "int",
    help: "binds; a stream socket listens from then on; 0",
    example: "http_server.mc",
  },
  {
    number: 8,
    name: "listen",
    params: [FD, int("backlog")],
    result: "int",
    help: "0 for a listener",
  },
  {
    number: 9,
    name: "accept",
    params: [FD],
    result: "int",
    help: "waits for a connection; its descriptor",
    example: "http_server.mc",
  },
  { number: 10, name: "time", params: [], result: "int", help: "seconds since 1970" },
  { number: 11, name: "time_nanos", params: [], result: "int", help: "nanoseconds since 1970" },
  {
    number: 100,
    name: "tcp_socket",
    params: [int("domain")],
    result: "int",
    help: "as socket, for AF_INET() or AF_INET6(): a host's addresses of that family only",
    example: "tcp6.mc",
  },
  {
    number: 101,
    name: "udp_socket",
    params: [int("domain")],
    result: "int",
    help: "a UDP socket for AF_INET() or AF_INET6()",
    example: "udp_echo.mc",
  },
  {
    number: 102,
    name: "sendto",
    params: [FD, data("buf"), int("count"), text("host"), int("port")],
    result: "int",
    help: "sends a datagram; its count of bytes",
    example: "udp_echo.mc",
  },
  {
    number: 103,
    name: "recvfrom",
    params: [FD, int("count")],
    result: "Datagram",
    help: "waits for a datagram: result (its bytes, or the error), data, host, port",
    example: "udp_echo.mc",
    wrap: "return Datagram { result: r[0], data: r[1], host: r[2], port: r[3] };",
  },
  {
    number: 104,
    name: "shutdown",
    params: [FD, int("how")],
    result: "int",
    help: "ends SHUT_RD(), SHUT_WR() or SHUT_RDWR() of a connection; 0",
    example: "half_close.mc",
  },
  {
    number: 105,
    name: "set_timeout",
    params: [FD, int("milliseconds")],
    result: "int",
    help: "bounds each later call on it, which then gives ETIMEDOUT(); 0 milliseconds: no bound; 0",
    example: "udp_echo.mc",
  },
  {
    number: 106,
    name: "getsockname",
    params: [FD],
    result: "SocketAddress",
    help: "a socket's own address: result (0, or the error), host, port",
    example: "echo_server.mc",
    wrap: ENDPOINT,
  },
  {
    number: 107,
    name: "getpeername",
    params: [FD],
    result: "SocketAddress",
    help: "the address that a socket is connected to: result (0, or the error), host, port",
    example: "echo_server.mc",
    wrap: ENDPOINT,
  },
  {
    number: 108,
    name: "resolve",
    params: [text("host")],
    result: "Vec<string>",
    help: "a host's addresses; for an error a negative int, as read gives it",
    example: "resolve.mc",
  },
  {
    number: 109,
    name: "poll",
    params: [data("fds", "Vec<PollFd>"), int("milliseconds")],
    result: "int",
    help: "waits until some are ready, sets their revents; their count. Negative: for ever",
    example: "echo_server.mc",
  },
  {
    number: 110,
    name: "read_bytes",
    params: [FD, int("count")],
    result: "Vec<byte>",
    help:
      "as read, nothing decoded and nothing lost; for an error a negative int, as read gives it",
    example: "hexdump.mc",
  },
  {
    number: 111,
    name: "stdin",
    params: [],
    result: "int",
    help: "a descriptor of standard input, for read, read_bytes and poll",
    example: "chat.mc",
  },
];
