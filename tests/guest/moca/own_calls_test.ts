/** The host calls that the original does not have. */
import { assertEquals, assertMatch, assertThrows } from "@std/assert";
import { MocaCompileError, runScript } from "../../../lib/guest/moca/mod.ts";
import { NO_IPV6 } from "../../ipv6.ts";
import { unlessSkipped } from "../../skipped.ts";
import { linesOn, runOn, STACKS } from "./run_on.ts";

const PAIR = `
let listener = socket(AF_INET(), SOCK_STREAM());
assert_eq(bind(listener, "127.0.0.1", 0), 0, "bind");
let port = getsockname(listener).port;
let client = socket(AF_INET(), SOCK_STREAM());
assert_eq(connect(client, "127.0.0.1", port), 0, "connect");
let server = accept(listener);
`;

/** RFC 1035 section 2.3.4: a label has 63 octets at most. No name server is asked about this one. */
const NOBODY = `${"x".repeat(64)}.invalid`;

for (const stack of STACKS) {
  const test = (name: string, run: () => void, reason: string | null = null): void =>
    Deno.test({ ...unlessSkipped(`[${stack}] ${name}`, reason), fn: run });
  const prints = (code: string, expected: string[]): void =>
    assertEquals(linesOn(stack, code), expected);

  test("tcp_socket() keeps to one family", () => {
    prints(
      `print(tcp_socket(99)); let l = tcp_socket(AF_INET6()); print(bind(l, "::1", 0));
       let name = getsockname(l); print(name.host); print(name.result);
       let c = tcp_socket(AF_INET6()); print(connect(c, "::1", name.port));
       print(getpeername(c).port == name.port);
       print(connect(tcp_socket(AF_INET()), "::1", name.port));
       print(connect(tcp_socket(AF_INET6()), "127.0.0.1", name.port));
       print(bind(tcp_socket(AF_INET6()), "127.0.0.1", 0));`,
      ["-6", "0", "::1", "0", "0", "true", "-6", "-6", "-6"],
    );
  }, NO_IPV6);

  test("datagrams go there and back, byte for byte", () => {
    prints(
      `print(udp_socket(99)); let a = udp_socket(AF_INET()); print(bind(a, "127.0.0.1", 0));
       let b = udp_socket(AF_INET()); let to = getsockname(a);
       let p = __alloc_heap(3); p[0] = 255; p[1] = 0; p[2] = 65;
       print(sendto(b, p, 3, "localhost", to.port)); let got = recvfrom(a, 100);
       print(got.result); print(got.host); print(got.data[0]); print(got.data[2]);
       print(sendto(a, got.data, 0 - 1, got.host, got.port)); print(recvfrom(b, 2).result);
       print(sendto(b, "", 0, to.host, to.port)); print(recvfrom(a, 100).result);
       print(connect(b, to.host, to.port)); print(write(b, "peer", 4)); print(read(a, 9));`,
      ["-6", "0", "3", "3", "127.0.0.1", "255", "65", "3", "2", "0", "0", "0", "4", "peer"],
    );
  });

  test("datagrams over IPv6", () => {
    prints(
      `let a = udp_socket(AF_INET6()); print(bind(a, "::1", 0)); let to = getsockname(a);
       print(sendto(a, "six", 3, to.host, to.port)); let got = recvfrom(a, 9);
       print($"{got.data} from {got.host}"); print(sendto(a, "x", 1, "127.0.0.1", to.port));`,
      ["0", "3", "six from ::1", "-6"],
    );
  }, NO_IPV6);

  test("datagram calls refuse what is none", () => {
    prints(
      `${PAIR} print(sendto(client, "x", 1, "127.0.0.1", port)); print(sendto(99, "x", 1, "x", 1));
       print(recvfrom(listener, 1).result); print(recvfrom(99, 1).result);
       let u = udp_socket(2); print(recvfrom(u, 0 - 1).result);
       print(sendto(u, "x", 1, "${NOBODY}", 1)); print(sendto(u, "x", 1, "127.0.0.1", 65536));
       print(accept(u)); print(listen(u, 1));
       try { __hostcall(102, u, 5, 1, "127.0.0.1", 1); } catch e { print(e); }`,
      ["-1", "-1", "-1", "-1", "-1", "-2", "-1", "-1", "-1", "sendto: buf must be a reference"],
    );
  });

  test("shutdown() ends one direction", () => {
    prints(
      `${PAIR} print(shutdown(client, SHUT_WR())); print(len(read(server, 9)));
       print(write_str(server, "last", 4)); print(read(client, 9)); print(write_str(client, "x", 1));
       print(shutdown(socket(2, 1), 1)); print(shutdown(99, 1)); print(shutdown(server, 77));`,
      ["0", "0", "4", "last", "-1", "-1", "-1", "-1"],
    );
  });

  test("set_timeout() bounds read, recvfrom, accept and write, and can be taken back", () => {
    prints(
      `${PAIR} print(set_timeout(client, 20)); print(__value_to_string(read(client, 1)));
       set_timeout(listener, 20); print(accept(listener));
       let u = udp_socket(2); bind(u, "127.0.0.1", 0); set_timeout(u, 20);
       print(recvfrom(u, 1).result); print(ETIMEDOUT());
       let chunk = "x"; for i in 0..20 { chunk = chunk + chunk; }
       let sent = 0; for i in 0..64 { if sent >= 0 { sent = write(client, chunk, len(chunk)); } }
       print(sent);
       print(set_timeout(server, 0 - 1)); print(set_timeout(99, 1));
       print(set_timeout(listener, 0)); connect(socket(2, 1), "127.0.0.1", port);
       print(accept(listener) > 0);`,
      ["0", "-5", "-5", "-5", "-5", "-5", "-1", "-1", "0", "true"],
    );
  });

  test("set_timeout() before connect holds for the connection", () => {
    prints(
      `let l = socket(2, 1); bind(l, "127.0.0.1", 0); let c = socket(2, 1); print(set_timeout(c, 20));
       print(connect(c, "127.0.0.1", getsockname(l).port)); print(__value_to_string(read(c, 1)));
       let s = accept(l); write_str(s, "x", 1); print(read(c, 1));`,
      ["0", "0", "-5", "x"],
    );
  });

  test("getsockname() and getpeername() tell both ends", () => {
    prints(
      `${PAIR} let a = getsockname(client); let b = getpeername(server);
       print(a.host == b.host && a.port == b.port); print(getpeername(client).port == port);
       print(getpeername(listener).result); let p = getsockname(socket(2, 1));
       print($"{p.result} {p.host} {p.port}"); print(getsockname(tcp_socket(10)).host);
       print(getpeername(socket(2, 1)).result); print(getsockname(99).result);
       print(getsockname(1).host == "");`,
      ["true", "true", "-1", "0 0.0.0.0 0", "::", "-1", "-1", "true"],
    );
  });

  test("resolve() gives a host's addresses, or an int", () => {
    prints(
      `let list = resolve("127.0.0.1"); print(list); print(resolve("::1")); print(resolve("localhost")[0]);
       let none: any = resolve("${NOBODY}"); print(none == ENOENT());`,
      ["[127.0.0.1]", "[::1]", "127.0.0.1", "true"],
    );
  });

  test("poll() says who is ready, and waits no longer than it may", () => {
    prints(
      `${PAIR}
       fun on(fd: int, events: int) -> PollFd { return PollFd { fd: fd, events: events, revents: 9 }; }
       let p = new Vec<PollFd> { on(server, POLLIN()), on(client, POLLOUT()), on(0 - 1, 1) };
       print(poll(p, 0)); print(p);
       let q = new Vec<PollFd> { on(server, POLLIN()), on(listener, POLLIN()) };
       print(poll(q, 20)); print(poll(q, 0)); print(q[0].revents);
       write_str(client, "x", 1); print(poll(q, 0 - 1)); print(q[0].revents); print(q[1].revents);
       let r = new Vec<PollFd> { on(99, 1), on(0, 1), on(socket(2, 1), POLLOUT()) };
       print(poll(r, 0 - 1)); print(r[0].revents == POLLNVAL()); print(r[1].revents);
       print(r[2].revents); print(poll(new Vec<PollFd> {}, 5));`,
      [
        "1",
        "[PollFd { fd: 5, events: 1, revents: 0 }, PollFd { fd: 4, events: 4, revents: 4 }, " +
        "PollFd { fd: -1, events: 1, revents: 0 }]",
        "-5",
        "-5",
        "0",
        "1",
        "1",
        "0",
        "3",
        "true",
        "32",
        "20",
        "-5",
      ],
    );
  });

  test("poll() wants PollFd structs", () => {
    const { error } = runOn(stack, `let v: any = new Vec<int> { 1 }; poll(v, 0);`);
    assertMatch(error ?? "", /^runtime error: poll: fds must hold PollFd structs\n/);
  });

  test("read_bytes() loses nothing", () => {
    prints(
      `${PAIR} let p = __alloc_heap(3); p[0] = 255; p[1] = 0; p[2] = 195; write(client, p, 3);
       let v = read_bytes(server, 100); print(v); print(write(server, v.data, v.len()));
       print(read_bytes(client, 2)); print(read_bytes(client, 0).len()); close(server);
       print(read_bytes(client, 9)); print(read_bytes(client, 9).len());
       let e: any = read_bytes(99, 1); print(e); let n: any = read_bytes(client, 0 - 1); print(n);`,
      ["[255, 0, 195]", "3", "[255, 0]", "0", "[195]", "0", "-1", "-1"],
    );
  });

  test("stdin() is a descriptor to read from", () => {
    const input = ["one\n", "two\n"].map((text) => new TextEncoder().encode(text));
    const lines = linesOn(
      stack,
      `let input = stdin(); print(input); print_str(read(input, 99)); print(read_bytes(input, 99).len());
       print(len(read(input, 99))); print(write_str(input, "x", 1)); print(close(input));
       print(close(input)); print(stdin());`,
      {
        stdin: (buffer) => {
          const part = input.shift() ?? new Uint8Array(0);
          buffer.set(part);
          return part.byteLength;
        },
      },
    );
    assertEquals(lines, ["3", "one", "4", "0", "-1", "0", "-1", "4"]);
  });
}

Deno.test("a script's own functions and structs win over those of host calls", () => {
  let text = "";
  const { error } = runScript(
    `struct PollFd { name: string }
     fun poll(fd: PollFd) -> string { return "mine: " + fd.name; }
     fun resolve(x: int) -> int { return x + 1; }
     fun write(a: string) -> string { return a; }
     print(poll(PollFd { name: "x" })); print(resolve(1)); print(write("w")); write_str(1, "s\\n", 2);`,
    { output: (_fd, bytes) => void (text += new TextDecoder().decode(bytes)) },
  );
  assertEquals([text, error], ["mine: x\n2\nw\ns\n", null]);
});

Deno.test("the structs of host calls can be named before anything returns one", () => {
  let text = "";
  const { error } = runScript(
    `fun port(a: SocketAddress) -> int { return a.port; }
     fun size(d: Datagram) -> int { return len(d.data); }
     let list = new Vec<PollFd> {}; list.push(PollFd { fd: 3, events: POLLIN(), revents: 0 });
     print(port(SocketAddress { result: 0, host: "h", port: 7 }));
     print(size(Datagram { result: 0, data: "abc", host: "", port: 0 })); print(list);
     let none: SocketAddress? = nil; print(none);`,
    { output: (_fd, bytes) => void (text += new TextDecoder().decode(bytes)) },
  );
  assertEquals(
    [text, error],
    ["7\n3\n[PollFd { fd: 3, events: 1, revents: 0 }]\nnil\n", null],
  );
});

Deno.test("a script's struct is in the way of a host call with one of that name", () => {
  const thrown = assertThrows(
    () => runScript(`let x = 1;\nstruct Datagram { x: int }\nrecvfrom(3, 1);`),
    MocaCompileError,
  );
  assertEquals(
    thrown.message,
    "error: duplicate struct: struct 'Datagram' already defined: the function 'recvfrom' comes " +
      "with one of that name\n  --> <code>:2:8",
  );
});

Deno.test("a script's variables hide host functions, in lambdas too", () => {
  let text = "";
  const { error } = runScript(
    `let poll = fun(x: int) -> int { return x * 2; };
     let twice = fun(x: int) -> int { return poll(poll(x)); };
     fun shut(shutdown: (int) -> int) -> int { return shutdown(1); }
     print(poll(4)); print(twice(4)); print(shut(poll)); print(socket(999, 1));`,
    { output: (_fd, bytes) => void (text += new TextDecoder().decode(bytes)) },
  );
  assertEquals([text, error], ["8\n16\n2\n-6\n", null]);
});

Deno.test("no variable hides a function that the original has", () => {
  let text = "";
  const { error } = runScript(
    `let socket = socket(2, 1); print(socket); print(socket(2, 1));
     let read = read(99, 1); print(__value_to_string(read(98, 1)));
     let EBADF = EBADF(); print(EBADF() == EBADF); let O_CREAT = 1; print(O_CREAT() + O_CREAT);
     let time = time(); print(time() >= time); let max = 3; print(max(1, max));
     let poll = 5; print(poll + 1); let POLLIN = fun() -> int { return 7; }; print(POLLIN());
     let write_str = "x"; write_str(1, write_str, 1); let syscall_read = fun() { print("!"); };
     syscall_read();`,
    { output: (_fd, bytes) => void (text += new TextDecoder().decode(bytes)) },
  );
  assertEquals([text, error], ["3\n4\n-1\ntrue\n65\ntrue\n3\n6\n7\nx!\n", null]);
});

Deno.test("an error in a host function shows the script's own line", () => {
  const { error } = runScript(
    `let a = 1;\n  connect(3, parse_any(), 80);\nfun parse_any() -> any { return 5; }`,
  );
  assertEquals(
    error,
    "connect: host must be a string\n  --> <code>:2:3\n  in <main> at <code>:2:3",
  );
});
