import { assert, assertEquals } from "@std/assert";
import { flowHash } from "../../lib/wire/flow_hash.ts";

Deno.test("flowHash() spreads peers whose addresses and ports follow each other", () => {
  const shares = new Map<string, (step: number) => [Uint8Array, number]>([
    ["ports", (step) => [Uint8Array.of(10, 0, 0, 1), 32_768 + 2 * step]],
    ["addresses", (step) => [Uint8Array.of(10, 0, step >> 8, step & 255), 40_000]],
    ["both", (step) => [Uint8Array.of(10, 0, step >> 8, step & 255), 1024 + step]],
  ]);
  for (const [name, peer] of shares) {
    for (const count of [2, 3, 4]) {
      const counts = new Array(count).fill(0);
      for (let step = 0; step < 1000; step++) counts[flowHash(...peer(step)) % count] += 1;
      for (const share of counts) assert(Math.abs(share - 1000 / count) < 100, `${name} ${counts}`);
    }
  }
  assertEquals(flowHash(Uint8Array.of(1), 2), flowHash(Uint8Array.of(1), 2));
});
