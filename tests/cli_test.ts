import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { main } from "../cli.ts";
import { COMMANDS, COMMON_OPTIONS } from "../lib/apps/commands.ts";
import { VERSION } from "../lib/apps/version.ts";
import denoJson from "../deno.json" with { type: "json" };
import { HOME, onTerminal, whyNoTerminal } from "./apps/terminal.ts";
import { denoArguments, type Outcome, STACK_FLAGS, vmsock } from "./apps/vmsock.ts";

const why = await whyNoTerminal();

const ESCAPE = "\x1b";

/** Checks that a run failed with this one line and status. */
function assertFailure({ code, text, stderr }: Outcome, status: number, line: string): void {
  assertEquals([stderr, text, code], [`vmsock: ${line}\n`, "", status]);
}

/** What stands after a heading, up to the next empty line. */
function section(text: string, heading: string): string[] {
  const after = text.slice(text.indexOf(heading) + heading.length).trimStart();
  return after.split("\n\n")[0]?.split("\n").map((line) => line.trim()) ?? [];
}

for (const { stack, flags } of STACK_FLAGS) {
  Deno.test(`[${stack}] vmsock without arguments shows a guest's calls and response`, async () => {
    const { code, text, stderr } = await vmsock([`--stack=${stack}`], { flags });
    assertEquals([code, stderr], [0, ""]);
    const port = /127\.0\.0\.1:(\d+)/.exec(text)?.[1];
    assertEquals(section(text, "The script:")[0], "let fd = socket(AF_INET(), SOCK_STREAM());");
    const calls = section(text, `The guest's system calls, over the ${stack} stack:`);
    assertEquals(calls.map((call) => call.replace(/ +=/, " =")), [
      "socket(AF_INET, SOCK_STREAM, IPPROTO_IP) = 3",
      `connect(3, {sa_family=AF_INET, sin_port=htons(${port}), ` +
      'sin_addr=inet_addr("127.0.0.1")}, 16) = 0',
      'send(3, "GET / HTTP/1.0\\r\\nHost: 127.0.0.1\\r"..., 35, MSG_NOSIGNAL) = 35',
      'recv(3, "HTTP/1.1 200 OK\\r\\nContent-Type: t"..., 4096, 0) = 113',
      'recv(3, "", 4096, 0) = 0',
      "close(3) = 0",
    ]);
    assertEquals(section(text, "The response it read:")[0], "HTTP/1.1 200 OK");
    assertStringIncludes(text, "Hello from the other thread.");
  });

  Deno.test(`[${stack}] --trace writes each call to standard error`, async () => {
    const args = [`--stack=${stack}`, "--trace", "get", "http://127.0.0.1:1/"];
    const { code, text, stderr } = await vmsock(args, { flags });
    assertEquals([code, text], [1, ""]);
    const [socket, connect, close, ...rest] = stderr.split("\n");
    assertMatch(socket ?? "", /^socket\(AF_INET, SOCK_STREAM, IPPROTO_IP\) = 3$/);
    assertMatch(connect ?? "", /^connect\(3, .*\) = -1 ECONNREFUSED \(Connection refused\)$/);
    assertMatch(close ?? "", /^close\(3\) += 0$/);
    assertEquals(rest, [
      "vmsock: Cannot connect to 127.0.0.1:1: Connection refused (ECONNREFUSED)",
      "",
    ]);
  });
}

Deno.test("vmsock without a permission says which to add", async () => {
  const flags: string[] = [];
  assertFailure(
    await vmsock([], { flags }),
    1,
    "Cannot listen on 127.0.0.1: Permission denied, add --allow-net",
  );
  assertFailure(
    await vmsock(["get", "http://127.0.0.1:81/"], { flags }),
    1,
    "Cannot connect to 127.0.0.1:81: Permission denied (EACCES), add --allow-net=127.0.0.1:81",
  );
});

Deno.test("--stack=libc without --allow-ffi says so", async () => {
  const { code, stderr } = await vmsock(["--stack=libc"]);
  assertEquals(code, 1);
  assertMatch(stderr, Deno.build.os === "linux" ? /^vmsock: .*--allow-ffi.*\n$/ : /^vmsock: .*\n$/);
});

Deno.test("--stack=auto and no --stack take libc where it is granted, else deno", async () => {
  for (const args of [[], ["--stack=auto"], ["--stack", "auto"]]) {
    assertStringIncludes((await vmsock(args)).text, "over the deno stack");
  }
  const libc = STACK_FLAGS.find(({ stack }) => stack === "libc");
  if (libc === undefined) return;
  assertStringIncludes((await vmsock([], { flags: libc.flags })).text, "over the libc stack");
});

Deno.test("--trace=FILE writes there, if it may", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const path = `${folder}/trace`;
    const args = [`--trace=${path}`, "get", "http://127.0.0.1:1/"];
    assertFailure(
      await vmsock(args),
      1,
      `Cannot write the trace to ${path}: Permission denied, add --allow-write=${path}`,
    );
    const flags = ["--allow-net", `--allow-write=${path}`];
    assertFailure(
      await vmsock(args, { flags }),
      1,
      "Cannot connect to 127.0.0.1:1: Connection refused (ECONNREFUSED)",
    );
    const trace = await Deno.readTextFile(path);
    assertMatch(trace, /^socket\(.* = 3\nconnect\(3.*ECONNREFUSED.*\nclose\(3\) += 0\n$/);

    const missing = `${folder}/no/such`;
    const failed = await vmsock([`--trace=${missing}`], {
      flags: ["--allow-net", `--allow-write=${folder}`],
    });
    assertMatch(failed.stderr, /^vmsock: Cannot write the trace to [^\n]*\n$/);
    assertEquals(failed.code, 1);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("--trace may stand on either side of the command", async () => {
  const { stderr } = await vmsock(["get", "http://127.0.0.1:1/", "--trace"]);
  assertMatch(stderr, /^socket\(/);
});

Deno.test("--version prints deno.json's version", async () => {
  assertEquals(VERSION, denoJson.version);
  const { code, text, stderr } = await vmsock(["--version"], { flags: [] });
  assertEquals([code, text, stderr], [0, `vmsock ${denoJson.version}\n`, ""]);
});

Deno.test("--help lists every command and option, with examples", async () => {
  for (const args of [["--help"], ["-h"]]) {
    const { code, text, stderr } = await vmsock(args, { flags: [] });
    assertEquals([code, stderr], [0, ""]);
    for (const { name, summary, examples } of COMMANDS) {
      const [first = []] = examples;
      for (const words of [name, summary, ...first]) assertStringIncludes(text, words);
    }
    for (const { name, help } of COMMON_OPTIONS) {
      for (const words of [`--${name}`, help]) assertStringIncludes(text, words);
    }
    assert(text.split("\n").every((line) => line.length <= 100), text);
  }
});

Deno.test("--help on a command lists its options, with examples", async () => {
  for (const command of COMMANDS.filter(({ name }) => name !== "")) {
    for (const args of [[command.name, "--help"], ["--help", command.name]]) {
      const { code, text, stderr } = await vmsock(args, { flags: [] });
      assertEquals([code, stderr], [0, ""]);
      assertStringIncludes(text, `vmsock ${command.name} [OPTION…] ${command.operands}`.trimEnd());
      assert(!/ $/m.test(text), text);
      for (const words of command.examples.flat()) assertStringIncludes(text, words);
      for (const { name, help } of [...command.options, ...COMMON_OPTIONS]) {
        for (const words of [`--${name}`, help]) assertStringIncludes(text, words);
      }
      assert(text.split("\n").every((line) => line.length <= 100), text);
    }
  }
});

Deno.test("wrong usage is one line that says how it is done right, and status 2", async () => {
  const lines: readonly (readonly [string, string])[] = [
    ["gett", 'there is no command "gett"; did you mean get?'],
    ["frobnicate", 'there is no command "frobnicate"; vmsock --help lists what there is'],
    ["http://example.com/", "to get a URL, say vmsock get http://example.com/"],
    ["--stak=deno", "there is no option --stak; did you mean --stack?"],
    ["-x", "there is no option -x; vmsock --help lists what there is"],
    ["get --locaton http://a/", "there is no option --locaton; did you mean --location?"],
    [
      "--location get http://a/",
      "there is no option --location before the command; say vmsock get --location",
    ],
    [
      "--timeout=5 run a.mc",
      "there is no option --timeout before the command; say vmsock run --timeout",
    ],
    ["-c 1 run", "there is no option -c before the command; say vmsock run --code"],
    ["--stack=tcp", '--stack is auto|libc|deno|user, not "tcp"'],
    ["--stack", "--stack needs a value: --stack=auto|libc|deno|user"],
    ["--stack= get http://a/", "--stack needs a value: --stack=auto|libc|deno|user"],
    ["get", "get needs a URL: vmsock get http://example.com/"],
    ["get http://a/ http://b/", "get takes one URL, not 2"],
    [
      "get --timeout http://a/",
      "--timeout takes seconds, such as --timeout=2.5, not http://a/",
    ],
    ["get --timeout=soon http://a/", "--timeout takes seconds, such as --timeout=2.5, not soon"],
    ["get --timeout=0 http://a/", "--timeout takes seconds, such as --timeout=2.5, not 0"],
    ["get --timeout=-1 http://a/", "--timeout takes seconds, such as --timeout=2.5, not -1"],
    [
      "get --header=nonsense http://a/",
      '--header: "nonsense" is not a header field, such as "Accept: text/html"',
    ],
    ["get --header=Connection:x http://a/", "--header: the header field Connection cannot be set"],
  ];
  for (const [args, line] of lines) {
    assertFailure(await vmsock(args.split(" "), { flags: [] }), 2, line);
  }
});

Deno.test("what the user stack alone is told is refused on the others, by every command", async () => {
  for (const { name } of COMMANDS) {
    // Its own TCP has a device of its own: tests/apps/handshake.
    if (name === "handshake") continue;
    for (const option of ["--address=10.9.0.2/24", "--tun=x", "--nameserver=10.9.0.1"]) {
      assertEquals(await main([...name === "" ? [] : [name], option, "--stack=auto"]), 2, option);
    }
  }
  const line = "--gateway does nothing without --stack=user: add that, or leave it out";
  for (
    const args of [["get", "--gateway=10.9.0.1", "http://x/"], ["--gateway=1", "--stack=deno"]]
  ) {
    assertFailure(await vmsock(args, { flags: ["-A"] }), 2, line);
  }
});

Deno.test("an argument after -- is no option", async () => {
  const { stderr } = await vmsock(["get", "--", "--help"], { flags: [] });
  assertEquals(stderr, "vmsock: Cannot get --help: the URL must start with http://\n");
});

Deno.test("main() returns the status and leaves the process alone", async () => {
  assertEquals(await main(["--stack=tcp"]), 2);
});

Deno.test("importing cli.ts runs nothing and needs no permission", async () => {
  const cli = import.meta.resolve("../cli.ts");
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "--quiet",
      "--no-prompt",
      `--config=${new URL("../deno.json", import.meta.url).pathname}`,
      `data:text/javascript,import { main } from "${cli}"; console.log(typeof main);`,
    ],
    stdin: "null",
  }).output();
  const decoder = new TextDecoder();
  assertEquals([decoder.decode(stdout), decoder.decode(stderr), code], ["function\n", "", 0]);
});

Deno.test({
  name: `vmsock never prompts on a terminal, whatever is missing${why}`,
  ignore: why !== "",
  fn: async () => {
    for (const flags of [["--allow-net"], ["--allow-net=127.0.0.1"], []]) {
      const commands = [[], ["get", "http://localhost:1/"], ["--stack=libc"], ["--trace=/x/y"]];
      for (const args of commands) {
        const text = await onTerminal(args, flags, HOME);
        assert(text !== null && text !== "");
        assert(!/requests|Allow\?/.test(text), text);
      }
    }
  },
});

Deno.test({
  name: `vmsock uses colours on a terminal only, and not with NO_COLOR${why}`,
  ignore: why !== "",
  fn: async () => {
    const flags = ["--allow-net"];
    assertStringIncludes(await onTerminal([], flags, HOME) ?? "", ESCAPE);
    assert(!(await onTerminal([], flags, { ...HOME, NO_COLOR: "1" }))?.includes(ESCAPE));
    assert(!(await vmsock([], { env: { NO_COLOR: "" } })).text.includes(ESCAPE));
  },
});

/** Whether this process ignores SIGINT, which its children inherit: a shell's background jobs do. */
function ignoresInterrupts(): boolean {
  if (Deno.build.os !== "linux") return true;
  const mask = /^SigIgn:\s*([0-9a-f]+)/m.exec(Deno.readTextFileSync("/proc/self/status"))?.[1];
  return (BigInt(`0x${mask ?? "0"}`) & 2n) !== 0n;
}

for (const { stack, flags } of STACK_FLAGS) {
  const isIgnored = ignoresInterrupts();
  Deno.test({
    name: `[${stack}] Ctrl-C ends a waiting guest at once` +
      (isIgnored ? " (skipped: this process ignores SIGINT)" : ""),
    ignore: isIgnored,
    fn: async () => {
      const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
      const url = `http://127.0.0.1:${listener.addr.port}/`;
      const process = new Deno.Command(Deno.execPath(), {
        args: denoArguments([`--stack=${stack}`, "get", url], flags),
        stdin: "null",
        stdout: "null",
        stderr: "null",
      }).spawn();
      const connection = await listener.accept();
      // The request has come, so that the guest is waiting for the response, or about to.
      await connection.read(new Uint8Array(1));
      process.kill("SIGINT");
      assertEquals((await process.status).signal, "SIGINT");
      connection.close();
      listener.close();
    },
  });
}
