/**
 * Calls of epoll(7), and eventfd(2).
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import {
  decodeEpollEvent,
  EPOLL_CLOEXEC,
  EPOLL_CTL_ADD,
  EPOLL_CTL_DEL,
  EPOLL_CTL_MOD,
  EPOLL_EVENT_SIZE,
  EPOLLET,
  EPOLLIN,
  EPOLLONESHOT,
  EPOLLOUT,
} from "../../../lib/linux/epoll.ts";
import { EFD_CLOEXEC, EFD_NONBLOCK, EFD_SEMAPHORE } from "../../../lib/linux/eventfd.ts";
import { Errno } from "../../../lib/linux/errno.ts";
import {
  AT_FDCWD,
  F_GETFD,
  FD_CLOEXEC,
  O_CREAT,
  O_NONBLOCK,
  O_RDWR,
} from "../../../lib/linux/fcntl.ts";
import { POLLIN } from "../../../lib/linux/poll.ts";
import { assertErrno, type Guest } from "../guest.ts";
import type { Coverage, Limit } from "./subject.ts";

const NO_EPOLL = "epoll_create1(), epoll_ctl(), epoll_pwait()";

function missing(gives: Limit["gives"]): Limit {
  return { row: NO_EPOLL, gives };
}

const NO_CREATE = missing((guest) => guest.kernel.epollCreate1(0));
const NO_CTL = missing((guest) =>
  guest.kernel.epollCtl(0, EPOLL_CTL_ADD, 0, { events: 0, data: 0n })
);
const NO_WAIT = missing((guest) => guest.kernel.epollPwait(0, new Uint8Array(16), 1, 0));
const NO_EVENTFD: Limit = {
  row: "eventfd2()",
  gives: (guest) => guest.kernel.eventfd2(0, 0),
};

function makeEpoll(guest: Guest): number {
  return guest.ok(guest.kernel.epollCreate1(0), "epoll_create1");
}

function makeEvent(guest: Guest, initial = 0, flags = EFD_NONBLOCK): number {
  return guest.ok(guest.kernel.eventfd2(initial, flags), "eventfd2");
}

function add(guest: Guest, epoll: number, fd: number, events = EPOLLIN, data = BigInt(fd)): number {
  return guest.kernel.epollCtl(epoll, EPOLL_CTL_ADD, fd, { events, data });
}

/** What is ready at once: the data and the events of each. */
function ready(guest: Guest, epoll: number, room = 8, timeout = 0): [bigint, number][] {
  const bytes = new Uint8Array(room * EPOLL_EVENT_SIZE).fill(0xa5);
  const count = guest.ok(guest.kernel.epollPwait(epoll, bytes, room, timeout), "epoll_pwait");
  return Array.from({ length: count }, (_, index) => {
    const event = decodeEpollEvent(bytes, index);
    return [event?.data ?? -1n, event?.events ?? 0];
  });
}

function count(guest: Guest, fd: number): bigint | number {
  const value = new BigUint64Array(1);
  const result = guest.kernel.read(fd, new Uint8Array(value.buffer), 8);
  return result < 0 ? result : value[0] as bigint;
}

function increase(guest: Guest, fd: number, by: bigint): number {
  return guest.kernel.write(fd, new Uint8Array(BigUint64Array.of(by).buffer), 8);
}

/** The calls of `System` that this table covers. */
export const EPOLL_CALLS = {
  epollCreate1: [
    {
      does: "makes an instance, close-on-exec by its flag, and refuses other flags",
      run(guest) {
        const [plain, closing] = [0, EPOLL_CLOEXEC].map((flags) =>
          guest.ok(guest.kernel.epollCreate1(flags), "epoll_create1")
        );
        assertEquals(guest.kernel.fcntl(plain ?? -1, F_GETFD, 0), 0);
        assertEquals(guest.kernel.fcntl(closing ?? -1, F_GETFD, 0), FD_CLOEXEC);
        assertErrno(guest.kernel.epollCreate1(O_NONBLOCK), Errno.EINVAL);
      },
      deno: NO_CREATE,
    },
  ],
  epollCtl: [
    {
      does: "registers once, changes and removes, with EEXIST and ENOENT",
      run(guest) {
        const epoll = makeEpoll(guest);
        const fd = makeEvent(guest, 1);
        const change = { events: EPOLLOUT, data: 2n ** 64n - 1n };
        assertErrno(guest.kernel.epollCtl(epoll, EPOLL_CTL_MOD, fd, change), Errno.ENOENT);
        assertErrno(guest.kernel.epollCtl(epoll, EPOLL_CTL_DEL, fd, null), Errno.ENOENT);
        assertEquals(add(guest, epoll, fd), 0);
        assertErrno(add(guest, epoll, fd), Errno.EEXIST);
        assertEquals(guest.kernel.epollCtl(epoll, EPOLL_CTL_MOD, fd, change), 0);
        assertEquals(ready(guest, epoll), [[2n ** 64n - 1n, EPOLLOUT]]);
        assertEquals(guest.kernel.epollCtl(epoll, EPOLL_CTL_DEL, fd, null), 0);
        assertEquals(ready(guest, epoll), []);
        assertEquals(add(guest, epoll, fd), 0);
      },
      deno: NO_CTL,
    },
    {
      does: "keeps a registration as long as its description, whose numbers are apart",
      run(guest) {
        const epoll = makeEpoll(guest);
        const fd = makeEvent(guest, 1);
        assertEquals(add(guest, epoll, fd, EPOLLIN, 1n), 0);
        const other = guest.ok(guest.kernel.dup(fd), "dup");
        assertEquals(add(guest, epoll, other, EPOLLIN, 2n), 0);
        guest.kernel.close(fd);
        assertEquals(ready(guest, epoll), [[1n, EPOLLIN], [2n, EPOLLIN]]);
        // The number has come to mean something else, which is not registered.
        assertEquals(makeEvent(guest, 1), fd);
        assertErrno(guest.kernel.epollCtl(epoll, EPOLL_CTL_DEL, fd, null), Errno.ENOENT);
        assertEquals(add(guest, epoll, fd, EPOLLIN, 3n), 0);
        assertEquals(ready(guest, epoll).map(([data]) => data).sort(), [1n, 2n, 3n]);
        guest.kernel.close(other);
        assertEquals(ready(guest, epoll), [[3n, EPOLLIN]]);
      },
      deno: NO_CTL,
    },
    {
      does: "refuses in Linux's order: EFAULT, EBADF, EPERM, EINVAL",
      run(guest) {
        const { kernel } = guest;
        const epoll = makeEpoll(guest);
        const fd = makeEvent(guest);
        const file = kernel.openat(AT_FDCWD, `${guest.folder}/f`, O_CREAT | O_RDWR, 0o600);
        assertErrno(kernel.epollCtl(999, EPOLL_CTL_ADD, 999, null), Errno.EFAULT);
        assertErrno(kernel.epollCtl(epoll, 9, fd, null), Errno.EFAULT);
        assertErrno(add(guest, 999, fd), Errno.EBADF);
        assertErrno(add(guest, fd, 999), Errno.EBADF);
        assertErrno(add(guest, fd, file), Errno.EPERM);
        assertErrno(add(guest, epoll, file), Errno.EPERM);
        assertErrno(add(guest, fd, epoll), Errno.EINVAL);
        assertErrno(add(guest, epoll, epoll), Errno.EINVAL);
        for (const operation of [0, 9, 1.5, NaN]) {
          assertErrno(
            kernel.epollCtl(epoll, operation, fd, { events: EPOLLIN, data: 0n }),
            Errno.EINVAL,
          );
        }
      },
      deno: NO_CTL,
    },
    {
      does: "watches other instances, and refuses circles with ELOOP",
      run(guest) {
        const [inner, outer] = [makeEpoll(guest), makeEpoll(guest)];
        const fd = makeEvent(guest, 1);
        assertEquals(add(guest, outer, inner), 0);
        assertErrno(add(guest, inner, outer), Errno.ELOOP);
        assertEquals(ready(guest, outer), []);
        assertEquals(add(guest, inner, fd), 0);
        assertEquals(ready(guest, outer), [[BigInt(inner), EPOLLIN]]);
      },
      deno: NO_CTL,
    },
  ],
  epollPwait: [
    {
      does: "tells what is ready, as much as there is room for, and turns among the rest",
      run(guest) {
        const epoll = makeEpoll(guest);
        const [a, b] = [makeEvent(guest, 1), makeEvent(guest, 1)];
        assertEquals([add(guest, epoll, a), add(guest, epoll, b)], [0, 0]);
        const seen = [...ready(guest, epoll, 1), ...ready(guest, epoll, 1)];
        assertEquals(seen.map(([data]) => data).sort(), [BigInt(a), BigInt(b)].sort());
        assertEquals(guest.await(epoll), POLLIN);
      },
      deno: NO_WAIT,
    },
    {
      does: "tells once with EPOLLONESHOT, and changes only with EPOLLET",
      run(guest) {
        const epoll = makeEpoll(guest);
        const [once, edge] = [makeEvent(guest, 1), makeEvent(guest, 1)];
        add(guest, epoll, once, EPOLLIN + EPOLLONESHOT);
        add(guest, epoll, edge, EPOLLIN + EPOLLET);
        assertEquals(ready(guest, epoll).length, 2);
        assertEquals(ready(guest, epoll), []);
        increase(guest, once, 1n);
        increase(guest, edge, 1n);
        assertEquals(ready(guest, epoll), [[BigInt(edge), EPOLLIN]]);
      },
      deno: NO_WAIT,
    },
    {
      does: "refuses in Linux's order: EBADF, EINVAL, EFAULT, EINVAL",
      run(guest) {
        const { kernel } = guest;
        const room = new Uint8Array(EPOLL_EVENT_SIZE);
        const epoll = makeEpoll(guest);
        for (const count of [0, -1, 178956971, 1.5, NaN, 2 ** 32 + 1]) {
          assertErrno(kernel.epollPwait(999, room, count, 0), Errno.EBADF);
          assertErrno(kernel.epollPwait(epoll, room, count, 0), Errno.EINVAL);
        }
        assertErrno(kernel.epollPwait(0, room, 2, 0), Errno.EFAULT);
        assertErrno(kernel.epollPwait(0, room, 1, 0), Errno.EINVAL);
        assertEquals(kernel.epollPwait(epoll, null, 1, 0), 0);
        add(guest, epoll, makeEvent(guest, 1));
        assertErrno(kernel.epollPwait(epoll, null, 1, 0), Errno.EFAULT);
      },
      deno: NO_WAIT,
    },
    {
      does: "waits no longer than its time-out",
      run(guest) {
        const epoll = makeEpoll(guest);
        for (const timeout of [0, 1, 0.5]) assertEquals(ready(guest, epoll, 1, timeout), []);
      },
      deno: NO_WAIT,
    },
  ],
  eventfd2: [
    {
      does: "counts, gives its count once, and EAGAIN without one",
      run(guest) {
        const fd = makeEvent(guest, 0xffffffff);
        assertEquals(increase(guest, fd, 2n), 8);
        assertEquals(count(guest, fd), 0x100000001n);
        assertEquals(count(guest, fd), -Errno.EAGAIN);
        assertErrno(guest.kernel.read(fd, new Uint8Array(7), 7), Errno.EINVAL);
        assertErrno(increase(guest, fd, 2n ** 64n - 1n), Errno.EINVAL);
      },
      deno: NO_EVENTFD,
    },
    {
      does: "takes 1 a time with EFD_SEMAPHORE, and refuses other flags and numbers",
      run(guest) {
        const fd = makeEvent(guest, 2, EFD_SEMAPHORE | EFD_NONBLOCK | EFD_CLOEXEC);
        assertEquals(guest.kernel.fcntl(fd, F_GETFD, 0), FD_CLOEXEC);
        assertEquals([count(guest, fd), count(guest, fd)], [1n, 1n]);
        assertEquals(count(guest, fd), -Errno.EAGAIN);
        assertErrno(guest.kernel.eventfd2(0, 64), Errno.EINVAL);
        for (const initial of [-1, 2 ** 32, 0.5, NaN]) {
          assertErrno(guest.kernel.eventfd2(initial, 0), Errno.EINVAL);
        }
      },
      deno: NO_EVENTFD,
    },
  ],
} as const satisfies Coverage;
