/**
 * A TCP of our own: RFC 9293 with RFC 5681, 5961, 6298, 6528, 6675, 7323, 8985. It does no I/O; packets
 * and time go in, segments come out.
 *
 * @module
 */
export { TcpConnection, type TcpTuning } from "./connection.ts";
export { type OutgoingSegment, TcpHost, type TcpHostOptions } from "./host.ts";
export { TcpListener } from "./listener.ts";
export { DEFAULT_TCP_SETTINGS, type TcpSettings } from "./settings.ts";
export { TCP_TRANSITIONS, type TcpState, type TcpTransition } from "./state.ts";
