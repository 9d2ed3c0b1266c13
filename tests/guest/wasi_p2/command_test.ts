import { assertEquals, assertThrows } from "@std/assert";
import { PreopenError, WasiHost } from "../../../lib/guest/wasi_p2/mod.ts";
import { Kernel } from "../../../lib/kernel/kernel.ts";
import { openStack } from "../../../lib/stack/open.ts";
import { expectedText, runGuest, testEachStack } from "./component_guest.ts";

testEachStack(
  "a command has its arguments, environment, input, clocks and status",
  async (stack) => {
    const { status, stdout, stderr } = await runGuest(stack, "command", ["a b", "", "0"], {
      environment: [["NAME", "value"], ["EMPTY", ""]],
      stdin: "first\nsecond\n",
    });
    assertEquals(stdout.split("\n"), [
      "argument a b",
      "argument ",
      "argument 0",
      "variable NAME=value",
      "variable EMPTY=",
      "line first",
      "line second",
      "terminals 000",
      "wall clock after 2023",
      "slept long enough",
      "random differs",
      "",
    ]);
    assertEquals(stderr, "to standard error\n");
    assertEquals(status, 0);
  },
);

testEachStack("a command that fails has exit status 1, and knows its terminals", async (stack) => {
  const { status, stdout } = await runGuest(stack, "command", ["7"], {
    terminals: { stdin: true, stderr: true },
  });
  assertEquals(status, 1);
  assertEquals(stdout.includes("terminals 101\n"), true, stdout);
});

testEachStack("files and folders below a preopened folder are as Linux has them", async (stack) => {
  const folder = Deno.makeTempDirSync({ prefix: "vmsock_wasi_" });
  try {
    const directories = [{ host: folder, guest: "/data" }];
    const { status, trap, stdout } = await runGuest(stack, "files", [], { directories });
    assertEquals(trap, "");
    assertEquals(stdout.split("\n"), expectedText("files").split("\n"));
    assertEquals(status, 0);
    assertEquals([...Deno.readDirSync(folder)], []);
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
});

testEachStack("WasiHost says which folder it cannot open", (stack) => {
  using kernel = new Kernel(openStack(stack));
  const directories = [{ host: "/", guest: "/" }, { host: "/nothing/here", guest: "/data" }];
  assertThrows(
    () => new WasiHost({ system: kernel, directories }),
    PreopenError,
    "Cannot open /nothing/here for the guest: No such file or directory",
  );
});
