import { assert, assertEquals } from "@std/assert";
import { Policy } from "../../../lib/kernel/policy/policy.ts";
import { UnixTarget } from "../../../lib/kernel/policy/unix_target.ts";
import { Errno } from "../../../lib/linux/errno.ts";
import { decodeSockaddr } from "../../../lib/linux/sockaddr.ts";
import { runPolicy } from "./run_policy.ts";
import { sockaddrOf } from "../sockaddr_text.ts";

/**
 * A folder with two others in it, `mine` and `theirs`, a listening socket in each, and in `mine` the
 * links `file` to the socket of `theirs` and `folder` to `theirs`.
 */
class Sockets implements Disposable {
  readonly root = Deno.realPathSync(Deno.makeTempDirSync());
  readonly listeners: readonly Deno.UnixListener[];

  constructor() {
    for (const name of ["mine", "theirs"]) Deno.mkdirSync(`${this.root}/${name}`);
    this.listeners = ["mine", "theirs"].map((name) =>
      Deno.listen({ transport: "unix", path: `${this.root}/${name}/sock` })
    );
    Deno.symlinkSync("../theirs/sock", `${this.root}/mine/file`);
    Deno.symlinkSync("../theirs", `${this.root}/mine/folder`);
  }

  [Symbol.dispose](): void {
    for (const listener of this.listeners) listener.close();
    Deno.removeSync(this.root, { recursive: true });
  }
}

async function assertAnswers(
  flags: readonly string[],
  answers: readonly (readonly [question: string, answer: string])[],
  cwd?: string,
): Promise<void> {
  const said = await runPolicy(flags, answers.map(([question]) => question), cwd);
  assertEquals(
    answers.map(([question], i) => [question, said[i]]),
    answers.map((pair) => [...pair]),
  );
}

Deno.test("a socket file needs net, read and write for its path", async () => {
  using sockets = new Sockets();
  const path = `${sockets.root}/mine/sock`;
  const ask = (flags: readonly string[], answer: string) =>
    assertAnswers(flags, [
      [`connect unix:${path}`, answer],
      [`send unix:${path}`, answer],
      [`bind unix:${path}`, answer],
      [`open ${path}`, answer === "0" ? "opened" : answer],
    ]);
  const read = `--allow-read=${path}`;
  const write = `--allow-write=${path}`;
  const net = `--allow-net=unix:${path}`;
  await ask([], `-13 ${read}`);
  await ask([write, net], `-13 ${read}`);
  await ask([read, net], `-13 ${write}`);
  await ask([read, write, "--allow-net=127.0.0.1"], `-13 ${net}`);
  await ask(
    [read, write, "--allow-net", `--deny-net=unix:${path}`],
    `-13 --deny-net covers unix:${path}`,
  );
  await ask([read, write, net], "0");
  await ask(["--allow-read", "--allow-write", "--allow-net"], "0");
  await assertAnswers(["--allow-all"], [[`connect unix:${path}`, "0"], [`open ${path}`, "0"]]);
});

Deno.test("a path needs the same for where its links lead", async () => {
  using sockets = new Sockets();
  const { root } = sockets;
  const refusal = `-13 --allow-read=${root}/theirs/sock`;
  await assertAnswers([
    `--allow-read=${root}/mine`,
    `--allow-write=${root}/mine`,
    "--allow-net",
  ], [
    [`connect unix:${root}/mine/file`, refusal],
    [`connect unix:${root}/mine/folder/sock`, refusal],
    [`open ${root}/mine/file`, refusal],
    [`open ${root}/mine/folder/sock`, refusal],
    [`bind unix:${root}/mine/folder/new`, `-13 --allow-read=${root}/theirs/new`],
    [`bind unix:${root}/mine/new`, "0"],
    // bind(2) does not follow a link in the last place: the name is taken.
    [`bind unix:${root}/mine/file`, "0"],
    // Linux goes up from where the link leads, not from where it is.
    [`bind unix:${root}/mine/folder/../new`, `-13 --allow-read=${root}/new`],
    [`connect unix:${root}/mine/folder/../mine/sock`, "0"],
    [`connect unix:${root}/mine/../theirs/sock`, refusal],
    [`open ${root}/mine/../mine/sock`, "opened"],
  ]);
});

Deno.test("a path that leads nowhere is left to Linux, if it is permitted", async () => {
  using sockets = new Sockets();
  const { root } = sockets;
  await assertAnswers([`--allow-read=${root}/mine`, `--allow-write=${root}/mine`, "--allow-net"], [
    [`connect unix:${root}/mine/nobody`, "0"],
    [`open ${root}/mine/nobody`, "-2"],
    [`open ${root}/mine/sock/below`, "-20"],
    [`connect unix:${root}/nobody`, `-13 --allow-read=${root}/nobody`],
    [`open ${root}/nobody`, `-13 --allow-read=${root}/nobody`],
  ]);
});

Deno.test("a relative path starts at the current folder", async () => {
  using sockets = new Sockets();
  const { root } = sockets;
  const path = `${root}/mine/sock`;
  const flags = [`--allow-read=${path}`, `--allow-write=${path}`, `--allow-net=unix:${path}`];
  await assertAnswers(flags, [
    ["connect unix:sock", "0"],
    ["connect unix:./sock", "0"],
    ["open ../mine/sock", "opened"],
    ["connect unix:../theirs/sock", `-13 --allow-read=${root}/theirs/sock`],
  ], `${root}/mine`);
});

Deno.test("the system's own folders need --allow-all, also behind a link", async () => {
  using sockets = new Sockets();
  const { root } = sockets;
  Deno.symlinkSync("/dev", `${root}/mine/devices`);
  const all = ["--allow-read", "--allow-write", "--allow-net"];
  await assertAnswers(all, [
    ["connect unix:/proc/self/cwd/sock", "-13 --allow-all"],
    ["open /proc/self/cwd/sock", "-13 --allow-all"],
    ["bind unix:/dev/shm/vmsock-test", "-13 --allow-all"],
    [
      `bind unix:${root}/mine/devices/shm/vmsock-test`,
      `-13 a way to ${root}/mine/devices/shm/vmsock-test that may be seen`,
    ],
  ], `${root}/mine`);
});

Deno.test("abstract names and autobind need net, read and write without restriction", async () => {
  await assertAnswers(["--allow-read", "--allow-net"], [
    ["bind unix:@name", "-13 --allow-write"],
    ["connect unix:@name", "-13 --allow-write"],
    ["bind unix:", "-13 --allow-write"],
  ]);
  await assertAnswers(["--allow-read=/tmp", "--allow-write=/tmp", "--allow-net=127.0.0.1"], [
    ["bind unix:@name", "-13 --allow-net --allow-read --allow-write"],
  ]);
  await assertAnswers(["--allow-read", "--allow-write", "--allow-net", "--deny-net=10.0.0.1"], [
    ["bind unix:@name", "-13 --allow-net"],
  ]);
  await assertAnswers(["--allow-read", "--allow-write", "--allow-net"], [
    ["bind unix:@name", "0"],
    ["bind unix:", "0"],
    ["open @name", "0"],
  ]);
});

Deno.test({
  name: "a path that is not UTF-8 or has no NUL is judged as Linux reads it",
  permissions: { net: true, read: ["/tmp"], write: ["/tmp"] },
  fn() {
    const policy = new Policy();
    const bytes = new Uint8Array(110);
    const check = (length: number) => {
      const result = policy.checkAddress("bind", bytes, length);
      const denial = policy.takeDenial();
      return denial ?? result;
    };
    bytes.set([1, 0, ...new TextEncoder().encode("/tmp/x\0/../../etc/x")]);
    assertEquals(check(40), 0);
    assertEquals(check(5), "--allow-read=/tm");
    bytes.fill(0xff, 8);
    assertEquals(check(40), "a path in UTF-8");
    bytes.set(new TextEncoder().encode(`/tmp/${"y".repeat(103)}`), 2);
    assertEquals(check(110), 0);
    bytes.set(new TextEncoder().encode(`/etc/${"y".repeat(103)}`), 2);
    assertEquals(check(110), `--allow-read=/etc/${"y".repeat(103)}`);
  },
});

Deno.test("rules for paths hold for where a path leads", () => {
  using sockets = new Sockets();
  const { root } = sockets;
  const policy = new Policy({
    allow: [`unix:${root}/mine/`, `unix:${root}/alone`, "unix:@name"],
    deny: [`bind@unix:${root}/mine/private/`],
  });
  const check = (use: "bind" | "connect", path: string) => {
    const bytes = sockaddrOf(`unix:${path}`);
    policy.checkAddress(use, bytes, bytes.length);
    return policy.takeDenial();
  };
  assertEquals(check("connect", `${root}/mine/sock`), null);
  assertEquals(check("bind", `${root}/mine/new`), null);
  assertEquals(check("bind", "@name"), null);
  assertEquals(check("bind", "@names"), "no allow rule for bind@unix:@names");
  assertEquals(check("bind", "@other"), "no allow rule for bind@unix:@other");
  assertEquals(
    check("connect", `${root}/mine/file`),
    `no allow rule for connect@unix:${root}/theirs/sock`,
  );
  assertEquals(
    check("bind", `${root}/mine/folder/new`),
    `no allow rule for bind@unix:${root}/theirs/new`,
  );
  assertEquals(
    check("connect", `${root}/mine/nobody/x`),
    null,
  );
  assertEquals(
    check("connect", `${root}/theirs/nobody`),
    `no allow rule for connect@unix:${root}/theirs/nobody`,
  );
  assertEquals(check("bind", `${root}/alone`), null);
  assertEquals(check("bind", `${root}/alones`), `no allow rule for bind@unix:${root}/alones`);
  Deno.mkdirSync(`${root}/mine/private`);
  assertEquals(
    check("bind", `${root}/mine/private/new`),
    `deny rule bind@unix:${root}/mine/private/ for bind@unix:${root}/mine/private/new`,
  );
});

Deno.test("openUnixTarget() reaches the file that was checked, whatever becomes of a link", async () => {
  using sockets = new Sockets();
  const { root } = sockets;
  const [mine, theirs] = sockets.listeners;
  assert(mine !== undefined && theirs !== undefined);
  const policy = new Policy({ deny: [`unix:${root}/theirs/`] });
  const link = `${root}/link`;
  Deno.symlinkSync("mine/sock", link);
  const bytes = sockaddrOf(`unix:${link}`);
  const target = policy.openUnixTarget("connect", bytes, bytes.length);
  assert(target instanceof UnixTarget);
  try {
    Deno.removeSync(link);
    Deno.symlinkSync("theirs/sock", link);
    const address = decodeSockaddr(target.address)?.toString() ?? "";
    const client = await Deno.connect({ transport: "unix", path: address });
    const accepted = await mine.accept();
    assertEquals((client.remoteAddr as Deno.UnixAddr).path, `${root}/mine/sock`);
    client.close();
    accepted.close();
  } finally {
    target.close();
  }
  assertEquals(policy.openUnixTarget("connect", bytes, bytes.length), -Errno.EACCES);
  assertEquals(
    policy.takeDenial(),
    `deny rule unix:${root}/theirs/ for connect@unix:${root}/theirs/sock`,
  );
});

Deno.test("openUnixTarget() refuses a file that is elsewhere by the time it is open", () => {
  using sockets = new Sockets();
  const { root } = sockets;
  const policy = new Policy({ deny: [`unix:${root}/theirs/`] });
  const bytes = sockaddrOf(`unix:${root}/mine/sock`);
  const before = countDescriptors();
  const asked: number[] = [];
  const result = policy.openUnixTarget("send", bytes, bytes.length, (descriptor) => {
    asked.push(descriptor);
    return `${root}/theirs/sock`;
  });
  assertEquals(result, -Errno.EACCES);
  assertEquals(asked.length, 1);
  assertEquals(policy.openUnixTarget("send", bytes, bytes.length, () => null), -Errno.EACCES);
  assertEquals(countDescriptors(), before);
});

Deno.test("openUnixTarget() asks where the file is that it opened", () => {
  using sockets = new Sockets();
  const policy = new Policy({ allow: [`unix:${sockets.root}/mine/`] });
  const bytes = sockaddrOf(`unix:${sockets.root}/mine/sock`);
  const before = countDescriptors();
  const target = policy.openUnixTarget(
    "connect",
    bytes,
    bytes.length,
    (descriptor) => Deno.readLinkSync(`/proc/self/fd/${descriptor}`),
  );
  assert(target instanceof UnixTarget);
  assertEquals(countDescriptors(), before + 1);
  target.close();
  assertEquals(countDescriptors(), before);
});

Deno.test("locate() refuses a file that has been replaced", () => {
  using sockets = new Sockets();
  const { root } = sockets;
  using target = UnixTarget.open(`${root}/mine/sock`) as UnixTarget;
  assertEquals(target.locate(`${root}/mine/sock`, null), `${root}/mine/sock`);
  assertEquals(target.locate(`${root}/theirs/sock`, null), -Errno.EACCES);
  assertEquals(target.locate(`${root}/mine/file`, null), -Errno.EACCES);
  Deno.renameSync(`${root}/mine/sock`, `${root}/mine/moved`);
  assertEquals(target.locate(`${root}/mine/sock`, null), -Errno.ENOENT);
});

Deno.test("openUnixTarget() leaves addresses as they are where nothing is restricted", () => {
  const policy = new Policy();
  for (const text of ["unix:/run/nobody.sock", "unix:@name", "unix:"]) {
    const bytes = sockaddrOf(text);
    assertEquals(policy.openUnixTarget("connect", bytes, bytes.length), 0);
  }
});

function countDescriptors(): number {
  return [...Deno.readDirSync("/proc/self/fd")].length;
}
