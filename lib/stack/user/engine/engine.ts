/**
 * The user stack's engine: carries out requests and moves data between guests' sockets and a device.
 *
 * @module
 */
import type { Device } from "../../../device/device.ts";
import { type IpAddress, IPV4_LOOPBACK, IPV6_LOOPBACK, SocketAddress } from "../../../ip.ts";
import { Errno } from "../../../linux/errno.ts";
import { POLLIN } from "../../../linux/poll.ts";
import { encodeSockaddr } from "../../../linux/sockaddr.ts";
import { SOCK_STREAM } from "../../../linux/socket.ts";
import { type TcpConnection, TcpHost, type TcpListener } from "../../../tcp/mod.ts";
import { decodeEndpoint } from "../../endpoint.ts";
import type { Libc } from "../../libc/libc.ts";
import { PortTable } from "../../port_table.ts";
import {
  ADDRESS_SIZE,
  type ControlMemory,
  DATA_SIZE,
  MAX_SLOTS,
  Operation,
  putAddress,
  RequestState,
  SlotWord,
  Word,
} from "../control.ts";
import { IpLayer } from "../ip_layer.ts";
import { UdpHost, type UdpPort } from "../udp_host.ts";
import type { EngineContext, EngineSocket } from "./context.ts";
import { type Hosts, type Lookup, lookUp } from "./resolver.ts";
import { EngineTcpSocket } from "./tcp_socket.ts";
import { EngineUdpSocket } from "./udp_socket.ts";

/** Ports that clients are given: Linux's ip_local_port_range. */
const FIRST_PORT = 32_768;
const LAST_PORT = 60_999;
/** How often this host's packets for itself are carried before others get a turn. */
const LOCAL_TURNS = 64;
/** Longest wait for something to happen, in milliseconds. */
const LONGEST_WAIT = 60_000;

/** What an engine is made of. */
export interface EngineOptions {
  /** The C library. */
  readonly libc: Libc;
  /** What carries packets. */
  readonly device: Device;
  /** This host's addresses. */
  readonly addresses: readonly IpAddress[];
  /** What is shared with the guest's thread. */
  readonly memory: ControlMemory;
  /** The eventfd that wakes the engine. */
  readonly bell: number;
  /** Names that are known without asking. */
  readonly hosts: Hosts;
  /** Where names are asked for; null for nowhere. */
  readonly nameserver: IpAddress | null;
}

type Socket = EngineTcpSocket | EngineUdpSocket;

/** A network stack that turns when something happens: a request, a packet, data of a guest, time. */
export class Engine implements EngineContext {
  readonly libc: Libc;
  readonly tcp: TcpHost;
  readonly udp: UdpHost;
  readonly ports = new PortTable();
  readonly addresses: readonly IpAddress[];
  readonly mtu: number;
  readonly owners = new Map<TcpConnection | TcpListener | UdpPort, EngineSocket>();
  readonly #options: EngineOptions;
  readonly #ip: IpLayer;
  readonly #sockets = new Map<number, Socket>();
  readonly #changed = new Set<EngineSocket>();
  readonly #freeSlots: number[] = [];
  #nextSlot = 0;
  #lookup: Lookup | null = null;
  #pollfds = new Int32Array(128);
  /** When to end whatever is left; Infinity while it goes on. */
  #stopAt = Infinity;

  /**
   * Makes an engine.
   *
   * @param options What it is made of.
   */
  constructor(options: EngineOptions) {
    this.#options = options;
    this.libc = options.libc;
    this.mtu = options.device.mtu;
    this.addresses = [...options.addresses, IPV4_LOOPBACK, IPV6_LOOPBACK];
    const note = (changed: TcpConnection | TcpListener | UdpPort) => {
      const owner = this.owners.get(changed);
      if (owner !== undefined) this.#changed.add(owner);
    };
    const secret = crypto.getRandomValues(new Uint8Array(16));
    this.tcp = new TcpHost({ secret, onChange: note });
    this.udp = new UdpHost(note);
    this.#ip = new IpLayer({
      device: options.device,
      addresses: this.addresses,
      tcp: this.tcp,
      udp: this.udp,
      ports: null,
      trustsChecksums: false,
    });
  }

  /**
   * Turns until it is told to stop; then until everything is delivered or patience is over. However it
   * ends, no guest goes on waiting.
   *
   * @throws {Error} If the device is gone.
   */
  run(): void {
    try {
      while (!this.#isDone()) this.#turn();
    } finally {
      for (const socket of this.#sockets.values()) socket.fail(Errno.ENETDOWN);
    }
  }

  /** Milliseconds. */
  now(): number {
    return performance.now();
  }

  /** See {@link EngineContext.setWord}. */
  setWord(slot: number, word: number, value: number): void {
    Atomics.store(this.#options.memory.slots, slot * SlotWord.count + word, value);
  }

  /** See {@link EngineContext.word}. */
  word(slot: number, word: number): number {
    return Atomics.load(this.#options.memory.slots, slot * SlotWord.count + word);
  }

  /** See {@link EngineContext.adopt}. */
  adopt(make: (slot: number) => Socket): number {
    const slot = this.#freeSlots.pop() ?? (this.#nextSlot < MAX_SLOTS ? this.#nextSlot++ : -1);
    if (slot < 0) return -Errno.ENFILE;
    for (let word = 0; word < SlotWord.count; word++) this.setWord(slot, word, 0);
    const socket = make(slot);
    this.#sockets.set(slot, socket);
    this.#changed.add(socket);
    return slot;
  }

  /** See {@link EngineContext.freePort}. */
  freePort(taken: (port: number) => boolean): number {
    const count = LAST_PORT - FIRST_PORT + 1;
    const [random = 0] = crypto.getRandomValues(new Uint32Array(1));
    for (let tried = 0; tried < count; tried++) {
      const port = FIRST_PORT + (random + tried) % count;
      if (!taken(port)) return port;
    }
    return 0;
  }

  #isDone(): boolean {
    if (this.#stopAt === Infinity) return false;
    return this.now() >= this.#stopAt || !this.tcp.hasUndelivered;
  }

  #turn(): void {
    const result = this.#serve();
    let more: boolean | number = false;
    // What this host sends to itself has arrived when the answer is given, as over Linux's loopback.
    for (let count = 0; count === 0 || (this.#ip.hasLocal && count < LOCAL_TURNS); count++) {
      this.#pump();
      this.#ip.transmit(this.now());
      more = this.#ip.receive(this.now());
      if (typeof more === "number") throw new Error(`The device failed: errno ${-more}`);
      this.#pump();
      this.#ip.transmit(this.now());
    }
    if (result !== undefined) this.#reply(result);
    this.#answerLookup();
    const isBusy = more === true || this.#ip.hasLocal || this.#changed.size > 0;
    this.#wait(isBusy || this.#isDone());
  }

  #pump(): void {
    for (const socket of this.#changed) {
      this.#changed.delete(socket);
      socket.pump(this.now());
    }
  }

  /** Waits for a request, a packet, data of a guest, or time; then notes who has to look. */
  #wait(ready: boolean): void {
    const waiting: EngineSocket[] = [];
    let count = 0;
    const add = (descriptor: number, events: number) => {
      if (this.#pollfds.length < 2 * count + 2) {
        const grown = new Int32Array(this.#pollfds.length * 2);
        grown.set(this.#pollfds);
        this.#pollfds = grown;
      }
      this.#pollfds[2 * count] = descriptor;
      this.#pollfds[2 * count + 1] = events;
      count += 1;
    };
    add(this.#options.bell, POLLIN);
    add(this.#options.device.descriptor, POLLIN);
    for (const [slot, socket] of this.#sockets) {
      if (socket.isOver) this.#forget(slot);
      else if (socket.descriptor >= 0 && socket.interest !== 0) {
        add(socket.descriptor, socket.interest);
        waiting.push(socket);
      }
    }
    const { nextTimer } = this.#ip;
    const timer = Math.min(
      nextTimer,
      this.tcp.nextTimer,
      this.#lookup?.nextTimer ?? Infinity,
      this.#stopAt,
    );
    const time = Math.min(LONGEST_WAIT, Math.max(0, timer - this.now()));
    this.libc.poll(this.#pollfds, count, ready ? 0 : Math.ceil(time));
    for (const [index, socket] of waiting.entries()) {
      if (((this.#pollfds[2 * (index + 2) + 1] ?? 0) >>> 16) !== 0) this.#changed.add(socket);
    }
  }

  #forget(slot: number): void {
    this.#sockets.delete(slot);
    this.#freeSlots.push(slot);
  }

  /** Carries out a request, if there is one; what is to be answered, undefined for nothing yet. */
  #serve(): number | undefined {
    const { control } = this.#options.memory;
    this.libc.read(this.#options.bell, new Uint8Array(8), 8);
    if (Atomics.load(control, Word.state) !== RequestState.requested || this.#lookup !== null) {
      // The bell alone: a listener's connection was taken.
      for (const socket of this.#sockets.values()) {
        if (socket instanceof EngineTcpSocket && socket.isListening) this.#changed.add(socket);
      }
      return undefined;
    }
    return this.#perform(
      Atomics.load(control, Word.operation),
      Atomics.load(control, Word.slot),
      (index) => Atomics.load(control, Word.argument + index),
    );
  }

  #reply(result: number): void {
    const { control } = this.#options.memory;
    Atomics.store(control, Word.result, result);
    Atomics.store(control, Word.state, RequestState.replied);
    Atomics.notify(control, Word.state);
  }

  #perform(
    operation: number,
    slot: number,
    argument: (index: number) => number,
  ): number | undefined {
    const { data } = this.#options.memory;
    if (operation === Operation.open) {
      const [domain, type, descriptor] = [argument(0), argument(1), argument(2)];
      const Kind = type === SOCK_STREAM ? EngineTcpSocket : EngineUdpSocket;
      return this.adopt((row) => new Kind(this, row, domain, descriptor));
    }
    if (operation === Operation.stop) {
      this.#stopAt = this.now() + argument(0);
      return 0;
    }
    if (operation === Operation.resolve) {
      const name = new TextDecoder().decode(data.slice(0, argument(0)));
      const { hosts, nameserver } = this.#options;
      const [family, timeout] = [argument(1), argument(2)];
      this.#lookup = lookUp(this, { hosts, nameserver }, name, family, timeout);
      return undefined;
    }
    const socket = this.#sockets.get(slot);
    if (socket === undefined) return -Errno.EBADF;
    this.#changed.add(socket);
    return socket instanceof EngineTcpSocket
      ? this.#performTcp(socket, operation, argument)
      : this.#performUdp(socket, operation, argument);
  }

  #performTcp(
    socket: EngineTcpSocket,
    operation: number,
    argument: (index: number) => number,
  ): number {
    const { data } = this.#options.memory;
    switch (operation) {
      case Operation.bind: {
        const address = this.#address(argument(0));
        return address === null
          ? -Errno.EINVAL
          : socket.bind(address.ip, address.port, argument(1));
      }
      case Operation.connect: {
        const address = this.#address(argument(0));
        return address === null ? -Errno.EINVAL : socket.connect(address, argument(1));
      }
      case Operation.listen:
        return socket.listen(argument(0));
      case Operation.close:
        return socket.close(argument(0));
      case Operation.names:
        return socket.names(data);
      case Operation.option:
        return socket.option(argument(0), argument(1));
      case Operation.unacknowledged:
        return socket.unacknowledged();
      case Operation.disconnect:
        return socket.disconnect(argument(0));
      default:
        return -Errno.EOPNOTSUPP;
    }
  }

  #performUdp(
    socket: EngineUdpSocket,
    operation: number,
    argument: (index: number) => number,
  ): number {
    switch (operation) {
      case Operation.bind: {
        const address = this.#address(argument(0));
        return address === null
          ? -Errno.EINVAL
          : socket.bind(address.ip, address.port, argument(1));
      }
      case Operation.connect: {
        const address = this.#address(argument(0));
        return address === null ? -Errno.EINVAL : socket.connect(address);
      }
      case Operation.close:
        return socket.close();
      case Operation.names:
        return socket.names(this.#options.memory.data);
      case Operation.option:
        return socket.option(argument(0), argument(1));
      case Operation.disconnect:
        return socket.disconnect();
      default:
        return 0;
    }
  }

  /** The address that a request carries. */
  #address(length: number): SocketAddress | null {
    const bytes = this.#options.memory.data.slice(0, length);
    const family = (bytes[0] ?? 0) | ((bytes[1] ?? 0) << 8);
    const address = decodeEndpoint(family, bytes, length, "connect");
    return typeof address === "number" ? null : address;
  }

  #answerLookup(): void {
    this.#lookup?.turn(this.now());
    this.#ip.transmit(this.now());
    const result = this.#lookup?.result();
    if (this.#lookup === null || result === undefined) return;
    const { data } = this.#options.memory;
    const addresses = this.#lookup.addresses.slice(0, DATA_SIZE / ADDRESS_SIZE);
    for (const [index, ip] of addresses.entries()) {
      putAddress(data, index * ADDRESS_SIZE, encodeSockaddr(new SocketAddress(ip, 0)));
    }
    this.#lookup.close();
    this.#lookup = null;
    this.#reply(result < 0 ? result : addresses.length);
  }
}
