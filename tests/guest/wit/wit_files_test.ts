import { assertEquals } from "@std/assert";
import { SOCKET_ERRORS } from "../../../lib/guest/wasi/socket_errors.ts";
import { camelCase } from "../../../lib/component/names.ts";
import { withGuest } from "./wit_guest.ts";

const FOLDER = new URL("../../../lib/guest/wit/wit/", import.meta.url);

function readWit(name: string): string {
  return Deno.readTextFileSync(new URL(`${name}.wit`, FOLDER)).replace(/\/\/.*$/gm, "");
}

/** Names of the functions that a WIT file declares, as JavaScript has them. */
function functionsOf(wit: string): string[] {
  return [...wit.matchAll(/^\s*([a-z-]+): (?:static )?func/gm)].map(([, name = ""]) =>
    camelCase(name)
  );
}

/** Cases of an enum in a WIT file. */
function casesOf(wit: string, name: string): string[] {
  const body = new RegExp(`enum ${name} \\{([^}]*)\\}`).exec(wit)?.[1] ?? "";
  return [...body.matchAll(/[a-z][a-z0-9-]*/g)].map(([word]) => word);
}

Deno.test("every function in the WIT files exists, and nothing else", () => {
  withGuest("deno", ({ socket, network, TcpSocket, UdpSocket }) => {
    assertEquals(functionsOf(readWit("socket")).sort(), Object.keys(socket).sort());
    const functions = Object.keys(network).filter((name) => name !== "Network");
    assertEquals(functionsOf(readWit("wasi-network")).sort(), functions.sort());
    for (const [file, resource] of [["wasi-tcp", TcpSocket], ["wasi-udp", UdpSocket]] as const) {
      for (const name of functionsOf(readWit(file))) {
        const holder: unknown = name === "new" ? resource : resource.prototype;
        assertEquals(typeof Reflect.get(holder as object, name), "function", `${file}: ${name}`);
      }
    }
  });
});

Deno.test("the WIT files' errors are those of the table", () => {
  const names = (column: "network" | "socket") =>
    [...new Set(SOCKET_ERRORS.map((row) => row[column]))].sort();
  assertEquals(casesOf(readWit("wasi-network"), "error-code").sort(), names("network"));
  assertEquals(casesOf(readWit("socket"), "socket-error").sort(), names("socket"));
});
