/**
 * The table of kinds of WebAssembly programs.
 *
 * @module
 */
import type { GuestKind } from "./guest_kind.ts";

/** Every kind; what runs one is loaded when it is needed. */
export const GUEST_KINDS: readonly GuestKind[] = [
  {
    kind: "Linux system calls",
    knownBy: `a module that imports "linux" or "akuma"`,
    recognises: ({ imports }) => imports.has("linux") || imports.has("akuma"),
    run: async (program, setup) => {
      const { runLinuxModule } = await import("./linux/run_linux_module.ts");
      return await runLinuxModule(program, setup);
    },
  },
];
