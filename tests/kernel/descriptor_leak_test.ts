/**
 * Ten thousand descriptors opened and closed in each way, and none left.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import { Policy } from "../../lib/kernel/policy/policy.ts";
import { Errno } from "../../lib/linux/errno.ts";
import {
  AT_FDCWD,
  F_SETFL,
  O_CREAT,
  O_DIRECTORY,
  O_NONBLOCK,
  O_RDONLY,
  O_RDWR,
} from "../../lib/linux/fcntl.ts";
import { RLIMIT_NOFILE } from "../../lib/linux/resource.ts";
import {
  AF_INET,
  AF_INET6,
  AF_UNIX,
  MSG_DONTWAIT,
  SO_LINGER,
  SOCK_DGRAM,
  SOCK_NONBLOCK,
  SOCK_SEQPACKET,
  SOCK_STREAM,
  SOL_SOCKET,
} from "../../lib/linux/socket.ts";
import { FileStatus } from "../../lib/linux/stat.ts";
import { openStack } from "../../lib/stack/open.ts";
import { assertErrno, Guest, STACKS, whyMissing } from "./guest.ts";
import { openDescriptors, whyNoDescriptors } from "./open_descriptors.ts";

const COUNT = 10_000;

/** A way to open and close: prepares, and returns what is done again and again. */
type Way = (guest: Guest) => () => void;

/** Makes close() reset the connection, so that no port waits in TIME_WAIT. */
const LINGER_0 = new Uint8Array(Int32Array.of(1, 0).buffer);

/** Leaves room for `count` more descriptors. */
function leaveRoom(guest: Guest, count: number): void {
  const probe = guest.ok(guest.kernel.dup(0), "dup");
  guest.kernel.close(probe);
  const limit = { current: probe + count, maximum: 4096 };
  guest.ok(guest.kernel.prlimit(RLIMIT_NOFILE, limit, null), "prlimit");
}

function opened(guest: Guest, open: () => number): () => void {
  return () => {
    const fd = open();
    assertEquals(fd >= 0, true, String(fd));
    assertEquals(guest.kernel.close(fd), 0);
  };
}

function refused(open: () => number, errno: number): () => void {
  return () => assertErrno(open(), errno);
}

/** A connection that is made and reset: `accept` takes it or fails. */
function connectAnd(guest: Guest, accept: (listener: number) => void): () => void {
  const { kernel } = guest;
  const listener = guest.listener();
  const address = guest.addressOf(listener);
  return () => {
    const client = kernel.socket(AF_INET, SOCK_STREAM, 0);
    kernel.setsockopt(client, SOL_SOCKET, SO_LINGER, LINGER_0, 8);
    assertEquals(kernel.connect(client, address), 0);
    accept(listener);
    assertEquals(kernel.close(client), 0);
  };
}

const WAYS: Readonly<Record<string, Way>> = {
  "socket() and close(), TCP": (guest) =>
    opened(guest, () => guest.kernel.socket(AF_INET, SOCK_STREAM, 0)),
  "socket() and close(), TCP over IPv6": (guest) =>
    opened(guest, () => guest.kernel.socket(AF_INET6, SOCK_STREAM, 0)),
  "socket() and close(), UDP": (guest) =>
    opened(guest, () => guest.kernel.socket(AF_INET, SOCK_DGRAM, 0)),
  "socket() without room": (guest) => {
    leaveRoom(guest, 0);
    return refused(() => guest.kernel.socket(AF_INET, SOCK_STREAM, 0), Errno.EMFILE);
  },
  "socketpair() and close()": (guest) => {
    const ends = new Int32Array(2);
    const types = [SOCK_STREAM, SOCK_DGRAM, SOCK_SEQPACKET];
    let turn = 0;
    return () => {
      const type = types[turn++ % 3] as number;
      assertEquals(guest.kernel.socketpair(AF_UNIX, type, 0, ends), 0);
      for (const fd of ends) assertEquals(guest.kernel.close(fd), 0);
    };
  },
  "socketpair() with room for one": (guest) => {
    leaveRoom(guest, 1);
    const ends = new Int32Array(2);
    return refused(() => guest.kernel.socketpair(AF_UNIX, SOCK_STREAM, 0, ends), Errno.EMFILE);
  },
  "connect(), accept() and close()": (guest) =>
    connectAnd(guest, (listener) => {
      const server = guest.ok(guest.kernel.accept(listener, null), "accept");
      assertEquals(guest.kernel.close(server), 0);
    }),
  "accept() without a connection": (guest) => {
    const listener = guest.listener();
    guest.kernel.fcntl(listener, F_SETFL, O_NONBLOCK);
    return refused(() => guest.kernel.accept(listener, null), Errno.EAGAIN);
  },
  "accept() without room": (guest) => {
    const { kernel } = guest;
    const listener = guest.listener();
    const client = guest.tcp();
    guest.ok(kernel.connect(client, guest.addressOf(listener)), "connect");
    leaveRoom(guest, 0);
    return refused(() => kernel.accept(listener, null), Errno.EMFILE);
  },
  "connect() that is refused": (guest) => {
    const { kernel } = guest;
    // A port that is bound and does not listen: a free one could be picked for the client itself,
    // which would then connect to itself.
    const held = kernel.socket(AF_INET, SOCK_STREAM, 0);
    const any = guest.listener();
    const loopback = guest.addressOf(any);
    kernel.close(any);
    assertEquals(kernel.bind(held, loopback), 0);
    const address = guest.addressOf(held);
    return () => {
      const fd = kernel.socket(AF_INET, SOCK_STREAM, 0);
      assertErrno(kernel.connect(fd, address), Errno.ECONNREFUSED);
      assertEquals(kernel.close(fd), 0);
    };
  },
  "connect() that is given up": (guest) => {
    const { kernel } = guest;
    // The deno stack's queue of connections holds descriptors: it has to be full before it counts.
    const address = guest.addressOf(guest.listener(AF_INET, 4));
    return () => {
      const fd = kernel.socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
      kernel.setsockopt(fd, SOL_SOCKET, SO_LINGER, LINGER_0, 8);
      kernel.connect(fd, address);
      assertEquals(kernel.close(fd), 0);
    };
  },
  "bind() and close(), TCP and UDP": (guest) => {
    const { kernel } = guest;
    const address = new Uint8Array([AF_INET, 0, 0, 0, 127, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0]);
    let turn = 0;
    return () => {
      const fd = kernel.socket(AF_INET, turn++ % 2 === 0 ? SOCK_STREAM : SOCK_DGRAM, 0);
      assertEquals(kernel.bind(fd, address), 0);
      assertEquals(kernel.close(fd), 0);
    };
  },
  "bind() to an address in use": (guest) => {
    const { kernel } = guest;
    const taken = { tcp: guest.addressOf(guest.listener()), udp: guest.addressOf(guest.udp()) };
    let turn = 0;
    return () => {
      const isTcp = turn++ % 2 === 0;
      const fd = kernel.socket(AF_INET, isTcp ? SOCK_STREAM : SOCK_DGRAM, 0);
      assertErrno(kernel.bind(fd, isTcp ? taken.tcp : taken.udp), Errno.EADDRINUSE);
      assertEquals(kernel.close(fd), 0);
    };
  },
  "sendto() and close()": (guest) => {
    const { kernel } = guest;
    const receiver = guest.udp();
    const address = guest.addressOf(receiver);
    const buffer = new Uint8Array(1);
    return () => {
      const fd = kernel.socket(AF_INET, SOCK_DGRAM, 0);
      assertEquals(kernel.sendto(fd, buffer, 1, 0, address), 1);
      assertEquals(kernel.close(fd), 0);
      kernel.recv(receiver, buffer, 1, MSG_DONTWAIT);
    };
  },
  "dup() and close()": (guest) => {
    const fd = guest.udp();
    return opened(guest, () => guest.kernel.dup(fd));
  },
  "dup2() over a socket": (guest) => {
    const fd = guest.udp();
    return () => {
      const target = guest.kernel.socket(AF_INET, SOCK_DGRAM, 0);
      assertEquals(guest.kernel.dup2(fd, target), target);
      assertEquals(guest.kernel.close(target), 0);
    };
  },
  "pipe2() and close()": (guest) => {
    const ends = new Int32Array(2);
    return () => {
      assertEquals(guest.kernel.pipe2(ends, 0), 0);
      for (const fd of ends) assertEquals(guest.kernel.close(fd), 0);
    };
  },
  "pipe2() with room for one": (guest) => {
    leaveRoom(guest, 1);
    const ends = new Int32Array(2);
    return refused(() => guest.kernel.pipe2(ends, 0), Errno.EMFILE);
  },
  "openat() and close()": (guest) => {
    const path = `${guest.folder}/file`;
    const flags = O_CREAT | O_RDWR;
    return opened(guest, () => guest.kernel.openat(AT_FDCWD, path, flags, 0o600));
  },
  "openat() of a folder, getdents() and close()": (guest) => {
    const buffer = new Uint8Array(512);
    return () => {
      const fd = guest.kernel.openat(AT_FDCWD, guest.folder, O_DIRECTORY, 0);
      guest.ok(guest.kernel.getdents(fd, buffer, 512), "getdents");
      assertEquals(guest.kernel.close(fd), 0);
    };
  },
  "openat() that fails": (guest) => {
    const path = `${guest.folder}/none`;
    return refused(() => guest.kernel.openat(AT_FDCWD, path, O_RDONLY, 0), Errno.ENOENT);
  },
  "openat() without room": (guest) => {
    const { folder } = guest;
    leaveRoom(guest, 0);
    return refused(() => guest.kernel.openat(AT_FDCWD, folder, O_RDONLY, 0), Errno.EMFILE);
  },
  "fstatat() and truncate()": (guest) => {
    const path = `${guest.folder}/file`;
    Deno.writeTextFileSync(path, "x");
    const status = new FileStatus();
    return () => {
      assertEquals(guest.kernel.fstatat(AT_FDCWD, path, status, 0), 0);
      assertEquals(guest.kernel.truncate(path, 1), 0);
    };
  },
};

/** The open descriptors, once what was closed in the background is. */
function settledDescriptors(guest: Guest, isSettled: (found: string[]) => boolean): string[] {
  let found = openDescriptors();
  for (let turn = 0; turn < 500 && !isSettled(found); turn++) {
    // What closes a descriptor on the deno stack is a worker: a wait gives it time.
    guest.kernel.poll([], 5);
    found = openDescriptors();
  }
  return found;
}

/** What is open when the workers that earlier tests ended have gone. */
function steadyDescriptors(guest: Guest): string[] {
  let last = 0;
  let same = 0;
  return settledDescriptors(guest, ({ length }) => {
    same = length === last ? same + 1 : 0;
    last = length;
    return same > 20;
  });
}

/** Does it again and again, and says what is open then beside what was. */
function leftOpen(guest: Guest, act: () => void, count: number): string[] {
  // The first times may load or queue what stays.
  for (let round = 0; round < 50; round++) act();
  const before = steadyDescriptors(guest);
  for (let round = 0; round < count; round++) act();
  const after = settledDescriptors(guest, (found) => found.length <= before.length);
  if (after.length === before.length) return [];
  return [`${after.length - before.length}`, ...new Set(after)];
}

for (const name of STACKS) {
  const reason = whyMissing(name) ?? whyNoDescriptors();
  Deno.test({
    name: `[${name}] ten thousand descriptors leave none open` +
      (reason === null ? "" : ` (skipped: ${reason})`),
    ignore: reason !== null,
    async fn(t) {
      // One stack for all: a worker that ends takes descriptors with it, at any time.
      using stack = new DisposableStack();
      const shared = stack.adopt(openStack(name), (opened) => opened.close());
      const stdio = { stdin: () => 0 };
      for (const [title, way] of Object.entries(WAYS)) {
        await t.step(title, () => {
          using guest = new Guest(shared, { stdio });
          assertEquals(leftOpen(guest, way(guest), COUNT), []);
        });
      }
      await t.step("accept() of peers that are refused", () => {
        using guest = new Guest(shared, { stdio, policy: new Policy({ deny: ["accept@*"] }) });
        const act = connectAnd(guest, (listener) => {
          guest.kernel.fcntl(listener, F_SETFL, O_NONBLOCK);
          guest.await(listener);
          assertErrno(guest.kernel.accept(listener, null), Errno.EAGAIN);
        });
        assertEquals(leftOpen(guest, act, COUNT / 10), []);
      });
      await t.step("Kernel exit() with a hundred sockets open", () => {
        using guest = new Guest(shared, { stdio });
        const act = (): void => {
          using other = new Guest(shared, { stdio });
          for (let count = 0; count < 25; count++) {
            other.udp();
            other.listener();
            other.kernel.pipe2(new Int32Array(2), 0);
          }
        };
        assertEquals(leftOpen(guest, act, COUNT / 100), []);
      });
    },
  });
}
