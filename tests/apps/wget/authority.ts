/**
 * A certificate authority of a test's own, made with openssl(1).
 *
 * @module
 */

/** Key and certificate of a server, PEM. */
export interface ServerCertificate {
  /** The private key. */
  readonly key: string;
  /** The certificate. */
  readonly cert: string;
}

/** An authority. */
export interface Authority extends AsyncDisposable {
  /** The file with its own certificate, for `deno run --cert`. */
  readonly file: string;
  /**
   * Signs a certificate.
   *
   * @param names What it is for, in openssl's words: `DNS:localhost,IP:127.0.0.1`.
   * @param dates Further arguments of `openssl x509`; default: valid for a day.
   */
  certify(names: string, ...dates: readonly string[]): Promise<ServerCertificate>;
}

async function openssl(folder: string, ...args: readonly string[]): Promise<void> {
  const { success, stderr } = await new Deno.Command("openssl", {
    args: [...args],
    cwd: folder,
    stdin: "null",
  }).output();
  if (!success) throw new Error(`openssl ${args.join(" ")}: ${new TextDecoder().decode(stderr)}`);
}

const KEY = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"] as const;

/** Whether openssl(1) is there. */
export function hasOpenssl(): boolean {
  try {
    return new Deno.Command("openssl", { args: ["version"], stdout: "null" }).outputSync().success;
  } catch {
    return false;
  }
}

/** Makes an authority. */
export async function makeAuthority(): Promise<Authority> {
  const folder = await Deno.makeTempDir({ prefix: "authority" });
  const self = ["-x509", "-keyout", "ca.key", "-out", "ca.pem", "-days", "1", "-subj", "/CN=test"];
  await openssl(folder, "req", ...KEY, ...self);
  return {
    file: `${folder}/ca.pem`,
    async certify(names, ...dates) {
      const request = ["-keyout", "key.pem", "-out", "request.pem", "-subj", "/CN=server"];
      await openssl(folder, "req", ...KEY, ...request);
      await Deno.writeTextFile(`${folder}/extensions`, `subjectAltName=${names}`);
      const signing = ["-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-out", "cert.pem"];
      const validity = dates.length === 0 ? ["-days", "1"] : dates;
      const files = ["-in", "request.pem", "-extfile", "extensions"];
      await openssl(folder, "x509", "-req", ...files, ...signing, ...validity);
      return {
        key: await Deno.readTextFile(`${folder}/key.pem`),
        cert: await Deno.readTextFile(`${folder}/cert.pem`),
      };
    },
    [Symbol.asyncDispose]: () => Deno.remove(folder, { recursive: true }),
  };
}
