/**
 * TCP's three-way handshake by hand: two headers, three packets, one state machine.
 *
 *     sudo deno run --allow-ffi --allow-net examples/handshake_by_hand.ts 127.0.0.1 8080
 *
 * It shows how little a handshake is. What it leaves out (retransmission, options, resets, data) is
 * in `lib/tcp`, which `vmsock handshake` uses.
 *
 * @module
 */
import type { Device } from "../lib/device/device.ts";
import { PortGuard } from "../lib/device/port_guard.ts";
import { RawSocketDevice } from "../lib/device/raw_socket.ts";
import { type IpAddress, IPV4_LOOPBACK, parseIpAddress, SocketAddress } from "../lib/ip.ts";
import { Errno, errnoMessage } from "../lib/linux/errno.ts";
import { IPPROTO_TCP } from "../lib/linux/in.ts";
import { openLibc } from "../lib/stack/libc/libc.ts";
import { emitIpv4, IPV4_HEADER_LENGTH, Ipv4Packet } from "../lib/wire/ipv4.ts";
import { readUint16, readUint32, writeUint16, writeUint32 } from "../lib/wire/bytes.ts";
import { foldChecksum, sumPseudoHeader, sumWords } from "../lib/wire/checksum.ts";
import { sequenceAdd } from "../lib/wire/sequence_number.ts";

/** Control bits of a TCP header. */
export const tcpFlags = {
  FIN: 0x01,
  SYN: 0x02,
  RST: 0x04,
  PSH: 0x08,
  ACK: 0x10,
  URG: 0x20,
  ECE: 0x40,
  CWR: 0x80,
} as const;

/** How far the handshake has come. */
export const TcpState = {
  /** No connection. */
  Closed: "Closed",
  /** The SYN was sent; waits for the SYN, ACK. */
  SynSent: "SynSent",
  /** Both sides know each other's sequence numbers. */
  Established: "Established",
} as const;

/** One of the values of {@link TcpState}. */
export type TcpState = (typeof TcpState)[keyof typeof TcpState];

const WINDOW = 8192;
const TCP_HEADER_LENGTH = 20;
const POLL_INTERVAL = 10;
const DEFAULT_TIMEOUT = 5;
const RECEIVE_BUFFER = 65_535;

/** The header of an IPv4 packet with a TCP segment in it. */
export class IpHeader {
  /** Where the packet comes from. */
  readonly source: IpAddress;
  /** Where it goes. */
  readonly destination: IpAddress;
  /** Octets that follow the header. */
  readonly payloadLength: number;

  /** Makes a header. */
  constructor(source: IpAddress, destination: IpAddress, payloadLength: number) {
    this.source = source;
    this.destination = destination;
    this.payloadLength = payloadLength;
  }

  /** Returns its 20 octets, as they go over the wire. */
  toBytes(): Uint8Array<ArrayBuffer> {
    const packet = new Uint8Array(IPV4_HEADER_LENGTH + this.payloadLength);
    emitIpv4({
      source: this.source,
      destination: this.destination,
      protocol: IPPROTO_TCP,
      payloadLength: this.payloadLength,
      timeToLive: 64,
      typeOfService: 0,
      identification: 0,
      dontFragment: true,
    }, packet);
    return packet.subarray(0, IPV4_HEADER_LENGTH);
  }
}

/** What a TCP header without options says. */
export interface TcpHeaderFields {
  /** The sender's port. */
  readonly sourcePort: number;
  /** The receiver's port. */
  readonly destinationPort: number;
  /** Sequence number. */
  readonly sequence: number;
  /** Acknowledgment number. */
  readonly acknowledgment: number;
  /** Control bits. */
  readonly flags: number;
  /** Window. */
  readonly window: number;
  /** Checksum; 0 before it is calculated. */
  readonly checksum: number;
}

/** A TCP header: fields that can be worked with. Its octets are what is sent. */
export class TcpHeader {
  /** What it says. */
  readonly fields: TcpHeaderFields;

  /** Makes a header. */
  constructor(fields: Omit<TcpHeaderFields, "checksum"> & { readonly checksum?: number }) {
    this.fields = { checksum: 0, ...fields };
  }

  /**
   * Reads a header.
   *
   * @throws {RangeError} If there are fewer than 20 octets.
   */
  static fromBytes(bytes: Uint8Array): TcpHeader {
    if (bytes.length < TCP_HEADER_LENGTH) throw new RangeError("Data too short for TCP header");
    return new TcpHeader({
      sourcePort: readUint16(bytes, 0),
      destinationPort: readUint16(bytes, 2),
      sequence: readUint32(bytes, 4),
      acknowledgment: readUint32(bytes, 8),
      flags: bytes[13] ?? 0,
      window: readUint16(bytes, 14),
      checksum: readUint16(bytes, 16),
    });
  }

  /** Returns its 20 octets, as they go over the wire. */
  toBytes(): Uint8Array<ArrayBuffer> {
    const { fields } = this;
    const bytes = new Uint8Array(TCP_HEADER_LENGTH);
    writeUint16(bytes, 0, fields.sourcePort);
    writeUint16(bytes, 2, fields.destinationPort);
    writeUint32(bytes, 4, fields.sequence);
    writeUint32(bytes, 8, fields.acknowledgment);
    bytes[12] = TCP_HEADER_LENGTH << 2;
    bytes[13] = fields.flags;
    writeUint16(bytes, 14, fields.window);
    writeUint16(bytes, 16, fields.checksum);
    return bytes;
  }

  /** Returns the same header with the checksum for a way and for data. */
  withChecksum(source: IpAddress, destination: IpAddress, data: Uint8Array): TcpHeader {
    const bare = new TcpHeader({ ...this.fields, checksum: 0 });
    return new TcpHeader({ ...this.fields, checksum: bare.#sum(source, destination, data) });
  }

  /** Returns whether the checksum is right. */
  verifyChecksum(source: IpAddress, destination: IpAddress, data: Uint8Array): boolean {
    return this.#sum(source, destination, data) === 0;
  }

  #sum(source: IpAddress, destination: IpAddress, data: Uint8Array): number {
    const header = this.toBytes();
    const length = header.length + data.length;
    const sum = sumPseudoHeader(source.bytes, destination.bytes, IPPROTO_TCP, length);
    return foldChecksum(sumWords(data, sumWords(header, sum)));
  }
}

/** One side of a handshake. */
export class TcpConnection {
  /** How far it has come. */
  state: TcpState = TcpState.Closed;
  /** The next sequence number of this side, once the handshake is complete. */
  localSeq: number;
  /** The peer's first sequence number. */
  remoteSeq = 0;
  readonly #device: Device;
  readonly #local: SocketAddress;
  readonly #remote: SocketAddress;
  readonly #initialSequence: number;

  /**
   * Makes a connection that nothing has happened to.
   *
   * @param initialSequence The first sequence number; random unless a test wants a certain one.
   */
  constructor(
    device: Device,
    local: SocketAddress,
    remote: SocketAddress,
    initialSequence: number = crypto.getRandomValues(new Uint32Array(1))[0] ?? 0,
  ) {
    this.#device = device;
    this.#local = local;
    this.#remote = remote;
    this.#initialSequence = initialSequence;
    this.localSeq = initialSequence;
  }

  /** Whether the handshake is complete. */
  get isConnected(): boolean {
    return this.state === TcpState.Established;
  }

  /** Returns the octets of the SYN. Changes nothing. */
  createSynPacket(): Uint8Array<ArrayBuffer> {
    return this.#header(this.#initialSequence, 0, tcpFlags.SYN).toBytes();
  }

  /** Returns the octets of the ACK that completes the handshake. Changes nothing. */
  createAckPacket(ackNumber: number): Uint8Array<ArrayBuffer> {
    // The SYN took a sequence number, which localSeq does not count before the handshake is complete.
    return this.#header(sequenceAdd(this.localSeq, 1), ackNumber, tcpFlags.ACK).toBytes();
  }

  /**
   * Puts an IP header before a segment and sends the packet.
   *
   * @throws {Error} If the device refuses it.
   */
  sendTcpPacket(tcpHeaderBytes: Uint8Array, data: Uint8Array): void {
    const length = tcpHeaderBytes.length + data.length;
    const ipHeader = new IpHeader(this.#local.ip, this.#remote.ip, length).toBytes();
    const packet = new Uint8Array(ipHeader.length + length);
    packet.set(ipHeader);
    packet.set(tcpHeaderBytes, ipHeader.length);
    packet.set(data, ipHeader.length + tcpHeaderBytes.length);
    const sent = this.#device.transmit(packet);
    if (sent < 0) throw new Error(`Cannot send: ${errnoMessage(-sent)}`);
  }

  /** Sends the SYN. */
  sendSyn(): void {
    this.sendTcpPacket(this.createSynPacket(), new Uint8Array());
    this.localSeq = this.#initialSequence;
    this.state = TcpState.SynSent;
  }

  /** Sends the ACK. */
  sendAck(ackNumber: number): void {
    this.sendTcpPacket(this.createAckPacket(ackNumber), new Uint8Array());
    this.remoteSeq = sequenceAdd(ackNumber, -1);
  }

  /** Completes the handshake: from now on the SYN's sequence number counts. */
  completeHandshake(): void {
    this.state = TcpState.Established;
    this.localSeq = sequenceAdd(this.localSeq, 1);
  }

  /** Takes a packet without waiting (MSG_DONTWAIT); null if none has arrived. */
  tryReceivePacket(): Uint8Array<ArrayBuffer> | null {
    const buffer = new Uint8Array(RECEIVE_BUFFER);
    const length = this.#device.receive(buffer);
    if (length === -Errno.EAGAIN) return null;
    if (length < 0) throw new Error(`Cannot receive: ${errnoMessage(-length)}`);
    return buffer.subarray(0, length);
  }

  /**
   * Waits for a packet, looking every 10 ms.
   *
   * @throws {Error} `Timeout` once the time is over.
   */
  receivePacketTimeout(timeoutSeconds: number): Uint8Array<ArrayBuffer> {
    const deadline = performance.now() + timeoutSeconds * 1000;
    const sleeper = new Int32Array(new SharedArrayBuffer(4));
    for (;;) {
      const packet = this.tryReceivePacket();
      if (packet !== null) return packet;
      if (performance.now() >= deadline) throw new Error("Timeout");
      Atomics.wait(sleeper, 0, 0, POLL_INTERVAL);
    }
  }

  /**
   * Makes the handshake.
   *
   * @throws {Error} `Timeout`, or that the peer refused.
   */
  connect(timeoutSeconds: number = DEFAULT_TIMEOUT): void {
    const deadline = performance.now() + timeoutSeconds * 1000;
    this.sendSyn();
    for (;;) {
      const packet = this.receivePacketTimeout((deadline - performance.now()) / 1000);
      const header = this.#parse(packet);
      if (header === null) continue;
      const { flags, acknowledgment, sequence } = header.fields;
      const answers = acknowledgment === sequenceAdd(this.localSeq, 1);
      if (answers && (flags & tcpFlags.RST) !== 0) {
        this.state = TcpState.Closed;
        throw new Error("Connection refused");
      }
      if (!answers || flags !== (tcpFlags.SYN | tcpFlags.ACK)) continue;
      this.sendAck(sequenceAdd(sequence, 1));
      this.completeHandshake();
      return;
    }
  }

  #header(sequence: number, acknowledgment: number, flags: number): TcpHeader {
    const header = new TcpHeader({
      sourcePort: this.#local.port,
      destinationPort: this.#remote.port,
      sequence,
      acknowledgment,
      flags,
      window: WINDOW,
    });
    return header.withChecksum(this.#local.ip, this.#remote.ip, new Uint8Array());
  }

  /** Reads a packet's TCP header; null for a packet that is not from the peer to us. */
  #parse(packet: Uint8Array): TcpHeader | null {
    const ip = Ipv4Packet.check(packet);
    if (ip === null || ip.protocol !== IPPROTO_TCP) return null;
    if (ip.payload.length < TCP_HEADER_LENGTH) return null;
    const header = TcpHeader.fromBytes(ip.payload);
    const { sourcePort, destinationPort } = header.fields;
    return sourcePort === this.#remote.port && destinationPort === this.#local.port ? header : null;
  }
}

function main([host = "127.0.0.1", port = "80"]: readonly string[]): void {
  const ip = parseIpAddress(host);
  if (ip?.family !== 4) throw new Error(`${host} is not an IPv4 address`);
  const remote = new SocketAddress(ip, Number(port));
  const libc = openLibc();
  // On another network than loopback, this host's own address there belongs in its place.
  const guard = PortGuard.reserve(libc, IPV4_LOOPBACK, 0);
  const device = RawSocketDevice.open(libc);
  if (typeof guard === "number" || typeof device === "number") {
    throw new Error("A raw socket needs CAP_NET_RAW: run as root");
  }
  const connection = new TcpConnection(device, guard.address, remote);
  connection.connect();
  const line =
    `${connection.state}: ${guard.address} to ${remote}, next octet ${connection.localSeq}\n`;
  Deno.stdout.writeSync(new TextEncoder().encode(line));
  device.close();
  guard.close();
  libc.release();
}

if (import.meta.main) main(Deno.args);
