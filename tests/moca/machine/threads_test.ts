import { assertEquals } from "@std/assert";
import { PENDING } from "../../../lib/moca/vm_types.ts";
import { machine, runSource } from "../run.ts";

Deno.test("Vm uses the host's threads when there are some", () => {
  const spawned: number[] = [];
  const { vm, text } = machine(
    `fun work() -> int { return 1; } let h = spawn(work); print(h); print(join(h));`,
    {
      threads: {
        spawn: (fn) => {
          spawned.push(fn);
          return 77n;
        },
        join: () => PENDING,
      },
    },
  );
  assertEquals(vm.run(), { kind: "blocked", call: -1, args: [77n] });
  vm.resume(5n);
  assertEquals(vm.run().kind, "done");
  assertEquals(text(), "77\n5\n");
  assertEquals(spawned.length, 1);
});

Deno.test("Vm passes a spawned function's pending call on to the host", () => {
  const { vm, text } = machine(
    `fun work() -> int { return __hostcall(5); } print(join(spawn(work)));`,
    { hostCalls: new Map([[5, () => PENDING]]) },
  );
  assertEquals(vm.run().kind, "blocked");
  vm.resume(9n);
  assertEquals(vm.run().kind, "done");
  assertEquals(text(), "9\n");
});

Deno.test("Vm ends threads that start threads without end", () => {
  const result = runSource(
    `fun work() -> int { return join(spawn(work)); } print(join(spawn(work)));`,
  );
  assertEquals(result.stdout + result.stderr, "nil\n");
});
