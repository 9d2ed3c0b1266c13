/** What each call on a TCP socket gives in each of its states, as native Linux has it. */
import { Errno } from "../../../lib/linux/errno.ts";
import { POLLHUP, POLLIN, POLLRDHUP } from "../../../lib/linux/poll.ts";
import { AF_INET, SO_LINGER, SOCK_STREAM, SOL_SOCKET } from "../../../lib/linux/socket.ts";
import { type AbiGuest, checkRows, type Result, testAbi, testAbiOnEach } from "./abi_guest.ts";

const NONBLOCK = 0o4000;
const DONTWAIT = 0x40;

/** A socket in a state, and the address that a connect goes to: a listener's. */
interface Subject {
  readonly fd: number;
  readonly target: number;
}

function targetOf(g: AbiGuest): number {
  return g.put(g.host.addressOf(g.host.listener()));
}

function connected(g: AbiGuest): Subject & { readonly peer: number } {
  const { client, server } = g.host.connection();
  return { fd: client, target: targetOf(g), peer: server };
}

function shut(how: number): (g: AbiGuest) => Subject {
  return (g) => {
    const subject = connected(g);
    g.ok(g.call("shutdown", subject.fd, how));
    return subject;
  };
}

/** Makes a socket in each state. */
const STATES: Readonly<Record<string, (g: AbiGuest) => Subject>> = {
  unbound: (g) => ({ fd: g.ok(g.call("socket", AF_INET, SOCK_STREAM, 0)), target: targetOf(g) }),
  bound: (g) => {
    const fd = g.ok(g.call("socket", AF_INET, SOCK_STREAM, 0));
    g.ok(
      g.call(
        "bind",
        fd,
        g.put(new Uint8Array([2, 0, 0, 0, 127, 0, 0, 1, ...new Uint8Array(8)])),
        16,
      ),
    );
    return { fd, target: targetOf(g) };
  },
  listening: (g) => {
    const fd = g.host.listener();
    g.ok(g.call("fcntl", fd, 4, NONBLOCK));
    return { fd, target: targetOf(g) };
  },
  connecting: (g) => {
    // A listener whose queue is full lets a connection wait.
    const listener = g.host.listener(AF_INET, 0);
    const address = g.put(g.host.addressOf(listener));
    for (let filler = 0; filler < 2; filler++) {
      const fd = g.ok(g.call("socket", AF_INET, SOCK_STREAM | NONBLOCK, 0));
      g.call("connect", fd, address, 16);
    }
    const fd = g.ok(g.call("socket", AF_INET, SOCK_STREAM | NONBLOCK, 0));
    g.call("connect", fd, address, 16);
    return { fd, target: address };
  },
  refused: (g) => {
    const taken = g.host.tcp();
    g.ok(
      g.host.kernel.bind(taken, new Uint8Array([2, 0, 0, 0, 127, 0, 0, 1, ...new Uint8Array(8)])),
    );
    const fd = g.ok(g.call("socket", AF_INET, SOCK_STREAM, 0));
    const refused = g.call("connect", fd, g.put(g.host.addressOf(taken)), 16);
    if (refused !== -Errno.ECONNREFUSED) throw new Error(`connect gives ${refused}`);
    return { fd, target: targetOf(g) };
  },
  connected,
  "peer's FIN": (g) => {
    const subject = connected(g);
    g.ok(g.host.kernel.shutdown(subject.peer, 1));
    g.host.await(subject.fd, POLLRDHUP);
    return subject;
  },
  SHUT_WR: shut(1),
  SHUT_RD: shut(0),
  SHUT_RDWR: shut(2),
  reset: (g) => {
    const subject = connected(g);
    const linger = new Uint8Array(Int32Array.of(1, 0).buffer);
    g.ok(g.host.kernel.setsockopt(subject.peer, SOL_SOCKET, SO_LINGER, linger, 8));
    g.ok(g.host.kernel.close(subject.peer));
    g.host.await(subject.fd, POLLIN | POLLHUP);
    return subject;
  },
};

/** The calls. */
const CALLS: Readonly<Record<string, (g: AbiGuest, subject: Subject) => number>> = {
  bind: (g, { fd }) => {
    const any = g.put(new Uint8Array([2, 0, 0, 0, 127, 0, 0, 1, ...new Uint8Array(8)]));
    return g.call("bind", fd, any, 16);
  },
  listen: (g, { fd }) => g.call("listen", fd, 5),
  accept: (g, { fd }) => g.call("accept", fd, 0, 0),
  connect: (g, { fd, target }) => g.call("connect", fd, target, 16),
  send: (g, { fd }) => g.call("sendto", fd, g.put("x"), 1, DONTWAIT, 0, 0),
  recv: (g, { fd }) => g.call("recvfrom", fd, g.buffer, 1, DONTWAIT, 0, 0),
  "shutdown 3": (g, { fd }) => g.call("shutdown", fd, 3),
  "shutdown 2": (g, { fd }) => g.call("shutdown", fd, 2),
  getpeername: (g, { fd }) => g.call("getpeername", fd, g.buffer, g.ints(16)),
};

const STATE_NAMES = Object.keys(STATES);

/** Linux's answers: a row for each call, a column for each state in the order above. */
const MATRIX: Readonly<Record<string, string>> = {
  bind: "0 EINVAL EINVAL EINVAL 0 EINVAL EINVAL EINVAL EINVAL EINVAL 0",
  listen: "0 0 0 EINVAL 0 EINVAL EINVAL EINVAL EINVAL EINVAL EINVAL",
  accept: "EINVAL EINVAL EAGAIN EINVAL EINVAL EINVAL EINVAL EINVAL EINVAL EINVAL EINVAL",
  connect: "0 0 EISCONN EALREADY 0 EISCONN EISCONN EISCONN EISCONN EISCONN EISCONN",
  send: "EPIPE EPIPE EPIPE EAGAIN EPIPE 1 1 EPIPE 1 EPIPE ECONNRESET",
  recv: "ENOTCONN ENOTCONN ENOTCONN EAGAIN ENOTCONN EAGAIN 0 EAGAIN 0 0 ECONNRESET",
  "shutdown 3": new Array(STATE_NAMES.length).fill("EINVAL").join(" "),
  "shutdown 2": "ENOTCONN ENOTCONN 0 0 ENOTCONN 0 0 0 0 0 ENOTCONN",
  getpeername: "ENOTCONN ENOTCONN ENOTCONN ENOTCONN ENOTCONN 0 0 0 0 0 ENOTCONN",
};

function expectedOf(call: string, state: string): Result {
  const answer = MATRIX[call]?.split(" ")[STATE_NAMES.indexOf(state)] ?? "";
  return /^\d/.test(answer) ? Number(answer) : `-${answer}`;
}

/** On the deno stack connections are made at once, whatever the queue. */
const LIBC_ONLY = "connecting";

for (const call of Object.keys(CALLS)) {
  testAbiOnEach(`${call} in each state of a TCP socket`, (g) => {
    const isLibc = g.host.stack.name === "libc";
    const states = STATE_NAMES.filter((state) => isLibc || state !== LIBC_ONLY);
    checkRows(states.map((state) => [
      state,
      expectedOf(call, state),
      () => {
        const subject = STATES[state]?.(g) ?? { fd: -1, target: 0 };
        return CALLS[call]?.(g, subject) ?? 0;
      },
    ]));
  });
}

testAbi("libc", "an error of a connection is told once", (g) => {
  const reset = (): number => STATES["reset"]?.(g).fd ?? -1;
  const [first, second] = [reset(), reset()];
  const send = (fd: number) => g.call("sendto", fd, g.buffer, 1, DONTWAIT, 0, 0);
  const receive = (fd: number) => g.call("recvfrom", fd, g.buffer, 1, DONTWAIT, 0, 0);
  checkRows([
    ["recv", "-ECONNRESET", () => receive(first)],
    ["recv", 0, () => receive(first)],
    ["send", "-EPIPE", () => send(first)],
    ["send", "-ECONNRESET", () => send(second)],
    ["send", "-EPIPE", () => send(second)],
    ["recv", 0, () => receive(second)],
  ]);
});
