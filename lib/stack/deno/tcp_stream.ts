/**
 * The bytes of a TCP connection: sending, receiving, and whether either would wait.
 *
 * @module
 */
import { Errno } from "../../linux/errno.ts";
import { FIONREAD, SIOCATMARK, TIOCOUTQ } from "../../linux/ioctl.ts";
import {
  POLLERR,
  POLLHUP,
  POLLIN,
  POLLOUT,
  POLLRDHUP,
  POLLRDNORM,
  POLLWRNORM,
} from "../../linux/poll.ts";
import type { SockaddrStorage } from "../../linux/sockaddr.ts";
import {
  MSG_ERRQUEUE,
  MSG_MORE,
  MSG_OOB,
  MSG_PEEK,
  MSG_TRUNC,
  MSG_WAITALL,
} from "../../linux/socket.ts";
import type { Bytes, ReceivedMessage } from "../open_file.ts";
import { DATA_SIZE, MAX_POSTED, Operation, ReadFlag, SlotWord } from "./shared_memory.ts";
import { Shutdown, TcpState } from "../tcp_state.ts";
import { TcpConnector } from "./tcp_connector.ts";

/** A TCP socket that moves bytes. */
export abstract class TcpStream extends TcpConnector {
  protected override transmit(
    buffer: Bytes | null,
    length: number,
    flags: number,
    _address: Uint8Array<ArrayBuffer> | null,
    _addressLength: number,
    _name: string | null,
  ): number {
    const { channel, slot } = this;
    if (this.state === TcpState.CLOSE_WAIT) channel.settle();
    this.refresh();
    const timeout = this.mayWait(flags) ? this.options.sendTimeout : 0;
    const state = this.state;
    if (state !== TcpState.ESTABLISHED && state !== TcpState.CLOSE_WAIT) {
      const waited = this.#awaitConnection(timeout);
      if (waited < 0) return waited;
    }
    if (this.pendingError !== 0 || (this.shut & Shutdown.SEND) !== 0) {
      return -(super.takeError() || Errno.EPIPE);
    }
    if ((flags & MSG_OOB) !== 0) return -Errno.EOPNOTSUPP;
    if (length === 0) return 0;
    if (buffer === null) return -Errno.EFAULT;
    const limit = this.options.sendLimit;
    const more = (flags & MSG_MORE) !== 0 ? 1 : 0;
    const deadline = timeout === Infinity ? Infinity : performance.now() + timeout;
    let sent = 0;
    while (sent < length) {
      let room = limit - channel.unsent(slot);
      if (room <= 0) {
        const left = timeout === 0 ? 0 : Math.max(deadline - performance.now(), 0);
        const ready = this.waitFor(() => {
          this.refresh();
          return limit - channel.unsent(slot) > 0 || this.pendingError !== 0;
        }, left);
        if (!ready) return sent || -Errno.EAGAIN;
        room = limit - channel.unsent(slot);
        if (this.pendingError !== 0) return sent || -super.takeError();
      }
      const count = Math.min(room, length - sent, DATA_SIZE);
      const piece = buffer.subarray(sent, sent + count);
      const last = sent + count === length;
      const plain = count <= MAX_POSTED && this.state === TcpState.ESTABLISHED;
      if (plain && channel.post(slot, piece, last && more !== 0)) {
        sent += count;
        this.stir();
        continue;
      }
      channel.data.set(piece);
      const result = channel.request(
        Operation.tcpWrite,
        slot,
        count,
        last ? more : 0,
      );
      if (result < 0) return sent || result;
      if (result === 0) {
        this.refresh();
        return sent || -(super.takeError() || Errno.EPIPE);
      }
      sent += result;
      this.stir();
    }
    // The answer may be a reset.
    if (this.state === TcpState.CLOSE_WAIT) channel.stirred = true;
    return sent;
  }

  protected override transmitUpToFault(
    bytes: Uint8Array,
    length: number,
    flags: number,
  ): number {
    return this.transmit(bytes, length, flags, null, 0, null);
  }

  /** sk_stream_wait_connect. */
  #awaitConnection(timeout: number): number {
    for (;;) {
      if (this.pendingError !== 0) return -super.takeError();
      if (this.state === TcpState.ESTABLISHED) return 0;
      if (this.state !== TcpState.SYN_SENT) return -Errno.EPIPE;
      const ready = this.waitFor(() => {
        this.refresh();
        return this.state !== TcpState.SYN_SENT || this.pendingError !== 0;
      }, timeout);
      if (!ready) return -Errno.EAGAIN;
    }
  }

  protected override receive(
    buffer: Bytes | null,
    length: number,
    flags: number,
    from: SockaddrStorage | null,
    status: ReceivedMessage | null,
  ): number {
    if (from !== null) from.length = 0;
    const result = this.#receiveBytes(buffer, length, flags);
    if (status !== null && result >= 0) status.flags = 0;
    return result;
  }

  #receiveBytes(buffer: Bytes | null, length: number, flags: number): number {
    if ((flags & MSG_ERRQUEUE) !== 0) return -Errno.EAGAIN;
    if (this.state === TcpState.LISTEN) return -Errno.ENOTCONN;
    // There never is urgent data.
    if ((flags & MSG_OOB) !== 0) return -Errno.EINVAL;
    const { channel, slot } = this;
    channel.settle();
    const wait = this.mayWait(flags);
    const timeout = wait ? this.options.receiveTimeout : 0;
    const deadline = timeout === Infinity ? Infinity : performance.now() + timeout;
    const peek = (flags & MSG_PEEK) !== 0;
    const all = (flags & MSG_WAITALL) !== 0;
    const target = (all ? length : Math.min(this.options.receiveLowWater, length)) || 1;
    let copied = 0;
    let looked = false;
    for (;;) {
      const seen = channel.events();
      this.refresh();
      const available = channel.word(slot, SlotWord.received) - (peek ? copied : 0);
      if (available > 0) {
        if (length === 0) return 0;
        const count = this.#copyOut(buffer, copied, Math.min(available, length - copied), flags);
        if (count < 0) return copied || count;
        copied += count;
        if (copied === length) return copied;
        if (count > 0) continue;
      }
      if (copied >= target) return copied;
      if (copied > 0) {
        const over = timeout === 0 || this.pendingError !== 0 ||
          this.state === TcpState.CLOSE || (this.shut & Shutdown.RECEIVE) !== 0;
        if (over) return copied;
      } else {
        if (this.endSeen) return 0;
        if (this.pendingError !== 0) return -super.takeError();
        if ((this.shut & Shutdown.RECEIVE) !== 0) {
          // What arrives after one's own SHUT_RD is still delivered.
          if (this.state === TcpState.CLOSE || looked) return 0;
          looked = true;
          channel.turn();
          continue;
        }
        if (this.state === TcpState.CLOSE) return -Errno.ENOTCONN;
      }
      if (timeout === 0) {
        channel.turn();
        if (channel.events() !== seen && !channel.dead) continue;
        return copied || -Errno.EAGAIN;
      }
      if (channel.dead) continue;
      const canPark = timeout === Infinity && copied === 0 && length > 0 && buffer !== null;
      if (canPark && this.state !== TcpState.SYN_SENT) {
        // One request both waits and reads; only a wait that may end by time cannot be left to it.
        const count = this.#copyOut(buffer, 0, length, flags, true);
        if (count < 0) return count;
        copied = count;
        if (copied >= target) return copied;
        continue;
      }
      if (!channel.waitEvent(seen, deadline)) {
        this.refresh();
        if (channel.word(slot, SlotWord.received) - (peek ? copied : 0) > 0) continue;
        // Linux waits for no bytes at all as for any, but then has got what was wanted.
        return copied || (length === 0 ? 0 : -Errno.EAGAIN);
      }
    }
  }

  /** Moves received bytes into the guest's buffer. */
  #copyOut(
    buffer: Bytes | null,
    at: number,
    count: number,
    flags: number,
    wait = false,
  ): number {
    const peek = (flags & MSG_PEEK) !== 0;
    const discard = (flags & MSG_TRUNC) !== 0;
    if (buffer === null && !discard) return -Errno.EFAULT;
    const { channel } = this;
    const result = channel.request(
      Operation.tcpRead,
      this.slot,
      Math.min(count, DATA_SIZE),
      (peek ? ReadFlag.peek : 0) | (discard ? ReadFlag.discard : 0),
      peek ? at : 0,
      wait ? 1 : 0,
    );
    if (result > 0 && !discard && buffer !== null) {
      buffer.set(channel.data.subarray(0, result), at);
    }
    return result;
  }

  override poll(events: number): number {
    const { channel, slot } = this;
    const wanted = events | POLLERR | POLLHUP;
    if (this.state === TcpState.LISTEN) {
      const ready = channel.word(slot, SlotWord.waiting) > 0 ? POLLIN | POLLRDNORM : 0;
      return ready & wanted;
    }
    this.refresh();
    let mask = 0;
    if (this.shut === Shutdown.BOTH || this.state === TcpState.CLOSE) mask |= POLLHUP;
    if ((this.shut & Shutdown.RECEIVE) !== 0) mask |= POLLIN | POLLRDNORM | POLLRDHUP;
    if (this.state !== TcpState.SYN_SENT) {
      const received = this.hosted ? channel.word(slot, SlotWord.received) : 0;
      // As Linux has it, a full buffer is readable however much SO_RCVLOWAT asks for.
      const target = Math.min(this.options.receiveLowWater, this.options.receiveLimit);
      if (received >= target) mask |= POLLIN | POLLRDNORM;
      const unsent = this.hosted ? channel.unsent(slot) : 0;
      const writable = (this.shut & Shutdown.SEND) !== 0 ||
        unsent * 3 < this.options.sendLimit * 2;
      if (writable) mask |= POLLOUT | POLLWRNORM;
    }
    if (this.pendingError !== 0) mask |= POLLERR;
    return mask & wanted;
  }

  override ioctl(request: number, value: Int32Array<ArrayBuffer> | null): number {
    const { channel, slot } = this;
    switch (request) {
      case FIONREAD: {
        if (this.state === TcpState.LISTEN) return -Errno.EINVAL;
        if (value === null) return -Errno.EFAULT;
        this.refresh();
        if (this.hosted && channel.word(slot, SlotWord.received) === 0) channel.turn();
        value[0] = this.hosted ? channel.word(slot, SlotWord.received) : 0;
        return 0;
      }
      case TIOCOUTQ:
        if (this.state === TcpState.LISTEN) return -Errno.EINVAL;
        if (value === null) return -Errno.EFAULT;
        if (this.hosted && channel.unsent(slot) > 0) channel.turn();
        value[0] = this.hosted ? channel.unsent(slot) : 0;
        return 0;
      case SIOCATMARK:
        if (value === null) return -Errno.EFAULT;
        value[0] = 0;
        return 0;
      default:
        return super.ioctl(request, value);
    }
  }
}
