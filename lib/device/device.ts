/**
 * What carries IP packets: the interface between a TCP of our own and the world.
 *
 * @module
 */

/** A thing that takes and gives whole IP packets, without waiting. */
export interface Device {
  /** Longest packet that it carries, in octets. */
  readonly mtu: number;

  /** The host's descriptor to wait on with poll(2) for packets; −1 for a device in memory. */
  readonly descriptor: number;

  /**
   * Takes the next packet that has arrived.
   *
   * @param buffer Receives it; as long as {@link Device.mtu} or longer.
   * @returns How many octets it has; −EAGAIN if there is none, another negated errno if the device is
   * no longer there.
   */
  receive(buffer: Uint8Array<ArrayBuffer>): number;

  /**
   * Sends a packet.
   *
   * @param packet The packet, from its IP header; it is not kept.
   * @returns How many octets were sent; −EAGAIN if the device is busy, another negated errno if it
   * refuses the packet. A packet that was not sent is lost, as on any network.
   */
  transmit(packet: Uint8Array<ArrayBuffer>): number;

  /** Gives the device back. */
  close(): void;
}
