/** `vmsock run` as its users call it. */
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { ACCEPTING_THREAD, freePort } from "../guest/moca/free_port.ts";
import { STACK_FLAGS, vmsock } from "./vmsock.ts";

const LIBRARY = new URL("../../lib/", import.meta.url).pathname;

/** A folder with files, for as long as a test runs. */
async function withFiles(
  files: Readonly<Record<string, string>>,
  use: (folder: string) => Promise<void>,
): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    for (const [name, text] of Object.entries(files)) {
      const path = `${folder}/${name}`;
      await Deno.mkdir(path.slice(0, path.lastIndexOf("/")), { recursive: true });
      await Deno.writeTextFile(path, text);
    }
    await use(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("run -c runs code with arguments, without any permission", async () => {
  const code = `print(argc()); for a in args() { print(a); } eprint_str("e\\n");`;
  const { code: status, text, stderr } = await vmsock(["run", "-c", code, "x", "--y", "-c"], {
    flags: [],
  });
  assertEquals([text, stderr, status], ["4\n<code>\nx\n--y\n-c\n", "e\n", 0]);
});

Deno.test("run FILE runs a file and what it imports", async () => {
  await withFiles({
    "main.mc": "import .sub.part; import lib; print(part()); print(lib()); print(argv(1));",
    "sub/part.mc": 'fun part() -> string { return "part"; }',
    "src/lib.mc": 'fun lib() -> string { return "lib"; }',
  }, async (folder) => {
    const flags = [`--allow-read=${folder}`];
    const { text, stderr, code } = await vmsock(["run", `${folder}/main.mc`, "1"], { flags });
    assertEquals([text, stderr, code], ["part\nlib\n1\n", "", 0]);
  });
});

Deno.test("run without a file, with none, or with one that may not be read says so", async () => {
  await withFiles({ "a.mc": "print(1);", "bad.mc": "" }, async (folder) => {
    await Deno.writeFile(`${folder}/bad.mc`, Uint8Array.of(0x70, 0xff));
    const rows: [string[], string[], number, string][] = [
      [["run"], [], 2, "run needs a program: vmsock run PROGRAM, or vmsock run -c CODE"],
      [
        ["run", `${folder}/a.mc`],
        [],
        1,
        `failed to read '${folder}/a.mc': Permission denied, add --allow-read=${folder}/a.mc`,
      ],
      [
        ["run", `${folder}/b.mc`],
        ["--allow-read"],
        1,
        `failed to read '${folder}/b.mc': No such file or directory`,
      ],
      [
        ["run", `${folder}/bad.mc`],
        ["--allow-read"],
        1,
        `failed to read '${folder}/bad.mc': stream did not contain valid UTF-8`,
      ],
    ];
    for (const [args, flags, status, message] of rows) {
      const { text, stderr, code } = await vmsock(args, { flags });
      assertEquals([text, stderr, code], ["", `vmsock: ${message}\n`, status]);
    }
  });
});

Deno.test("an error that nothing catches ends the script: text, position, calls, status 1", async () => {
  const code = "print(1);\nfun f() -> int { return 1 / 0; }\n  print(f());";
  const { text, stderr, code: status } = await vmsock(["run", "-c", code], { flags: [] });
  assertEquals([text, status], ["1\n", 1]);
  assertEquals(
    stderr,
    "runtime error: division by zero\n  --> <code>:2:25\n  in f at <code>:2:25\n" +
      "  in <main> at <code>:3:9\n",
  );
});

Deno.test("what is wrong with a script is printed before it runs, status 1", async () => {
  const { text, stderr, code } = await vmsock(["run", "-c", `print(1);\nlet x: int = "s";`], {
    flags: [],
  });
  assertEquals([text, code], ["", 1]);
  assertMatch(stderr, /^error: type error: expected `string`, found `int`\n {2}--> <code>:2:14\n/);
});

Deno.test("no error of a script shows JavaScript", async () => {
  const scripts = [
    "fun f() { f(); } f();",
    `let s = "x"; while true { s = s + s; }`,
    "let v = new Vec<int> {}; while true { v.push(1); }",
    "let r = read(99, 1); print(len(r));",
    "recv(channel()[1]);",
    "__hostcall(77);",
    "@@@",
  ];
  for (const script of scripts) {
    const { stderr, code } = await vmsock(["run", "--max-heap=16M", "-c", script]);
    assertEquals(code, 1, script);
    assertMatch(stderr, /^(?:runtime error|error|unknown hostcall): .*\n {2}--> <code>:\d+:\d+\n/);
    assert(!/\.ts|\bat async\b|node:|ext:/.test(stderr), stderr);
  }
});

Deno.test("--max-frames and --max-heap end a script that goes beyond", async () => {
  const deep =
    "fun f(n: int) -> int { if n == 0 { return 0; } return 1 + f(n - 1); } print(f(100));";
  const few = await vmsock(["run", "--max-frames=50", "-c", deep]);
  assertEquals([few.text, few.code], ["", 1]);
  assertMatch(few.stderr, /^runtime error: .*\n/);
  assertEquals((await vmsock(["run", "--max-frames=200", "-c", deep])).text, "100\n");
  const large = `let s = "x"; for i in 0..22 { s = s + s; } print(len(s));`;
  const small = await vmsock(["run", "--max-heap=1M", "-c", large]);
  assertEquals([small.text, small.code], ["", 1]);
  assertMatch(small.stderr, /^runtime error: heap limit exceeded\n/);
  assertEquals((await vmsock(["run", "--max-heap=1G", "-c", large])).text, "4194304\n");
});

Deno.test("--max-heap is for all threads of a script together", async () => {
  const code = `
    fun half() -> int { let v = Vec<int>::uninit(4800000); return v.len; }
    print(join(spawn(half)));
    let kept = Vec<int>::uninit(4800000);
    let first = spawn(half); let r: any = join(first); print(r);
    kept = new Vec<int> {};
    print(join(spawn(half)));`;
  for (const flags of [["--allow-net"], ["--allow-net", `--allow-read=${LIBRARY}`]]) {
    const { text, stderr } = await vmsock(["run", "--max-heap=64M", "-c", code], { flags });
    assertEquals([text, stderr], ["4800000\nnil\n4800000\n", ""]);
  }
});

Deno.test("options with a wrong value are wrong usage", async () => {
  const rows: [string, string][] = [
    ["--max-heap=many", "--max-heap is a number above 0, such as 64M, not many"],
    ["--max-frames=0", "--max-frames is a number above 0, such as 1000, not 0"],
    ["--timeout=soon", "--timeout takes seconds, such as --timeout=2.5, not soon"],
    ["--errno=bsd", '--errno is moca|linux, not "bsd"'],
  ];
  for (const [option, message] of rows) {
    const { stderr, code } = await vmsock(["run", option, "-c", "print(1);"]);
    assertEquals([stderr, code], [`vmsock: ${message}\n`, 2]);
  }
});

Deno.test("--dump-bytecode prints the disassembly beside the source, and does not run it", async () => {
  const code = `let x = 40;\nprint(x + 2);`;
  const { text, stderr, code: status } = await vmsock(["run", "--dump-bytecode", "-c", code]);
  assertEquals([stderr, status], ["", 0]);
  assertStringIncludes(text, "function <main>");
  assertStringIncludes(text, "; <code>:2  print(x + 2);");
  assert(!text.startsWith("42"));
});

Deno.test("--errno=linux reaches calls and constants", async () => {
  const code = "print(socket(999, 1) == EAFNOSUPPORT()); print(ECONNREFUSED());";
  assertEquals((await vmsock(["run", "--errno=linux", "-c", code])).text, "true\n-111\n");
});

Deno.test("a script reads standard input, and prints where nobody reads any more", async () => {
  const code =
    `let i = stdin(); let t = read(i, 9); while len(t) > 0 { print_str(t); t = read(i, 9); }`;
  const command = new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "--quiet",
      "--allow-net",
      new URL("../../cli.ts", import.meta.url).href,
      "run",
      "-c",
      code,
    ],
    stdin: "piped",
    stdout: "piped",
  }).spawn();
  const writer = command.stdin.getWriter();
  await writer.write(new TextEncoder().encode("some lines\nof text\n"));
  await writer.close();
  const { stdout, code: status } = await command.output();
  assertEquals([new TextDecoder().decode(stdout), status], ["some lines\nof text\n", 0]);

  const endless = new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "--quiet",
      new URL("../../cli.ts", import.meta.url).href,
      "run",
      "-c",
      `while true { print("y"); }`,
    ],
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  await endless.stdout.cancel();
  const error = await new Response(endless.stderr).text();
  assertEquals((await endless.status).code, 1);
  assertMatch(error, /^runtime error: cannot write to standard output: Broken pipe/);
});

const WAITING: readonly (readonly [string, string])[] = [
  ["accept", `let l = socket(2, 1); bind(l, "127.0.0.1", 0); accept(l);`],
  ["recvfrom", `let u = udp_socket(2); bind(u, "127.0.0.1", 0); recvfrom(u, 1);`],
  ["a loop", "while true { let x = 1; }"],
  [
    "join",
    `fun f() { let l = socket(2, 1); bind(l, "127.0.0.1", 0); accept(l); } join(spawn(f));`,
  ],
];

for (const { stack, flags } of STACK_FLAGS) {
  for (const [what, code] of WAITING) {
    Deno.test(`[${stack}] --timeout ends ${what}, in workers too`, async () => {
      for (const more of [[], [`--allow-read=${LIBRARY}`]]) {
        const args = [`--stack=${stack}`, "run", "--timeout=0.3", "-c", code];
        const { stderr, code: status } = await vmsock(args, { flags: [...flags, ...more] });
        assertMatch(
          stderr,
          /^runtime error: time limit exceeded \(0\.3 s\)\n {2}--> <code>:1:\d+\n/,
        );
        assertEquals(status, 1);
      }
    });
  }

  Deno.test(`[${stack}] spawn runs at once: in turns, and in a worker where that may be`, async () => {
    for (const more of [[], [`--allow-read=${LIBRARY}`]]) {
      const args = [`--stack=${stack}`, "run", "-c", ACCEPTING_THREAD, String(freePort())];
      const { text, stderr, code } = await vmsock(args, { flags: [...flags, ...more] });
      assertEquals([text, stderr, code], ["abcabc\n0\n3\n", "", 0]);
    }
  });

  Deno.test(`[${stack}] threads in workers join, fail, spawn, and are dropped at the end`, async () => {
    const code = `
      fun int_() -> int { return 0 - 7; } fun float_() -> float { return 1.5; }
      fun bool_() -> bool { return true; } fun nil_() { } fun text_() -> string { return "x"; }
      fun fails() -> int { throw "no"; } fun leaf() -> int { return 1; }
      fun node() -> int { let a = spawn(leaf); return join(a) + 1; }
      fun waits() { let l = socket(2, 1); bind(l, "127.0.0.1", 0); accept(l); }
      let a = spawn(int_); let b = spawn(float_); let c = spawn(bool_); let d = spawn(nil_);
      let e = spawn(text_); let f = spawn(fails); let g = spawn(node); spawn(waits);
      print(join(a)); print(join(b)); print(join(c)); print(join(d)); print(join(e)); print(join(f));
      print(join(g));
      try { join(a); } catch e { print(e); } try { join(99); } catch e { print(e); }`;
    const { text, stderr, code: status } = await vmsock([`--stack=${stack}`, "run", "-c", code], {
      flags: [...flags, `--allow-read=${LIBRARY}`],
    });
    assertEquals(
      text,
      "-7\n1.5\ntrue\nnil\nnil\nnil\n2\n" +
        "runtime error: Thread already joined\nruntime error: Thread 99 not found\n",
    );
    assertEquals([stderr, status], ["", 0]);
  });

  Deno.test(`[${stack}] --trace shows a script's calls`, async () => {
    const args = [
      `--stack=${stack}`,
      "--trace",
      "run",
      "-c",
      `print(connect(socket(2, 1), "127.0.0.1", 1));`,
    ];
    const { text, stderr } = await vmsock(args, { flags });
    assertEquals(text, "-4\n");
    assertMatch(
      stderr,
      /^socket\(AF_INET, .* = 3\nconnect\(3, .*ECONNREFUSED.*\nclose\(3\) .*\nwrite\(1, "-4\\n"/,
    );
  });
}

Deno.test("a file or address without permission is EACCES to the script", async () => {
  const code = `print(open("/etc/hostname", 0)); print(connect(socket(2, 1), "127.0.0.1", 80));
    let fd = socket(2, 1); print(bind(fd, "127.0.0.1", 0)); print(resolve("localhost").len());`;
  const { text, code: status, stderr } = await vmsock(["run", "-c", code], { flags: [] });
  assertEquals(text, "-3\n-3\n-3\n");
  assertEquals(status, 1);
  assertMatch(stderr, /^runtime error: expected reference\n/);
});
