import { assert, assertEquals, assertMatch } from "@std/assert";
import { expectCalls, runGuest } from "./run_guest.ts";
import { testOn, testOnEach } from "./stacks.ts";

// localhost is in /etc/hosts: no other name resolves wherever the tests run.

testOnEach("a granted name lets its addresses through", async (servers, stack) => {
  const server = servers.tcp();
  const udp = servers.udp();
  const flags = [`--allow-net=localhost,0.0.0.0:0`];
  const direct = `EACCES --allow-net=127.0.0.1:${server.port}`;
  await expectCalls({ stack, flags }, [
    "a = socket AF_INET SOCK_STREAM",
    // Not before it is resolved.
    [`connect a 127.0.0.1:${server.port}`, direct],
    ["h = resolve LocalHost AF_INET", "1 127.0.0.1:0"],
    ["resolve example.com", "EACCES --allow-net=example.com"],
    [`connect a h:${server.port}`, "0"],
    "send a 'by name'",
    ["getpeername a", `0 127.0.0.1:${server.port}`],
    [`connect a 127.0.0.2:${server.port}`, `EACCES --allow-net=127.0.0.2:${server.port}`],
    "u = socket AF_INET SOCK_DGRAM",
    [`sendto u 'one' h:${udp.port}`, "3"],
    [`sendmsg u 'two' h:${udp.port}`, "3"],
    [`connect u h:${udp.port}`, "0"],
    "send u 'three'",
  ]);
  assertEquals(server.arrivals(), ["by name"]);
  assertEquals(udp.arrivals(), ["one", "two", "three"]);
});

testOnEach("a name granted with a port is let through for that port", async (servers, stack) => {
  const server = servers.tcp();
  const other = servers.tcp();
  const udp = servers.udp();
  const otherUdp = servers.udp();
  // On the deno stack the address is one that stands for the name, 198.18.0.0/15.
  const flags = [`--allow-net=localhost:${server.port},localhost:${udp.port},0.0.0.0:0`];
  const answers = await runGuest({ stack, flags }, [
    "h = resolve localhost AF_INET",
    "a = socket AF_INET SOCK_STREAM",
    `connect a h:${other.port}`,
    `connect a h:${server.port}`,
    "send a 'by name'",
    "getpeername a",
    "u = socket AF_INET SOCK_DGRAM",
    `sendto u 'x' h:${otherUdp.port}`,
    `sendmsg u 'x' h:${otherUdp.port}`,
    `connect u h:${otherUdp.port}`,
    `sendto u 'one' h:${udp.port}`,
    `connect u h:${udp.port}`,
    "send u 'two'",
    `sendto u 'x' h:${otherUdp.port}`,
    "resolve other.localhost",
    `connect a 127.0.0.1:${other.port}`,
  ]);
  const [resolved, , refused, connected, , peer, , ...datagrams] = answers;
  const address = stack === "libc" ? /^1 (127\.0\.0\.1):0$/ : /^1 (198\.18\.\d+\.\d+):0$/;
  assertMatch(resolved ?? "", address);
  const ip = address.exec(resolved ?? "")?.[1];
  assertEquals(refused, `EACCES --allow-net=${ip}:${other.port}`);
  assertEquals(connected, "0");
  assertEquals(peer, `0 127.0.0.1:${server.port}`);
  const missing = `EACCES --allow-net=${ip}:${otherUdp.port}`;
  assertEquals(datagrams, [
    missing,
    missing,
    missing,
    "3",
    "0",
    "3",
    missing,
    "EACCES --allow-net=other.localhost",
    `EACCES --allow-net=127.0.0.1:${other.port}`,
  ]);
  assertEquals(server.arrivals(), ["by name"]);
  assertEquals(udp.arrivals(), ["one", "two"]);
  assertEquals(other.arrivals(), []);
  assertEquals(otherUdp.arrivals(), []);
});

testOnEach("a name does not lead to a denied address", async (servers, stack) => {
  const server = servers.tcp();
  const udp = servers.udp();
  const ports = `localhost:${server.port},localhost:${udp.port}`;
  const addresses = `127.0.0.1:${server.port},127.0.0.1:${udp.port}`;
  const flagSets = ["localhost", ports].flatMap((grant) =>
    ["127.0.0.1", "127.0.0.0/8", addresses].map((denial) => [
      `--allow-net=${grant},0.0.0.0:0`,
      `--deny-net=${denial}`,
    ])
  );
  await Promise.all(flagSets.map(async (flags) => {
    const answers = await runGuest({ stack, flags }, [
      "h = resolve localhost AF_INET",
      "a = socket AF_INET SOCK_STREAM",
      `connect a h:${server.port}`,
      "u = socket AF_INET SOCK_DGRAM",
      `sendto u 'x' h:${udp.port}`,
      `sendmsg u 'x' h:${udp.port}`,
      `connect u h:${udp.port}`,
      "send u 'x'",
      `connect a 127.0.0.1:${server.port}`,
    ]);
    for (const index of [2, 8]) assert(answers[index]?.startsWith("EACCES"), flags.join(" "));
  }));
  assertEquals(server.arrivals(), []);
  assertEquals(udp.arrivals(), []);
});

testOnEach("a name that is denied, or none at all, is not looked up", async (_servers, stack) => {
  await expectCalls({ stack, flags: ["--allow-net", "--deny-net=localhost,example.com"] }, [
    ["resolve localhost", "EACCES --deny-net covers localhost"],
    ["resolve LOCALHOST.", "EACCES --deny-net covers localhost"],
    ["resolve example.com AF_INET6", "EACCES --deny-net covers example.com"],
    ["resolve 127.0.0.1", "1 127.0.0.1:0"],
  ]);
  const none = "EACCES a host name in ASCII letters, digits, -, _ and dots";
  await expectCalls({ stack, flags: ["--allow-net=127.0.0.1:80"] }, [
    ["resolve localhost", "EACCES --allow-net=localhost"],
    ["resolve localhost:80", none],
    ["resolve 127.0.0.0/8", none],
    ["resolve unix:/tmp/x", none],
    ["resolve *", none],
    // What stands for an address on some systems only: the flag names none such.
    ["resolve 127.1", "EACCES --allow-net=127.1"],
    // Only IPv6 has zones: this would go out to a name server as it is.
    ["resolve 127.0.0.1%secret.example.com", none],
    ["resolve 127.0.0.1%lo", none],
  ]);
});

testOnEach("a name that is denied for a port does not lead there by its address", async (
  servers,
  stack,
) => {
  const server = servers.tcp();
  const other = servers.tcp();
  const denied = `EACCES --deny-net covers localhost:${server.port}`;
  for (const grant of ["--allow-net", "--allow-net=localhost", "--allow-net=127.0.0.1,localhost"]) {
    const flags = [grant, `--deny-net=localhost:${server.port}`];
    await expectCalls({ stack, flags }, [
      "h = resolve localhost AF_INET",
      "a = socket AF_INET SOCK_STREAM",
      [`connect a h:${server.port}`, denied],
      "b = socket AF_INET6 SOCK_STREAM",
      [`connect b [::ffff:127.0.0.1]:${server.port}`, denied],
      [`connect a h:${other.port}`, "0"],
    ]);
  }
  assertEquals(server.arrivals(), []);
  assertEquals(other.arrivals(), ["", "", ""]);
});

testOnEach("rules narrow what a granted name leads to", async (servers, stack) => {
  const server = servers.tcp();
  const udp = servers.udp();
  const narrow = [
    { deny: ["127.0.0.1"] },
    { deny: ["localhost:1-65535"] },
    { allow: ["10.0.0.0/8", "bind@0.0.0.0", "[::1]:1-65535"] },
    { deny: ["connect,send@127.0.0.0/8"] },
    { deny: [`127.0.0.1:${server.port}`, `127.0.0.1:${udp.port}`] },
    { allow: ["bind@localhost", "localhost:0"] },
    { allow: ["*.localhost:1-65535", "bind@*"], deny: ["localhost:1024-65535"] },
  ];
  for (const grant of ["localhost", `localhost:${server.port},localhost:${udp.port}`]) {
    const flags = [`--allow-net=${grant},0.0.0.0:0`];
    const tried = grant === "localhost" ? narrow : narrow.slice(0, 3);
    await Promise.all(tried.map(async (rules) => {
      const answers = await runGuest({ stack, flags, rules }, [
        "h = resolve localhost AF_INET",
        "a = socket AF_INET SOCK_STREAM",
        `connect a h:${server.port}`,
        "u = socket AF_INET SOCK_DGRAM",
        `sendto u 'x' h:${udp.port}`,
        `sendmsg u 'x' h:${udp.port}`,
        `connect u h:${udp.port}`,
        "send u 'x'",
      ]);
      const said = JSON.stringify([flags, rules, answers]);
      assert(/^EACCES (deny|no allow) rule /.test(answers[2] ?? ""), said);
    }));
    assertEquals(server.arrivals(), []);
    assertEquals(udp.arrivals(), []);
    const rules = { allow: ["localhost", "bind@0.0.0.0"], deny: [`localhost:1-1023`] };
    await expectCalls({ stack, flags, rules }, [
      "h = resolve localhost AF_INET",
      "a = socket AF_INET SOCK_STREAM",
      [`connect a h:${server.port}`, "0"],
      "send a 'x'",
      "u = socket AF_INET SOCK_DGRAM",
      [`sendto u 'y' h:${udp.port}`, "1"],
    ]);
    assertEquals(server.arrivals(), ["x"]);
    assertEquals(udp.arrivals(), ["y"]);
  }
});

testOn("deno", "rules for addresses do not let a name through that could lead anywhere", async (
  servers,
  stack,
) => {
  const server = servers.tcp();
  const flags = [`--allow-net=localhost`];
  const to = `connect@localhost:${server.port}`;
  const calls = ["h = resolve localhost AF_INET", "a = socket AF_INET SOCK_STREAM"];
  await expectCalls({ stack, flags, rules: { deny: ["10.0.0.0/8"] } }, [
    ...calls,
    [`connect a h:${server.port}`, `EACCES deny rule 10.0.0.0/8 for ${to}`],
  ]);
  await expectCalls({ stack, flags, rules: { allow: ["127.0.0.1", "localhost:1"] } }, [
    ...calls,
    [`connect a h:${server.port}`, `EACCES no allow rule for ${to}`],
  ]);
  assertEquals(server.arrivals(), []);
});
