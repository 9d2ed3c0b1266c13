/**
 * Socket options of level IPPROTO_TCP.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { Errno } from "../../../lib/linux/errno.ts";
import { IPPROTO_TCP } from "../../../lib/linux/in.ts";
import { POLLIN } from "../../../lib/linux/poll.ts";
import { SHUT_WR } from "../../../lib/linux/socket.ts";
import {
  TCP_CONGESTION,
  TCP_CORK,
  TCP_DEFER_ACCEPT,
  TCP_INFO,
  TCP_KEEPCNT,
  TCP_KEEPIDLE,
  TCP_KEEPINTVL,
  TCP_LINGER2,
  TCP_MAXSEG,
  TCP_NODELAY,
  TCP_NOTSENT_LOWAT,
  TCP_QUICKACK,
  TCP_SYNCNT,
  TCP_USER_TIMEOUT,
  TCP_WINDOW_CLAMP,
} from "../../../lib/linux/tcp.ts";
import { assertErrno, bytes, type Guest, text } from "../guest.ts";
import { assertReadOnly, boolOption, freshSocket, intOption } from "./option_subjects.ts";
import type { Coverage } from "./subject.ts";

const ON = ["tcp", "tcp6"] as const;

function option(name: number) {
  return { level: IPPROTO_TCP, name, on: ON } as const;
}

/** States of `struct tcp_info`: net/tcp_states.h. */
const TCP_ESTABLISHED = 1;
const TCP_CLOSE = 7;
const TCP_CLOSE_WAIT = 8;
const TCP_LISTEN = 10;

function stateOf(guest: Guest, fd: number): number {
  const info = new Uint8Array(256);
  const length = Int32Array.of(256);
  guest.ok(guest.kernel.getsockopt(fd, IPPROTO_TCP, TCP_INFO, info, length), "TCP_INFO");
  assert((length[0] ?? 0) >= 104, `TCP_INFO of ${length[0]} bytes`);
  return info[0] as number;
}

function getCongestion(guest: Guest, value: Uint8Array): number {
  const length = Int32Array.of(value.length);
  const fd = freshSocket(guest, "tcp");
  return guest.kernel.getsockopt(fd, IPPROTO_TCP, TCP_CONGESTION, value, length);
}

function setCongestion(guest: Guest, name: string): number {
  const value = bytes(name);
  const fd = freshSocket(guest, "tcp");
  return guest.kernel.setsockopt(fd, IPPROTO_TCP, TCP_CONGESTION, value, value.length);
}

/** The options, by their label in the table of options. */
export const TCP_OPTIONS = {
  TCP_NODELAY: [
    ...boolOption(option(TCP_NODELAY)),
    {
      does: "can be set on a connection",
      run(guest) {
        const { client, server } = guest.connection();
        for (const fd of [client, server]) {
          assertEquals(guest.setInt(fd, IPPROTO_TCP, TCP_NODELAY, 1), 0);
          assertEquals(guest.getInt(fd, IPPROTO_TCP, TCP_NODELAY), 1);
        }
        guest.send(client, "x");
        assertEquals(guest.receive(server), "x");
      },
    },
  ],
  TCP_MAXSEG: [
    {
      does: "is 536 without a connection, EINVAL for what is no size",
      run(guest) {
        const fd = freshSocket(guest, "tcp");
        assertEquals(guest.getInt(fd, IPPROTO_TCP, TCP_MAXSEG), 536);
        for (const size of [1, -1, 40_000]) {
          assertErrno(guest.setInt(fd, IPPROTO_TCP, TCP_MAXSEG, size), Errno.EINVAL);
        }
      },
    },
    {
      does: "bounds the segments of a connection",
      run(guest) {
        const listener = guest.listener();
        const client = guest.tcp();
        assertEquals(guest.setInt(client, IPPROTO_TCP, TCP_MAXSEG, 1000), 0);
        guest.ok(guest.kernel.connect(client, guest.addressOf(listener)), "connect");
        const size = guest.getInt(client, IPPROTO_TCP, TCP_MAXSEG);
        assert(size > 0 && size <= 1000, String(size));
      },
      deno: {
        row: "setsockopt(TCP_MAXSEG)",
        gives: (guest) => guest.setInt(guest.tcp(), IPPROTO_TCP, TCP_MAXSEG, 1000),
      },
    },
    {
      does: "tells the size of a connection's segments",
      run(guest) {
        assert(guest.getInt(guest.connection().client, IPPROTO_TCP, TCP_MAXSEG) > 536);
      },
      deno: {
        row: "getsockopt(TCP_MAXSEG) on a connection",
        gives: (guest) =>
          guest.kernel.getsockopt(
            guest.connection().client,
            IPPROTO_TCP,
            TCP_MAXSEG,
            new Uint8Array(4),
            Int32Array.of(4),
          ),
      },
    },
  ],
  TCP_CORK: [
    ...boolOption(option(TCP_CORK)),
    {
      does: "keeps a part of a segment until it is cleared",
      run(guest) {
        const { client, server } = guest.connection();
        guest.ok(guest.setInt(client, IPPROTO_TCP, TCP_CORK, 1), "setsockopt");
        guest.send(client, "ab");
        guest.send(client, "cd");
        assertEquals(guest.kernel.poll([{ fd: server, events: POLLIN, revents: 0 }], 20), 0);
        guest.ok(guest.setInt(client, IPPROTO_TCP, TCP_CORK, 0), "setsockopt");
        guest.await(server);
        assertEquals(guest.receive(server), "abcd");
      },
    },
  ],
  TCP_KEEPIDLE: intOption(option(TCP_KEEPIDLE), {
    fresh: 7200,
    takes: [[60, 60], [32767, 32767]],
    refuses: [[0, Errno.EINVAL], [32768, Errno.EINVAL]],
  }),
  TCP_KEEPINTVL: intOption(option(TCP_KEEPINTVL), {
    fresh: 75,
    takes: [[10, 10], [32767, 32767]],
    refuses: [[0, Errno.EINVAL], [32768, Errno.EINVAL]],
    row: "setsockopt(TCP_KEEPINTVL)",
  }),
  TCP_KEEPCNT: intOption(option(TCP_KEEPCNT), {
    fresh: 9,
    takes: [[3, 3], [127, 127]],
    refuses: [[0, Errno.EINVAL], [128, Errno.EINVAL]],
    row: "setsockopt(TCP_KEEPCNT)",
  }),
  TCP_SYNCNT: intOption(option(TCP_SYNCNT), {
    fresh: 6,
    takes: [[3, 3], [127, 127]],
    refuses: [[0, Errno.EINVAL], [128, Errno.EINVAL]],
    row: "setsockopt(TCP_SYNCNT)",
  }),
  TCP_LINGER2: intOption(option(TCP_LINGER2), {
    fresh: 60,
    takes: [[10, 10], [-1, -1]],
    row: "setsockopt(TCP_LINGER2)",
  }),
  TCP_DEFER_ACCEPT: intOption(option(TCP_DEFER_ACCEPT), {
    fresh: 0,
    takes: [[1, 1], [0, 0]],
    row: "setsockopt(TCP_DEFER_ACCEPT)",
  }),
  TCP_WINDOW_CLAMP: intOption(option(TCP_WINDOW_CLAMP), {
    fresh: 0,
    takes: [[20_000, 20_000], [0, 0]],
    row: "setsockopt(TCP_WINDOW_CLAMP)",
  }),
  TCP_INFO: [
    {
      does: "tells the state of a connection",
      run(guest) {
        const { listener, client, server } = guest.connection();
        assertEquals(stateOf(guest, freshSocket(guest, "tcp")), TCP_CLOSE);
        assertEquals(stateOf(guest, listener), TCP_LISTEN);
        assertEquals([client, server].map((fd) => stateOf(guest, fd)), [
          TCP_ESTABLISHED,
          TCP_ESTABLISHED,
        ]);
        guest.kernel.shutdown(client, SHUT_WR);
        guest.await(server);
        assertEquals(stateOf(guest, server), TCP_CLOSE_WAIT);
        assertReadOnly(guest, client, IPPROTO_TCP, TCP_INFO);
      },
    },
  ],
  TCP_QUICKACK: intOption(option(TCP_QUICKACK), {
    fresh: 1,
    takes: [[0, 0], [1, 1]],
    row: "setsockopt(TCP_QUICKACK)",
  }),
  TCP_CONGESTION: [
    {
      does: "tells the algorithm's name, cut to the room",
      run(guest) {
        const whole = new Uint8Array(16);
        assertEquals(getCongestion(guest, whole), 0);
        const [name = ""] = text(whole).split("\0");
        assert(/^[a-z]+$/.test(name), name);
        const part = new Uint8Array(2);
        assertEquals(getCongestion(guest, part), 0);
        assertEquals(text(part), name.slice(0, 2));
      },
      deno: {
        row: "getsockopt(TCP_CONGESTION)",
        gives: (guest) => getCongestion(guest, new Uint8Array(16)),
      },
    },
    {
      does: "takes an algorithm that the kernel has, ENOENT for another",
      run(guest) {
        assertEquals(setCongestion(guest, "reno"), 0);
        assertErrno(setCongestion(guest, "nonesuch"), Errno.ENOENT);
      },
      deno: {
        row: "setsockopt(TCP_CONGESTION)",
        gives: (guest) => setCongestion(guest, "reno"),
      },
    },
  ],
  TCP_USER_TIMEOUT: intOption(option(TCP_USER_TIMEOUT), {
    fresh: 0,
    takes: [[1000, 1000], [0x7fffffff, 0x7fffffff]],
    refuses: [[-1, Errno.EINVAL]],
    row: "setsockopt(TCP_USER_TIMEOUT)",
  }),
  TCP_NOTSENT_LOWAT: intOption(option(TCP_NOTSENT_LOWAT), {
    takes: [[10_000, 10_000]],
    row: "setsockopt(TCP_NOTSENT_LOWAT)",
  }),
} as const satisfies Coverage;
