/**
 * Types of sockets by WasmEdge's numbers.
 *
 * @module
 */
import { SOCK_DGRAM, SOCK_STREAM } from "../../../linux/socket.ts";

// __wasi_sock_type_t
/** Any type. */
export const SOCK_TYPE_ANY = 0;
/** Datagrams. */
export const SOCK_TYPE_DGRAM = 1;
/** A stream. */
export const SOCK_TYPE_STREAM = 2;

/** Linux's type of socket; 0 for none. */
export function linuxSocketType(type: number): number {
  switch (type) {
    case SOCK_TYPE_DGRAM:
      return SOCK_DGRAM;
    case SOCK_TYPE_STREAM:
      return SOCK_STREAM;
    default:
      return 0;
  }
}
