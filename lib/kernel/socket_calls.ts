/**
 * System calls on sockets.
 *
 * @module
 */
import { Errno } from "../linux/errno.ts";
import { IP_ADD_MEMBERSHIP, IPPROTO_IP, IPPROTO_IPV6, IPV6_JOIN_GROUP } from "../linux/in.ts";
import {
  AF_INET,
  AF_INET6,
  AF_UNIX,
  AF_UNSPEC,
  MSG_DONTWAIT,
  MSG_FASTOPEN,
  MSG_NOSIGNAL,
  MSG_PEEK,
  SOCK_CLOEXEC,
  SOCK_DGRAM,
  SOCK_NONBLOCK,
  SOCK_SEQPACKET,
  SOCK_STREAM,
} from "../linux/socket.ts";
import { SOCKADDR_IN6_SIZE, SOCKADDR_IN_SIZE, SockaddrStorage } from "../linux/sockaddr.ts";
import { socketOption } from "../linux/socket_options.ts";
import type { Iovec } from "../linux/uio.ts";
import { type Bytes, FileKind, type OpenFile, type ReceivedMessage } from "../stack/open_file.ts";
import { DescriptorCalls } from "./descriptor_calls.ts";
import { GuestAddress } from "./guest_address.ts";
import { checkBuffers, transferLength } from "./process.ts";
import { checkSocketArguments, checkSocketFlags, typeOfSocket } from "./socket_arguments.ts";

/**
 * An option number that no level of Linux has. An option outside the table is passed down as this
 * one, so that Linux itself says what it says to unknown options there.
 */
const UNKNOWN_OPTION = 0x7fff;

const CONNECT = ["connect"] as const;
const SEND = ["send"] as const;
const CONNECT_AND_SEND = ["connect", "send"] as const;

/** The calls that take sockets. */
export abstract class SocketCalls extends DescriptorCalls {
  readonly #address: GuestAddress = new GuestAddress();
  readonly #peer: SockaddrStorage = new SockaddrStorage();
  readonly #numbers: Int32Array = new Int32Array(2);

  /** socket(2). */
  socket(domain: number, type: number, protocol: number): number {
    const refused = checkSocketArguments(domain, type, protocol);
    if (refused < 0) return refused;
    if (this.limiter !== null && !this.limiter.take()) return -Errno.EMFILE;
    const made = typeOfSocket(domain, type & ~SOCK_CLOEXEC);
    const socket = this.stack.socket(domain, made, protocol | 0);
    if (typeof socket === "number") {
      this.limiter?.giveBack();
      return socket;
    }
    this.limiter?.assign(socket);
    return this.install(socket, (type & SOCK_CLOEXEC) !== 0);
  }

  /** socketpair(2). */
  socketpair(domain: number, type: number, protocol: number, fds: Int32Array): number {
    const unknown = checkSocketFlags(type);
    if (unknown < 0) return unknown;
    // Linux takes the numbers before it makes the sockets.
    const numbers = this.#numbers;
    const reserved = this.reservePair(numbers);
    if (reserved < 0) return reserved;
    const pair = this.#socketpair(domain, type, protocol);
    for (let end = 0; end < 2; end++) {
      const fd = numbers[end] as number;
      if (typeof pair === "number") this.table.giveBack(fd);
      else this.table.set(fd, pair[end] as OpenFile, (type & SOCK_CLOEXEC) !== 0);
    }
    if (typeof pair === "number") return pair;
    fds.set(numbers);
    return 0;
  }

  #socketpair(
    domain: number,
    type: number,
    protocol: number,
  ): readonly [OpenFile, OpenFile] | number {
    const refused = checkSocketArguments(domain, type, protocol);
    if (refused < 0) return refused;
    if (domain !== AF_UNIX) return -Errno.EOPNOTSUPP;
    const { limiter } = this;
    if (limiter !== null) {
      if (!limiter.take()) return -Errno.EMFILE;
      if (!limiter.take()) {
        limiter.giveBack();
        return -Errno.EMFILE;
      }
    }
    const made = typeOfSocket(domain, type & ~SOCK_CLOEXEC);
    const pair = this.stack.socketpair(domain, made, protocol | 0);
    for (let end = 0; limiter !== null && end < 2; end++) {
      if (typeof pair === "number") limiter.giveBack();
      else limiter.assign(pair[end] as OpenFile);
    }
    return pair;
  }

  /** bind(2). */
  bind(fd: number, address: Bytes | null): number {
    const file = this.#socket(fd);
    if (typeof file === "number") return file;
    const copied = this.#copy(file, address);
    if (copied < 0) return copied;
    const refused = this.#address.check(this.policy, "bind", file);
    if (refused < 0) return refused;
    const result = file.bind(this.#address.bytes, this.#address.length);
    if (result === 0) this.noteBound(file);
    return result;
  }

  /** listen(2). */
  listen(fd: number, backlog: number): number {
    const file = this.#socket(fd);
    if (typeof file === "number") return file;
    const refused = this.#checkImplicitBind(file);
    return refused < 0 ? refused : file.listen(backlog | 0);
  }

  /** accept(2). */
  accept(fd: number, peer: SockaddrStorage | null): number {
    return this.accept4(fd, peer, 0);
  }

  /** accept4(2). */
  accept4(fd: number, peer: SockaddrStorage | null, flags: number): number {
    const file = this.table.get(fd);
    if (file === undefined) return -Errno.EBADF;
    if ((flags & ~(SOCK_NONBLOCK | SOCK_CLOEXEC)) !== 0) return -Errno.EINVAL;
    // Before a connection is taken off the queue there must be a number for it.
    const number = this.table.reserve();
    if (number < 0) return number;
    const accepted = file.kind === FileKind.socket
      ? this.#acceptWithSlot(file, peer, flags & SOCK_NONBLOCK)
      : file.notSocket();
    if (typeof accepted === "number") {
      this.table.giveBack(number);
      return accepted;
    }
    this.table.set(number, accepted, (flags & SOCK_CLOEXEC) !== 0);
    return number;
  }

  #acceptWithSlot(file: OpenFile, peer: SockaddrStorage | null, flags: number): OpenFile | number {
    const { limiter } = this;
    // Before a connection is taken off the queue there must be a slot for it, too.
    if (limiter !== null && !limiter.take()) return -Errno.ENOBUFS;
    const accepted = this.#accept(file, peer, flags);
    if (typeof accepted === "number") limiter?.giveBack();
    else limiter?.assign(accepted);
    return accepted;
  }

  /** A connection that the policy admits. */
  #accept(file: OpenFile, peer: SockaddrStorage | null, flags: number): OpenFile | number {
    const { checksPeers } = this.policy;
    const name = peer ?? (checksPeers ? this.#peer : null);
    for (;;) {
      const accepted = file.accept(name, flags);
      if (typeof accepted === "number") return accepted;
      if (
        checksPeers && name !== null && !this.policy.admitsPeer("accept", name.bytes, name.length)
      ) {
        accepted.close();
        continue;
      }
      return accepted;
    }
  }

  /** connect(2). */
  connect(fd: number, address: Bytes | null): number {
    // Linux copies the address before it asks whether this is a socket.
    const file = this.table.get(fd);
    if (file === undefined) return -Errno.EBADF;
    const target = this.#address;
    const copied = target.copy(address);
    if (copied < 0) return copied;
    if (file.kind !== FileKind.socket) return file.notSocket();
    const anchored = this.#anchor(file);
    if (anchored < 0) return anchored;
    // The peer of a datagram socket is where its datagrams go.
    const sends = file.type === SOCK_DGRAM && target.family !== AF_UNSPEC;
    if (file.domain === AF_UNIX) {
      const refused = sends ? target.check(this.policy, "send", file) : 0;
      if (refused < 0) return refused;
      return this.#reachUnix("connect", (address, length) => file.connect(address, length, null));
    }
    const uses = sends ? CONNECT_AND_SEND : CONNECT;
    for (const use of uses) {
      const refused = target.check(this.policy, use, file);
      if (refused < 0) return refused;
    }
    const name = this.#nameFor(uses);
    return typeof name === "number" ? name : file.connect(target.bytes, target.length, name);
  }

  /** send(2). */
  send(fd: number, buffer: Bytes | null, length: number, flags: number): number {
    const file = this.table.get(fd);
    if (file === undefined) return -Errno.EBADF;
    const count = transferLength(buffer, length);
    if (count < 0) return count;
    if ((flags & MSG_FASTOPEN) !== 0) return this.#refuseFastOpen(file);
    return file.send(buffer, count, flags | MSG_NOSIGNAL);
  }

  /** recv(2). */
  recv(fd: number, buffer: Bytes | null, length: number, flags: number): number {
    const file = this.table.get(fd);
    if (file === undefined) return -Errno.EBADF;
    const count = transferLength(buffer, length);
    if (count < 0) return count;
    if (this.policy.checksPeers && file.type === SOCK_DGRAM) {
      return this.receiveAdmitted(file, flags | 0, (bits) => file.recv(buffer, count, bits));
    }
    return file.recv(buffer, count, flags | 0);
  }

  /** sendto(2). */
  sendto(
    fd: number,
    buffer: Bytes | null,
    length: number,
    flags: number,
    address: Bytes | null | undefined,
  ): number {
    if (address === undefined) return this.send(fd, buffer, length, flags);
    const file = this.#socket(fd);
    if (typeof file === "number") return file;
    const count = transferLength(buffer, length);
    if (count < 0) return count;
    const target = this.#address;
    const refused = this.#checkDestination(file, flags, address);
    if (refused < 0) return refused;
    if (file.domain === AF_UNIX && file.type === SOCK_DGRAM) {
      return this.#reachUnix(
        "send",
        (bytes, size) => file.sendto(buffer, count, flags | MSG_NOSIGNAL, bytes, size, null),
      );
    }
    const name = this.#nameFor(SEND);
    if (typeof name === "number") return name;
    return file.sendto(buffer, count, flags | MSG_NOSIGNAL, target.bytes, target.length, name);
  }

  /** recvfrom(2). */
  recvfrom(
    fd: number,
    buffer: Bytes | null,
    length: number,
    flags: number,
    from: SockaddrStorage | null,
  ): number {
    if (from === null) return this.recv(fd, buffer, length, flags);
    const file = this.table.get(fd);
    if (file === undefined) return -Errno.EBADF;
    const count = transferLength(buffer, length);
    if (count < 0) return count;
    if (this.policy.checksPeers && file.type === SOCK_DGRAM) {
      return this.receiveAdmitted(
        file,
        flags | 0,
        (bits) => file.recvfrom(buffer, count, bits, from),
      );
    }
    return file.recvfrom(buffer, count, flags | 0, from);
  }

  /** sendmsg(2). */
  sendmsg(
    fd: number,
    buffers: readonly Iovec[],
    flags: number,
    address: Bytes | null | undefined,
  ): number {
    const file = this.#socket(fd);
    if (typeof file === "number") return file;
    const target = this.#address;
    if (address !== undefined) {
      const refused = this.#checkDestination(file, flags, address);
      if (refused < 0) return refused;
    } else if ((flags & MSG_FASTOPEN) !== 0) {
      return -Errno.EOPNOTSUPP;
    }
    const invalid = checkBuffers(buffers, Errno.EMSGSIZE);
    if (invalid < 0) return invalid;
    if (address === undefined) return file.sendmsg(buffers, flags | MSG_NOSIGNAL, null, 0, null);
    if (file.domain === AF_UNIX && file.type === SOCK_DGRAM) {
      return this.#reachUnix(
        "send",
        (bytes, size) => file.sendmsg(buffers, flags | MSG_NOSIGNAL, bytes, size, null),
      );
    }
    const name = this.#nameFor(SEND);
    if (typeof name === "number") return name;
    return file.sendmsg(buffers, flags | MSG_NOSIGNAL, target.bytes, target.length, name);
  }

  /** recvmsg(2). */
  recvmsg(
    fd: number,
    buffers: readonly Iovec[],
    flags: number,
    message: ReceivedMessage,
  ): number {
    const file = this.#socket(fd);
    if (typeof file === "number") return file;
    const invalid = checkBuffers(buffers, Errno.EMSGSIZE);
    if (invalid < 0) return invalid;
    if (this.policy.checksPeers && file.type === SOCK_DGRAM) {
      return this.receiveAdmitted(
        file,
        flags | 0,
        (bits) => file.recvmsg(buffers, bits, message),
      );
    }
    return file.recvmsg(buffers, flags | 0, message);
  }

  /** read(2), with the policy's say about senders. */
  override read(fd: number, buffer: Bytes | null, length: number): number {
    if (!this.policy.checksPeers) return super.read(fd, buffer, length);
    // Asked once: another thread may give the number another meaning at any time.
    const file = this.table.get(fd);
    if (file === undefined) return -Errno.EBADF;
    const count = transferLength(buffer, length);
    if (count < 0) return count;
    // To read nothing takes no datagram off the queue.
    if (file.type !== SOCK_DGRAM || count === 0) return file.read(buffer, count);
    return this.receiveAdmitted(file, 0, (bits) => file.recv(buffer, count, bits));
  }

  /** readv(2), with the policy's say about senders. */
  override readv(fd: number, buffers: readonly Iovec[]): number {
    if (!this.policy.checksPeers) return super.readv(fd, buffers);
    const file = this.table.get(fd);
    if (file === undefined) return -Errno.EBADF;
    const invalid = checkBuffers(buffers, Errno.EINVAL);
    if (invalid < 0) return invalid;
    if (file.type !== SOCK_DGRAM || buffers.every(({ length }) => length === 0)) {
      return file.readv(buffers);
    }
    const message = { name: null, flags: 0 };
    return this.receiveAdmitted(file, 0, (bits) => file.recvmsg(buffers, bits, message));
  }

  /** shutdown(2). */
  shutdown(fd: number, how: number): number {
    const file = this.#socket(fd);
    if (typeof file === "number") return file;
    return (how | 0) === how ? file.shutdown(how | 0) : -Errno.EINVAL;
  }

  /** getsockname(2). */
  getsockname(fd: number, name: SockaddrStorage): number {
    const file = this.table.get(fd);
    return file === undefined ? -Errno.EBADF : file.getsockname(name);
  }

  /** getpeername(2). */
  getpeername(fd: number, name: SockaddrStorage): number {
    const file = this.table.get(fd);
    return file === undefined ? -Errno.EBADF : file.getpeername(name);
  }

  /** getsockopt(2). */
  getsockopt(
    fd: number,
    level: number,
    name: number,
    value: Bytes | null,
    length: Int32Array<ArrayBuffer>,
  ): number {
    const file = this.#socket(fd);
    if (typeof file === "number") return file;
    const [room] = length;
    if (room === undefined || (value !== null && room > value.byteLength)) return -Errno.EFAULT;
    const known = socketOption(level, name) !== undefined;
    // Options of IPPROTO_IPV6 would be written whole, whatever room there is.
    if (known && room < 0) return -Errno.EINVAL;
    return file.getsockopt(level | 0, known ? name : UNKNOWN_OPTION, value, length);
  }

  /** setsockopt(2). */
  setsockopt(
    fd: number,
    level: number,
    name: number,
    value: Bytes | null,
    length: number,
  ): number {
    const file = this.#socket(fd);
    if (typeof file === "number") return file;
    const size = length | 0;
    if (size !== length) return -Errno.EINVAL;
    if (value !== null && size > value.byteLength) return -Errno.EFAULT;
    if (socketOption(level, name) === undefined) {
      return file.setsockopt(level | 0, UNKNOWN_OPTION, value, size);
    }
    const joins = (level === IPPROTO_IP && name === IP_ADD_MEMBERSHIP) ||
      (level === IPPROTO_IPV6 && name === IPV6_JOIN_GROUP);
    if (!joins || value === null || size <= 0) {
      const bounded = this.limiter === null ? value : this.limiter.bound(level, name, value, size);
      return file.setsockopt(level | 0, name, bounded, size);
    }
    // The group is copied before it is checked, as addresses are.
    const copy = value.slice(0, size);
    const refused = this.#checkGroup(file, level, copy);
    return refused < 0 ? refused : file.setsockopt(level | 0, name, copy, size);
  }

  /** Remembers that the guest itself has bound a socket. */
  protected noteBound(file: OpenFile): void {
    file.isBound = true;
  }

  /** Whether the guest itself has bound a socket. */
  protected isBound(file: OpenFile): boolean {
    return file.isBound;
  }

  /** The socket that `fd` refers to, or −EBADF or −ENOTSOCK. */
  #socket(fd: number): OpenFile | number {
    const file = this.table.get(fd);
    if (file === undefined) return -Errno.EBADF;
    return file.kind === FileKind.socket ? file : file.notSocket();
  }

  /** Copies an address; a relative path in it starts from the guest's own current folder. */
  #copy(file: OpenFile, address: Bytes | null): number {
    const copied = this.#address.copy(address);
    return copied < 0 ? copied : this.#anchor(file);
  }

  #anchor(file: OpenFile): number {
    return file.domain === AF_UNIX ? this.#address.anchor(this.files.directory) : 0;
  }

  #refuseFastOpen(file: OpenFile): number {
    return file.kind === FileKind.socket ? -Errno.EOPNOTSUPP : file.notSocket();
  }

  /** Copies and checks where a datagram goes; streams ignore the address or refuse it by themselves. */
  #checkDestination(file: OpenFile, flags: number, address: Bytes | null): number {
    const copied = this.#copy(file, address);
    if (copied < 0) return copied;
    if ((flags & MSG_FASTOPEN) !== 0) return -Errno.EOPNOTSUPP;
    // AF_UNIX is checked where it is reached.
    const unchecked = file.type === SOCK_STREAM || file.type === SOCK_SEQPACKET ||
      file.domain === AF_UNIX;
    return unchecked ? 0 : this.#address.check(this.policy, "send", file);
  }

  /** The name through which the address is granted, null for none; −EACCES if rules forbid its use. */
  #nameFor(uses: readonly ("connect" | "send")[]): string | null | number {
    const { bytes, length } = this.#address;
    const name = this.policy.nameFor(bytes, length);
    if (name === null || !this.stack.usesNames) return name;
    for (const use of uses) {
      const refused = this.policy.checkDestinationName(use, name, bytes, length);
      if (refused < 0) return refused;
    }
    return name;
  }

  /**
   * Calls `use` with the address of an AF_UNIX peer. Where a path has to be checked, the file that it
   * led to is held open and reached through its descriptor: a symbolic link that another thread
   * changes between the check and the call changes nothing.
   */
  #reachUnix(
    use: "connect" | "send",
    call: (address: Uint8Array<ArrayBuffer>, length: number) => number,
  ): number {
    const { bytes, length, family } = this.#address;
    if (family !== AF_UNIX) return call(bytes, length);
    const { host } = this.stack;
    const pathOf = host === null ? null : (descriptor: number) => host.pathOf(descriptor);
    const target = this.policy.openUnixTarget(use, bytes, length, pathOf);
    if (typeof target === "number") return target < 0 ? target : call(bytes, length);
    try {
      return call(target.address, target.address.length);
    } finally {
      target.close();
    }
  }

  /**
   * listen(2) binds a socket that has no address to every address and a free port. getsockname(2)
   * does not tell: it still shows the port of a connection that has ended, which the socket no longer
   * holds (inet_put_port).
   */
  #checkImplicitBind(file: OpenFile): number {
    if (file.domain === AF_UNIX || this.isBound(file)) return 0;
    const isIp6 = file.domain === AF_INET6;
    const everywhere = new Uint8Array(isIp6 ? SOCKADDR_IN6_SIZE : SOCKADDR_IN_SIZE);
    everywhere[0] = isIp6 ? AF_INET6 : AF_INET;
    return this.policy.checkAddress("listen", everywhere, everywhere.length);
  }

  /** A group is joined for the port that the socket is bound to. */
  #checkGroup(file: OpenFile, level: number, value: Uint8Array): number {
    const name = this.#peer;
    const group = new Uint8Array(SOCKADDR_IN6_SIZE);
    if (file.getsockname(name) === 0) group.set(name.bytes.subarray(2, 4), 2);
    if (level === IPPROTO_IP) {
      group[0] = AF_INET;
      group.set(value.subarray(0, 4), 4);
      return this.policy.checkAddress("multicast", group, SOCKADDR_IN_SIZE);
    }
    group[0] = AF_INET6;
    group.set(value.subarray(0, 16), 8);
    return this.policy.checkAddress("multicast", group, SOCKADDR_IN6_SIZE);
  }

  /**
   * Receives a datagram of a sender that the policy admits.
   *
   * @param receive Receives the next datagram with flags.
   */
  protected receiveAdmitted(
    file: OpenFile,
    flags: number,
    receive: (flags: number) => number,
  ): number {
    const refused = this.awaitAdmitted(file, flags);
    return refused < 0 ? refused : receive(flags);
  }

  /** Waits until the first datagram is of a sender that the policy admits: 0, or a negated errno. */
  protected awaitAdmitted(file: OpenFile, flags: number): number {
    const sender = this.#peer;
    for (;;) {
      const result = file.recvfrom(null, 0, flags | MSG_PEEK, sender);
      if (result < 0) return result;
      if (
        sender.family === AF_UNSPEC ||
        this.policy.admitsPeer("receive", sender.bytes, sender.length)
      ) {
        return 0;
      }
      // What the guest only peeks at is taken off all the same, or it would be first for ever.
      const dropped = file.recv(null, 0, (flags & ~MSG_PEEK) | MSG_DONTWAIT);
      if (dropped < 0 && dropped !== -Errno.EAGAIN) return dropped;
    }
  }
}
