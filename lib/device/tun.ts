/**
 * A TUN device: a network interface of Linux whose other side is this program.
 *
 * @see https://docs.kernel.org/networking/tuntap.html
 *
 * @module
 */
import { Errno } from "../linux/errno.ts";
import { O_CLOEXEC, O_NONBLOCK, O_RDWR } from "../linux/fcntl.ts";
import type { Libc } from "../stack/libc/libc.ts";
import type { Device } from "./device.ts";
import { interfaceMtu, InterfaceRequest, isInterfaceName } from "./interface_request.ts";

const TUNSETIFF = 0x400454ca;
const IFF_TUN = 0x1;
/** Packets come without a header of the driver's. */
const IFF_NO_PI = 0x1000;
const PATH = new TextEncoder().encode("/dev/net/tun\0");

/** An open TUN device. One that was made by opening it goes away when it is closed. */
export class TunDevice implements Device {
  /** The interface's name. */
  readonly name: string;
  /** Longest packet, in octets: the interface's MTU when it was opened. */
  readonly mtu: number;
  /** The host's descriptor. */
  readonly descriptor: number;
  readonly #libc: Libc;

  private constructor(libc: Libc, descriptor: number, name: string, mtu: number) {
    this.#libc = libc;
    this.descriptor = descriptor;
    this.name = name;
    this.mtu = mtu;
  }

  /**
   * Opens a TUN device, or makes one.
   *
   * @param libc The C library.
   * @param name The interface's name, up to 15 octets without `/`, `:` and white space; `tun%d` for the
   * first number that is free.
   * @returns −EINVAL for a name that cannot be or that an interface of another kind has, −EACCES or −EPERM without CAP_NET_ADMIN, −EBUSY if
   * another program has it, −ENOENT where Linux has no TUN driver.
   */
  static open(libc: Libc, name: string): TunDevice | number {
    if (!isInterfaceName(name)) return -Errno.EINVAL;
    const descriptor = libc.open(PATH, O_RDWR | O_NONBLOCK | O_CLOEXEC, 0);
    if (descriptor < 0) return descriptor;
    const request = new InterfaceRequest(name);
    request.flags = IFF_TUN | IFF_NO_PI;
    const attached = libc.ioctl(descriptor, TUNSETIFF, request.bytes);
    const mtu = attached < 0 ? attached : interfaceMtu(libc, request.name);
    if (mtu < 0) {
      libc.close(descriptor);
      return mtu;
    }
    return new TunDevice(libc, descriptor, request.name, mtu);
  }

  /** See {@link Device.receive}. */
  receive(buffer: Uint8Array<ArrayBuffer>): number {
    return this.#libc.read(this.descriptor, buffer, buffer.length);
  }

  /** See {@link Device.transmit}; −EIO while the interface is down. */
  transmit(packet: Uint8Array<ArrayBuffer>): number {
    return this.#libc.write(this.descriptor, packet, packet.length);
  }

  /** Closes it. */
  close(): void {
    this.#libc.close(this.descriptor);
  }
}
