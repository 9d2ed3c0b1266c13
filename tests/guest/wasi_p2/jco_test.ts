import { assert, assertEquals } from "@std/assert";
import { WasiHost, wasiSockets } from "../../../lib/guest/wasi_p2/mod.ts";
import { Kernel } from "../../../lib/kernel/kernel.ts";
import { openStack } from "../../../lib/stack/open.ts";
import { STACKS, whyMissing } from "../../kernel/guest.ts";
import { expectedText, guestBytes } from "./component_guest.ts";
import { importJco, transpileGuest } from "./jco.ts";

Deno.test({
  name: "a component that jco has transpiled runs with the same import object",
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
      const guest = await transpileGuest(jco, guestBytes("tcp_streams"), folder);
      for (const stack of STACKS) {
        const why = whyMissing(stack);
        await t.step({
          name: `on ${stack}${why === null ? "" : ` (skipped: ${why})`}`,
          ignore: why !== null,
          fn: async () => {
            let output = "";
            const stdout = (bytes: Uint8Array) => {
              output += new TextDecoder().decode(bytes.slice());
              return bytes.length;
            };
            using kernel = new Kernel(openStack(stack), { stdio: { stdout } });
            using host = new WasiHost({ system: kernel, args: ["tcp_streams", "4"] });
            const instance = await guest.instantiate(
              async (path) => await WebAssembly.compile(Deno.readFileSync(`${folder}/${path}`)),
              host.imports,
            );
            const run = instance.run ?? instance["wasi:cli/run@0.2.12"];
            assert(run !== undefined);
            run.run();
            assertEquals(output.split("\n"), expectedText("tcp_streams").split("\n"));
          },
        });
      }
    } finally {
      Deno.removeSync(folder, { recursive: true });
    }
  },
});

Deno.test("wasiSockets() has every interface of wasi:sockets, with io and clocks", () => {
  using kernel = new Kernel(openStack("deno"));
  const imports = wasiSockets({ system: kernel });
  assertEquals(Object.keys(imports).sort(), [
    "wasi:clocks/monotonic-clock",
    "wasi:clocks/wall-clock",
    "wasi:io/error",
    "wasi:io/poll",
    "wasi:io/streams",
    "wasi:sockets/instance-network",
    "wasi:sockets/ip-name-lookup",
    "wasi:sockets/network",
    "wasi:sockets/tcp",
    "wasi:sockets/tcp-create-socket",
    "wasi:sockets/udp",
    "wasi:sockets/udp-create-socket",
  ]);
});
