import { assertEquals } from "@std/assert";
import { AF_UNSPEC } from "../../lib/linux/socket.ts";
import { NO_IPV6 } from "../ipv6.ts";
import { raw } from "./raw_address.ts";
import { expectCalls } from "./run_guest.ts";
import { testOnEach } from "./stacks.ts";

const everywhere = "EACCES --allow-net=0.0.0.0:0";

testOnEach("bind() takes the address and the port that are granted", async (_servers, stack) => {
  await expectCalls({ stack, flags: ["--allow-net=127.0.0.1:0,[::1]:0"] }, [
    "a = socket AF_INET SOCK_STREAM",
    ["bind a 127.0.0.1:1", "EACCES --allow-net=127.0.0.1:1"],
    ["bind a 0.0.0.0:0", everywhere],
    ["bind a 0.0.0.0:1", "EACCES --allow-net=0.0.0.0:1"],
    // bind(2) takes an address without a family for one of IPv4.
    [`bind a ${raw("0.0.0.0:0", { family: AF_UNSPEC })}`, everywhere],
    [`bind a ${raw("0.0.0.0:0", { length: 128 })}`, everywhere],
    ["bind a 127.0.0.2:0", "EACCES --allow-net=127.0.0.2:0"],
    ["listen a 1", everywhere],
    ["getsockname a", "0 0.0.0.0:0"],
    "bind a 127.0.0.1:0",
    "listen a 1",
    "listen a 2",
    "b = socket AF_INET6 SOCK_STREAM",
    ["bind b [::]:0", "EACCES --allow-net=[::]:0"],
    [`bind b ${raw("[::]:0", { length: 24 })}`, "EACCES --allow-net=[::]:0"],
    ["bind b [::ffff:127.0.0.2]:0", "EACCES --allow-net=127.0.0.2:0"],
    ["bind b [::ffff:0.0.0.0]:0", everywhere],
    ["listen b 1", "EACCES --allow-net=[::]:0"],
    "u = socket AF_INET SOCK_DGRAM",
    ["bind u 0.0.0.0:0", everywhere],
    ["bind u 127.0.0.1:53", "EACCES --allow-net=127.0.0.1:53"],
    [`bind u ${raw("0.0.0.0:0", { family: AF_UNSPEC })}`, everywhere],
    "bind u 127.0.0.1:0",
  ]);
});

testOnEach("bind() takes the IPv6 address that is granted", async (_servers, stack) => {
  await expectCalls({ stack, flags: ["--allow-net=[::1]:0"] }, [
    "a = socket AF_INET6 SOCK_STREAM",
    ["bind a [::]:0", "EACCES --allow-net=[::]:0"],
    "bind a [::1]:0",
  ]);
}, NO_IPV6);

testOnEach("bind() and listen() hold to --deny-net", async (_servers, stack) => {
  const flags = ["--allow-net", "--deny-net=0.0.0.0,127.0.0.1:8081"];
  await expectCalls({ stack, flags }, [
    "a = socket AF_INET SOCK_STREAM",
    ["bind a 0.0.0.0:0", "EACCES --deny-net covers 0.0.0.0:0"],
    ["listen a 1", "EACCES --deny-net covers 0.0.0.0:0"],
    ["bind a 127.0.0.1:8081", "EACCES --deny-net covers 127.0.0.1:8081"],
    "b = socket AF_INET6 SOCK_STREAM",
    ["bind b [::ffff:127.0.0.1]:8081", "EACCES --deny-net covers 127.0.0.1:8081"],
    ["bind b [::ffff:0.0.0.0]:0", "EACCES --deny-net covers 0.0.0.0:0"],
    "bind b [::]:0",
    "listen b 1",
  ]);
});

testOnEach("listen() binds nowhere after a connection has ended", async (servers, stack) => {
  const server = servers.tcp();
  const closed = servers.closed();
  const flags = [`--allow-net=127.0.0.1:${server.port},127.0.0.1:${closed}`];
  const nowhere = raw("0.0.0.0:0", { family: AF_UNSPEC });
  await expectCalls({ stack, flags }, [
    "a = socket AF_INET SOCK_STREAM",
    [`connect a 127.0.0.1:${server.port}`, "0"],
    // The socket still shows the port that it no longer holds.
    [`connect a ${nowhere}`, "0"],
    ["listen a 1", everywhere],
    "b = socket AF_INET SOCK_STREAM",
    [`connect b 127.0.0.1:${closed}`, "ECONNREFUSED"],
    ["listen b 1", everywhere],
    "c = socket AF_INET6 SOCK_STREAM",
    [`connect c [::ffff:127.0.0.1]:${server.port}`, "0"],
    [`connect c ${nowhere}`, "0"],
    ["listen c 1", "EACCES --allow-net=[::]:0"],
    // A bind that fails binds nothing, either.
    "d = socket AF_INET SOCK_STREAM",
    [`bind d 127.0.0.1:${server.port}`, "EADDRINUSE"],
    ["listen d 1", everywhere],
  ]);
  assertEquals(server.arrivals(), ["", ""]);
});

testOnEach("listen() binds nowhere after a connection over IPv6 has ended", async (
  servers,
  stack,
) => {
  const server = servers.tcp();
  await expectCalls({ stack, flags: [`--allow-net=[::1]:${server.port}`] }, [
    "a = socket AF_INET6 SOCK_STREAM",
    [`connect a [::1]:${server.port}`, "0"],
    [`connect a ${raw("0.0.0.0:0", { family: AF_UNSPEC })}`, "0"],
    ["listen a 1", "EACCES --allow-net=[::]:0"],
  ]);
  assertEquals(server.arrivals(), [""]);
}, NO_IPV6);

testOnEach(
  "listen() on a socket that the guest has bound needs no more",
  async (servers, stack) => {
    const server = servers.tcp();
    const flags = [`--allow-net=127.0.0.1:0,127.0.0.1:${server.port}`];
    await expectCalls({ stack, flags }, [
      "a = socket AF_INET SOCK_STREAM",
      "bind a 127.0.0.1:0",
      "b = dup a",
      "listen b 1",
      "c = socket AF_INET SOCK_STREAM",
      "bind c 127.0.0.1:0",
      [`connect c 127.0.0.1:${server.port}`, "0"],
      `connect c ${raw("0.0.0.0:0", { family: AF_UNSPEC })}`,
      // It keeps its address and gets a new port there.
      "listen c 1",
    ]);
  },
);
