import { assertEquals } from "@std/assert";
import { runDeno } from "../kernel/policy/deno_program.ts";

const SOURCE = import.meta.resolve("../../lib/stack/open.ts");
const LIBRARY = import.meta.resolve("../../lib/stack/libc/library.ts");

/** Opens stacks by name under `flags` and says which came, or the error's name. */
async function open(flags: readonly string[], setUp = ""): Promise<string> {
  const output = await runDeno(
    `import { openStack } from "${SOURCE}";
    import "${LIBRARY}";
    ${setUp}
    const answers = [undefined, "auto", "libc", "deno"].map((name) => {
      try {
        const stack = openStack(name);
        stack.close();
        stack.close();
        return stack.name;
      } catch (error) {
        return error.name;
      }
    });
    console.log(answers.join(" "));`,
    flags,
  );
  return output.trim();
}

Deno.test({
  name: "openStack() takes libc where it may, deno where it may not",
  ignore: Deno.build.os !== "linux",
  async fn() {
    const unavailable = "deno deno LibcUnavailableError deno";
    assertEquals(await open(["--allow-ffi"]), "libc libc libc deno");
    assertEquals(await open([]), unavailable);
    assertEquals(await open(["--allow-net", "--deny-ffi"]), unavailable);
    assertEquals(await open(["--allow-ffi=/nowhere"]), unavailable);
  },
});

Deno.test("openStack() takes deno where the host is not Linux", async () => {
  const setUp =
    `Object.defineProperty(Deno, "build", { value: { ...Deno.build, os: "windows" } });`;
  assertEquals(await open(["-A"], setUp), "deno deno LibcUnavailableError deno");
});

Deno.test({
  name: "openStack() does not hide an error that is no lack of libc",
  ignore: Deno.build.os !== "linux",
  async fn() {
    const setUp = `
      const { dlopen } = Deno;
      Deno.dlopen = (name, symbols) => {
        const library = dlopen(name, symbols);
        return { symbols: { ...library.symbols, __errno_location: () => null }, close() {} };
      };`;
    assertEquals(await open(["--allow-ffi"], setUp), "Error Error Error deno");
  },
});
