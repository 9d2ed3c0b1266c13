import { assertEquals } from "@std/assert";
import { stressErrno } from "./errno_stress.ts";

const PROGRAM = new URL("./errno_stress.ts", import.meta.url);
const COUNT = "300000";

function run(...flags: string[]): string {
  const { stdout, stderr } = new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-prompt", ...flags, PROGRAM.pathname, COUNT, "2"],
    env: { NO_COLOR: "1" },
  }).outputSync();
  const decoder = new TextDecoder();
  return decoder.decode(stdout) + decoder.decode(stderr);
}

const EXPECTED = `${COUNT} failing calls in 3 threads, 0 wrong\n`;

Deno.test("openLibc() gives every failing call its own errno when garbage is made", () => {
  assertEquals(stressErrno(20261120, 200_000), { calls: 200_000, wrong: [] });
});

Deno.test("openLibc() gives the right errno when workers fail at the same time under collection stress", () => {
  assertEquals(run("-A", "--v8-flags=--stress-scavenge=5"), EXPECTED);
});

Deno.test("openLibc() gives the right errno through memcpy when --allow-ffi names one path", () => {
  const library = ["x86_64", "aarch64"]
    .flatMap((arch) => [`/lib/${arch}-linux-gnu/libc.so.6`, `/lib/ld-musl-${arch}.so.1`])
    .find((path) => {
      try {
        Deno.statSync(path);
        return true;
      } catch {
        return false;
      }
    });
  // Nothing to grant: library_test.ts says so.
  if (library === undefined) return;
  assertEquals(
    run("--allow-read", `--allow-ffi=${library}`, "--v8-flags=--stress-scavenge=5"),
    EXPECTED,
  );
});
