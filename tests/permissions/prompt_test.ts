import { assert, assertEquals, assertFalse, assertStringIncludes } from "@std/assert";
import { denoArguments, flagsOf } from "./run_guest.ts";
import { type TestedStack, testOnEach } from "./stacks.ts";

/** What Deno 2.9 prints when it asks. */
const PROMPT = /requests|Allow\?/;

/**
 * Runs a program at a terminal of its own, where Deno prompts.
 *
 * @returns What appears there until the program ends or is asked about.
 */
async function runAtTerminal(args: readonly string[], cwd?: string): Promise<string> {
  const quoted = [Deno.execPath(), ...args].map((word) => `'${word.replaceAll("'", `'\\''`)}'`);
  const script = new Deno.Command("script", {
    args: ["-qec", `exec ${quoted.join(" ")}`, "/dev/null"],
    env: { NO_COLOR: "1" },
    ...(cwd === undefined ? {} : { cwd }),
    // What ends would be taken for an answer.
    stdin: "piped",
    stdout: "piped",
    stderr: "null",
  }).spawn();
  let seen = "";
  for await (const text of script.stdout.pipeThrough(new TextDecoderStream())) {
    seen += text;
    if (PROMPT.test(seen)) break;
  }
  await script.stdin.close();
  if (PROMPT.test(seen)) script.kill("SIGKILL");
  await script.status;
  return seen;
}

function hasTerminals(): boolean {
  try {
    const { stdout } = new Deno.Command("script", { args: ["--version"] }).outputSync();
    return new TextDecoder().decode(stdout).includes("util-linux");
  } catch {
    return false;
  }
}

/** Registers a test for each stack, where there is util-linux's `script`. */
function testAtTerminal(
  name: string,
  body: (stack: TestedStack, port: number) => Promise<void>,
): void {
  if (!hasTerminals()) {
    Deno.test({ name: `${name} (skipped: no util-linux script)`, ignore: true, fn() {} });
    return;
  }
  testOnEach(name, async (servers, stack) => await body(stack, servers.tcp().port));
}

/**
 * Every call that names something.
 *
 * @param base A folder of the test's own. Some guests may write everywhere, as root perhaps: nothing
 * outside of it may be named in a call that changes something.
 * @param port Where a server listens.
 */
function callsOf(base: string, port: number): string[] {
  const hosts = ["127.0.0.1", "0.0.0.0", "127.0.0.5", "198.18.0.1"];
  const folder = `${base}/inside`;
  const own = ["x", "../x", `${base}/outside/secret`, folder, "."]
    .concat(["file", "denied", "link"].map((name) => `${folder}/${name}`));
  const reading = ["O_RDONLY", "O_PATH", "O_DIRECTORY"];
  return [
    ...["localhost", "LOCALHOST.", "missing.invalid", "127.0.0.1", "a b"].map((name) =>
      `h = resolve '${name}'`
    ),
    "h = resolve localhost AF_INET",
    "t = socket AF_INET SOCK_STREAM",
    "u = socket AF_INET SOCK_DGRAM",
    ...hosts.flatMap((host) => [
      `connect t ${host}:${port}`,
      `bind t ${host}:0`,
      `sendto u 'x' ${host}:${port}`,
    ]),
    "listen t 1",
    "t = socket AF_INET SOCK_STREAM",
    `connect t h:${port}`,
    `connect t h:1`,
    `sendto u 'x' h:${port}`,
    `connect u h:${port}`,
    "t = socket AF_INET SOCK_STREAM",
    "bind t 127.0.0.1:0",
    `connect t h:${port}`,
    "v = socket AF_INET6 SOCK_STREAM|SOCK_NONBLOCK",
    `connect v [::1]:${port}`,
    `connect v [::]:${port}`,
    "listen v 1",
    "setsockopt u IPPROTO_IP IP_ADD_MEMBERSHIP hex:e00000fb7f000001",
    "x = socket AF_UNIX SOCK_STREAM",
    "d = socket AF_UNIX SOCK_DGRAM",
    ...["x", `${folder}/file`, `${folder}/link`, "@x", "", "/proc/self/fd/0"].flatMap((path) => [
      `connect x unix:${path}`,
      `bind x unix:${path}`,
      `sendto d 'x' unix:${path}`,
    ]),
    ...["/etc/passwd", "/proc/self/mem", "/dev/tty", "/dev/null", "/", ...own].flatMap((path) => [
      ...reading.map((flags) => `f = open ${path} ${flags}`),
      `d = open ${path} O_RDONLY|O_DIRECTORY`,
      "getdents d",
      `stat ${path} 0`,
      `stat ${path} AT_SYMLINK_NOFOLLOW`,
      `readlink ${path}`,
      ...[0, 1, 2, 4].map((mode) => `access ${path} ${mode}`),
    ]),
    "f = open /dev/null O_WRONLY",
    "f = open /dev/tty O_RDWR",
    ...own.flatMap((path) => [
      ...["O_WRONLY", "O_RDWR|O_CREAT", "O_RDONLY|O_TRUNC"].map((flags) =>
        `f = open ${path} ${flags}`
      ),
      `d = open ${path} O_RDONLY|O_DIRECTORY`,
      "openat d x O_RDONLY|O_CREAT",
      `truncate ${path}x`,
      `unlink ${path}x`,
      `mkdir ${path}x`,
      `unlink ${path}x AT_REMOVEDIR`,
      `rename ${path}x ${path}y`,
      `link ${path} ${path}y`,
      `symlink x ${path}y`,
    ]),
  ];
}

testAtTerminal("no call of a guest makes Deno ask", async (stack, port) => {
  const base = Deno.realPathSync(Deno.makeTempDirSync({ prefix: "vmsock_prompt_" }));
  try {
    const folder = `${base}/inside`;
    Deno.mkdirSync(folder);
    Deno.mkdirSync(`${base}/outside`);
    for (const file of ["inside/file", "inside/denied", "outside/secret"]) {
      Deno.writeTextFileSync(`${base}/${file}`, "");
    }
    Deno.symlinkSync(`${base}/outside/secret`, `${folder}/link`);
    const calls = callsOf(base, port);
    const flagSets = [
      [],
      [`--allow-net=localhost:${port},0.0.0.0:0`, `--allow-read=${folder}`],
      ["--allow-net=localhost,0.0.0.0:0", "--deny-net=127.0.0.1", `--allow-write=${folder}`],
      [
        "--allow-net=127.0.0.0/8,[::1]",
        "--deny-net=127.0.0.4/30",
        "--allow-read",
        `--deny-read=${folder}/denied`,
        "--allow-write",
        `--deny-write=${folder}/denied`,
      ],
    ];
    await Promise.all(flagSets.map(async (flags) => {
      const program = denoArguments("guest_program.ts", flagsOf({ stack, flags }));
      const seen = await runAtTerminal([...program, JSON.stringify({ stack, calls })], folder);
      assertFalse(PROMPT.test(seen), seen);
      assertEquals(seen.trim().split("\n").length, calls.length, seen);
    }));
  } finally {
    Deno.removeSync(base, { recursive: true });
  }
});

testAtTerminal("the command line tells what is missing and does not ask", async (stack, port) => {
  const hosts = ["localhost", "127.0.0.1", "[::1]"];
  const flagSets = [[], ["--allow-net=example.com"]];
  await Promise.all(hosts.flatMap((host) =>
    flagSets.map(async (flags) => {
      const args = denoArguments("../../cli.ts", flagsOf({ stack, flags }));
      const get = ["get", `--stack=${stack}`, `http://${host}:${port}/`];
      const seen = await runAtTerminal([...args, ...get]);
      assertFalse(PROMPT.test(seen), seen);
      assertEquals(seen.trim().split("\n").length, 1, seen);
      assertStringIncludes(seen, "--allow-net");
    })
  ));
});

testAtTerminal("a program that is not a guest would be asked", async (stack) => {
  const asking = "data:text/javascript,Deno.readTextFileSync('/etc/hostname')";
  const seen = await runAtTerminal(["run", "--quiet", ...flagsOf({ stack }), asking]);
  assert(PROMPT.test(seen), seen);
});
