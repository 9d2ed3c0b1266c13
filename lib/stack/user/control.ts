/**
 * What the guest's thread and the I/O worker share: one request at a time, and a row for each socket.
 * Data does not pass here but through a pair of local sockets, so that Linux itself does the waiting.
 *
 * @module
 */

import type { Faults } from "../../device/fault_injector.ts";

/** Words of the control area. */
export const Word = {
  /** Not 0 once the worker runs. */
  ready: 0,
  /** Not 0 once the worker has ended. */
  dead: 1,
  /** One of {@link RequestState}. */
  state: 2,
  /** One of {@link Operation}. */
  operation: 3,
  /** The socket concerned. */
  slot: 4,
  /** The first of four arguments. */
  argument: 5,
  /** A number ≥ 0 or a negated errno. */
  result: 9,
  /** How many there are. */
  count: 16,
} as const;

/** Where a request is. */
export const RequestState = {
  /** None, or one whose answer was taken. */
  idle: 0,
  /** The worker is to carry it out. */
  requested: 1,
  /** The answer is there. */
  replied: 2,
} as const;

/** Words of a socket's row. */
export const SlotWord = {
  /** TCP: `sk_state`. */
  state: 0,
  /** Positive errno to be reported once, 0 for none. */
  error: 1,
  /** A listener: how many connections the guest has taken. */
  accepted: 2,
  /** How many there are. */
  count: 4,
} as const;

/** What the worker can be asked. */
export const Operation = {
  /** A new socket: domain, type, the worker's end of its pair. Gives its row. */
  open: 1,
  /** data: sockaddr; its length, flags of {@link BindFlag}. Gives the port. */
  bind: 2,
  /** data: sockaddr; its length, octets that lie in the pair before what the guest will send. */
  connect: 3,
  /** The backlog. */
  listen: 4,
  /** One of {@link CloseMode}. */
  close: 5,
  /** Gives the length of `local peer` in data, each a sockaddr of 32 octets with its length before. */
  names: 6,
  /** An option of `HostOption` or {@link OwnOption}, its value. */
  option: 7,
  /**
   * data: the name; its length, the family, milliseconds that it may take or −1. Gives how many
   * addresses there are in data.
   */
  resolve: 8,
  /** Octets that the peer has not acknowledged. */
  unacknowledged: 9,
  /**
   * Ends a connection or a listener; the socket can be used again. The worker's end of a new pair, −1
   * for none.
   */
  disconnect: 10,
  /** Delivers what was taken and ends the worker; milliseconds of patience. */
  stop: 11,
} as const;

/** Bits of what `bind` is told. */
export const BindFlag = {
  /** SO_REUSEADDR. */
  reuseAddress: 1,
  /** SO_REUSEPORT. */
  reusePort: 2,
  /** IPV6_V6ONLY. */
  v6Only: 4,
} as const;

/** How `close` ends a connection. */
export const CloseMode = {
  /** Sends what was taken, then ends the stream. */
  orderly: 0,
  /** Resets the connection. */
  reset: 1,
} as const;

/** Options of this stack beside those of `HostOption`. */
export const OwnOption = {
  /** Seconds. */
  keepIdle: 101,
  /** Seconds. */
  keepInterval: 102,
  keepCount: 103,
  /** Milliseconds, 0 for the default. */
  userTimeout: 104,
  /** Reads the segment size of a connection; 0 without one. */
  segmentSize: 105,
  /** Seconds, 0 and less for none. */
  finTimeout: 106,
  /** Largest segment size to offer and to send, 0 for what the device takes. */
  maximumSegmentSize: 107,
  /** How often a SYN is sent again. */
  synCount: 108,
  /** Of packets of IPv4. */
  typeOfService: 109,
  /** Of packets of IPv4. */
  timeToLive: 110,
  /** Of packets of IPv6. */
  trafficClass: 111,
  /** Of packets of IPv6. */
  hopLimit: 112,
  /** Whether datagrams over IPv4 go without a checksum. */
  noChecksum: 113,
} as const;

/** The most sockets of one stack. */
export const MAX_SLOTS = 4096;

/** Octets that one request or answer can carry. */
export const DATA_SIZE = 4096;

/** Octets of an address in answers and before datagrams: its length, then a sockaddr. */
export const ADDRESS_SIZE = 32;

/** Octets of what tells of an accepted connection: row, descriptor, local and peer. */
export const ACCEPTED_SIZE = 8 + 2 * ADDRESS_SIZE;

/** The shared memory. */
export interface ControlMemory {
  /** {@link Word}. */
  readonly control: Int32Array<SharedArrayBuffer>;
  /** {@link SlotWord} of each socket. */
  readonly slots: Int32Array<SharedArrayBuffer>;
  /** What requests and answers carry. */
  readonly data: Uint8Array<SharedArrayBuffer>;
}

/** Makes the shared memory. */
export function newControlMemory(): ControlMemory {
  return {
    control: new Int32Array(new SharedArrayBuffer(Word.count * 4)),
    slots: new Int32Array(new SharedArrayBuffer(MAX_SLOTS * SlotWord.count * 4)),
    data: new Uint8Array(new SharedArrayBuffer(DATA_SIZE)),
  };
}

/** What the worker is told when it starts. */
export interface WorkerConfiguration {
  /** The shared memory. */
  readonly memory: ControlMemory;
  /** The descriptor that wakes the worker: an eventfd. */
  readonly bell: number;
  /** The TUN device's name. */
  readonly tun: string;
  /** This host's addresses: `10.9.0.2/24`. */
  readonly addresses: readonly string[];
  /** The host's address on the device, to be given to it; null to leave it. */
  readonly gateway: string | null;
  /** Where names are asked for; null for nowhere. */
  readonly nameserver: string | null;
  /** What happens to packets, to try how programs bear it; none by default. */
  readonly faults?: Faults & { readonly seed: number };
}

/**
 * Puts an address into a record of {@link ADDRESS_SIZE} octets.
 *
 * @param target Receives it.
 * @param offset Where.
 * @param sockaddr At most 28 octets; none for no address.
 */
export function putAddress(target: Uint8Array, offset: number, sockaddr: Uint8Array): void {
  target[offset] = sockaddr.length;
  target.set(sockaddr, offset + 4);
}

/**
 * Takes an address out of a record of {@link ADDRESS_SIZE} octets.
 *
 * @param source Where it is.
 * @param offset Where there.
 * @returns The sockaddr, a copy; empty for none.
 */
export function takeAddress(source: Uint8Array, offset: number): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(source.subarray(offset + 4, offset + 4 + (source[offset] ?? 0)));
}
