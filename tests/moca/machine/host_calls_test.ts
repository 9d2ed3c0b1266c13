import { assertEquals } from "@std/assert";
import { MocaTrap } from "../../../lib/moca/error.ts";
import type { Value } from "../../../lib/moca/value.ts";
import { PENDING } from "../../../lib/moca/vm_types.ts";
import { machine } from "../run.ts";

Deno.test("Vm stops at a host call that is pending and goes on with its result", () => {
  const { vm, text } = machine(
    `fun ask(n: int) -> int { return __hostcall(5, n, "x"); }
     let a = ask(1); let b = ask(2); print(a + b);`,
    { hostCalls: new Map([[5, () => PENDING]]) },
  );
  const first = vm.run();
  assertEquals(first, { kind: "blocked", call: 5, args: [1n, "x"] });
  vm.resume(10n);
  assertEquals(vm.run(), { kind: "blocked", call: 5, args: [2n, "x"] });
  vm.resume(32n);
  assertEquals(vm.run().kind, "done");
  assertEquals(text(), "42\n");
});

Deno.test("Vm raises the error a pending call is rejected with", () => {
  const { vm, text } = machine(`try { __hostcall(5); } catch e { print(e); }`, {
    hostCalls: new Map([[5, () => PENDING]]),
  });
  vm.run();
  vm.reject(new MocaTrap("connect: host must be a string"));
  assertEquals(vm.run().kind, "done");
  assertEquals(text(), "connect: host must be a string\n");
});

Deno.test("Vm stops in an asm block whose host call is pending and goes on behind it", () => {
  const { vm, text } = machine(
    `let x = 5; let add = "é";
     print(asm(x) -> i64 {
       __emit("PushInt", 1); __emit("PushString", "é"); __emit("Hostcall", 5, 2); __emit("Add");
       __emit("PushInt", 7); __emit("Hostcall", 5, 1); __emit("Add");
     }); print(add);`,
    { hostCalls: new Map([[5, () => PENDING]]) },
  );
  assertEquals(vm.run(), { kind: "blocked", call: 5, args: [1n, "\u00c3\u00a9"] });
  vm.resume(100n);
  assertEquals(vm.run(), { kind: "blocked", call: 5, args: [7n] });
  vm.resume(1000n);
  assertEquals(vm.run().kind, "done");
  assertEquals(text(), "1105\n\u00c3\u00a9\n");
});

Deno.test("Vm leaves an asm block whose host call is rejected", () => {
  const { vm, text } = machine(
    `fun call() { asm { __emit("Hostcall", 5, 0); }; }
     for i in 0..2 { try { call(); } catch e { print(e); } }`,
    { hostCalls: new Map([[5, () => PENDING]]) },
  );
  for (const message of ["one", "two"]) {
    assertEquals(vm.run(), { kind: "blocked", call: 5, args: [] });
    vm.reject(new MocaTrap(message));
  }
  assertEquals(vm.run().kind, "done");
  assertEquals(text(), "one\ntwo\n");
});

Deno.test("Vm gives host calls their arguments as values", () => {
  let seen: readonly Value[] = [];
  const { vm } = machine(`__hostcall(7, 1, 2.5, true, nil, "é");`, {
    hostCalls: new Map([[7, (args) => {
      seen = args;
      return null;
    }]]),
  });
  vm.run();
  assertEquals(seen, [1n, 2.5, true, null, "\u00c3\u00a9"]);
});
