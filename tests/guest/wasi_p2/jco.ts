/**
 * jco in Deno, where it can be had.
 *
 * @module
 */

// Of the versions that Deno resolves, the last.
const JCO = "npm:@bytecodealliance/jco-transpile@0.12.1";

/** What `jco transpile --instantiation` makes. */
export interface Transpiled {
  /** Makes an instance with what it imports. */
  instantiate(
    getCoreModule: (path: string) => Promise<WebAssembly.Module>,
    imports: unknown,
  ): Promise<Readonly<Record<string, { run(): void } | undefined>>>;
}

/** The part of jco that is used. */
export interface Jco {
  /** Makes JavaScript of a component. */
  transpileBytes(
    bytes: Uint8Array,
    options: unknown,
  ): Promise<{ readonly files: Readonly<Record<string, Uint8Array>> }>;
}

/** jco, or why it cannot be had. */
export async function importJco(): Promise<Jco | string> {
  try {
    return await import(JCO);
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** Makes JavaScript of a component, in a folder, and loads it. */
export async function transpileGuest(
  jco: Jco,
  bytes: Uint8Array,
  folder: string,
): Promise<Transpiled> {
  const { files } = await jco.transpileBytes(bytes, {
    name: "guest",
    instantiation: { tag: "async" },
    noTypescript: true,
  });
  for (const [name, content] of Object.entries(files)) {
    if (name.includes("/")) continue;
    Deno.writeFileSync(`${folder}/${name}`, content);
  }
  return await import(`file://${folder}/guest.js`);
}
