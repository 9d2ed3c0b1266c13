/**
 * The streams of a UDP socket.
 *
 * @module
 */
import { Errno } from "../../../linux/errno.ts";
import { type PollFd, POLLIN, POLLOUT } from "../../../linux/poll.ts";
import { SockaddrStorage } from "../../../linux/sockaddr.ts";
import { MSG_NOSIGNAL } from "../../../linux/socket.ts";
import type { WasiContext } from "../context.ts";
import { trap } from "../fail.ts";
import { Awaited, Pollable } from "../io/poll.ts";
import { Resource } from "../resource.ts";
import { checkRemoteAddress, decodeAddress, encodeAddress, isSameAddress } from "./addresses.ts";
import { check, errorCode, failWith, type IpSocketAddress } from "./network.ts";
import type { UdpSocket } from "./udp.ts";

/** Datagrams that one call receives or sends, at most. */
const MAX_DATAGRAMS = 16;

/** Room for the longest datagram. */
const DATAGRAM_SIZE = 1 << 16;

/** `incoming-datagram`. */
export interface IncomingDatagram {
  /** What is in it. */
  readonly data: Uint8Array;
  /** Who has sent it. */
  readonly remoteAddress: IpSocketAddress;
}

/** `outgoing-datagram`. */
export interface OutgoingDatagram {
  /** What is in it. */
  readonly data: Uint8Array;
  /** Where it goes; may be left out if the stream has a peer. */
  readonly remoteAddress?: IpSocketAddress | undefined;
}

const sender = new SockaddrStorage();

/** `incoming-datagram-stream`. */
export class IncomingDatagramStream extends Resource {
  readonly #context: WasiContext;
  readonly #fd: number;
  readonly #peer: IpSocketAddress | null;
  /** A negated errno that came after datagrams that were to be returned first; 0 for none. */
  #error = 0;

  /** Receives from a socket, from `peer` only if there is one. */
  constructor(context: WasiContext, socket: UdpSocket, peer: IpSocketAddress | null) {
    super(socket);
    this.#context = context;
    this.#fd = socket.fd;
    this.#peer = peer;
  }

  /** Whether a call would return at once whatever has arrived. */
  get hasError(): boolean {
    return this.#error !== 0;
  }

  /** `receive`. */
  receive(maxResults: bigint): IncomingDatagram[] {
    const wanted = maxResults > BigInt(MAX_DATAGRAMS) ? MAX_DATAGRAMS : Number(maxResults);
    const datagrams: IncomingDatagram[] = [];
    if (this.#error !== 0 && wanted > 0) {
      const error = this.#error;
      this.#error = 0;
      check(error);
    }
    const { system } = this.#context;
    this.#context.flushWriters();
    const buffer = this.#context.scratch(DATAGRAM_SIZE);
    while (datagrams.length < wanted) {
      const length = system.recvfrom(this.#fd, buffer, DATAGRAM_SIZE, 0, sender);
      if (length === -Errno.EAGAIN) break;
      if (length === -Errno.EINTR) continue;
      if (length < 0) {
        if (datagrams.length === 0) check(length);
        this.#error = length;
        break;
      }
      const remoteAddress = decodeAddress(sender);
      if (remoteAddress === null) continue;
      // What came before the socket was connected may be from anybody.
      if (this.#peer !== null && !isSameAddress(this.#peer, remoteAddress)) continue;
      datagrams.push({ data: buffer.slice(0, length), remoteAddress });
    }
    return datagrams;
  }

  /** `subscribe`. */
  subscribe(): Pollable {
    return new IncomingPollable(this.#context, this, this.#fd);
  }
}

class IncomingPollable extends Pollable {
  readonly #stream: IncomingDatagramStream;

  constructor(context: WasiContext, stream: IncomingDatagramStream, fd: number) {
    super(context, stream);
    this.#stream = stream;
    this.entry.fd = fd;
    this.entry.events = POLLIN;
  }

  look(): Awaited {
    return this.#stream.hasError ? Awaited.nothing : Awaited.descriptor;
  }
}

/** `outgoing-datagram-stream`. */
export class OutgoingDatagramStream extends Resource {
  readonly #context: WasiContext;
  readonly #socket: UdpSocket;
  readonly #peer: IpSocketAddress | null;
  readonly #entry: PollFd;
  #permit = 0;

  /** Sends from a socket, to `peer` only if there is one. */
  constructor(context: WasiContext, socket: UdpSocket, peer: IpSocketAddress | null) {
    super(socket);
    this.#context = context;
    this.#socket = socket;
    this.#peer = peer;
    this.#entry = { fd: socket.fd, events: POLLOUT, revents: 0 };
  }

  /** `check-send`. */
  checkSend(): bigint {
    const entry = this.#entry;
    entry.revents = 0;
    this.#context.poll([entry], 0);
    this.#permit = entry.revents === 0 ? 0 : MAX_DATAGRAMS;
    return BigInt(this.#permit);
  }

  /** `send`. */
  send(datagrams: readonly OutgoingDatagram[]): bigint {
    if (datagrams.length > this.#permit) {
      trap(`send was given ${datagrams.length} datagrams, and check-send permits ${this.#permit}`);
    }
    let sent = 0;
    for (const datagram of datagrams) {
      const result = this.#sendOne(datagram, sent === 0);
      if (result === -Errno.EAGAIN) break;
      if (result < 0 && sent > 0) break;
      if (result < 0) failWith(errorCode(result));
      sent++;
    }
    this.#permit -= sent;
    return BigInt(sent);
  }

  /** `subscribe`. */
  subscribe(): Pollable {
    return new OutgoingPollable(this.#context, this, this.#entry.fd);
  }

  /** Sends a datagram; what is wrong with it is an error only if it is the first. */
  #sendOne({ data, remoteAddress }: OutgoingDatagram, isFirst: boolean): number {
    const { system } = this.#context;
    const { fd } = this.#entry;
    if (!this.#isAllowed(remoteAddress)) {
      return isFirst ? failWith("invalid-argument") : -Errno.EINVAL;
    }
    const address = this.#peer === null && remoteAddress !== undefined
      ? encodeAddress(remoteAddress)
      : undefined;
    for (;;) {
      const result = address === undefined
        ? system.send(fd, data, data.length, MSG_NOSIGNAL)
        : system.sendto(fd, data, data.length, MSG_NOSIGNAL, address);
      if (result !== -Errno.EINTR) return result;
    }
  }

  #isAllowed(address: IpSocketAddress | undefined): boolean {
    if (address === undefined) return this.#peer !== null;
    if (this.#peer !== null) return isSameAddress(this.#peer, address);
    try {
      checkRemoteAddress(this.#socket.family, address);
      return true;
    } catch {
      return false;
    }
  }
}

class OutgoingPollable extends Pollable {
  constructor(context: WasiContext, stream: OutgoingDatagramStream, fd: number) {
    super(context, stream);
    this.entry.fd = fd;
    this.entry.events = POLLOUT;
  }

  look(): Awaited {
    return Awaited.descriptor;
  }
}
