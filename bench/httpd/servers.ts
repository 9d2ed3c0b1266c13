/**
 * The servers that are compared, each in a process of its own.
 *
 * @module
 */

/** A server that runs. */
export interface RunningServer extends AsyncDisposable {
  /** Its port on 127.0.0.1. */
  readonly port: number;
  /** The processes that do the work. */
  readonly processes: readonly number[];
}

/** A server that can be started. */
export interface ServerKind {
  /** What it is called in the table. */
  readonly name: string;
  /** Starts it over a folder; null where it is not installed. */
  start(folder: string): Promise<RunningServer | null>;
}

const CLI = new URL("../../cli.ts", import.meta.url).pathname;

function freePort(): number {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr;
  listener.close();
  return port;
}

/** Waits until somebody listens. */
async function untilListening(port: number): Promise<void> {
  for (let attempt = 0;; attempt++) {
    try {
      (await Deno.connect({ hostname: "127.0.0.1", port })).close();
      return;
    } catch (error) {
      if (attempt > 200) throw error;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}

async function spawn(
  command: string,
  args: string[],
  port: number,
  isAnnounced = false,
): Promise<RunningServer> {
  const child = new Deno.Command(command, {
    args,
    stdin: "null",
    stdout: "null",
    stderr: isAnnounced ? "piped" : "null",
  }).spawn();
  const errors = isAnnounced ? child.stderr.getReader() : null;
  // One of several threads may listen before the others do: only then does it say so.
  await errors?.read();
  await untilListening(port);
  return {
    port,
    processes: [child.pid],
    async [Symbol.asyncDispose]() {
      child.kill("SIGTERM");
      await child.status;
      await errors?.cancel();
    },
  };
}

function vmsock(name: string, ...options: string[]): ServerKind {
  return {
    name,
    start: (folder) => {
      const port = freePort();
      const own = ["httpd", `--root=${folder}`, "--host=127.0.0.1", `--port=${port}`];
      return spawn(Deno.execPath(), ["run", "-A", "--quiet", CLI, ...own, ...options], port, true);
    },
  };
}

/** Deno's own server with the body in memory: it reads no file. */
const DENO_SERVE: ServerKind = {
  name: "Deno.serve",
  start: (folder) => {
    const port = freePort();
    const program = `
      const body = Deno.readFileSync(${JSON.stringify(`${folder}/index.html`)});
      const headers = { "content-type": "text/html; charset=utf-8" };
      Deno.serve(
        { hostname: "127.0.0.1", port: ${port}, onListen() {} },
        () => new Response(body, { headers }),
      );`;
    const url = `data:text/javascript,${encodeURIComponent(program)}`;
    return spawn(Deno.execPath(), ["run", "-A", url], port);
  },
};

function nginxConfig(folder: string, port: number): string {
  return `daemon off; worker_processes 1; pid ${folder}.pid; error_log /dev/null;
    events { worker_connections 4096; multi_accept on; }
    http {
      include /etc/nginx/mime.types; access_log off; sendfile on; tcp_nopush on;
      keepalive_requests 100000000; client_body_temp_path ${folder}.body;
      proxy_temp_path ${folder}.proxy; fastcgi_temp_path ${folder}.fastcgi;
      uwsgi_temp_path ${folder}.uwsgi; scgi_temp_path ${folder}.scgi;
      open_file_cache max=100;
      server { listen 127.0.0.1:${port} backlog=4096; root ${folder}; }
    }`;
}

const NGINX: ServerKind = {
  name: "nginx, 1 worker",
  start: async (folder) => {
    try {
      await new Deno.Command("nginx", { args: ["-v"], stderr: "null" }).output();
    } catch {
      return null;
    }
    const port = freePort();
    await Deno.writeTextFile(`${folder}.conf`, nginxConfig(folder, port));
    const server = await spawn("nginx", ["-c", `${folder}.conf`], port);
    const [master = 0] = server.processes;
    const children = await Deno.readTextFile(`/proc/${master}/task/${master}/children`);
    return { ...server, processes: [master, ...children.trim().split(/\s+/).map(Number)] };
  },
};

/** All of them. */
export const SERVERS: readonly ServerKind[] = [
  vmsock("vmsock httpd, libc", "--stack=libc"),
  vmsock("vmsock httpd, libc, 2 workers", "--stack=libc", "--workers=2"),
  vmsock("vmsock httpd, deno", "--stack=deno"),
  DENO_SERVE,
  NGINX,
];
