/**
 * Blocking sockets for TypeScript programs, in the shape of Rust's `std::net`: a call waits until it
 * is done and returns its result or throws a {@linkcode NetError}. No promises.
 *
 * Each socket is a descriptor of a `System`. Where the caller names none, that is a kernel of the
 * thread's own, which the first socket opens: over Linux's sockets with `--allow-ffi`, else over
 * Deno's network API with nothing but `--allow-net`. Sockets close at the end of their scope with
 * `using`.
 *
 * @example A connection
 * ```ts
 * import { TcpListener, TcpStream } from "@vmsock/vmsock/net";
 * import { assertEquals } from "@std/assert";
 *
 * using listener = TcpListener.bind("127.0.0.1:0");
 * using client = TcpStream.connect(listener.localAddr(), { timeout: 1000 });
 * using server = listener.accept().stream;
 *
 * client.writeAll(new TextEncoder().encode("ping"));
 * const request = new Uint8Array(4);
 * server.readExact(request);
 * assertEquals(new TextDecoder().decode(request), "ping");
 * ```
 *
 * @example Wait for several sockets at once, with the poll of their system
 * ```ts
 * import { UdpSocket } from "@vmsock/vmsock/net";
 * import { POLLIN } from "@vmsock/vmsock/linux";
 * import { assertEquals } from "@std/assert";
 *
 * using one = UdpSocket.bind("127.0.0.1:0");
 * using other = UdpSocket.bind("127.0.0.1:0");
 * one.sendTo(new Uint8Array([1, 2]), other.localAddr());
 *
 * const watched = [one, other].map(({ fd }) => ({ fd, events: POLLIN, revents: 0 }));
 * assertEquals(one.system.poll(watched, 5000), 1); // ready, within 5 seconds
 * assertEquals(watched.map(({ revents }) => revents), [0, POLLIN]);
 * ```
 *
 * @module
 */
export {
  IpAddress,
  IPV4_ANY,
  IPV4_LOOPBACK,
  IPV6_ANY,
  IPV6_LOOPBACK,
  parseIpAddress,
  parseSocketAddress,
  SocketAddress,
} from "../ip.ts";
export { closeDefaultSystem, defaultSystem, type SystemOptions } from "../kernel/default_system.ts";
export { NetError, type NetErrorKind, netErrorKind, type NetErrorOptions } from "./error.ts";
export type { Address } from "./host_port.ts";
export { lookupHost, resolve, type ResolveOptions } from "./resolve.ts";
export { Socket } from "./socket.ts";
export { type Accepted, type ListenOptions, TcpListener } from "./tcp_listener.ts";
export { type ConnectOptions, type Shutdown, TcpStream } from "./tcp_stream.ts";
export { type Datagram, UdpSocket } from "./udp_socket.ts";
