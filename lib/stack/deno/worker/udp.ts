/**
 * Datagram sockets in the I/O worker.
 *
 * @module
 */
import type { UdpHandle } from "../node_bindings.ts";
import type { HostName, WorkerHost } from "./host.ts";

/** A datagram socket. */
interface Datagrams {
  slot: number;
  handle: UdpHandle;
  queue: { data: Uint8Array; host: string; port: number }[];
  queuedSize: number;
  receiveLimit: number;
  filter: HostName | null;
  local: HostName;
}

/** See {@link workerUdp}. */
export interface WorkerUdp {
  bind(slot: number, address: string, port: number, flags: number): number;
  /** The socket's name in the data area, or −1 if there is no such socket. */
  name(slot: number): number;
  filter(slot: number, address: string, port: number): number;
  send(
    slot: number,
    address: string,
    port: number,
    start: number,
    end: number,
    connected: boolean,
  ): number | Promise<number>;
  receive(slot: number, length: number, flags: number): number;
  option(slot: number, option: number, value: number, address: string): number;
  /** Closes the socket of a row; null if there is none. */
  close(slot: number): Promise<number> | null;
  /** Rows in use. */
  slots(): number[];
}

/**
 * Makes UDP's operations. Self-contained: its source text runs in the worker.
 *
 * @param host What the worker's parts share.
 */
export function workerUdp(host: WorkerHost): WorkerUdp {
  const { data, udp, uv } = host;
  const { SlotWord, BindFlag, ReadFlag, HostOption } = host.constants;
  /** Bytes that a datagram counts in its queue beside its own, about as on Linux. */
  const OVERHEAD = 512;
  const sockets = new Map<number, Datagrams>();

  return {
    bind,
    name,
    filter,
    send,
    receive,
    option,
    close,
    slots: () => [...sockets.keys()],
  };

  function bind(slot: number, address: string, port: number, flags: number): number {
    if (!udp) return -host.errnoOf("EOPNOTSUPP");
    if (!host.permitted(address, port)) return -host.errnoOf("EACCES");
    const handle = new udp.UDP();
    // UV_UDP_IPV6ONLY and UV_UDP_REUSEADDR; Deno's number of the first is not libuv's 1.
    const hostFlags = (flags & BindFlag.ipv6Only ? 2 : 0) |
      (flags & BindFlag.reuseAddress ? 4 : 0);
    const status = address.includes(":")
      ? handle.bind6(address, port, hostFlags)
      : handle.bind(address, port, hostFlags);
    if (status !== 0) return -host.errnoOfStatus(status);
    const local = host.nameOf((out) => handle.getsockname(out));
    if (local === null) {
      handle.close();
      return -host.errnoOf("EIO");
    }
    const socket: Datagrams = {
      slot,
      handle,
      queue: [],
      queuedSize: 0,
      receiveLimit: 212992,
      filter: null,
      local,
    };
    handle.onmessage = (count, _handle, buffer, from): void => {
      if (count < 0 || buffer === undefined || from === undefined) return;
      const { filter } = socket;
      if (filter !== null && (filter.port !== from.port || filter.host !== from.address)) return;
      // What Linux's own bookkeeping of a datagram takes, about.
      if (socket.queuedSize + count + OVERHEAD > socket.receiveLimit) {
        if (socket.queue.length > 0) return;
      }
      socket.queue.push({
        // The host's buffer has room for the longest datagram.
        data: new Uint8Array(buffer.subarray(0, count)),
        host: from.address,
        port: from.port,
      });
      socket.queuedSize += count + OVERHEAD;
      tellQueue(socket);
      host.announce();
    };
    handle.recvStart();
    sockets.set(slot, socket);
    host.detail = local.port;
    return 0;
  }

  function tellQueue(socket: Datagrams): void {
    host.set(socket.slot, SlotWord.received, socket.queue.length);
    host.set(socket.slot, SlotWord.waiting, socket.queue[0]?.data.length ?? 0);
  }

  function filter(slot: number, address: string, port: number): number {
    const socket = sockets.get(slot) ?? null;
    if (socket !== null) socket.filter = address === "" ? null : { host: address, port };
    return 0;
  }

  function send(
    slot: number,
    address: string,
    port: number,
    start: number,
    end: number,
    connected: boolean,
  ): number | Promise<number> {
    const socket = sockets.get(slot) ?? null;
    if (!udp || socket === null) return -host.errnoOf("EIO");
    if (!host.permitted(address, port)) return -host.errnoOf("EACCES");
    const bytes = data.slice(start, end);
    const request = new udp.SendWrap();
    return new Promise((done) => {
      request.oncomplete = (error: number | null): void => {
        if (error === null || error === 0) {
          const refused = connected && isLoopback(address) && nobodyAt(address, port);
          if (!refused) return done(bytes.length);
          host.set(slot, SlotWord.error, host.errnoOf("ECONNREFUSED"));
          host.announce();
          return done(released().then(() => bytes.length));
        }
        const name = uv?.errname(error) ?? "";
        // The host's own errno is lost on the way, except for this one.
        done(-(name === "EMSGSIZE" ? host.errnoOf(name) : host.errnoOf("ENETUNREACH")));
      };
      if (address.includes(":")) socket.handle.send6(request, [bytes], 1, port, address, true);
      else socket.handle.send(request, [bytes], 1, port, address, true);
    });
  }

  function isLoopback(address: string): boolean {
    return address.startsWith("127.") || address === "::1";
  }

  /**
   * Whether a datagram to this machine meets a closed port. The host's sockets are not connected
   * and so never hear of it; a port that can be bound is nobody's.
   */
  function nobodyAt(address: string, port: number): boolean {
    if (!udp || !host.permitted(address, port)) return false;
    const probe = new udp.UDP();
    const status = address.includes(":")
      ? probe.bind6(address, port, 0)
      : probe.bind(address, port, 0);
    if (status !== 0) return false;
    probe.close();
    return true;
  }

  function receive(slot: number, length: number, flags: number): number {
    const socket = sockets.get(slot) ?? null;
    const datagram = socket?.queue[0];
    if (!socket || datagram === undefined) return -host.errnoOf("EAGAIN");
    const count = Math.min(length, datagram.data.length, data.length - 64);
    const from = host.say(`${datagram.host} ${datagram.port}`);
    data.set(datagram.data.subarray(0, count), from);
    host.detail = from;
    if ((flags & ReadFlag.peek) === 0) {
      socket.queue.shift();
      socket.queuedSize -= datagram.data.length + OVERHEAD;
      tellQueue(socket);
    }
    return datagram.data.length;
  }

  function option(
    slot: number,
    option: number,
    value: number,
    address: string,
  ): number {
    const socket = sockets.get(slot) ?? null;
    if (socket === null) return -host.errnoOf("EIO");
    const handle = socket.handle;
    let status = 0;
    switch (option) {
      case HostOption.broadcast:
        status = handle.setBroadcast(value === 0 ? 0 : 1);
        break;
      case HostOption.ttl:
        status = handle.setTTL(value);
        break;
      case HostOption.multicastTtl:
        status = handle.setMulticastTTL(value);
        break;
      case HostOption.multicastLoop:
        status = handle.setMulticastLoopback(value === 0 ? 0 : 1);
        break;
      case HostOption.multicastInterface:
        status = handle.setMulticastInterface(address);
        break;
      case HostOption.join:
      case HostOption.leave: {
        const [group = "", local] = address.split(" ");
        if (!host.permitted(group, socket.local.port)) return -host.errnoOf("EACCES");
        status = option === HostOption.join
          ? handle.addMembership(group, local)
          : handle.dropMembership(group, local);
        break;
      }
      case HostOption.receiveBuffer:
        socket.receiveLimit = value;
        break;
      default:
        return -host.errnoOf("ENOPROTOOPT");
    }
    return status === 0 ? 0 : -host.errnoOfStatus(status);
  }

  /** The host's datagram socket lives until its pending receive has noticed the end. */
  async function released(): Promise<number> {
    for (let rounds = 0; rounds < 4; rounds++) await host.immediate();
    return 0;
  }

  function name(slot: number): number {
    const local = sockets.get(slot)?.local;
    return local === undefined ? -1 : host.say(`${local.host} ${local.port}`);
  }

  function ignore(): void {
    // What comes now is nobody's.
  }

  function close(slot: number): Promise<number> | null {
    const socket = sockets.get(slot);
    if (socket === undefined) return null;
    sockets.delete(slot);
    socket.handle.recvStop();
    socket.handle.onmessage = ignore;
    socket.handle.close();
    return released();
  }
}
