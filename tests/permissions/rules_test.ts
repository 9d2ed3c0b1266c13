import { assertEquals } from "@std/assert";
import { type Expectation, expectCalls } from "./run_guest.ts";
import { testOn, testOnEach } from "./stacks.ts";

const flags = ["--allow-net"];

/** What the guest does itself is allowed. */
const OWN = "connect,send,bind,listen@*";

/** Two hosts of this machine: one that rules refuse, one that they admit. */
const REFUSED = "127.0.0.1";
const ADMITTED = "127.0.0.2";

testOnEach("rules narrow what the flags allow, use by use", async (servers, stack) => {
  const server = servers.tcp();
  const other = servers.tcp();
  const udp = servers.udp();
  const rules = {
    allow: [`connect@127.0.0.0/8:${server.port}`, "send@127.0.0.0/8", "bind@127.0.0.1:0"],
    deny: [`connect@127.0.0.3`, "send@127.0.0.3"],
  };
  await expectCalls({ stack, flags, rules }, [
    "a = socket AF_INET SOCK_STREAM",
    [
      `connect a 127.0.0.1:${other.port}`,
      `EACCES no allow rule for connect@127.0.0.1:${other.port}`,
    ],
    [
      `connect a 127.0.0.3:${server.port}`,
      `EACCES deny rule connect@127.0.0.3 for connect@127.0.0.3:${server.port}`,
    ],
    ["bind a 127.0.0.2:0", "EACCES no allow rule for bind@127.0.0.2:0"],
    ["listen a 1", "EACCES no allow rule for listen@0.0.0.0:0"],
    [`connect a 127.0.0.2:${server.port}`, "0"],
    "send a 'x'",
    "b = socket AF_INET6 SOCK_STREAM",
    [
      `connect b [::ffff:127.0.0.3]:${server.port}`,
      `EACCES deny rule connect@127.0.0.3 for connect@127.0.0.3:${server.port}`,
    ],
    [`connect b [::1]:${server.port}`, `EACCES no allow rule for connect@[::1]:${server.port}`],
    ["resolve localhost", "EACCES no allow rule for localhost"],
    "u = socket AF_INET SOCK_DGRAM",
    "bind u 127.0.0.1:0",
    [
      `sendto u 'no' 127.0.0.3:${udp.port}`,
      `EACCES deny rule send@127.0.0.3 for send@127.0.0.3:${udp.port}`,
    ],
    [`sendto u 'yes' 127.0.0.1:${udp.port}`, "3"],
    // A connected socket sends, too, and connects.
    [`connect u 127.0.0.1:${udp.port}`, `EACCES no allow rule for connect@127.0.0.1:${udp.port}`],
    ["send u 'no'", "EDESTADDRREQ"],
    [
      `connect u 127.0.0.3:${server.port}`,
      `EACCES deny rule connect@127.0.0.3 for connect@127.0.0.3:${server.port}`,
    ],
    "connect u hex:00000000000000000000000000000000",
  ]);
  assertEquals(server.arrivals(), ["x"]);
  assertEquals(other.arrivals(), []);
  assertEquals(udp.arrivals(), ["yes"]);
});

testOnEach("a rule against sending holds for connected sockets", async (servers, stack) => {
  const udp = servers.udp();
  const deny = [`send@127.0.0.1`];
  const refused = `EACCES deny rule send@127.0.0.1 for send@127.0.0.1:${udp.port}`;
  await expectCalls({ stack, flags, rules: { deny } }, [
    "u = socket AF_INET SOCK_DGRAM",
    [`connect u 127.0.0.1:${udp.port}`, refused],
    [`connect u 0.0.0.0:${udp.port}`, refused],
    ["send u 'x'", "EDESTADDRREQ"],
    ["write u 'x'", "EDESTADDRREQ"],
    ["sendmsg u 'x'", "EDESTADDRREQ"],
  ]);
  assertEquals(udp.arrivals(), []);
});

/** A listener, and connections to it from both hosts, the refused one first. */
function connections(type: string): Expectation[] {
  return [
    `l = socket AF_INET ${type}`,
    "bind l 127.0.0.1:0",
    "listen l 8",
    "r = socket AF_INET SOCK_STREAM",
    `bind r ${REFUSED}:0`,
    "connect r nameOf:l",
    "a = socket AF_INET SOCK_STREAM",
    `bind a ${ADMITTED}:0`,
    "connect a nameOf:l",
  ];
}

testOnEach("accept() lets a guest see admitted peers only", async (_servers, stack) => {
  for (const rules of [{ deny: [`accept@${REFUSED}`] }, { allow: [OWN, `accept@${ADMITTED}`] }]) {
    await expectCalls({ stack, flags, rules }, [
      ...connections("SOCK_STREAM|SOCK_NONBLOCK"),
      "poll l POLLIN 5000",
      "s = acceptNobody l",
      "send a 'hello'",
      ["recv s", "5 'hello'"],
      ["send s 'yes'", "3"],
      ["recv a", "3 'yes'"],
      // The refused one is gone.
      ["recv r", "0 ''"],
      ["accept l", "EAGAIN"],
    ]);
    // Alone, it is as if it had not come.
    await expectCalls({ stack, flags, rules }, [
      ...connections("SOCK_STREAM").slice(0, 6),
      // 10 ms.
      "setsockopt l SOL_SOCKET SO_RCVTIMEO hex:00000000000000001027000000000000",
      ["accept l", "EAGAIN"],
      ["acceptNobody l", "EAGAIN"],
      ["recv r", "0 ''"],
    ]);
  }
});

/** A socket, and datagrams to it: from the refused host, then from the admitted one. */
function datagrams(type: string): Expectation[] {
  return [
    `s = socket AF_INET ${type}`,
    "bind s 127.0.0.1:0",
    "r = socket AF_INET SOCK_DGRAM",
    `bind r ${REFUSED}:0`,
    "a = socket AF_INET SOCK_DGRAM",
    `bind a ${ADMITTED}:0`,
    "sendto r 'refused' nameOf:s",
    "sendto r 'refused again' nameOf:s",
    "sendto a 'admitted' nameOf:s",
    "sendto r 'refused' nameOf:s",
    "poll s POLLIN 5000",
  ];
}

testOnEach("receiving calls let a guest see admitted senders only", async (_servers, stack) => {
  for (const rules of [{ deny: [`receive@${REFUSED}`] }, { allow: [OWN, `receive@${ADMITTED}`] }]) {
    for (const type of ["SOCK_DGRAM|SOCK_NONBLOCK", "SOCK_DGRAM"]) {
      const answers = {
        recv: "8 'admitted'",
        recvfrom: `8 'admitted' ${ADMITTED}`,
        recvmsg: `8 'admitted' ${ADMITTED}`,
        read: "8 'admitted'",
        readv: "8 'admitted'",
      };
      const calls = Object.entries(answers).flatMap(([call, answer]): Expectation[] => [
        "sendto r 'refused' nameOf:s",
        "sendto a 'admitted' nameOf:s",
        [`${call} s`, answer],
      ]);
      await expectCalls({ stack, flags, rules }, [
        ...datagrams(type),
        // 10 ms.
        "setsockopt s SOL_SOCKET SO_RCVTIMEO hex:00000000000000001027000000000000",
        // What is only looked at is dropped all the same.
        ["recv s MSG_PEEK", "8 'admitted'"],
        ["recv s MSG_PEEK|MSG_TRUNC", "8 'admitted'"],
        ["recv s", "8 'admitted'"],
        ["recv s MSG_PEEK", "EAGAIN"],
        ["read s", "EAGAIN"],
        ["readv s", "EAGAIN"],
        ["recvmsg s", "EAGAIN"],
        ["recvfrom s", "EAGAIN"],
        ...calls,
        ["recv s MSG_DONTWAIT", "EAGAIN"],
      ]);
    }
  }
});

testOn("libc", "rules hold for peers of Unix sockets", async (_servers, stack) => {
  const name = `@vmsock-rules-${Deno.pid}`;
  const all = ["--allow-all"];
  await expectCalls({ stack, flags: all, rules: { deny: [`unix:${name}-refused`] } }, [
    "s = socket AF_UNIX SOCK_DGRAM|SOCK_NONBLOCK",
    `bind s unix:${name}-server`,
    [
      `bind s unix:${name}-refused`,
      `EACCES deny rule unix:${name}-refused for bind@unix:${name}-refused`,
    ],
    "a = socket AF_UNIX SOCK_DGRAM",
    `connect a unix:${name}-server`,
    "send a 'unnamed'",
    ["recv s", "7 'unnamed'"],
    [
      `connect a unix:${name}-refused`,
      `EACCES deny rule unix:${name}-refused for send@unix:${name}-refused`,
    ],
    [
      `sendto a 'x' unix:${name}-refused`,
      `EACCES deny rule unix:${name}-refused for send@unix:${name}-refused`,
    ],
  ]);
  await expectCalls({ stack, flags: all, rules: { deny: [`receive,accept@unix:${name}-r`] } }, [
    "s = socket AF_UNIX SOCK_DGRAM|SOCK_NONBLOCK",
    `bind s unix:${name}-server`,
    "r = socket AF_UNIX SOCK_DGRAM",
    `bind r unix:${name}-r`,
    `sendto r 'refused' unix:${name}-server`,
    ["recv s", "EAGAIN"],
    "l = socket AF_UNIX SOCK_STREAM|SOCK_NONBLOCK",
    `bind l unix:${name}-listener`,
    "listen l 8",
    "close r",
    "q = socket AF_UNIX SOCK_STREAM",
    `bind q unix:${name}-r`,
    `connect q unix:${name}-listener`,
    ["accept l", "EAGAIN"],
    ["recv q", "0 ''"],
  ]);
});
