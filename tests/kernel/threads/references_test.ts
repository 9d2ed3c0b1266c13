import { assertEquals } from "@std/assert";
import { REFERENCES_WASM } from "../../../lib/kernel/threads/references.ts";
import { assemble } from "../../guest/wat.ts";

Deno.test("REFERENCES_WASM is references.wat, assembled", async () => {
  const source = new URL("../../../lib/kernel/threads/references.wat", import.meta.url);
  const bytes = await assemble(await Deno.readTextFile(source));
  assertEquals(REFERENCES_WASM, btoa(String.fromCharCode(...bytes)));
});
