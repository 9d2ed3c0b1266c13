import { assertEquals, assertThrows } from "@std/assert";
import type { System } from "../../lib/kernel/system.ts";
import { AF_INET, Errno, SOCK_STREAM, SockaddrStorage } from "../../lib/linux/mod.ts";
import { FORMATS, type Method } from "../../lib/trace/formats.ts";
import { trace, type TraceOptions } from "../../lib/trace/mod.ts";
import { fakeSystem, lineOf, type Script, traceOf } from "./fake_system.ts";

const HELLO = new TextEncoder().encode("hello");

/** The pieces that a trace is written in, with what the system does in between. */
function piecesOf(
  use: (system: System, pieces: string[]) => void,
  script: (pieces: string[]) => Script,
  options: TraceOptions = {},
): string[] {
  const pieces: string[] = [];
  use(trace(fakeSystem(script(pieces)), (text) => pieces.push(text), options), pieces);
  return pieces;
}

Deno.test("trace() passes every argument on and returns the result", () => {
  for (const method of Object.keys(FORMATS) as Method[]) {
    const args = FORMATS[method].map((_verb, i) => ({ i }));
    const seen: unknown[] = [];
    const script = {
      [method](...given: unknown[]): number {
        seen.push(...given);
        return 4242;
      },
    };
    // None of these is an argument that can be formatted, which must not matter either.
    traceOf(script, (s) => assertEquals(Reflect.apply(s[method], s, args), 4242, method));
    assertEquals(seen.length, args.length, method);
    seen.forEach((value, i) => assertEquals(value === args[i], true, `${method} ${i}`));
  }
});

Deno.test("trace() writes a call before it is made, the result after it", () => {
  const pieces = piecesOf((s) => s.connect(3, null), (pieces) => ({
    connect() {
      pieces.push("(made)");
      return -Errno.ECONNREFUSED;
    },
  }));
  assertEquals(pieces, [
    "connect(3, NULL, ?",
    "(made)",
    ")                     = -1 ECONNREFUSED (Connection refused)\n",
  ]);
});

Deno.test("trace() holds an argument that the call fills in back, and those after it", () => {
  const pieces = piecesOf((s) => s.recv(3, new Uint8Array(9), 9, 0), (pieces) => ({
    recv(_fd, buffer) {
      pieces.push("(made)");
      buffer?.set(HELLO);
      return 5;
    },
  }));
  assertEquals(pieces, ["recv(3, ", "(made)", '"hello", 9, 0)                  = 5\n']);
});

Deno.test("trace() shows where a guest hangs", () => {
  let text = "";
  const hung = new Error("for ever");
  const system = trace(
    fakeSystem({
      accept() {
        assertEquals(text, "accept(3, ");
        throw hung;
      },
    }),
    (piece) => text += piece,
  );
  assertThrows(() => system.accept(3, new SockaddrStorage()), Error, "for ever");
  assertEquals(text, "accept(3, )                             = ?\n");
});

Deno.test("trace() puts results into column 40, and after one space where a call is longer", () => {
  const text = traceOf({ close: () => 0, socket: () => 3 }, (s) => {
    s.close(3);
    s.socket(AF_INET, SOCK_STREAM, 0);
  });
  assertEquals(
    text,
    "close(3)                                = 0\n" +
      "socket(AF_INET, SOCK_STREAM, IPPROTO_IP) = 3\n",
  );
});

Deno.test("trace() puts results into the column that is asked for", () => {
  assertEquals(traceOf({ close: () => 0 }, (s) => s.close(3), { column: 10 }), "close(3)  = 0\n");
});

Deno.test("trace() counts the prefix into the column, as strace does", () => {
  const text = traceOf({ close: () => 0 }, (s) => s.close(3), { prefix: "[pid 2] " });
  assertEquals(text, "[pid 2] close(3)                        = 0\n");
});

Deno.test("trace() begins lines with the time of an injected clock", () => {
  let now = 1_700_000_000_000;
  const clock = (): number => now += 0.5;
  const text = traceOf({ close: () => 0 }, (s) => {
    s.close(3);
    s.rejected("bind", [], -Errno.EFAULT);
  }, { clock, column: 0 });
  assertEquals(
    text,
    "1700000000.000500 close(3) = 0\n" +
      "1700000000.001000 bind() = -1 EFAULT (Bad address)\n",
  );
});

Deno.test("trace() cuts strings and lists where it is told", () => {
  const script: Script = { write: () => 5, writev: () => 0 };
  const text = traceOf(script, (s) => {
    s.write(1, HELLO, 5);
    const faulting = { base: null, length: 0 };
    s.writev(1, [{ base: HELLO, length: 5 }, faulting, faulting]);
    s.writev(1, [faulting, faulting]);
  }, { stringLimit: 2, column: 0 });
  assertEquals(
    text,
    'write(1, "he"..., 5) = 5\n' +
      'writev(1, [{iov_base="he"..., iov_len=5}, {iov_base=NULL, iov_len=0}, ...], 3) = 0\n' +
      "writev(1, [{iov_base=NULL, iov_len=0}, {iov_base=NULL, iov_len=0}], 2) = 0\n",
  );
});

Deno.test("trace() writes whole lines where outputs are shared", () => {
  const pieces = piecesOf(
    (s) => {
      s.recv(3, new Uint8Array(5), 5, 0);
      s.listen(3, 5);
    },
    (pieces) => ({
      recv: (_fd, buffer) => {
        pieces.push("(made)");
        buffer?.set(HELLO);
        return 5;
      },
      listen: () => (pieces.push("(made)"), 0),
    }),
    { wholeLines: true, prefix: "[pid 2] " },
  );
  assertEquals(pieces, [
    "[pid 2] recv(3,  <unfinished ...>\n",
    "(made)",
    '[pid 2] <... recv resumed>"hello", 5, 0) = 5\n',
    "(made)",
    "[pid 2] listen(3, 5)                    = 0\n",
  ]);
});

Deno.test("trace() makes the call all the same when the write throws", () => {
  const system = trace(fakeSystem({ close: () => 0 }), () => {
    throw new Error("no room");
  });
  assertEquals(system.close(3), 0);
  assertEquals(system.rejected("bind", [], -Errno.EFAULT), -Errno.ENOSYS);
});

Deno.test("trace() makes the call all the same when the clock throws", () => {
  const clock = (): number => {
    throw new Error("no time");
  };
  assertEquals(traceOf({ close: () => 0 }, (s) => assertEquals(s.close(3), 0), { clock }), "");
});

Deno.test("trace() does not trace what the write itself calls", () => {
  let text = "";
  const system: System = trace(fakeSystem({ close: () => 0, dup: () => 5 }), (piece) => {
    text += piece;
    assertEquals(system.dup(3), 5);
    system.rejected("dup", ["3"], -Errno.EBADF);
  });
  system.close(3);
  assertEquals(text, "close(3)                                = 0\n");
});

Deno.test("trace() prints ? for an argument that cannot be formatted", () => {
  const buffer = new Uint8Array(8);
  buffer.buffer.transfer();
  const message = { name: null, flags: 0 };
  assertEquals(
    lineOf({ recvmsg: () => 3 }, (s) => {
      s.recvmsg(3, [{ base: buffer, length: 3 }], 0, message);
    }),
    "recvmsg(3, ?, 0) = 3\n",
  );
});

Deno.test("trace() says what the policy missed", () => {
  const script: Script = {
    connect: () => -Errno.EACCES,
    takeDenial: () => "--allow-net=127.0.0.1:8081",
  };
  assertEquals(
    lineOf(script, (s) => s.connect(3, new Uint8Array(2))),
    "connect(3, {sa_family=AF_UNSPEC}, 2) = " +
      "-1 EACCES (Permission denied) (needs --allow-net=127.0.0.1:8081)\n",
  );
});

Deno.test("takeDenial() of a trace hands on what the trace took, once", () => {
  let denial: string | null = "--allow-net=[::1]:80";
  const script: Script = {
    connect: () => -Errno.EACCES,
    mkdirat: () => -Errno.EACCES,
    close: () => 0,
    takeDenial() {
      const taken = denial;
      denial = null;
      return taken;
    },
  };
  traceOf(script, (s) => {
    s.connect(3, null);
    s.close(3);
    assertEquals(s.takeDenial(), "--allow-net=[::1]:80");
    assertEquals(s.takeDenial(), null);
  });
});

Deno.test("takeDenial() of a trace is null after an EACCES that was not the policy's", () => {
  const denials = ["--allow-read=/a", null];
  const script: Script = {
    mkdirat: () => -Errno.EACCES,
    takeDenial: () => denials.shift() ?? null,
  };
  const text = traceOf(script, (s) => {
    s.mkdirat(5, "a", 0o755);
    s.mkdirat(5, "b", 0o755);
    assertEquals(s.takeDenial(), null);
  }, { column: 0 });
  assertEquals(
    text,
    'mkdirat(5, "a", 0755) = -1 EACCES (Permission denied) (needs --allow-read=/a)\n' +
      'mkdirat(5, "b", 0755) = -1 EACCES (Permission denied)\n',
  );
});

Deno.test("rejected() prints the call that was refused and asks the system below", () => {
  const seen: unknown[] = [];
  const script: Script = {
    rejected(name, args, errno) {
      seen.push(name, args, errno);
      return errno;
    },
  };
  const text = traceOf(script, (s) => {
    assertEquals(s.rejected("bind", ["3", "0x10", "16"], -Errno.EFAULT), -Errno.EFAULT);
    s.rejected("syscall_0x1388", ["0x1", "0x2"], -Errno.ENOSYS);
  });
  assertEquals(
    text,
    "bind(3, 0x10, 16)                       = -1 EFAULT (Bad address)\n" +
      "syscall_0x1388(0x1, 0x2)                = -1 ENOSYS (Function not implemented)\n",
  );
  assertEquals(seen.slice(0, 3), ["bind", ["3", "0x10", "16"], -Errno.EFAULT]);
});

Deno.test("kind() is passed on and not printed", () => {
  assertEquals(traceOf({ kind: (fd) => fd + 1 }, (s) => assertEquals(s.kind(3), 4)), "");
});

Deno.test("trace() prints an errno without a name by its number", () => {
  assertEquals(lineOf({ close: () => -999 }, (s) => s.close(3)), "close(3) = -1 (errno 999)\n");
});

Deno.test("trace() prints numbers that are no integers as they are", () => {
  const text = traceOf({ close: () => 0, socket: () => 0, mkdirat: () => 0 }, (s) => {
    s.close(NaN);
    s.socket(1.5, 1, 0.5);
    s.mkdirat(3.5, "", NaN);
  }, { column: 0 });
  assertEquals(
    text,
    'close(NaN) = 0\nsocket(1.5 /* AF_??? */, SOCK_STREAM, 0.5) = 0\nmkdirat(3.5, "", NaN) = 0\n',
  );
});
