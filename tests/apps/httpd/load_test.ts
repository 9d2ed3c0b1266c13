import { assert, assertEquals } from "@std/assert";
import { STACK_FLAGS } from "../vmsock.ts";
import {
  ask,
  descriptors,
  get,
  type HttpdServer,
  startHttpd,
  temporaryFolder,
} from "./httpd_server.ts";

// The long run, which also looks at the memory: deno run -A bench/httpd/soak.ts

const HTTP10 = 'request = function() return "GET /a.txt HTTP/1.0\\r\\nHost: h\\r\\n\\r\\n" end\n';

async function isInstalled(): Promise<boolean> {
  try {
    await new Deno.Command("wrk", { args: ["--version"] }).output();
    return true;
  } catch {
    return false;
  }
}

const WRK = await isInstalled();
const WHY = WRK ? "" : " (skipped: there is no wrk)";

/** Runs wrk with 100 connections for a second; checks that every request was answered with 200. */
async function load(server: HttpdServer, path: string, script?: string): Promise<void> {
  const args = ["-t1", "-c100", "-d1s"];
  if (script !== undefined) args.push("-s", script);
  const { code, stdout } = await new Deno.Command("wrk", {
    args: [...args, `${server.origin}${path}`],
    stderr: "inherit",
  }).output();
  const text = new TextDecoder().decode(stdout);
  assertEquals(code, 0);
  assert(!text.includes("Socket errors") && !text.includes("Non-2xx"), text);
  assert(Number(/([0-9]+) requests in/.exec(text)?.[1]) > 100, text);
}

/**
 * Asks until as many descriptors are open as before; the test hangs if that never comes. The one that
 * has just been answered may still be closing.
 */
async function untilClosed(server: HttpdServer, before: number): Promise<void> {
  do assertEquals((await ask(server.port, get("/a.txt"))).body, "hello"); while (
    descriptors(server) > before + 1
  );
}

for (const stackFlags of STACK_FLAGS) {
  const { stack } = stackFlags;

  Deno.test({
    name: `[${stack}] httpd serves wrk's 100 connections without an error${WHY}`,
    ignore: !WRK,
    fn: async () => {
      using folder = temporaryFolder();
      const { path } = folder;
      Deno.writeTextFileSync(`${path}/a.txt`, "hello");
      Deno.writeTextFileSync(`${path}/http10.lua`, HTTP10);
      await using server = await startHttpd(stackFlags, path);
      await ask(server.port, get("/a.txt"));
      const before = descriptors(server);
      await load(server, "/a.txt");
      await load(server, "/a.txt", `${path}/http10.lua`);
      await untilClosed(server, before);
    },
  });
}
