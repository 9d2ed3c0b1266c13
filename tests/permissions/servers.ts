/**
 * Servers of the test's own process, which tell whether anything arrived. They never wait: what a
 * guest sent over loopback is there by the time it has ended.
 *
 * @module
 */
import { assert } from "@std/assert";
import { Kernel } from "../../lib/kernel/kernel.ts";
import { Errno, errnoName } from "../../lib/linux/errno.ts";
import { IPPROTO_IPV6, IPV6_V6ONLY } from "../../lib/linux/in.ts";
import { encodeSockaddr, SockaddrStorage, UnixAddress } from "../../lib/linux/sockaddr.ts";
import {
  AF_INET6,
  AF_UNIX,
  MSG_DONTWAIT,
  SOCK_DGRAM,
  SOCK_NONBLOCK,
  SOCK_SEQPACKET,
  SOCK_STREAM,
} from "../../lib/linux/socket.ts";
import { openStack } from "../../lib/stack/open.ts";

/** A server. */
export interface Server {
  /** Its port; 0 for a Unix socket. */
  readonly port: number;
  /** What has arrived since the last look: the first bytes of each connection, each datagram. */
  arrivals(): string[];
}

/** Servers on the host's own sockets. */
export class Servers implements Disposable {
  readonly #kernel = new Kernel(openStack("libc"));

  /** A TCP server on every address of both families, so that no form of an address goes past it. */
  tcp(): Server {
    return this.#listening(AF_INET6, SOCK_STREAM, ANYWHERE);
  }

  /** A TCP port where nobody listens. */
  closed(): number {
    return this.#portOf(this.#bound(AF_INET6, SOCK_STREAM, ANYWHERE));
  }

  /** A UDP server on every address of both families. */
  udp(): Server {
    const fd = this.#bound(AF_INET6, SOCK_DGRAM, ANYWHERE);
    return { port: this.#portOf(fd), arrivals: () => this.#datagrams(fd) };
  }

  /** A Unix server at a path, or at an abstract name after `@`. */
  unix(place: string, type: number = SOCK_STREAM): Server {
    const address = place.startsWith("@")
      ? new UnixAddress("abstract", place.slice(1))
      : new UnixAddress("pathname", place);
    const bytes = encodeSockaddr(address);
    if (type === SOCK_STREAM || type === SOCK_SEQPACKET) {
      return this.#listening(AF_UNIX, type, bytes);
    }
    const fd = this.#bound(AF_UNIX, type, bytes);
    return { port: 0, arrivals: () => this.#datagrams(fd) };
  }

  [Symbol.dispose](): void {
    this.#kernel.exit();
  }

  #listening(domain: number, type: number, address: Uint8Array): Server {
    const fd = this.#bound(domain, type, address);
    ok(this.#kernel.listen(fd, 4096));
    return {
      port: domain === AF_UNIX ? 0 : this.#portOf(fd),
      arrivals: () => this.#connections(fd),
    };
  }

  #bound(domain: number, type: number, address: Uint8Array): number {
    const fd = ok(this.#kernel.socket(domain, type | SOCK_NONBLOCK, 0));
    if (domain === AF_INET6) {
      const off = new Uint8Array(4);
      ok(this.#kernel.setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, off, off.length));
    }
    ok(this.#kernel.bind(fd, address));
    return fd;
  }

  #portOf(fd: number): number {
    const name = new SockaddrStorage();
    ok(this.#kernel.getsockname(fd, name));
    return new DataView(name.bytes.buffer).getUint16(2);
  }

  #connections(listener: number): string[] {
    const found: string[] = [];
    for (;;) {
      const fd = this.#kernel.accept4(listener, null, SOCK_NONBLOCK);
      if (fd === -Errno.EAGAIN) return found;
      ok(fd);
      const buffer = new Uint8Array(256);
      const count = this.#kernel.recv(fd, buffer, buffer.length, MSG_DONTWAIT);
      found.push(new TextDecoder().decode(buffer.subarray(0, Math.max(count, 0))));
      this.#kernel.close(fd);
    }
  }

  #datagrams(fd: number): string[] {
    const found: string[] = [];
    for (;;) {
      const buffer = new Uint8Array(256);
      const count = this.#kernel.recv(fd, buffer, buffer.length, MSG_DONTWAIT);
      if (count === -Errno.EAGAIN) return found;
      found.push(new TextDecoder().decode(buffer.subarray(0, ok(count))));
    }
  }
}

/** `[::]:0`. */
const ANYWHERE = Uint8Array.of(AF_INET6, ...new Array<number>(27).fill(0));

function ok(result: number): number {
  assert(result >= 0, errnoName(-result));
  return result;
}
