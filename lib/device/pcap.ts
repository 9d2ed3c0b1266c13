/**
 * Captures that Wireshark and tcpdump read: the classic pcap format.
 *
 * @see https://www.ietf.org/archive/id/draft-ietf-opsawg-pcap-04.html
 *
 * @module
 */
import { writeUint16, writeUint32 } from "../wire/bytes.ts";
import type { Device } from "./device.ts";

const MAGIC = 0xa1b2c3d4;
/** Packets begin with their IP header. */
const LINKTYPE_RAW = 101;
const SNAPSHOT_LENGTH = 0x40000;
const FILE_HEADER_LENGTH = 24;
const RECORD_HEADER_LENGTH = 16;

/** Writes packets down as they pass. */
export class PcapWriter {
  readonly #write: (bytes: Uint8Array<ArrayBuffer>) => void;

  /**
   * Begins a capture.
   *
   * @param write Receives the octets of the file, in order; they are not touched again.
   */
  constructor(write: (bytes: Uint8Array<ArrayBuffer>) => void) {
    this.#write = write;
    const header = new Uint8Array(FILE_HEADER_LENGTH);
    writeUint32(header, 0, MAGIC);
    writeUint16(header, 4, 2);
    writeUint16(header, 6, 4);
    writeUint32(header, 16, SNAPSHOT_LENGTH);
    writeUint32(header, 20, LINKTYPE_RAW);
    write(header);
  }

  /**
   * Adds a packet.
   *
   * @param packet The packet, from its IP header.
   * @param time Milliseconds since 1970, possibly fractional.
   */
  add(packet: Uint8Array, time: number): void {
    const kept = packet.subarray(0, SNAPSHOT_LENGTH);
    const record = new Uint8Array(RECORD_HEADER_LENGTH + kept.length);
    const microseconds = Math.floor(time * 1000);
    writeUint32(record, 0, Math.floor(microseconds / 1_000_000));
    writeUint32(record, 4, microseconds % 1_000_000);
    writeUint32(record, 8, kept.length);
    writeUint32(record, 12, packet.length);
    record.set(kept, RECORD_HEADER_LENGTH);
    this.#write(record);
  }
}

/** A device whose packets, in both directions, are written down. */
export class CapturedDevice implements Device {
  readonly #device: Device;
  readonly #capture: PcapWriter;
  readonly #clock: () => number;

  /**
   * Puts itself before a device.
   *
   * @param device The device; it is closed with this one.
   * @param capture Where packets are written down.
   * @param clock Milliseconds since 1970.
   */
  constructor(device: Device, capture: PcapWriter, clock: () => number) {
    this.#device = device;
    this.#capture = capture;
    this.#clock = clock;
  }

  /** Longest packet, in octets. */
  get mtu(): number {
    return this.#device.mtu;
  }

  /** The descriptor of the device behind it. */
  get descriptor(): number {
    return this.#device.descriptor;
  }

  /** See {@link Device.receive}. */
  receive(buffer: Uint8Array<ArrayBuffer>): number {
    const length = this.#device.receive(buffer);
    if (length > 0) this.#capture.add(buffer.subarray(0, length), this.#clock());
    return length;
  }

  /** See {@link Device.transmit}. */
  transmit(packet: Uint8Array<ArrayBuffer>): number {
    this.#capture.add(packet, this.#clock());
    return this.#device.transmit(packet);
  }

  /** Closes the device behind it. */
  close(): void {
    this.#device.close();
  }
}
