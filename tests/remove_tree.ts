/** Removes a folder and what is in it, whatever permissions guests have given to its folders. */
export function removeTree(folder: string): void {
  try {
    Deno.removeSync(folder, { recursive: true });
  } catch (error) {
    if (!(error instanceof Deno.errors.PermissionDenied)) throw error;
    // Only root goes into every folder.
    makeAccessible(folder);
    Deno.removeSync(folder, { recursive: true });
  }
}

function makeAccessible(folder: string): void {
  Deno.chmodSync(folder, 0o700);
  for (const { name, isDirectory } of Deno.readDirSync(folder)) {
    if (isDirectory) makeAccessible(`${folder}/${name}`);
  }
}
