import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { pattern } from "../scripted_server.ts";
import { denoArguments, STACK_FLAGS } from "../vmsock.ts";
import { emptyFolder, type Folder, wget } from "./wget.ts";

/** A server in a process of its own. */
interface Server extends AsyncDisposable {
  /** `http://127.0.0.1:PORT`. */
  readonly origin: string;
}

/** A program that serves the files of a folder; null where it is not installed. */
interface Program {
  readonly name: string;
  /** Whether it knows ranges. */
  readonly ranges: boolean;
  start(root: Folder): Promise<Server>;
}

function isInstalled(command: string, ...args: readonly string[]): boolean {
  try {
    return new Deno.Command(command, { args: [...args], stdout: "null", stderr: "null" })
      .outputSync().success;
  } catch {
    return false;
  }
}

/** Starts a process and waits until a line of its output tells where it serves. */
async function startProcess(
  command: string,
  args: readonly string[],
  output: "stdout" | "stderr",
  pattern: RegExp,
): Promise<Server> {
  const process = new Deno.Command(command, {
    args: [...args],
    stdin: "null",
    stdout: output === "stdout" ? "piped" : "null",
    stderr: output === "stderr" ? "piped" : "null",
    env: { PYTHONUNBUFFERED: "1" },
  }).spawn();
  const reader = process[output].pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  let match: RegExpExecArray | null = null;
  while (match === null) {
    const { done, value } = await reader.read();
    if (done) throw new Error(`${command} did not start: ${text}`);
    text += value;
    match = pattern.exec(text);
  }
  return {
    origin: `http://127.0.0.1:${match[1]}`,
    async [Symbol.asyncDispose]() {
      // nginx ends at once with SIGTERM; our own httpd and Python's too.
      process.kill("SIGTERM");
      while (!(await reader.read()).done);
      await process.status;
    },
  };
}

/** A port that was free a moment ago, for programs that take no port 0. */
function freePort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return listener.addr.port;
}

async function startNginx(root: Folder): Promise<Server> {
  const port = freePort();
  const state = await emptyFolder();
  state.write(
    "nginx.conf",
    `daemon off; master_process off; pid pid; error_log stderr notice; user root;
     events { }
     http {
       access_log off; root ${root.path};
       client_body_temp_path a; proxy_temp_path b; fastcgi_temp_path c; uwsgi_temp_path d;
       scgi_temp_path e;
       server { listen 127.0.0.1:${port}; }
     }`,
  );
  const args = ["-p", state.path, "-c", "nginx.conf"];
  const server = await startProcess("nginx", args, "stderr", /start worker|using the "/);
  return {
    origin: `http://127.0.0.1:${port}`,
    async [Symbol.asyncDispose]() {
      await server[Symbol.asyncDispose]();
      await state[Symbol.asyncDispose]();
    },
  };
}

function startPython({ path }: Folder): Promise<Server> {
  const args = ["-m", "http.server", "--bind", "127.0.0.1", "--directory", path, "0"];
  return startProcess("python3", args, "stdout", /port ([0-9]+)/);
}

function startHttpd({ path }: Folder): Promise<Server> {
  const args = denoArguments(
    ["--stack=deno", "httpd", "--host=127.0.0.1", "--port=0", `--root=${path}`],
    ["--allow-net", `--allow-read=${path}`],
  );
  return startProcess(Deno.execPath(), args, "stderr", /http:\/\/127\.0\.0\.1:([0-9]+)\//);
}

const PROGRAMS: readonly (Program & { readonly missing: boolean })[] = [
  { name: "nginx", ranges: true, start: startNginx, missing: !isInstalled("nginx", "-v") },
  {
    name: "python's http.server",
    ranges: false,
    start: startPython,
    missing: !isInstalled("python3", "--version"),
  },
  { name: "our own httpd", ranges: true, start: startHttpd, missing: false },
];

const FILES: Readonly<Record<string, Uint8Array<ArrayBuffer>>> = {
  "empty": new Uint8Array(),
  "one byte.txt": pattern(1),
  "é%?#.bin": pattern(70_000),
  "large": pattern(5_000_011),
};

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}

for (const { name, ranges, start, missing } of PROGRAMS) {
  Deno.test({
    name: `wget gets identical files from ${name}, and resumes` +
      (missing ? " (skipped: it is not installed)" : ""),
    ignore: missing,
    fn: async () => {
      await using root = await emptyFolder();
      for (const [file, contents] of Object.entries(FILES)) root.write(file, contents);
      await using server = await start(root);
      const url = (file: string) => `${server.origin}/${encodeURIComponent(file)}`;
      for (const stack of STACK_FLAGS) {
        await using folder = await emptyFolder();
        const all = await wget(folder, Object.keys(FILES).map(url), stack);
        assertEquals(all.code, 0, all.stderr);
        assertEquals(folder.names(), Object.keys(FILES).toSorted());
        for (const [file, contents] of Object.entries(FILES)) {
          assert(sameBytes(folder.read(file), contents), file);
        }

        const large = FILES["large"] as Uint8Array;
        folder.write("large", large.subarray(0, 3_333_333));
        const resumed = await wget(folder, ["-c", url("large"), url("empty")], stack);
        assertEquals(resumed.code, 0, resumed.stderr);
        assert(sameBytes(folder.read("large"), large));
        const answer = ranges ? "206 Partial Content, 1666678 bytes" : "200 OK, 5000011 bytes";
        assertStringIncludes(resumed.stderr, answer);

        const complete = await wget(folder, ["-c", url("large")], stack);
        assertEquals(complete.code, 0);
        assertStringIncludes(complete.stderr, "large has all 5000011 bytes already");

        const gone = await wget(folder, [url("none")], stack);
        assertStringIncludes(gone.stderr, `Cannot get ${url("none")}: the server answered 404 `);
        assertEquals(gone.code, 8);
      }
    },
  });
}
