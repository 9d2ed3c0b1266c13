/**
 * Requests of ioctl(2).
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import { Errno } from "../../../lib/linux/errno.ts";
import { AT_FDCWD, F_GETFD, FD_CLOEXEC, O_RDWR } from "../../../lib/linux/fcntl.ts";
import {
  FIOCLEX,
  FIONBIO,
  FIONCLEX,
  FIONREAD,
  SIOCATMARK,
  TIOCGWINSZ,
  TIOCOUTQ,
} from "../../../lib/linux/ioctl.ts";
import { POLLPRI } from "../../../lib/linux/poll.ts";
import { MSG_OOB } from "../../../lib/linux/socket.ts";
import { assertErrno, bytes, type Guest } from "../guest.ts";
import type { Coverage } from "./subject.ts";

function ask(guest: Guest, fd: number, request: number): number {
  const value = Int32Array.of(-1);
  guest.ok(guest.kernel.ioctl(fd, request, value), "ioctl");
  return value[0] as number;
}

/** The requests. */
export const IOCTL_REQUESTS = {
  FIONREAD: [
    {
      does: "counts the bytes of a stream and of the next datagram, EINVAL of a listener",
      run(guest) {
        const { listener, client, server } = guest.connection();
        guest.send(client, "abcde");
        guest.await(server);
        assertEquals([ask(guest, server, FIONREAD), ask(guest, client, FIONREAD)], [5, 0]);
        const [a, b] = guest.udpPair();
        guest.send(a, "abc");
        guest.send(a, "de");
        guest.await(b);
        assertEquals(ask(guest, b, FIONREAD), 3);
        assertErrno(guest.kernel.ioctl(listener, FIONREAD, new Int32Array(1)), Errno.EINVAL);
      },
    },
    {
      does: "counts the bytes of a pipe",
      run(guest) {
        const ends = new Int32Array(2);
        guest.kernel.pipe2(ends, 0);
        guest.kernel.write(ends[1] ?? -1, bytes("abc"), 3);
        assertEquals(ask(guest, ends[0] ?? -1, FIONREAD), 3);
      },
    },
  ],
  FIONBIO: [
    {
      does: "sets and clears the non-blocking mode",
      run(guest) {
        const fd = guest.udp();
        guest.bound(fd, 1);
        const flag = (): number => guest.kernel.fcntl(fd, 3, 0) & 0o4000;
        assertEquals(guest.kernel.ioctl(fd, FIONBIO, Int32Array.of(1)), 0);
        assertEquals(flag(), 0o4000);
        assertErrno(guest.kernel.recv(fd, new Uint8Array(1), 1, 0), Errno.EAGAIN);
        assertEquals(guest.kernel.ioctl(fd, FIONBIO, Int32Array.of(0)), 0);
        assertEquals(flag(), 0);
      },
    },
  ],
  FIOCLEX: [
    {
      does: "sets FD_CLOEXEC",
      run(guest) {
        const fd = guest.udp();
        assertEquals(guest.kernel.ioctl(fd, FIOCLEX, null), 0);
        assertEquals(guest.kernel.fcntl(fd, F_GETFD, 0), FD_CLOEXEC);
      },
    },
  ],
  FIONCLEX: [
    {
      does: "clears FD_CLOEXEC",
      run(guest) {
        const fd = guest.udp();
        guest.kernel.ioctl(fd, FIOCLEX, null);
        assertEquals(guest.kernel.ioctl(fd, FIONCLEX, null), 0);
        assertEquals(guest.kernel.fcntl(fd, F_GETFD, 0), 0);
      },
    },
  ],
  TIOCOUTQ: [
    {
      does: "counts what the peer has not acknowledged: nothing at first, EINVAL of a listener",
      run(guest) {
        const { listener, client } = guest.connection();
        assertEquals(ask(guest, client, TIOCOUTQ), 0);
        assertErrno(guest.kernel.ioctl(listener, TIOCOUTQ, new Int32Array(1)), Errno.EINVAL);
      },
    },
    {
      does: "counts what a peer that does not read has left",
      run(guest) {
        const { client } = guest.connection();
        const block = new Uint8Array(1 << 20);
        while (guest.kernel.send(client, block, block.length, 0x40) > 0);
        assertEquals(ask(guest, client, TIOCOUTQ) > 0, true);
      },
    },
  ],
  TIOCGWINSZ: [
    {
      does: "gives a terminal's size, ENOTTY of anything else",
      run(guest) {
        const terminal = guest.ok(guest.kernel.openat(AT_FDCWD, "/dev/ptmx", O_RDWR, 0), "openat");
        const size = Int32Array.of(-1, -1);
        assertEquals(guest.kernel.ioctl(terminal, TIOCGWINSZ, size), 0);
        assertEquals([...size], [0, 0]);
        assertErrno(guest.kernel.ioctl(terminal, TIOCGWINSZ, Int32Array.of(0)), Errno.EFAULT);
        assertErrno(guest.kernel.ioctl(terminal, TIOCGWINSZ, null), Errno.EFAULT);
        assertErrno(guest.kernel.ioctl(guest.udp(), TIOCGWINSZ, size), Errno.ENOTTY);
      },
      deno: {
        row: "ioctl(TIOCGWINSZ) on terminals that a path opened",
        gives(guest) {
          const terminal = guest.kernel.openat(AT_FDCWD, "/dev/ptmx", O_RDWR, 0);
          return guest.kernel.ioctl(terminal, TIOCGWINSZ, new Int32Array(2));
        },
      },
    },
  ],
  SIOCATMARK: [
    {
      does: "tells whether the out-of-band byte is next",
      run(guest) {
        const { client, server } = guest.connection();
        guest.send(client, "ab");
        assertEquals(guest.kernel.send(client, bytes("!"), 1, MSG_OOB), 1);
        guest.await(server, POLLPRI);
        assertEquals(ask(guest, server, SIOCATMARK), 0);
        assertEquals(guest.receive(server), "ab");
        assertEquals(ask(guest, server, SIOCATMARK), 1);
      },
      deno: {
        row: "send(MSG_OOB)",
        gives: (guest) => guest.kernel.send(guest.connection().client, bytes("!"), 1, MSG_OOB),
      },
    },
    {
      does: "is 0 on a stream without such a byte",
      run: (guest) => assertEquals(ask(guest, guest.connection().server, SIOCATMARK), 0),
    },
  ],
} as const satisfies Coverage;
