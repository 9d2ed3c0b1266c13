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
  {
    kind: "WASI 0.2",
    knownBy: `a component that exports "wasi:cli/run"`,
    recognises: ({ module }) => module === null,
    run: async (program, setup) => {
      const { runComponent } = await import("./component/run_component.ts");
      return await runComponent(program, setup);
    },
  },
  {
    kind: "WASI preview 1",
    knownBy: `a module that imports "wasi_snapshot_preview1"`,
    recognises: ({ imports }) => imports.has("wasi_snapshot_preview1"),
    run: async (program, setup) => {
      const { runPreview1Module } = await import("./wasi_p1/run_preview1_module.ts");
      return await runPreview1Module(program, setup);
    },
  },
];
