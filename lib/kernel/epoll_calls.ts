/**
 * System calls of epoll(7), and eventfd(2), which goes with it.
 *
 * @module
 */
import { EPOLL_CLOEXEC, EPOLL_CTL_DEL, EPOLL_EVENT_SIZE, type EpollEvent } from "../linux/epoll.ts";
import { Errno } from "../linux/errno.ts";
import { EFD_CLOEXEC, EFD_NONBLOCK, EFD_SEMAPHORE } from "../linux/eventfd.ts";
import type { Bytes } from "../stack/open_file.ts";
import { WaitCalls } from "./wait_calls.ts";

/** Most events that a call may ask for: EP_MAX_EVENTS of Linux's fs/eventpoll.c. */
const MAX_EVENTS = Math.floor(0x7fffffff / 12);

/**
 * The calls of epoll; ENOSYS where files are not the host's.
 *
 * @internal
 */
export abstract class EpollCalls extends WaitCalls {
  /** epoll_create1(2). */
  epollCreate1(flags: number): number {
    if (this.stack.host === null) return -Errno.ENOSYS;
    if ((flags & ~EPOLL_CLOEXEC) !== 0) return -Errno.EINVAL;
    const file = this.stack.host.epollCreate();
    return typeof file === "number" ? file : this.install(file, (flags & EPOLL_CLOEXEC) !== 0);
  }

  /** epoll_ctl(2). */
  epollCtl(epfd: number, operation: number, fd: number, event: EpollEvent | null): number {
    if (this.stack.host === null) return -Errno.ENOSYS;
    // Linux copies the event before it looks at anything.
    if (event === null && operation !== EPOLL_CTL_DEL) return -Errno.EFAULT;
    const epoll = this.table.get(epfd);
    if (epoll === undefined) return -Errno.EBADF;
    const target = this.table.get(fd);
    if (target === undefined) return -Errno.EBADF;
    // What is no operation gets its EINVAL where Linux has it, after the descriptors.
    const known = operation | 0;
    return epoll.epollCtl(known === operation ? known : -1, target, fd, event);
  }

  /** epoll_pwait(2). */
  epollPwait(epfd: number, events: Bytes | null, maxEvents: number, timeout: number): number {
    if (this.stack.host === null) return -Errno.ENOSYS;
    const epoll = this.table.get(epfd);
    if (epoll === undefined) return -Errno.EBADF;
    const count = maxEvents | 0;
    if (count !== maxEvents || count <= 0 || count > MAX_EVENTS) return -Errno.EINVAL;
    if (events !== null && count * EPOLL_EVENT_SIZE > events.byteLength) return -Errno.EFAULT;
    return epoll.epollWait(events, count, Number.isNaN(timeout) ? 0 : timeout);
  }

  /** eventfd2(2). */
  eventfd2(initial: number, flags: number): number {
    if (this.stack.host === null) return -Errno.ENOSYS;
    if ((flags & ~(EFD_SEMAPHORE | EFD_CLOEXEC | EFD_NONBLOCK)) !== 0) return -Errno.EINVAL;
    const count = initial >>> 0;
    if (count !== initial) return -Errno.EINVAL;
    const file = this.stack.host.eventfd(count, flags & ~EFD_CLOEXEC);
    return typeof file === "number" ? file : this.install(file, (flags & EFD_CLOEXEC) !== 0);
  }
}
