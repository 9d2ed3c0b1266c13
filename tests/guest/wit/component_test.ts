import { assert, assertEquals, assertMatch } from "@std/assert";
import { Component, Trap, WasiHost } from "../../../lib/guest/wasi_p2/mod.ts";
import { Kernel } from "../../../lib/kernel/kernel.ts";
import { Errno } from "../../../lib/linux/errno.ts";
import { openStack } from "../../../lib/stack/open.ts";
import { whyUnreachable } from "../../ipv6.ts";
import { STACKS, type TestedStack, whyMissing } from "../../kernel/guest.ts";
import { openDescriptors, whyNoDescriptors } from "../../kernel/open_descriptors.ts";
import { importJco, transpileGuest } from "../wasi_p2/jco.ts";
import { testEachStack } from "../wasi_p2/component_guest.ts";

const GUEST = new URL("../../guests/wit/misuse.component.wasm", import.meta.url);

/** Runs a guest's code with a host; returns what it printed. Fails if it leaves a descriptor open. */
function withHost(
  stack: TestedStack,
  args: readonly string[],
  run: (host: WasiHost) => void,
): string {
  let output = "";
  const stdout = (bytes: Uint8Array) => {
    output += new TextDecoder().decode(bytes.slice());
    return bytes.length;
  };
  using kernel = new Kernel(openStack(stack), { stdio: { stdout } });
  {
    using host = new WasiHost({ system: kernel, args: ["misuse", ...args] });
    run(host);
  }
  const open = Array.from({ length: 32 }, (_, fd) => fd + 3)
    .filter((fd) => kernel.kind(fd) !== -Errno.EBADF);
  assertEquals(open, [], "the guest has left descriptors open");
  return output;
}

function talkText(host: string): string {
  return `before
hello
${host}
0 bytes at the end
close again: invalid-input
no such handle: invalid-input
listen with UDP: invalid-input
no time: invalid-input
the other family: invalid-input
bind again: invalid-state
`;
}

for (const host of ["127.0.0.1", "::1"]) {
  testEachStack(`a component talks with itself over both interfaces at ${host}`, async (stack) => {
    const component = await Component.compile(Deno.readFileSync(GUEST));
    const output = withHost(stack, ["talk", host], (wasi) => {
      assertEquals(wasi.run(component), 0);
    });
    assertEquals(output, talkText(host));
  }, whyUnreachable(host));
}

/** What a guest does that it must not, and what it traps with. */
const MISUSES: readonly (readonly [misuse: string, message: RegExp])[] = [
  ["send_outside", /not inside the memory/],
  ["send_to_outside", /not inside the memory/],
  ["host_outside", /4294967295 bytes is too long/],
  ["host_not_utf8", /not utf-8/],
  ["result_outside", /not inside the memory/],
  ["bad_family", /no case 7/],
  ["bad_shutdown", /no case 3/],
  ["no_handle", /no handle 0/],
  ["wrong_type", /of type network, not tcp-socket/],
  ["drop_twice", /no handle/],
  ["use_after_drop", /no handle/],
  ["drop_socket_before_pollable", /dropped before/],
  ["dropped_network", /of type tcp-socket, not network/],
];

for (const [misuse, message] of MISUSES) {
  testEachStack(`a component of scheduler:core-libs that does ${misuse} traps`, async (stack) => {
    const component = await Component.compile(Deno.readFileSync(GUEST));
    const output = withHost(stack, [misuse, "127.0.0.1"], (wasi) => {
      let trap = "";
      try {
        wasi.run(component);
      } catch (error) {
        if (!(error instanceof Trap)) throw error;
        trap = error.message;
      }
      assertMatch(trap, message);
    });
    assertEquals(output, "before\n");
  });
}

const missing = whyMissing("libc") ?? whyNoDescriptors();
Deno.test({
  name: `components of scheduler:core-libs leave none of the process's descriptors open${
    missing === null ? "" : ` (skipped: ${missing})`
  }`,
  ignore: missing !== null,
  fn: async () => {
    const component = await Component.compile(Deno.readFileSync(GUEST));
    const run = () => withHost("libc", ["talk", "127.0.0.1"], (wasi) => wasi.run(component));
    // What is loaded on first use stays.
    run();
    const before = openDescriptors();
    run();
    assertEquals(openDescriptors(), before);
  },
});

Deno.test({
  name: "a component of scheduler:core-libs that jco has transpiled runs with the same imports",
  // jco's own host keeps a worker.
  sanitizeOps: false,
  sanitizeResources: false,
  fn: async (t) => {
    const jco = await importJco();
    if (typeof jco === "string") {
      await t.step({ name: `skipped: ${jco}`, ignore: true, fn: () => {} });
      return;
    }
    const folder = Deno.makeTempDirSync({ prefix: "vmsock_jco_" });
    try {
      const guest = await transpileGuest(jco, Deno.readFileSync(GUEST), folder);
      for (const stack of STACKS) {
        const why = whyMissing(stack);
        await t.step({
          name: `on ${stack}${why === null ? "" : ` (skipped: ${why})`}`,
          ignore: why !== null,
          fn: async () => {
            const modules = new Map<string, WebAssembly.Module>();
            for (const { name } of Deno.readDirSync(folder)) {
              if (!name.endsWith(".wasm")) continue;
              modules.set(name, await WebAssembly.compile(Deno.readFileSync(`${folder}/${name}`)));
            }
            assert(modules.size > 0);
            using kernel = new Kernel(openStack(stack), { stdio: { stdout: collect } });
            let output = "";
            function collect(bytes: Uint8Array): number {
              output += new TextDecoder().decode(bytes.slice());
              return bytes.length;
            }
            using host = new WasiHost({ system: kernel, args: ["misuse", "talk", "127.0.0.1"] });
            const instance = await guest.instantiate((path) => {
              const module = modules.get(path);
              assert(module !== undefined);
              return Promise.resolve(module);
            }, host.imports);
            const run = instance.run ?? instance["wasi:cli/run@0.2.12"];
            assert(run !== undefined);
            run.run();
            assertEquals(output, talkText("127.0.0.1"));
          },
        });
      }
    } finally {
      Deno.removeSync(folder, { recursive: true });
    }
  },
});
