import { assertEquals, assertStringIncludes } from "@std/assert";

// Runs run.ts with `scenario` in a new folder; `args` come before the file.
async function run(
  scenario: string,
  ...args: string[]
): Promise<{ code: number; stdout: string; stderr: string }> {
  const directory = await Deno.makeTempDir();
  const file = `${directory}.txt`;
  await Deno.writeTextFile(file, scenario);
  try {
    const script = new URL("./run.ts", import.meta.url).href;
    const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", script, ...args, file],
      cwd: directory,
    }).output();
    const decoder = new TextDecoder();
    return { code, stdout: decoder.decode(stdout), stderr: decoder.decode(stderr) };
  } finally {
    await Deno.remove(directory, { recursive: true });
    await Deno.remove(file);
  }
}

Deno.test("run.ts runs a scenario in the current folder", async () => {
  const scenario = 'f = open $T/f O_CREAT|O_WRONLY 0666\nwrite f "x"\n!cat f\nstat f';
  for (const stack of ["libc", "deno"]) {
    const { code, stdout, stderr } = await run(scenario, `--stack=${stack}`);
    assertEquals(stderr, "");
    assertEquals(code, 0);
    assertEquals(
      stdout,
      [
        "1 open fd:f",
        "2 write 1",
        '3 !cat 1 "x"',
        "4 stat 0 type=reg mode=0644 size=1 nlink=1",
        "",
      ].join("\n"),
    );
  }
});

Deno.test("run.ts ends with status 2 at a mistake in the scenario", async () => {
  const { code, stdout, stderr } = await run(
    "a = socket AF_INET SOCK_STREAM 0\nfrobnicate\nclose a",
  );
  assertEquals(code, 2);
  assertEquals(stdout, "1 socket fd:a\n");
  assertEquals(stderr, "line 2 (frobnicate): unknown operation\n");
});

Deno.test("run.ts ends with status 2 for wrong usage", async () => {
  const { code, stdout, stderr } = await run("", "--stack=none");
  assertEquals(code, 2);
  assertEquals(stdout, "");
  assertStringIncludes(stderr, "usage: ");
});
