/** Threads that take turns in one thread of the host; those in workers are in tests/apps. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { ACCEPTING_THREAD, freePort } from "./free_port.ts";
import { linesOn, runOn, STACKS } from "./run_on.ts";

for (const stack of STACKS) {
  const test = (name: string, run: () => void): void => Deno.test(`[${stack}] ${name}`, run);
  const prints = (code: string, expected: string[]): void =>
    assertEquals(linesOn(stack, code), expected);

  test("a spawned function accepts while the main one connects", () => {
    const lines = linesOn(stack, ACCEPTING_THREAD, { args: ["x", String(freePort())] });
    assertEquals(lines, ["abcabc", "0", "3"]);
  });

  test("without a time limit too, threads do not block each other", () => {
    const { text, error } = runOn(stack, ACCEPTING_THREAD, {
      args: ["x", String(freePort())],
      timeout: 1e9,
    });
    assertEquals([text, error], ["abcabc\n0\n3\n", null]);
  });

  test("write() writes all of it to a reader that takes it in pieces", () => {
    const lines = linesOn(
      stack,
      `fun count() -> int {
         let l = socket(2, 1); bind(l, "127.0.0.1", parse_int(argv(1))); let c = accept(l);
         let n = 0; let part = read(c, 5000); let ordered = true;
         while len(part) > 0 {
           if part[0] != 97 + n % 7 { ordered = false; }
           n = n + len(part); part = read(c, 5000);
         }
         if !ordered { return 0 - n; }
         return n;
       }
       let t = spawn(count); let fd = socket(2, 1);
       while connect(fd, "127.0.0.1", parse_int(argv(1))) != 0 { fd = socket(2, 1); }
       let s = "abcdefg"; for i in 0..20 { s = s + s; }
       print(write(fd, s, len(s))); close(fd); print(join(t));`,
      { args: ["x", String(freePort())] },
    );
    assertEquals(lines, ["7340032", "7340032"]);
  });

  test("join() gives what the thread returned; a reference becomes nil", () => {
    prints(
      `fun i() -> int { return 0 - 7; } fun f() -> float { return 1.5; } fun b() -> bool { return true; }
       fun n() { } fun s() -> string { return "x"; } fun e() -> int { throw "no"; }
       fun stdio() -> int { print_str("in thread\\n"); return socket(2, 1); }
       print(join(spawn(i))); print(join(spawn(f))); print(join(spawn(b))); print(join(spawn(n)));
       print(join(spawn(s))); print(join(spawn(e))); socket(2, 1); print(join(spawn(stdio)));`,
      ["-7", "1.5", "true", "nil", "nil", "nil", "in thread", "3"],
    );
  });

  test("join() of what is no thread, or not any more, is an error", () => {
    prints(
      `fun f() -> int { return 1; } let t = spawn(f); join(t);
       try { join(t); } catch e { print(e); } try { join(99); } catch e { print(e); }`,
      ["runtime error: Thread already joined", "runtime error: Thread 99 not found"],
    );
  });

  test("threads have descriptors, channels and globals of their own", () => {
    prints(
      `fun f() -> int { let c = channel(); send(c[0], 5); return close(3) * 10 + recv(c[1]); }
       let mine = channel(); send(mine[0], 1); let fd = socket(2, 1); print(join(spawn(f)));
       print(recv(mine[1])); print(close(fd));`,
      ["-5", "1", "0"],
    );
  });

  test("what a thread leaves open is closed when it ends", () => {
    prints(
      `fun f() -> int { let l = socket(2, 1); bind(l, "127.0.0.1", 0); return getsockname(l).port; }
       let port = join(spawn(f)); print(port > 0); print(connect(socket(2, 1), "127.0.0.1", port));`,
      ["true", "-4"],
    );
  });

  test("a thread that waits in an asm block leaves the others their turns", () => {
    prints(
      `fun wait() -> int {
         let u = udp_socket(2); bind(u, "127.0.0.1", 0); set_timeout(u, 20); let n = 1;
         return asm(u, n) -> i64 { __emit("Hostcall", 103, 2); __emit("Pop"); __emit("PushInt", 5); };
       }
       let t = spawn(wait); print("other"); print(join(t));`,
      ["other", "5"],
    );
  });

  test("threads that nobody joins do not add up", () => {
    const { error } = runOn(
      stack,
      `fun f() -> int { return 1; } let n = 0; while n < 11000 { spawn(f); n = n + 1;
         if n % 500 == 0 { join(spawn(f)); } }`,
      { maxHeap: 16 << 20 },
    );
    assertEquals(error, null);
  });

  test("threads that take turns share the limit of memory", () => {
    const { text, error } = runOn(
      stack,
      `fun hold() -> int {
         let v = Vec<int>::uninit(250000); poll(new Vec<PollFd> {}, 0 - 1); return v[0];
       }
       for i in 0..20 { spawn(hold); } poll(new Vec<PollFd> {}, 50);
       print("held"); let v = Vec<int>::uninit(1000000);`,
      { maxHeap: 16 << 20 },
    );
    assertEquals(text, "held\n");
    assertMatch(error ?? "", /^runtime error: heap limit exceeded\n/);
  });

  test("threads spawn threads", () => {
    prints(
      `fun leaf() -> int { return 1; }
       fun node() -> int { let a = spawn(leaf); let b = spawn(leaf); return join(a) + join(b); }
       let a = spawn(node); let b = spawn(node); print(join(b) + join(a));`,
      ["4"],
    );
  });

  test("a thread that still waits when the program ends is dropped", () => {
    const { text, error, calls } = runOn(
      stack,
      `fun wait() { let l = socket(2, 1); bind(l, "127.0.0.1", 0); accept(l); print("never"); }
       spawn(wait); poll(new Vec<PollFd> {}, 20); print("end");`,
    );
    assertEquals([text, error], ["end\n", null]);
    assert(/^close\(3\)/m.test(calls), calls);
  });

  test("one that computes leaves the others their turns", () => {
    prints(
      `fun spin() -> int { let n = 0; while n < 3000000 { n = n + 1; } return n; }
       let t = spawn(spin); let u = udp_socket(2); bind(u, "127.0.0.1", 0);
       let me = getsockname(u); for i in 0..50 { sendto(u, "x", 1, me.host, me.port); recvfrom(u, 1); }
       print("done"); print(join(t));`,
      ["done", "3000000"],
    );
  });

  test("a script cannot have any number of threads", () => {
    const { error } = runOn(
      stack,
      `fun wait() { poll(new Vec<PollFd> {}, 0 - 1); } while true { spawn(wait); }`,
    );
    assertMatch(error ?? "", /^runtime error: too many threads: at most 1000 run at once\n/);
  });
}
