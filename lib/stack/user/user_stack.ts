/**
 * The stack over our own TCP and UDP: a host of its own behind a TUN device.
 *
 * @module
 */
import { Errno } from "../../linux/errno.ts";
import { IPPROTO_TCP, IPPROTO_UDP } from "../../linux/in.ts";
import { AF_UNIX, SOCK_SEQPACKET, SOCK_STREAM, SOCK_TYPE_MASK } from "../../linux/socket.ts";
import { LibcStack } from "../libc/libc_stack.ts";
import { LibcThread } from "../libc/libc_thread.ts";
import type { OpenFile } from "../open_file.ts";
import type { HostFiles, Limitation, Stack } from "../stack.ts";
import { ADDRESS_SIZE, Operation, takeAddress } from "./control.ts";
import { type ChannelOptions, ControlChannel } from "./control_channel.ts";
import { LIMITATIONS } from "./limitations.ts";
import { explainTunFailure } from "./tun_failure.ts";
import { pollUserSockets } from "./user_poll.ts";
import { openPair, type UserContext } from "./user_socket.ts";
import { UserTcpSocket } from "./user_tcp_socket.ts";
import { UserUdpSocket } from "./user_udp_socket.ts";

/** Where the worker's modules are. */
const LIBRARY = new URL("../../", import.meta.url);

/** A time limit has to fit into a word; that of a lookup is shorter anyway. */
const LONGEST_LIMIT = 60_000;

/** What a user stack is told. */
export type UserStackOptions = ChannelOptions;

/** The stack cannot be opened; the message says what to do. */
export class UserStackError extends Error {
  /** `UserStackError`. */
  override readonly name = "UserStackError";
}

function checkPermission(): void {
  if (LIBRARY.protocol !== "file:") return;
  const { state, partial } = Deno.permissions.querySync({ name: "read", path: LIBRARY });
  if (state === "granted" && partial !== true) return;
  throw new UserStackError(
    `Cannot start the user stack's worker: run again with --allow-read=${LIBRARY.pathname}`,
  );
}

/** Our own TCP and UDP over a TUN device. Local sockets, files and pipes are Linux's. */
export class UserStack implements Stack {
  readonly name = "user";
  readonly limitations: readonly Limitation[] = LIMITATIONS;
  readonly host: HostFiles;
  readonly usesNames = false;
  readonly limitsLookups = true;
  readonly #linux: LibcStack;
  readonly #context: UserContext;

  /**
   * Opens the device and starts the worker.
   *
   * @param options Device, addresses, name server.
   * @throws {UserStackError} If the device cannot be had or `--allow-read` does not cover our modules.
   * @throws {LibcUnavailableError} Without `--allow-ffi`, or where there is no Linux.
   */
  constructor(options: UserStackOptions) {
    const thread = new LibcThread();
    try {
      checkPermission();
      const channel = new ControlChannel(thread.libc, options);
      const started = channel.awaitStart();
      if (started < 0) {
        channel.close();
        throw new UserStackError(explainTunFailure(options.tun, -started));
      }
      this.#context = { thread, channel };
      this.#linux = new LibcStack(thread);
      this.host = this.#linux.host;
    } catch (error) {
      thread.libc.release();
      throw error;
    }
  }

  /** See {@link Stack.socket}. */
  socket(domain: number, type: number, protocol: number): OpenFile | number {
    if (domain === AF_UNIX) return this.#linux.socket(domain, type, protocol);
    const kind = type & SOCK_TYPE_MASK;
    const isStream = kind === SOCK_STREAM;
    const flags = type & ~SOCK_TYPE_MASK;
    const pair = openPair(this.#context, (isStream ? SOCK_STREAM : SOCK_SEQPACKET) | flags);
    if (typeof pair === "number") return pair;
    const [descriptor, engines] = pair;
    const { channel, thread } = this.#context;
    const slot = channel.request(Operation.open, 0, domain, kind, engines);
    if (slot < 0) {
      thread.libc.close(descriptor);
      thread.libc.close(engines);
      return slot;
    }
    const known = protocol === 0 ? (isStream ? IPPROTO_TCP : IPPROTO_UDP) : protocol;
    const parts = { descriptor, slot, domain, type: kind, protocol: known };
    return isStream
      ? new UserTcpSocket(this.#context, parts)
      : new UserUdpSocket(this.#context, parts);
  }

  /** See {@link Stack.socketpair}. */
  socketpair(
    domain: number,
    type: number,
    protocol: number,
  ): readonly [OpenFile, OpenFile] | number {
    return domain === AF_UNIX ? this.#linux.socketpair(domain, type, protocol) : -Errno.EOPNOTSUPP;
  }

  /** See {@link Stack.resolve}. */
  resolve(
    name: string,
    family: number,
    addresses: Uint8Array<ArrayBuffer>[],
    timeout = -1,
  ): number {
    const { channel } = this.#context;
    const bytes = new TextEncoder().encode(name);
    const limit = Math.ceil(Math.min(timeout, LONGEST_LIMIT));
    const count = channel.requestWith(bytes, Operation.resolve, 0, family, limit);
    for (let index = 0; index < count; index++) {
      addresses.push(takeAddress(channel.data, index * ADDRESS_SIZE));
    }
    return count;
  }

  /** See {@link Stack.poll}. */
  poll(
    files: readonly (OpenFile | null)[],
    events: Int16Array,
    revents: Int16Array,
    count: number,
    timeout: number,
  ): number {
    return pollUserSockets(this.#linux, { files, events, revents, count }, timeout);
  }

  /** See {@link Stack.select}. */
  select(
    files: readonly (OpenFile | null)[],
    events: Int16Array,
    revents: Int16Array,
    count: number,
    timeout: number,
  ): number {
    return this.#linux.select(files, events, revents, count, timeout);
  }

  /** Delivers what was taken for sending, then ends the worker and gives the device back. */
  close(): void {
    this.#context.channel.close();
    this.#linux.close();
  }
}
