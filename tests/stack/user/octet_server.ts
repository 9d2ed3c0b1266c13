/** Serves a file by GET; says whether what comes by POST is the same. Arguments: address, file. */
const [hostname = "127.0.0.1", path = ""] = Deno.args;
const data = Deno.readFileSync(path);

async function answer(request: Request): Promise<Response> {
  if (request.method === "GET") return new Response(data);
  const body = new Uint8Array(await request.arrayBuffer());
  const same = body.length === data.length && body.every((octet, index) => octet === data[index]);
  return new Response(same ? "same" : "different");
}

const onListen = () => void Deno.stdout.writeSync(new TextEncoder().encode("ready\n"));
Deno.serve({ hostname, port: 8000, onListen }, answer);
