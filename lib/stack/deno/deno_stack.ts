/**
 * The stack over Deno's own network API: works with nothing but `--allow-net`, wherever Deno does.
 *
 * @module
 */
import { parseIpAddress, SocketAddress } from "../../ip.ts";
import { Errno } from "../../linux/errno.ts";
import { IPPROTO_TCP, IPPROTO_UDP } from "../../linux/in.ts";
import {
  POLLERR,
  POLLHUP,
  POLLIN,
  POLLOUT,
  POLLPRI,
  POLLRDBAND,
  POLLRDNORM,
  POLLWRBAND,
  POLLWRNORM,
} from "../../linux/poll.ts";
import { encodeSockaddr } from "../../linux/sockaddr.ts";
import {
  AF_INET,
  AF_INET6,
  AF_UNIX,
  SOCK_DGRAM,
  SOCK_NONBLOCK,
  SOCK_RAW,
  SOCK_SEQPACKET,
  SOCK_STREAM,
  SOCK_TYPE_MASK,
} from "../../linux/socket.ts";
import type { Alarm } from "../alarm.ts";
import type { OpenFile } from "../open_file.ts";
import type { HostFiles, Limitation, Stack } from "../stack.ts";
import { Channel } from "./channel.ts";
import type { SocketContext } from "./deno_socket.ts";
import { LIMITATIONS } from "./limitations.ts";
import { Placeholders } from "./placeholders.ts";
import { PortTable } from "../port_table.ts";
import { Operation } from "./shared_memory.ts";
import { newTcpSocket } from "./tcp_socket.ts";
import { newUdpSocket } from "./udp_socket.ts";
import { UnixSocket } from "./unix_socket.ts";

/** POLLIN_SET of fs/select.c. */
const READ_SET = POLLRDNORM | POLLRDBAND | POLLIN | POLLHUP | POLLERR;
/** POLLOUT_SET of fs/select.c. */
const WRITE_SET = POLLWRBAND | POLLWRNORM | POLLOUT | POLLERR;

/** The longest host name, DNS: RFC 1035. */
const MAX_NAME = 253;

/** Linux's sockets over Deno's, for a thread that waits: see {@link openDenoStack}. */
export class DenoStack implements Stack {
  readonly name = "deno";
  readonly limitations: readonly Limitation[] = LIMITATIONS;
  readonly host: HostFiles | null = null;
  readonly usesNames = true;
  readonly #context: SocketContext;
  readonly #placeholders: Placeholders = new Placeholders();

  /** Starts the I/O worker. */
  constructor() {
    this.#context = {
      channel: new Channel(),
      ports: new PortTable(),
      connections: new Set(),
      sleep,
    };
  }

  /** See {@link Stack.alarm}. */
  get alarm(): Alarm {
    return this.#context.channel.alarm;
  }

  socket(domain: number, type: number, protocol: number): OpenFile | number {
    const flags = type & SOCK_NONBLOCK;
    if (domain === AF_UNIX) return -Errno.EAFNOSUPPORT;
    if (domain !== AF_INET && domain !== AF_INET6) return -Errno.EAFNOSUPPORT;
    const kind = type & SOCK_TYPE_MASK;
    if (kind === SOCK_STREAM) {
      if (protocol !== 0 && protocol !== IPPROTO_TCP) return -Errno.EPROTONOSUPPORT;
      return newTcpSocket(this.#context, domain, IPPROTO_TCP, flags);
    }
    if (kind !== SOCK_DGRAM) return -Errno.ESOCKTNOSUPPORT;
    if (protocol !== 0 && protocol !== IPPROTO_UDP) return -Errno.EPROTONOSUPPORT;
    return newUdpSocket(this.#context, domain, IPPROTO_UDP, flags);
  }

  socketpair(
    domain: number,
    type: number,
    _protocol: number,
  ): readonly [OpenFile, OpenFile] | number {
    if (domain !== AF_UNIX) return -Errno.EOPNOTSUPP;
    const kind = type & SOCK_TYPE_MASK;
    if (
      kind !== SOCK_STREAM && kind !== SOCK_SEQPACKET && kind !== SOCK_DGRAM && kind !== SOCK_RAW
    ) {
      return -Errno.ESOCKTNOSUPPORT;
    }
    // Linux makes a datagram socket of SOCK_RAW here.
    const made = kind === SOCK_RAW ? SOCK_DGRAM : kind;
    return UnixSocket.pair(this.#context, made, type & SOCK_NONBLOCK);
  }

  resolve(name: string, family: number, addresses: Uint8Array<ArrayBuffer>[]): number {
    addresses.length = 0;
    if (name.length === 0 || name.length > MAX_NAME) return -Errno.ENOENT;
    const { channel } = this.#context;
    const wanted = family === AF_INET ? 4 : family === AF_INET6 ? 6 : 0;
    const result = channel.requestText(Operation.resolve, 0, name, wanted);
    if (result === -Errno.EACCES) {
      if (family === AF_INET6) return -Errno.ENOENT;
      addresses.push(this.#placeholders.addressFor(name));
      return 1;
    }
    if (result < 0) return result;
    const seen = new Set<string>();
    for (const text of channel.getText(result).split(" ")) {
      const ip = parseIpAddress(text);
      if (ip === null || seen.has(text)) continue;
      if (wanted !== 0 && ip.family !== wanted) continue;
      seen.add(text);
      addresses.push(encodeSockaddr(new SocketAddress(ip, 0)));
    }
    return addresses.length === 0 ? -Errno.ENOENT : addresses.length;
  }

  poll(
    files: readonly (OpenFile | null)[],
    events: Int16Array,
    revents: Int16Array,
    count: number,
    timeout: number,
  ): number {
    return this.#wait(count, timeout, () => {
      let ready = 0;
      for (let index = 0; index < count; index++) {
        const file = files[index] ?? null;
        const found = file === null ? 0 : file.poll(events[index] ?? 0);
        revents[index] = found;
        if (found !== 0) ready++;
      }
      return ready;
    });
  }

  select(
    files: readonly (OpenFile | null)[],
    events: Int16Array,
    revents: Int16Array,
    count: number,
    timeout: number,
  ): number {
    return this.#wait(count, timeout, () => {
      let bits = 0;
      for (let index = 0; index < count; index++) {
        const file = files[index] ?? null;
        const wanted = events[index] ?? 0;
        const asked = (wanted & POLLIN ? READ_SET : 0) | (wanted & POLLOUT ? WRITE_SET : 0) |
          (wanted & POLLPRI);
        const found = file === null ? 0 : file.poll(asked);
        let set = 0;
        if ((wanted & POLLIN) !== 0 && (found & READ_SET) !== 0) set |= POLLIN;
        if ((wanted & POLLOUT) !== 0 && (found & WRITE_SET) !== 0) set |= POLLOUT;
        if ((wanted & found & POLLPRI) !== 0) set |= POLLPRI;
        revents[index] = set;
        bits += Number((set & POLLIN) !== 0) + Number((set & POLLOUT) !== 0) +
          Number((set & POLLPRI) !== 0);
      }
      return bits;
    });
  }

  close(): void {
    this.#context.channel.close();
  }

  #wait(count: number, timeout: number, look: () => number): number {
    const { channel } = this.#context;
    if (count === 0) {
      sleep(timeout < 0 ? Infinity : timeout);
      return 0;
    }
    channel.settle();
    let ready = look();
    if (ready > 0) return ready;
    if (timeout === 0) {
      channel.turn();
      return look();
    }
    const deadline = timeout < 0 ? Infinity : performance.now() + timeout;
    for (;;) {
      const seen = channel.events();
      ready = look();
      if (ready > 0) return ready;
      if (channel.dead) return -Errno.EIO;
      if (!channel.waitEvent(seen, deadline)) return look();
    }
  }
}

/** Makes the thread wait for so many milliseconds, for ever if Infinity. */
function sleep(timeout: number): void {
  if (timeout > 0) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, timeout);
}
