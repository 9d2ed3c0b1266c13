/**
 * What the sockets of the engine share.
 *
 * @module
 */
import { IpAddress, IPV4_LOOPBACK, IPV6_LOOPBACK, SocketAddress } from "../../../ip.ts";
import type { TcpConnection, TcpHost, TcpListener } from "../../../tcp/mod.ts";
import type { Libc } from "../../libc/libc.ts";
import type { PortTable } from "../../port_table.ts";
import type { UdpHost, UdpPort } from "../udp_host.ts";

/** A socket as the engine sees it: what is between a guest's pair of sockets and the network. */
export interface EngineSocket {
  /** The engine's end of the pair, −1 once it is closed. */
  readonly descriptor: number;
  /** Which events of poll(2) it waits for there. */
  readonly interest: number;
  /** Moves what can be moved; called when anything has changed. */
  pump(now: number): void;
  /** Ends it, because the device is gone: the guest's calls give the errno. */
  fail(errno: number): void;
  /** Whether nothing is left of it. */
  readonly isOver: boolean;
}

/** The engine, as its sockets see it. */
export interface EngineContext {
  /** The C library. */
  readonly libc: Libc;
  /** TCP. */
  readonly tcp: TcpHost;
  /** UDP. */
  readonly udp: UdpHost;
  /** Which ports are held. */
  readonly ports: PortTable;
  /** This host's own addresses, loopback among them. */
  readonly addresses: readonly IpAddress[];
  /** Longest packet, in octets. */
  readonly mtu: number;
  /** Which socket is concerned when a connection, a listener or a port has changed. */
  readonly owners: Map<TcpConnection | TcpListener | UdpPort, EngineSocket>;
  /** Sets a word of a socket's row. */
  setWord(slot: number, word: number, value: number): void;
  /** Reads a word of a socket's row. */
  word(slot: number, word: number): number;
  /** Takes a row for a socket that the engine has made; −ENFILE without. */
  adopt(make: (slot: number) => EngineSocket): number;
  /** A port that clients are given. */
  freePort(taken: (port: number) => boolean): number;
  /** Milliseconds. */
  now(): number;
}

/**
 * Returns the address from which a destination is reached (MUST-44).
 *
 * @param context The engine.
 * @param destination The destination, not unspecified.
 * @returns Null if this host has no address of its family.
 */
export function sourceFor(context: EngineContext, destination: IpAddress): IpAddress | null {
  if (destination.isLoopback) return destination.family === 4 ? IPV4_LOOPBACK : IPV6_LOOPBACK;
  if (isOwnAddress(context, destination)) return destination;
  return context.addresses.find((address) =>
    address.family === destination.family && !address.isLoopback
  ) ?? null;
}

/**
 * Returns whether an address is one of this host's own; all of 127.0.0.0/8 is.
 *
 * @param context The engine.
 * @param address The address.
 */
export function isOwnAddress(context: EngineContext, address: IpAddress): boolean {
  return address.isLoopback || context.addresses.some((own) => own.equals(address));
}

/**
 * Returns whether bind(2) takes an address: one of this host's, all of them, a group's, everybody's.
 *
 * @param context The engine.
 * @param address The address, no IPv4-mapped one.
 */
export function isBindable(context: EngineContext, address: IpAddress): boolean {
  return address.isUnspecified || address.isMulticast || isBroadcast(address) ||
    isOwnAddress(context, address);
}

function isBroadcast({ bytes }: IpAddress): boolean {
  return bytes.length === 4 && bytes.every((octet) => octet === 255);
}

/**
 * Replaces an unspecified destination, which Linux takes for this host.
 *
 * @param remote The destination, IPv4-mapped addresses as they are.
 */
export function normalize(remote: SocketAddress): SocketAddress {
  const plain = remote.ip.unmapped();
  if (!plain.isUnspecified) return new SocketAddress(new IpAddress(plain.bytes), remote.port);
  return new SocketAddress(plain.family === 4 ? IPV4_LOOPBACK : IPV6_LOOPBACK, remote.port);
}
