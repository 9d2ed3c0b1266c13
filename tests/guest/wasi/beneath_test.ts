import { assertEquals } from "@std/assert";
import { resolveBeneath } from "../../../lib/guest/wasi/beneath.ts";
import { errnoName } from "../../../lib/linux/errno.ts";
import { AT_FDCWD, O_DIRECTORY } from "../../../lib/linux/fcntl.ts";
import { type Guest, testOnEach } from "../../kernel/guest.ts";

/**
 * A folder `root` with `a/b/file`, links into it and out of it, beside `outside/secret`; returns the
 * descriptor of `root`.
 */
function tree(guest: Guest): number {
  const { folder } = guest;
  Deno.mkdirSync(`${folder}/root/a/b`, { recursive: true });
  Deno.mkdirSync(`${folder}/outside`);
  Deno.writeTextFileSync(`${folder}/outside/secret`, "secret");
  Deno.writeTextFileSync(`${folder}/root/a/b/file`, "file");
  const links: readonly (readonly [from: string, to: string])[] = [
    ["down", "a/b"],
    ["a/up", ".."],
    ["a/b/back", "../../a"],
    ["to_file", "a/b/file"],
    ["dangling", "a/nothing"],
    ["to_folder", "a/b/"],
    ["escape", "../outside"],
    ["a/escape", "../../outside/secret"],
    ["absolute", "/etc/passwd"],
    ["inside_absolute", `${folder}/root/a`],
    ["loop", "loop"],
  ];
  for (const [from, to] of links) Deno.symlinkSync(to, `${folder}/root/${from}`);
  return guest.ok(guest.kernel.openat(AT_FDCWD, `${folder}/root`, O_DIRECTORY, 0));
}

function resolved(guest: Guest, root: number, path: string, follow = true): string {
  const result = resolveBeneath(guest.kernel, root, path, { follow });
  return typeof result === "number" ? errnoName(-result) : result;
}

testOnEach("resolveBeneath() resolves names and links that stay inside", (guest) => {
  const root = tree(guest);
  const expected: readonly (readonly [path: string, result: string])[] = [
    ["a", "a"],
    [".", "."],
    ["./", "."],
    ["a/..", "."],
    ["a/", "a/"],
    ["a/.", "a/"],
    ["a//b/./file", "a/b/file"],
    ["a/b/..", "a/"],
    ["down", "a/b"],
    ["down/file", "a/b/file"],
    ["down/back/b/file", "a/b/file"],
    ["a/up/a", "a"],
    ["a/up", "."],
    ["to_file", "a/b/file"],
    ["to_folder", "a/b/"],
    ["dangling", "a/nothing"],
    ["new", "new"],
    ["a/new/", "a/new/"],
  ];
  for (const [path, result] of expected) assertEquals(resolved(guest, root, path), result, path);
});

testOnEach(
  "resolveBeneath() leaves a link at the end alone where it is not to be followed",
  (guest) => {
    const root = tree(guest);
    assertEquals(resolved(guest, root, "to_file", false), "to_file");
    assertEquals(resolved(guest, root, "escape", false), "escape");
    assertEquals(resolved(guest, root, "down/", false), "a/b/");
    assertEquals(resolved(guest, root, "escape/", false), "EPERM");
  },
);

testOnEach("resolveBeneath() refuses every way out", (guest) => {
  const root = tree(guest);
  const ways = [
    "..",
    "../outside/secret",
    "a/../..",
    "a/b/../../../outside",
    "/",
    "/etc/passwd",
    "escape",
    "escape/secret",
    "a/escape",
    "absolute",
    "inside_absolute",
    "a/up/..",
    "down/back/../..",
  ];
  for (const path of ways) assertEquals(resolved(guest, root, path), "EPERM", path);
});

testOnEach("resolveBeneath() gives the errors of the way", (guest) => {
  const root = tree(guest);
  assertEquals(resolved(guest, root, ""), "ENOENT");
  assertEquals(resolved(guest, root, "nothing/file"), "ENOENT");
  assertEquals(resolved(guest, root, "a/b/file/more"), "ENOTDIR");
  assertEquals(resolved(guest, root, "a/b/file/.."), "ENOTDIR");
  assertEquals(resolved(guest, root, "loop"), "ELOOP");
  assertEquals(resolved(guest, root, "loop/file"), "ELOOP");
  assertEquals(resolved(guest, root, "a\0b/file"), "EINVAL");
  const none = resolveBeneath(guest.kernel, 99, "a/b", { follow: true });
  assertEquals(typeof none === "number" ? errnoName(-none) : none, "EBADF");
});
