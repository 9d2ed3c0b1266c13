import { assert, assertEquals } from "@std/assert";
import { MocaTrap } from "../../../lib/moca/error.ts";
import type { Value } from "../../../lib/moca/value.ts";
import { machine } from "../run.ts";

Deno.test("Vm pauses after the slices it was given and machines do not disturb each other", () => {
  const source = (n: number): string =>
    `fun f(n: int) -> int { if n == 0 { return 0; } return 1 + f(n - 1); }
     let s = ${n}; let t = "x"; for i in 0..20000 { s = s + f(10); } print(s);`;
  const machines = [1, 2, 3].map((n) => machine(source(n)));
  let pauses = 0;
  for (let left = 3; left > 0;) {
    left = 0;
    for (const { vm } of machines) {
      const state = vm.run(1);
      if (state.kind === "paused") {
        pauses++;
        left++;
      } else {
        assertEquals(state.kind, "done");
      }
    }
  }
  assert(pauses > 3);
  assertEquals(machines.map((m) => m.text()), ["200001\n", "200002\n", "200003\n"]);
});

Deno.test("Vm goes on where it was when the host has run another machine in between", () => {
  const other = (): Value => {
    const state = machine(
      `fun f(n: int) -> int { if n == 0 { return 7; } return f(n - 1); } f(9);`,
    );
    assertEquals(state.vm.run().kind, "done");
    return 1n;
  };
  const source = `fun f(n: int) -> int { let own: int = __hostcall(5); let x = n + 1; print("x");
       let h = spawn(g); return x * 10 + own; }
     fun g() { }
     let a = 3; let b = 2.5; print(f(a)); print(a); print(b);
     try { __hostcall(6); } catch e { print(e); } print(f(b.to_string().len()));`;
  let ticks = 0;
  const { vm, text } = machine(source, {
    hostCalls: new Map([[5, other], [6, () => {
      other();
      throw new MocaTrap("refused");
    }]]),
    interrupt: () => (other(), ticks++, null),
    threads: { spawn: () => other() as bigint, join: () => null },
  });
  assertEquals(vm.run().kind, "done");
  assertEquals(text(), "x\n41\n3\n2.5\nrefused\nx\n41\n");
});
