/**
 * Runs `deno` with the given arguments where the name server never answers, and prints what came of it
 * as JSON. For a network namespace of its own: see ../namespace.ts.
 */
import { createSocket } from "node:dgram";

const ADDRESS = "127.0.0.9";

async function run(command: string, ...args: string[]): Promise<Deno.CommandOutput> {
  return await new Deno.Command(command, { args, stdin: "null" }).output();
}

const folder = await Deno.makeTempDir();
const server = createSocket("udp4");
try {
  await run("ip", "link", "set", "lo", "up");
  await new Promise<void>((done) => server.bind(53, ADDRESS, done));
  await Deno.writeTextFile(`${folder}/resolv.conf`, `nameserver ${ADDRESS}\n`);
  const inside = `mount --bind "$0/resolv.conf" /etc/resolv.conf && exec "$@"`;
  const program = ["sh", "-c", inside, folder, Deno.execPath(), ...Deno.args];
  const { stdout, stderr, code } = await run("unshare", "-m", ...program);
  const decoder = new TextDecoder();
  // deno-lint-ignore no-console
  console.log(JSON.stringify([decoder.decode(stdout), decoder.decode(stderr), code]));
} finally {
  server.close();
  await Deno.remove(folder, { recursive: true });
}
