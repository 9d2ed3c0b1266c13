import { assertEquals, assertGreater } from "@std/assert";
import {
  permissionGeneration,
  permissionState,
  revokePermissions,
} from "../../../lib/kernel/policy/permissions.ts";
import { runDeno } from "./deno_program.ts";

Deno.test({
  name: "permissionState() tells granted from partial, prompt and denied",
  permissions: { read: ["/tmp"], net: "inherit" },
  fn() {
    assertEquals(permissionState({ name: "read", path: "/tmp/x" }), "granted");
    assertEquals(permissionState({ name: "read", path: "/etc/passwd" }), "prompt");
    assertEquals(permissionState({ name: "net" }), "granted");
  },
});

Deno.test("permissionState() is partial where a part of a grant is denied", async () => {
  const output = await runDeno(
    `import { permissionState } from "${
      import.meta.resolve("../../../lib/kernel/policy/permissions.ts")
    }";
    console.log(permissionState({ name: "read" }), permissionState({ name: "read", path: "/etc" }));`,
    ["--allow-read", "--deny-read=/etc"],
  );
  assertEquals(output, "partial denied\n");
});

Deno.test({
  name: "permissionState() is denied where the question cannot be parsed",
  permissions: { read: ["/tmp"], net: ["127.0.0.1"] },
  fn() {
    assertEquals(permissionState({ name: "read", path: "" }), "denied");
    assertEquals(permissionState({ name: "net", host: "not a host:x:y" }), "denied");
  },
});

Deno.test({
  name: "revokePermissions() revokes and begins a new generation",
  permissions: { read: true },
  fn() {
    const before = permissionGeneration();
    assertEquals(permissionState({ name: "read" }), "granted");
    assertEquals(revokePermissions({ name: "read" }), "prompt");
    assertEquals(permissionState({ name: "read" }), "prompt");
    assertGreater(permissionGeneration(), before);
  },
});
