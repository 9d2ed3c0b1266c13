/** `vmsock check` and `vmsock test`. */
import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { vmsock } from "./vmsock.ts";

async function withScripts(
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

Deno.test("check says nothing of a good script and does not run it", async () => {
  await withScripts({ "a.mc": `print(socket(2, 1)); throw "not run";` }, async (folder) => {
    const { text, stderr, code } = await vmsock(["check", `${folder}/a.mc`], {
      flags: ["--allow-read"],
    });
    assertEquals([text, stderr, code], ["", "", 0]);
  });
});

Deno.test("check lists each error with its position", async () => {
  await withScripts({ "a.mc": "let a = x;\nlet b = y;\n" }, async (folder) => {
    const path = `${folder}/a.mc`;
    const { text, stderr, code } = await vmsock(["check", path], { flags: ["--allow-read"] });
    assertEquals([text, code], ["", 1]);
    assertEquals(
      stderr,
      `error: undefined variable \`x\`\n  --> ${path}:1:9\n` +
        `error: undefined variable \`y\`\n  --> ${path}:2:9\n`,
    );
  });
});

Deno.test("check takes one file", async () => {
  for (const args of [["check"], ["check", "a", "b"]]) {
    const { stderr, code } = await vmsock(args, { flags: [] });
    assertEquals(code, 2);
    assertMatch(stderr, /^vmsock: check takes one file, not \d: vmsock check FILE\.mc\n$/);
  }
});

Deno.test("test runs each _test_ function of a folder in a program of its own", async () => {
  const files = {
    "a.mc": `let ran = 0;
fun _test_passes() { assert_eq(1, 1, "one"); }
fun _test_fails() { throw "boom"; }
fun helper() { throw "no test"; }`,
    "sub/b.mc":
      `import .part; fun _test_network() { assert_eq(socket(999, 1), part(), "socket"); }`,
    "sub/part.mc": "fun part() -> int { return 0 - 6; }",
    "broken.mc": "fun _test_never( {",
    "no.txt": "fun _test_never() {}",
    "wrong.mc": "fun _test_types() { let x: int = true; }",
  };
  await withScripts(files, async (folder) => {
    const { text, stderr, code } = await vmsock(["test", folder], { flags: ["--allow-read"] });
    assertEquals(code, 1);
    const [passes, fails, network, types, ...rest] = text.split("\n");
    assertEquals([passes, fails, network], [
      "✓ _test_passes passed",
      "✗ _test_fails failed: runtime error: boom",
      "✓ _test_network passed",
    ]);
    assertMatch(types ?? "", /^✗ _test_types failed: error: type error: .*$/);
    assertEquals(rest, ["", "2 passed, 2 failed", ""]);
    assertStringIncludes(stderr, `  --> ${folder}/a.mc:3:27\n`);
  });
});

Deno.test("test is successful if all pass, and needs leave to read", async () => {
  await withScripts({ "a.mc": "fun _test_a() { }" }, async (folder) => {
    const { text, code } = await vmsock(["test", folder], { flags: ["--allow-read"] });
    assertEquals([text, code], ["✓ _test_a passed\n\n1 passed, 0 failed\n", 0]);
    const denied = await vmsock(["test", folder], { flags: [] });
    assertEquals(
      denied.stderr,
      `vmsock: failed to read '${folder}': Permission denied, add --allow-read=${folder}\n`,
    );
    const missing = await vmsock(["test", `${folder}/none`], { flags: ["--allow-read"] });
    assertMatch(missing.stderr, /^vmsock: failed to read '[^\n]*\n$/);
    assertEquals([denied.code, missing.code], [1, 1]);
  });
});
