import { assertEquals } from "@std/assert";
import { runPolicy } from "./run_policy.ts";

/** What a policy says to each question, under flags. */
async function assertAnswers(
  flags: readonly string[],
  answers: readonly (readonly [question: string, answer: string])[],
): Promise<void> {
  const said = await runPolicy(flags, answers.map(([question]) => question));
  assertEquals(
    answers.map(([question], i) => [question, said[i]]),
    answers.map((pair) => [...pair]),
  );
}

Deno.test("checkAddress() and checkName() refuse everything without --allow-net", async () => {
  await assertAnswers([], [
    ["connect 127.0.0.1:80", "-13 --allow-net=127.0.0.1:80"],
    ["connect [::1]:80", "-13 --allow-net=[::1]:80"],
    ["bind 0.0.0.0:0", "-13 --allow-net=0.0.0.0:0"],
    ["listen [::]:0", "-13 --allow-net=[::]:0"],
    ["send 10.0.0.1:53", "-13 --allow-net=10.0.0.1:53"],
    ["multicast 224.0.0.1:0", "-13 --allow-net=224.0.0.1"],
    ["name localhost", "-13 --allow-net=localhost"],
    ["name 127.0.0.1", "0"],
    ["name ::1", "0"],
    ["name fe80::1%eth0", "0"],
  ]);
});

Deno.test("checkAddress() allows every Internet address under --allow-net", async () => {
  await assertAnswers(["--allow-net"], [
    ["connect 127.0.0.1:80", "0"],
    ["bind 0.0.0.0:0", "0"],
    ["send [ff02::1%3]:5353", "0"],
    ["multicast 224.0.0.1:0", "0"],
    ["name localhost", "0"],
    ["name münchen.de", "0"],
    ["nameFor 127.0.0.1:80", "null"],
  ]);
});

Deno.test("checkAddress() allows one port of one address where the flag names that", async () => {
  await assertAnswers(["--allow-net=127.0.0.1:8080,[fe80::1]:80"], [
    ["connect 127.0.0.1:8080", "0"],
    ["connect 127.0.0.1:8081", "-13 --allow-net=127.0.0.1:8081"],
    ["connect 127.0.0.2:8080", "-13 --allow-net=127.0.0.2:8080"],
    ["connect [::ffff:127.0.0.1]:8080", "0"],
    ["connect [::ffff:127.0.0.1]:8081", "-13 --allow-net=127.0.0.1:8081"],
    ["connect [::127.0.0.1]:8080", "-13 --allow-net=[::7f00:1]:8080"],
    ["bind 127.0.0.1:8080", "0"],
    ["bind 127.0.0.1:0", "-13 --allow-net=127.0.0.1:0"],
    ["connect [fe80::1]:80", "0"],
    ["connect [fe80::1%2]:80", "0"],
    ["send 255.255.255.255:8080", "-13 --allow-net=255.255.255.255:8080"],
  ]);
});

Deno.test("checkAddress() answers the same when it is asked again", async () => {
  const questions = [
    "connect 127.0.0.1:80",
    "connect [::1]:80",
    "connect 127.0.0.1:81",
    "connect [::1]:81",
    "send 127.0.0.1:81",
  ];
  const said = await runPolicy(["--allow-net=127.0.0.1:80,[::1]:80"], [...questions, ...questions]);
  const once = [
    "0",
    "0",
    "-13 --allow-net=127.0.0.1:81",
    "-13 --allow-net=[::1]:81",
    "-13 --allow-net=127.0.0.1:81",
  ];
  assertEquals(said, [...once, ...once]);
});

Deno.test("checkAddress() needs loopback too where the destination is unspecified", async () => {
  await assertAnswers(["--allow-net=0.0.0.0,[::],127.0.0.1:80"], [
    ["connect 0.0.0.0:80", "0"],
    ["connect 0.0.0.0:81", "-13 --allow-net=127.0.0.1:81"],
    ["send 0.0.0.0:81", "-13 --allow-net=127.0.0.1:81"],
    ["connect [::ffff:0.0.0.0]:81", "-13 --allow-net=127.0.0.1:81"],
    ["connect [::]:80", "-13 --allow-net=[::1]:80"],
    ["bind 0.0.0.0:81", "0"],
    ["bind [::]:81", "0"],
    ["listen 0.0.0.0:0", "0"],
  ]);
  await assertAnswers(["--allow-net=[::]:80,[::1]:80"], [
    ["connect [::]:80", "-13 --allow-net=127.0.0.1:80"],
  ]);
  await assertAnswers(["--allow-net=[::]:80,[::1]:80,127.0.0.1:80"], [["connect [::]:80", "0"]]);
  await assertAnswers(["--allow-net=127.0.0.1"], [
    ["connect 0.0.0.0:80", "-13 --allow-net=0.0.0.0:80"],
  ]);
});

Deno.test("checkAddress() holds to --deny-net, in every form of an address", async () => {
  await assertAnswers(["--allow-net", "--deny-net=127.0.0.1"], [
    ["connect 127.0.0.1:80", "-13 --deny-net covers 127.0.0.1:80"],
    ["connect [::ffff:127.0.0.1]:80", "-13 --deny-net covers 127.0.0.1:80"],
    ["connect 0.0.0.0:80", "-13 --deny-net covers 127.0.0.1:80"],
    ["connect [::]:80", "-13 --deny-net covers 127.0.0.1:80"],
    ["connect 127.0.0.2:80", "0"],
    ["connect [::1]:80", "0"],
    ["bind 0.0.0.0:80", "0"],
    ["name localhost", "0"],
  ]);
  await assertAnswers(["--allow-net=127.0.0.1", "--deny-net=127.0.0.1:22"], [
    ["connect 127.0.0.1:22", "-13 --deny-net covers 127.0.0.1:22"],
    ["connect 127.0.0.1:23", "0"],
  ]);
  await assertAnswers(["--allow-net=127.0.0.1:22", "--deny-net"], [
    ["connect 127.0.0.1:22", "-13 --deny-net covers 127.0.0.1:22"],
  ]);
});

Deno.test("checkAddress() knows blocks", async () => {
  await assertAnswers(["--allow-net=127.0.0.0/8,10.0.0.0/8:80", "--deny-net=127.0.0.2"], [
    ["connect 127.0.0.1:80", "0"],
    ["connect 127.255.0.1:80", "0"],
    ["connect 127.0.0.2:80", "-13 --deny-net covers 127.0.0.2:80"],
    ["connect 128.0.0.1:80", "-13 --allow-net=128.0.0.1:80"],
    ["connect 10.1.2.3:80", "0"],
    ["connect 10.1.2.3:81", "-13 --allow-net=10.1.2.3:81"],
    ["connect [::ffff:127.9.9.9]:80", "0"],
  ]);
});

Deno.test("checkAddress() sees a deny rule that an allow rule hides from querySync", async () => {
  await assertAnswers(["--allow-net=127.0.0.0/8", "--deny-net=127.0.0.0/30,127.1.0.0/16"], [
    ["connect 127.0.0.1:80", "-13 --deny-net covers 127.0.0.1:80"],
    ["connect 127.1.2.3:80", "-13 --deny-net covers 127.1.2.3:80"],
    ["connect 127.0.0.4:80", "0"],
  ]);
  await assertAnswers(["--allow-net=127.0.0.1,127.0.0.2:80", "--deny-net=127.0.0.0/8"], [
    ["connect 127.0.0.1:80", "-13 --deny-net covers 127.0.0.1:80"],
    ["connect 127.0.0.2:80", "-13 --deny-net covers 127.0.0.2:80"],
    ["multicast 127.0.0.1:0", "-13 --deny-net covers 127.0.0.1"],
  ]);
});

Deno.test("checkAddress() asks for all ports where a group's port is not known", async () => {
  await assertAnswers(["--allow-net=224.0.0.1,239.0.0.1:5000"], [
    ["multicast 224.0.0.1:0", "0"],
    ["multicast 239.0.0.1:0", "-13 --allow-net=239.0.0.1"],
    ["multicast 239.0.0.1:5000", "0"],
  ]);
});

Deno.test("a granted name lets the addresses through that it resolved to", async () => {
  await assertAnswers(["--allow-net=example.com"], [
    ["name example.com", "0"],
    ["connect 127.0.0.1:80", "-13 --allow-net=127.0.0.1:80"],
    ["nameFor 127.0.0.1:443", "null"],
    ["learn example.com 127.0.0.1:0", ""],
    ["connect 127.0.0.1:443", "0"],
    ["nameFor 127.0.0.1:443", "example.com"],
    ["connect [::ffff:127.0.0.1]:443", "0"],
    ["nameFor [::ffff:127.0.0.1]:443", "example.com"],
    ["connect 127.0.0.2:443", "-13 --allow-net=127.0.0.2:443"],
    ["nameFor 127.0.0.2:443", "null"],
  ]);
});

Deno.test("a name granted with a port lets its addresses through for that port", async () => {
  await assertAnswers(["--allow-net=example.com:4711,other.example:80,127.0.0.5"], [
    ["name EXAMPLE.com.", "0"],
    ["name other.example", "0"],
    ["name third.example", "-13 --allow-net=third.example"],
    ["learn third.example 127.0.0.1:0", ""],
    ["learn Example.COM. 127.0.0.1:0", ""],
    ["learn example.com 127.0.0.5:0", ""],
    ["connect 127.0.0.1:4711", "0"],
    ["nameFor 127.0.0.1:4711", "example.com"],
    ["connect 127.0.0.1:80", "-13 --allow-net=127.0.0.1:80"],
    ["learn other.example 127.0.0.1:0", ""],
    ["connect 127.0.0.1:80", "0"],
    ["nameFor 127.0.0.1:80", "other.example"],
    ["nameFor 127.0.0.5:4711", "null"],
  ]);
});

Deno.test("a denied address is not let through by a name, nor a denied name resolved", async () => {
  await assertAnswers(["--allow-net=example.com", "--deny-net=127.0.0.1,127.0.0.2:80"], [
    ["learn example.com 127.0.0.1:0", ""],
    ["learn example.com 127.0.0.2:0", ""],
    ["connect 127.0.0.1:80", "-13 --deny-net covers 127.0.0.1:80"],
    ["connect 127.0.0.2:80", "-13 --deny-net covers 127.0.0.2:80"],
    ["connect 127.0.0.2:81", "0"],
  ]);
  await assertAnswers(["--allow-net", "--deny-net=example.com,half.example:80"], [
    ["name example.com", "-13 --deny-net covers example.com"],
    ["name EXAMPLE.COM.", "-13 --deny-net covers example.com"],
    ["name other.example", "0"],
    ["name half.example", "0"],
  ]);
  await assertAnswers(["--allow-net=example.com:80", "--deny-net=example.com"], [
    ["name example.com", "-13 --deny-net covers example.com"],
    ["learn example.com 127.0.0.1:0", ""],
    ["connect 127.0.0.1:80", "-13 --allow-net=127.0.0.1:80"],
  ]);
});

Deno.test("checkName() takes nothing for a name that flags can mean otherwise", async () => {
  const refusal = "-13 a host name in ASCII letters, digits, -, _ and dots";
  await assertAnswers(["--allow-net=localhost:80,10.0.0.0/8,*.example.com,unix:/tmp/x,127.0.0.1"], [
    ["name localhost", "0"],
    ["name localhost:80", refusal],
    ["name unix:/tmp/x", refusal],
    ["name 10.0.0.0/8", refusal],
    ["name 127.0.0.1:80", refusal],
    ["name [::1]", refusal],
    ["name *.example.com", refusal],
    ["name www.example.com", "0"],
    ["name badexample.com", "-13 --allow-net=badexample.com"],
    ["name ", refusal],
    ["name .", refusal],
    ["name a..b", refusal],
    ["name \u202emünchen.de", refusal],
  ]);
});

Deno.test("answers are dropped when a permission is revoked", async () => {
  await assertAnswers(["--allow-net"], [
    ["connect 127.0.0.1:80", "0"],
    ["name localhost", "0"],
    ['revoke {"name":"net"}', "prompt"],
    ["connect 127.0.0.1:80", "-13 --allow-net=127.0.0.1:80"],
    ["name localhost", "-13 --allow-net=localhost"],
    ["name example.com", "-13 --allow-net=example.com"],
  ]);
  await assertAnswers(["--allow-net=127.0.0.1:80,[::1]:80,example.com:80"], [
    ["learn example.com 127.0.0.9:0", ""],
    ["connect 127.0.0.1:80", "0"],
    ["connect [::1]:80", "0"],
    ["connect 127.0.0.9:80", "0"],
    ["nameFor 127.0.0.9:80", "example.com"],
    ["name example.com", "0"],
    ['revoke {"name":"net","host":"127.0.0.1:80"}', "prompt"],
    ["connect 127.0.0.1:80", "-13 --allow-net=127.0.0.1:80"],
    ["connect [::1]:80", "0"],
    ['revoke {"name":"net","host":"example.com:80"}', "prompt"],
    ["connect 127.0.0.9:80", "-13 --allow-net=127.0.0.9:80"],
    ["nameFor 127.0.0.9:80", "null"],
    ["name example.com.", "-13 --allow-net=example.com"],
  ]);
});

Deno.test("no bytes make a policy throw, whatever is granted", async () => {
  for (
    const flags of [
      [],
      ["--allow-net=127.0.0.1,example.com", "--deny-net=127.0.0.0/8"],
      ["--allow-net", "--deny-net=127.0.0.1", "--allow-read", "--allow-write"],
      ["--allow-net", "--allow-read=/tmp", "--allow-write=/tmp"],
    ]
  ) await assertAnswers(flags, [["hostile 2000", "nothing thrown"]]);
});
