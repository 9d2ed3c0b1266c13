/**
 * The original's eleven host calls, on every stack. The peers are threads of the script itself.
 */
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { HOST_CALL_ROWS } from "../../../lib/guest/moca/call_table.ts";
import { Policy } from "../../../lib/kernel/policy/policy.ts";
import { NO_IPV6 } from "../../ipv6.ts";
import { unlessSkipped } from "../../skipped.ts";
import { linesOn, runOn, STACKS } from "./run_on.ts";

/** A listener and a connection to it, as `listener`, `client` and `server`. */
const PAIR = `
let listener = socket(AF_INET(), SOCK_STREAM());
assert_eq(bind(listener, "127.0.0.1", 0), 0, "bind");
let port = getsockname(listener).port;
let client = socket(AF_INET(), SOCK_STREAM());
assert_eq(connect(client, "127.0.0.1", port), 0, "connect");
let server = accept(listener);
`;

for (const stack of STACKS) {
  const test = (name: string, run: () => void, reason: string | null = null): void =>
    Deno.test({ ...unlessSkipped(`[${stack}] ${name}`, reason), fn: run });
  const prints = (code: string, expected: string[]): void =>
    assertEquals(linesOn(stack, code), expected);

  test("descriptors come from one counter and are never used again", () => {
    prints(
      `let a = socket(2, 1); close(a); print(a); print(socket(999, 1)); print(socket(2, 1));
       print(open("/no/such/file", 0)); let l = socket(2, 1); print(l); bind(l, "127.0.0.1", 0);
       let c = socket(2, 1); connect(c, "127.0.0.1", getsockname(l).port); print(c);
       print(accept(l)); print(socket(2, 1));`,
      ["3", "-6", "4", "-2", "5", "6", "7", "8"],
    );
  });

  test("socket() looks at the domain first, and knows no other than the original's", () => {
    prints(
      "print(socket(999, 999)); print(socket(10, 1)); print(socket(2, 2)); print(socket(0 - 2, 1));",
      ["-6", "-6", "-7", "-6"],
    );
  });

  test("connect() reaches an address of a host by name", () => {
    prints(
      `let l = socket(2, 1); bind(l, "127.0.0.1", 0); let port = getsockname(l).port;
       print(connect(socket(2, 1), "localhost", port));`,
      ["0"],
    );
  });

  test("connect() takes the text of an IPv6 address", () => {
    prints(
      `let l6 = tcp_socket(AF_INET6()); print(bind(l6, "::1", 0));
       print(connect(socket(2, 1), "::1", getsockname(l6).port));`,
      ["0", "0"],
    );
  }, NO_IPV6);

  test("a connect() that fails consumes its descriptor", () => {
    prints(
      `let l = socket(2, 1); bind(l, "127.0.0.1", 0); let port = getsockname(l).port; close(l);
       let fd = socket(2, 1); print(connect(fd, "127.0.0.1", port));
       print(connect(fd, "127.0.0.1", port)); print(close(fd));
       let bad = socket(2, 1); print(connect(bad, "nosuch.invalid", 80)); print(close(bad));
       print(connect(socket(2, 1), "127.0.0.1", 65536));
       print(connect(socket(2, 1), "127.0.0.1", 0 - 1)); print(connect(socket(2, 1), "", 80));`,
      ["-4", "-1", "-1", "-4", "-1", "-4", "-4", "-4"],
    );
  });

  test("a connect() that fails leaves no socket of the system open", () => {
    const { calls } = runOn(
      stack,
      `connect(socket(2, 1), "127.0.0.1", 1); socket(999, 1);
      let u = udp_socket(2);`,
    );
    // The number is free again.
    assertEquals(calls.match(/^socket\(.* = 3$/gm)?.length, 2, calls);
  });

  test("connect() takes a socket that is neither connected nor listens", () => {
    prints(
      `${PAIR} print(connect(client, "127.0.0.1", port)); print(connect(listener, "127.0.0.1", port));
       print(connect(server, "127.0.0.1", port)); print(connect(2, "127.0.0.1", port));
       print(write_str(client, "still there", 99)); print(read(server, 99));`,
      ["-1", "-1", "-1", "-1", "11", "still there"],
    );
  });

  test("what the policy refuses is EACCES", () => {
    const policy = new Policy({ deny: [{ host: "127.0.0.1" }] });
    const { text } = runOn(
      stack,
      `print(connect(socket(2, 1), "127.0.0.1", 80)); let fd = socket(2, 1);
       print(bind(fd, "127.0.0.1", 0)); print(close(fd));`,
      { policy },
    );
    assertEquals(text, "-3\n-3\n-1\n");
  });

  test("bind() listens; one that fails consumes its descriptor", () => {
    prints(
      `let l = socket(2, 1); print(bind(l, "127.0.0.1", 0)); let port = getsockname(l).port;
       print(connect(socket(2, 1), "127.0.0.1", port)); print(bind(l, "127.0.0.1", 0));
       let taken = socket(2, 1); print(bind(taken, "127.0.0.1", port)); print(close(taken));
       print(bind(socket(2, 1), "192.0.2.1", 0)); print(bind(socket(2, 1), "nosuch.invalid", 0));
       print(bind(socket(2, 1), "127.0.0.1", 65536)); print(bind(socket(2, 1), "", 0));`,
      ["0", "0", "-1", "-8", "-1", "-1", "-1", "-1", "-1"],
    );
  });

  test("bind() takes a port again whose last connection has just ended", () => {
    prints(
      `${PAIR} close(server); print(len(read(client, 1))); close(client); close(listener);
       print(bind(socket(2, 1), "127.0.0.1", port));`,
      ["0", "0"],
    );
  });

  test("listen() is 0 for a listener, whatever the backlog", () => {
    prints(
      `${PAIR} print(listen(listener, 1)); print(listen(listener, 0 - 5)); print(listen(client, 1));
       print(listen(socket(2, 1), 1)); print(listen(99, 1));`,
      ["0", "0", "-1", "-1", "-1"],
    );
  });

  test("accept() gives a new descriptor, and the listener can go on", () => {
    prints(
      `${PAIR} let second = socket(2, 1); connect(second, "127.0.0.1", port);
       let other = accept(listener); print(other != server);
       write_str(second, "2", 1); print(read(other, 9)); print(accept(client)); print(accept(99));`,
      ["true", "2", "-1", "-1"],
    );
  });

  test("read() waits for a byte at least, gives no more than it is asked for, and then the end", () => {
    prints(
      `${PAIR} write_str(client, "abcdef", 6); print(read(server, 4)); print(read(server, 4));
       close(client); print(len(read(server, 4))); print(len(read(server, 4)));`,
      ["abcd", "ef", "0", "0"],
    );
  });

  test("read() of nothing gives nothing; of what cannot be read, an int", () => {
    prints(
      `${PAIR} print(len(read(server, 0)));
       fun show(r: any) { print($"{__typeof(r)} {__value_to_string(r)}"); }
       show(read(server, 0 - 1)); show(read(0, 1)); show(read(1, 1)); show(read(listener, 1));
       show(read(socket(2, 1), 1)); show(read(99, 100));`,
      ["0", "0 -1", "0 -1", "0 -1", "0 -1", "0 -1", "0 -1"],
    );
  });

  test("read() decodes as UTF-8 with replacement, each time by itself", () => {
    prints(
      `${PAIR}
       let p = __alloc_heap(3); p[0] = 227; p[1] = 129; p[2] = 130;
       write(client, p, 3); print(read(server, 3));
       write(client, p, 3); let half = read(server, 2); print(len(half)); print(half[0]);
       print(len(read(server, 2)));
       p[0] = 0; p[1] = 255; p[2] = 65; write(client, p, 3); let r = read(server, 3);
       print(len(r)); print(r[0]); print(r[4]);
       write(client, "\ufeffx", 9); print(len(read(server, 9)));`,
      ["あ", "3", "239", "3", "5", "0", "65", "4"],
    );
  });

  test("write() writes what count says, of strings and of pointers", () => {
    prints(
      `${PAIR} print(write(client, "hello", 3)); print(read(server, 9));
       print(write(client, "hello", 99)); print(read(server, 9));
       print(write(client, "hello", 0 - 1)); print(read(server, 9)); print(write(client, "x", 0));
       print(write(client, "hello".data.offset(1), 2)); print(read(server, 9));
       let v = new Vec<int> {104, 9223372036854775552 + 105}; print(write(client, v.data, 2)); print(read(server, 9));
       print(write(0, "x", 1)); print(write(99, "x", 1)); print(write(listener, "x", 1));`,
      ["3", "hel", "5", "hello", "5", "hello", "0", "2", "el", "2", "hi", "-1", "-1", "-1"],
    );
  });

  test("write() to a peer that has gone gives -1", () => {
    prints(
      `${PAIR} close(server); let result = 0; let i = 0;
       while result >= 0 && i < 1000 { result = write_str(client, "xxxxxxxxxxxxxxxx", 16); i = i + 1; }
       print(result);`,
      ["-1"],
    );
  });

  test("write() to 1 and 2 is the output", () => {
    const { text, errors } = runOn(
      stack,
      `print(write_str(1, "world!\\n", 3)); write(2, "wrong\\n", 99); print(syscall_write(1, "x", 1));`,
    );
    assertEquals([text, errors], ["wor3\nx1\n", "wrong\n"]);
  });

  test("close() closes each kind once", () => {
    prints(
      `${PAIR} print(close(client)); print(close(client)); print(close(listener)); print(close(server));
       print(close(socket(2, 1))); print(close(0)); print(close(1)); print(close(2)); print(close(99));
       print(close(0 - 1)); print(connect(socket(2, 1), "127.0.0.1", port));`,
      ["0", "-1", "0", "0", "0", "-1", "-1", "-1", "-1", "-1", "-4"],
    );
  });

  test("files are made, written, read on, and refused", async () => {
    const folder = Deno.makeTempDirSync();
    try {
      prints(
        `let path = "${folder}/f";
         let fd = open(path, O_WRONLY() | O_CREAT() | O_TRUNC()); print(write_str(fd, "hello", 5));
         print(write_str(fd, " world", 6)); print(__value_to_string(read(fd, 1))); print(close(fd));
         let r = open(path, O_RDONLY()); print(read(r, 5)); print(read(r, 100)); print(len(read(r, 1)));
         print(write_str(r, "x", 1)); print(accept(r)); print(connect(r, "127.0.0.1", 1));
         let again = open(path, 577); close(again); print(len(read(open(path, 0), 9)));
         print(open(path, O_CREAT())); print(open(path, O_TRUNC())); print(open("${folder}", 1));
         print(open("${folder}/none", 0)); print(open("${folder}/none/x", 65));`,
        [
          "5",
          "6",
          "-1",
          "0",
          "hello",
          " world",
          "0",
          "-1",
          "-1",
          "-1",
          "0",
          "-1",
          "-1",
          "-1",
          "-2",
          "-2",
        ],
      );
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  });

  test("read() gives a file whole where that is asked for", async () => {
    const path = Deno.makeTempFileSync();
    try {
      Deno.writeTextFileSync(path, "0123456789".repeat(300_000));
      prints(
        `let fd = open("${path}", 0); print(len(read(fd, 9000000))); print(len(read(fd, 9000000)));`,
        ["3000000", "0"],
      );
      const { error } = runOn(stack, `let fd = open("${path}", 0); read(fd, 9000000);`, {
        maxHeap: 1 << 21,
      });
      assertMatch(error ?? "", /^runtime error: heap limit exceeded\n/);
    } finally {
      await Deno.remove(path);
    }
  });

  test("time and time_nanos are the wall clock", () => {
    const before = BigInt(Math.floor(Date.now() / 1000));
    const [seconds = "", nanos = "", called = ""] = linesOn(
      stack,
      "print(time()); print(time_nanos() / 1000000000); print(__hostcall(10));",
    );
    for (const text of [seconds, nanos, called]) {
      assert(BigInt(text) >= before && BigInt(text) <= before + 60n, text);
    }
  });

  test("the earlier names are the same calls", () => {
    prints(
      `let l = hostcall_socket(2, 1); print(syscall_bind(l, "127.0.0.1", 0));
       print(hostcall_listen(l, 1)); let c = syscall_socket(2, 1);
       print(hostcall_connect(c, "127.0.0.1", getsockname(l).port)); let s = syscall_accept(l);
       print(hostcall_write(c, "x", 1)); print(syscall_read(s, 1)); print(syscall_close(s));
       print(syscall_open("/no/such", 0)); print(syscall_time() > 0); print(__syscall(5, 999, 1));`,
      ["0", "0", "0", "1", "x", "0", "-2", "true", "-6"],
    );
  });

  test("wrong arguments are errors that a script can catch, without a prefix", () => {
    const lines = linesOn(
      stack,
      `fun c(n: int) { }
       try { __hostcall(5, 2); } catch e { print(e); }
       try { __hostcall(5, "x", 1); } catch e { print(e); }
       try { __hostcall(5, 2, 1.5); } catch e { print(e); }
       try { __hostcall(6, 3, 4, 80); } catch e { print(e); }
       try { __hostcall(1, 1, 5, 1); } catch e { print(e); }
       try { __hostcall(1, 1, nil, 1); } catch e { print(e); }
       try { __hostcall(2, 5, 1); } catch e { print(e); }
       try { __hostcall(99); } catch e { print(e); }`,
    );
    assertEquals(lines, [
      "socket hostcall expects 2 arguments, got 1",
      "socket: domain must be an integer",
      "socket: type must be an integer",
      "connect: host must be a string",
      "write: buf must be a reference",
      "write: buf must be a reference",
      "open: path must be a string",
      "unknown hostcall: 99",
    ]);
  });

  test("what a script leaves open is closed when it ends", () => {
    const { calls } = runOn(stack, PAIR);
    const opened = [...calls.matchAll(/^(?:socket|accept)\(.* = (\d+)$/gm)].map(([, fd]) => fd);
    assertEquals(opened.length, 3);
    for (const fd of opened) assertStringIncludes(calls, `close(${fd})`);
  });
}

Deno.test("HOST_CALL_ROWS numbers are unique, and ours begin at 100", () => {
  const numbers = HOST_CALL_ROWS.map(({ number }) => number);
  assertEquals(new Set(numbers).size, numbers.length);
  assertEquals(numbers.slice(0, 11), [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]);
  assert(numbers.slice(11).every((number) => number >= 100));
});

Deno.test("HOST_CALL_ROWS names an example for each call that the original does not have", () => {
  for (const { number, name, example } of HOST_CALL_ROWS) {
    if (number < 100 && example === undefined) continue;
    const url = new URL(`../../../examples/${example}`, import.meta.url);
    assertStringIncludes(Deno.readTextFileSync(url), `${name}(`);
  }
});

Deno.test("the documentation's table has each call", () => {
  const source = Deno.readTextFileSync(new URL("../../../lib/guest/moca/mod.ts", import.meta.url));
  const types = { integer: "int", string: "string", reference: "any" } as const;
  const rows = HOST_CALL_ROWS.map((row) => {
    const params = row.params.map(({ name, kind, type }) => `${name}: ${type ?? types[kind]}`);
    const call = `${row.name}(${params.join(", ")}) -> ${row.result}`;
    const example = row.example === undefined ? "" : `\`${row.example}\``;
    return ` * | \`${call}\` | ${row.help} | ${example} |`;
  });
  assertEquals(source.split("\n").filter((line) => line.startsWith(" * | `")), rows);
});
