/**
 * What it costs to pass calls between a component and its host, without any socket: by `Component`,
 * and by what each version of jco that Deno resolves generates:
 * `deno run -A bench/wasi_p2/glue.ts [COUNT]`.
 *
 * Prints the time until the component can be instantiated, and microseconds for a round trip of 64
 * bytes (2 calls) and of 64 KiB (17 calls). Needs npm's registry.
 *
 * @module
 */
import { Component, type HostImports } from "../../lib/component/mod.ts";
import { WasiHost } from "../../lib/guest/wasi_p2/mod.ts";
import { Kernel } from "../../lib/kernel/kernel.ts";
import { openStack } from "../../lib/stack/open.ts";

const COUNT = Number(Deno.args[0] ?? 20_000);
const VERSIONS = ["0.3.9", "0.8.0", "0.12.1"];
const GUEST = new URL("../../tests/guests/wasi_p2/round_trips.component.wasm", import.meta.url);

function print(line: string): void {
  // deno-lint-ignore no-console -- what a bench is for
  console.log(line);
}

const buffer = new Uint8Array(65_536);

class Pollable {
  ready(): boolean {
    return true;
  }
  block(): void {}
}

class InputStream {
  blockingRead(length: bigint): Uint8Array {
    return buffer.subarray(0, Number(length));
  }
  read(length: bigint): Uint8Array {
    return this.blockingRead(length);
  }
  subscribe(): Pollable {
    return new Pollable();
  }
}

let output = "";

class OutputStream {
  readonly #isStandard: boolean;
  constructor(isStandard: boolean) {
    this.#isStandard = isStandard;
  }
  checkWrite(): bigint {
    return 65_536n;
  }
  write(bytes: Uint8Array): void {
    if (this.#isStandard) output += new TextDecoder().decode(bytes.slice());
  }
  blockingWriteAndFlush(bytes: Uint8Array): void {
    this.write(bytes);
  }
  blockingFlush(): void {}
  subscribe(): Pollable {
    return new Pollable();
  }
}

class TcpSocket {
  startConnect(): void {}
  finishConnect(): [InputStream, OutputStream] {
    return [new InputStream(), new OutputStream(false)];
  }
}

/** A host on which every call succeeds at once. */
function nullHost(host: WasiHost, size: number, count: number): HostImports {
  const standard = () => new OutputStream(true);
  return {
    ...host.imports,
    "wasi:io/poll": { Pollable, poll: () => Uint32Array.of(0) },
    "wasi:io/streams": { InputStream, OutputStream },
    "wasi:sockets/tcp": { TcpSocket },
    "wasi:sockets/tcp-create-socket": { createTcpSocket: () => new TcpSocket() },
    "wasi:cli/environment": {
      getArguments: () => ["guest", "1", String(size), String(count), "blocking"],
      getEnvironment: () => [],
    },
    "wasi:cli/stdout": { getStdout: standard },
    "wasi:cli/stderr": { getStderr: standard },
    "wasi:cli/stdin": { getStdin: () => new InputStream() },
  };
}

/** Something that runs a component with imports. */
type Run = (imports: HostImports) => void | Promise<void>;

interface Transpiled {
  instantiate(
    getCoreModule: (path: string) => Promise<WebAssembly.Module>,
    imports: unknown,
  ): Promise<Readonly<Record<string, { run(): void } | undefined>>>;
}

async function ours(bytes: Uint8Array<ArrayBuffer>): Promise<Run> {
  const component = await Component.compile(bytes);
  return (imports) => {
    component.instantiate(imports).function("wasi:cli/run", "run")?.();
  };
}

async function jco(version: string, bytes: Uint8Array, folder: string): Promise<Run> {
  const { transpileBytes } = await import(`npm:@bytecodealliance/jco-transpile@${version}`);
  const { files } = await transpileBytes(bytes, {
    name: "guest",
    instantiation: { tag: "async" },
    noTypescript: true,
  });
  const entries: [string, Uint8Array][] = Array.isArray(files) ? files : Object.entries(files);
  for (const [name, content] of entries) {
    if (!name.includes("/")) Deno.writeFileSync(`${folder}/${name}`, content);
  }
  const transpiled: Transpiled = await import(`file://${folder}/guest.js`);
  const compile = async (path: string) =>
    await WebAssembly.compile(Deno.readFileSync(`${folder}/${path}`));
  return async (imports) => {
    const instance = await transpiled.instantiate(compile, imports);
    (instance.run ?? instance["wasi:cli/run@0.2.12"])?.run();
  };
}

/** Microseconds of a round trip, as the guest says. */
async function measure(run: Run, size: number, count: number): Promise<string> {
  using kernel = new Kernel(openStack("deno"));
  using host = new WasiHost({ system: kernel });
  output = "";
  await run(nullHost(host, size, count));
  const [, rate] = output.trim().split(" ");
  return (1e6 / Number(rate)).toFixed(1).padStart(12);
}

const bytes = Deno.readFileSync(GUEST);
print("                        ready, ms   64 B, us  64 KiB, us");
for (const version of [null, ...VERSIONS]) {
  const folder = Deno.makeTempDirSync();
  const start = performance.now();
  const run = version === null ? await ours(bytes) : await jco(version, bytes, folder);
  const ready = performance.now() - start;
  const small = await measure(run, 64, COUNT);
  const large = await measure(run, 65_536, COUNT / 10);
  const name = version === null ? "Component" : `jco-transpile ${version}`;
  print(`${name.padEnd(22)} ${ready.toFixed(0).padStart(10)}${small}${large}`);
  Deno.removeSync(folder, { recursive: true });
}
Deno.exit(0);
