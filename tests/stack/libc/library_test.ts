import { assert, assertEquals, assertInstanceOf } from "@std/assert";
import {
  acquireLibrary,
  LibcUnavailableError,
  libraryNames,
} from "../../../lib/stack/libc/library.ts";
import { runDeno } from "../../kernel/policy/deno_program.ts";

const SOURCE = import.meta.resolve("../../../lib/stack/libc/library.ts");

/** Loads the library after `setUp` and prints what came of it as JSON. */
function program(setUp = ""): string {
  return `
    import { acquireLibrary, LibcUnavailableError } from "${SOURCE}";
    ${setUp}
    try {
      const { symbols, unscoped, release } = acquireLibrary();
      const failed = symbols.close(-1);
      release();
      console.log(JSON.stringify({ unscoped, failed }));
    } catch (error) {
      if (!(error instanceof LibcUnavailableError)) throw error;
      const { name, message, tried, permissionMissing } = error;
      console.log(JSON.stringify({ name, message, tried, permissionMissing }));
    }
  `;
}

interface Outcome {
  readonly unscoped?: boolean;
  readonly failed?: number;
  readonly name?: string;
  readonly message?: string;
  readonly tried?: readonly string[];
  readonly permissionMissing?: boolean;
}

async function load(flags: readonly string[], setUp = ""): Promise<Outcome> {
  return JSON.parse(await runDeno(program(setUp), flags));
}

/** Where this machine's C library lies, of the paths that are tried. */
function libraryPath(): string | undefined {
  return libraryNames(Deno.build.arch).filter((name) => name.startsWith("/")).find((path) => {
    try {
      return Deno.statSync(path).isFile;
    } catch {
      return false;
    }
  });
}

const PATH = Deno.build.os === "linux" ? libraryPath() : undefined;

function hasScript(): boolean {
  try {
    return new Deno.Command("script", { args: ["--version"], stdout: "null" }).outputSync().success;
  } catch {
    return false;
  }
}

function testLinux(
  name: string,
  fn: () => Promise<void> | void,
  missing: string | null = null,
): void {
  const reason = Deno.build.os === "linux" ? missing : "needs Linux";
  Deno.test({
    name: reason === null ? name : `${name} (skipped: ${reason})`,
    ignore: reason !== null,
    fn,
  });
}

Deno.test("libraryNames() tries glibc and musl by soname, then by the paths of distributions", () => {
  for (const arch of ["x86_64", "aarch64"] as const) {
    const names = libraryNames(arch);
    assertEquals(new Set(names).size, names.length);
    assertEquals(names.slice(0, 2), ["libc.so.6", `libc.musl-${arch}.so.1`]);
    assertEquals(names.slice(2).filter((name) => !name.startsWith("/")), []);
    for (
      const path of [
        `/lib/${arch}-linux-gnu/libc.so.6`,
        `/usr/lib/${arch}-linux-gnu/libc.so.6`,
        "/lib64/libc.so.6",
        "/usr/lib/libc.so.6",
        `/lib/ld-musl-${arch}.so.1`,
      ]
    ) {
      assert(names.includes(path), path);
    }
  }
});

testLinux(
  "acquireLibrary() with --allow-ffi loads by soname and may look at native memory",
  async () => {
    assertEquals(await load(["--allow-ffi"]), { unscoped: true, failed: -1 });
  },
);

testLinux("acquireLibrary() with --allow-ffi for the library's path loads it there", async () => {
  assertEquals(await load([`--allow-ffi=${PATH}`]), { unscoped: false, failed: -1 });
}, PATH === undefined ? "no C library at a known path" : null);

testLinux("acquireLibrary() with a part of the paths denied counts as scoped", async () => {
  const outcome = await load(["--allow-ffi", "--deny-ffi=/nowhere"]);
  assertEquals(outcome, { unscoped: false, failed: -1 });
});

for (const flags of [[], ["--deny-ffi"], ["-A", "--deny-ffi"]]) {
  const title = flags.length === 0 ? "no flags" : flags.join(" ");
  testLinux(
    `acquireLibrary() with ${title} says which flag is missing, and what was tried`,
    async () => {
      assertEquals(await load(flags), {
        name: "LibcUnavailableError",
        message: "Cannot load the C library: run again with --allow-ffi, or use --stack=deno",
        tried: libraryNames(Deno.build.arch).map((name) => `${name}: needs --allow-ffi`),
        permissionMissing: true,
      });
    },
  );
}

testLinux("acquireLibrary() with --allow-ffi for another path says so too", async () => {
  const { permissionMissing, tried = [] } = await load(["--allow-ffi=/nowhere/libc.so.6"]);
  assertEquals(permissionMissing, true);
  assertEquals(tried.length, libraryNames(Deno.build.arch).length);
});

testLinux("acquireLibrary() names everything that did not load, with the reasons", async () => {
  const { message = "", tried = [], permissionMissing } = await load(
    ["--allow-ffi"],
    "let count = 0; Deno.dlopen = () => { throw new Error(`reason ${++count}`); };",
  );
  assertEquals(permissionMissing, false);
  const names = libraryNames(Deno.build.arch);
  assertEquals(tried, names.map((name, index) => `${name}: reason ${index + 1}`));
  assertEquals(message, `Cannot load the C library, tried ${tried.join("; ")}`);
});

testLinux("acquireLibrary() goes on to the next name when one does not load", async () => {
  const outcome = await load(
    ["--allow-ffi"],
    `const { dlopen } = Deno;
    const tried = [];
    Deno.dlopen = (name, symbols) => {
      tried.push(name);
      if (tried.length < 3) throw new Error("not this one");
      return dlopen("libc.so.6", symbols);
    };`,
  );
  assertEquals(outcome, { unscoped: true, failed: -1 });
});

Deno.test("acquireLibrary() elsewhere than on Linux says so without a try", async () => {
  const outcome = await load(
    ["--allow-ffi"],
    `Object.defineProperty(Deno, "build", { value: { ...Deno.build, os: "darwin" } });
    Deno.dlopen = () => { throw new Error("must not be called"); };`,
  );
  assertEquals(outcome, {
    name: "LibcUnavailableError",
    message: "Cannot use the libc stack on darwin: it needs Linux; use --stack=deno",
    tried: [],
    permissionMissing: false,
  });
});

testLinux("acquireLibrary() shares one library until the last user gives it back", () => {
  const first = acquireLibrary();
  const second = acquireLibrary();
  assertEquals(first.symbols === second.symbols, true);
  first.release();
  first.release();
  assertEquals(second.symbols.close(-1), -1);
  second.release();
  const third = acquireLibrary();
  assertEquals(third.symbols.close(-1), -1);
  third.release();
});

Deno.test("LibcUnavailableError is an Error that keeps what was tried", () => {
  const error = new LibcUnavailableError("why", ["a: b"], true);
  assertInstanceOf(error, Error);
  assertEquals([error.message, error.tried, error.permissionMissing], ["why", ["a: b"], true]);
});

/** Runs the program on a terminal of its own, on which Deno would prompt. */
async function loadOnTerminal(): Promise<string> {
  const file = await Deno.makeTempFile({ suffix: ".ts" });
  try {
    await Deno.writeTextFile(file, program());
    // A prompt would wait for an answer.
    const command = `timeout --foreground 20 ${Deno.execPath()} run --no-config --no-lock ${file}`;
    const { stdout } = await new Deno.Command("script", {
      args: ["--quiet", "--return", "--command", command, "/dev/null"],
      env: { NO_COLOR: "1", TERM: "dumb" },
      stdin: "null",
      stderr: "piped",
    }).output();
    return new TextDecoder().decode(stdout);
  } finally {
    await Deno.remove(file);
  }
}

testLinux("acquireLibrary() without the permission does not prompt on a terminal", async () => {
  const output = await loadOnTerminal();
  const lines = output.trim().split(/\r?\n/);
  assertEquals(lines.length, 1, output);
  assertEquals(JSON.parse(lines[0] ?? "").permissionMissing, true);
}, hasScript() ? null : "needs script(1) for a terminal");
