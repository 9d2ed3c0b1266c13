/** Scripts that would never end, or eat everything. */
import { assertEquals, assertMatch } from "@std/assert";
import { runOn, STACKS } from "./run_on.ts";

const LISTENER = `let l = socket(2, 1); bind(l, "127.0.0.1", 0); let port = getsockname(l).port;`;

/** What each waits in for ever. */
const WAITING: readonly (readonly [what: string, code: string])[] = [
  ["accept", `${LISTENER} accept(l);`],
  ["read", `${LISTENER} let c = socket(2, 1); connect(c, "127.0.0.1", port); read(c, 1);`],
  [
    "write",
    `${LISTENER} let c = socket(2, 1); connect(c, "127.0.0.1", port); let s = "x";
     for i in 0..20 { s = s + s; } while true { write(c, s, len(s)); }`,
  ],
  ["recvfrom", `let u = udp_socket(2); bind(u, "127.0.0.1", 0); recvfrom(u, 1);`],
  ["poll", `poll(new Vec<PollFd> {}, 0 - 1);`],
  ["join", `fun f() { ${LISTENER} accept(l); } join(spawn(f));`],
  ["a loop", `while true { let x = 1; }`],
  ["a loop that catches", `while true { try { throw "x"; } catch e { let y = 1; } }`],
  ["a host call in a loop", `while true { close(socket(2, 1)); }`],
  ["a host call whose end is caught", `${LISTENER} while true { try { accept(l); } catch e { } }`],
  ["a thread's loop", `fun f() { while true { let x = 1; } } let t = spawn(f); join(t);`],
  ["accept with a longer time-out", `${LISTENER} set_timeout(l, 60000); accept(l);`],
];

for (const stack of STACKS) {
  for (const [what, code] of WAITING) {
    Deno.test(`[${stack}] the time limit ends ${what}`, () => {
      const { text, error } = runOn(stack, `print("begun"); ${code} print("not reached");`, {
        timeout: 60,
      });
      assertEquals(text, "begun\n");
      assertMatch(
        error ?? "",
        /^runtime error: time limit exceeded \(0\.06 s\)\n {2}--> <code>:\d/,
      );
    });
  }

  Deno.test(`[${stack}] the time limit ends a connect that nobody answers`, () => {
    // A full queue: Linux drops further SYNs. The limit must end this, whatever ends first.
    const { error } = runOn(
      stack,
      `${LISTENER} while true { connect(socket(2, 1), "127.0.0.1", port); }`,
      { timeout: 300 },
    );
    assertMatch(error ?? "", /^runtime error: time limit exceeded/);
  });

  Deno.test(`[${stack}] memory that reads give counts`, () => {
    const { error } = runOn(
      stack,
      `let u = udp_socket(2); bind(u, "127.0.0.1", 0); let me = getsockname(u);
       let s = "x"; for i in 0..15 { s = s + s; } let all = new Vec<string> {};
       let n = 0;
       while true { n = n + 1; sendto(u, $"{n}{s}", 0 - 1, me.host, me.port); all.push(recvfrom(u, 65536).data); }`,
      { maxHeap: 4 << 20 },
    );
    assertMatch(error ?? "", /^runtime error: heap limit exceeded\n/);
  });

  Deno.test(`[${stack}] memory that read_bytes gives counts`, () => {
    const { error } = runOn(
      stack,
      `${LISTENER} let c = socket(2, 1); connect(c, "127.0.0.1", port); let s = accept(l);
       let text = "x"; for i in 0..15 { text = text + text; } let all = new Vec<Vec<byte>> {};
       while true { write(c, text, len(text)); all.push(read_bytes(s, 65536)); }`,
      { maxHeap: 4 << 20 },
    );
    assertMatch(error ?? "", /^runtime error: heap limit exceeded\n/);
  });

  Deno.test(`[${stack}] a script cannot open descriptors without end`, () => {
    const { text } = runOn(
      stack,
      `let n = 0; let fd = 0; while fd >= 0 { fd = udp_socket(2); n = n + 1; } print(n < 5000);
       n = 0; fd = 0; while fd >= 0 { fd = socket(2, 1); n = n + 1; } print(n < 70000); print(fd);`,
    );
    assertEquals(text, "true\ntrue\n-1\n");
  });
}
