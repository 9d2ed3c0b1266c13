/**
 * wasi:sockets/network.
 *
 * @module
 */
import { type WasiErrorCode, wasiErrorCode } from "../../wasi/socket_errors.ts";
import { fail } from "../fail.ts";
import type { IoError } from "../io/error.ts";
import { Resource } from "../resource.ts";

/** `error-code`. */
export type ErrorCode = WasiErrorCode;

/** `ip-address-family`. */
export type IpAddressFamily = "ipv4" | "ipv6";

/** `ipv4-address`. */
export type Ipv4Address = readonly [number, number, number, number];

/** `ipv6-address`. */
export type Ipv6Address = readonly [
  number,
  number,
  number,
  number,
  number,
  number,
  number,
  number,
];

/** `ip-address`. */
export type IpAddressValue =
  | { readonly tag: "ipv4"; readonly val: Ipv4Address }
  | { readonly tag: "ipv6"; readonly val: Ipv6Address };

/** `ip-socket-address`. */
export type IpSocketAddress =
  | { readonly tag: "ipv4"; readonly val: { readonly port: number; readonly address: Ipv4Address } }
  | {
    readonly tag: "ipv6";
    readonly val: {
      readonly port: number;
      readonly flowInfo: number;
      readonly address: Ipv6Address;
      readonly scopeId: number;
    };
  };

/**
 * Which code a socket call's errno is.
 *
 * @param errno The errno, negated or not.
 */
export function errorCode(errno: number): ErrorCode {
  return wasiErrorCode(errno);
}

/** Fails with a code. */
export function failWith(code: ErrorCode): never {
  fail(code);
}

/** Returns what a call returned; fails if that is a negated errno. */
export function check(result: number): number {
  if (result < 0) failWith(errorCode(result));
  return result;
}

/**
 * `network`: what may be reached. What that is the system's policy says, which is asked when an
 * address is used.
 */
export class Network extends Resource {}

/** `network-error-code`: what a stream's error means for a socket, if it is one of a socket's. */
export function networkErrorCode(error: IoError): ErrorCode | undefined {
  return error.origin === "network" ? errorCode(error.errno) : undefined;
}
