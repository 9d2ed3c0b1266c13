import { assertEquals } from "@std/assert";
import { DocumentRoot, isDirectory, isRegular } from "../../../lib/apps/httpd/document_root.ts";
import { Kernel, openStack } from "../../../lib/kernel/mod.ts";
import { Errno } from "../../../lib/linux/errno.ts";
import { AT_FDCWD, O_RDONLY } from "../../../lib/linux/fcntl.ts";
import { FileStatus } from "../../../lib/linux/stat.ts";
import { STACK_FLAGS } from "../vmsock.ts";
import { temporaryFolder } from "./httpd_server.ts";

for (const { stack } of STACK_FLAGS) {
  Deno.test(`[${stack}] DocumentRoot.find() tells the way and the folders on it`, () => {
    using folder = temporaryFolder();
    using kernel = new Kernel(openStack(stack));
    const root = `${folder.path}/root`;
    Deno.mkdirSync(`${root}/a/b`, { recursive: true });
    Deno.mkdirSync(`${root}/c`);
    Deno.writeTextFileSync(`${root}/a/b/file`, "");
    Deno.symlinkSync("../a", `${root}/c/up`);
    Deno.symlinkSync(`${root}/c/up`, `${root}/absolute`);
    Deno.symlinkSync(`${root}/`, `${root}/whole`);
    Deno.symlinkSync("root", `${folder.path}/link`);
    Deno.symlinkSync("a/b/file/", `${root}/slash`);

    const find = (names: string, base = root) => {
      const status = new FileStatus();
      const visited = new Set<string>(["left from before"]);
      const list = names === "" ? [] : names.split("/");
      const found = new DocumentRoot(kernel, base).find(list, status, visited);
      const kind = isRegular(status) ? "file" : isDirectory(status) ? "folder" : "other";
      return typeof found === "number" ? found : [found, kind, [...visited]];
    };
    assertEquals(find(""), [root, "folder", []]);
    assertEquals(find("a"), [`${root}/a`, "folder", [root]]);
    const way = [root, `${root}/a`, `${root}/a/b`];
    assertEquals(find("a/b/file"), [`${root}/a/b/file`, "file", way]);
    const file = `${root}/a/b/file`;
    assertEquals(find("c/up/b/file"), [file, "file", [root, `${root}/c`, ...way.slice(1)]]);
    assertEquals(find("absolute/b/file"), [file, "file", [root, `${root}/c`, ...way.slice(1)]]);
    assertEquals(find("whole/whole"), [root, "folder", [root]]);
    assertEquals(find("c/up"), [`${root}/a`, "folder", [root, `${root}/c`]]);
    // The root itself may be reached by a link.
    const link = `${folder.path}/link`;
    assertEquals(find("a", link), [`${link}/a`, "folder", [link]]);
    assertEquals(find("absolute", link), [`${link}/a`, "folder", [link, `${link}/c`]]);

    assertEquals(find("none"), -Errno.ENOENT);
    assertEquals(find("a/none/file"), -Errno.ENOENT);
    assertEquals(find("a/b/file/x"), -Errno.ENOTDIR);
    assertEquals(find("a".repeat(256)), -Errno.ENAMETOOLONG);
    assertEquals(find("a", `${folder.path}/nowhere`), -Errno.ENOENT);
  });

  Deno.test(`[${stack}] DocumentRoot.open() opens only the file that was found`, () => {
    using folder = temporaryFolder();
    using kernel = new Kernel(openStack(stack));
    const { path } = folder;
    Deno.writeTextFileSync(`${path}/file`, "");
    Deno.writeTextFileSync(`${path}/other`, "");
    const root = new DocumentRoot(kernel, path);
    const status = new FileStatus();
    const find = (name: string) => root.find([name], status, new Set());

    assertEquals(find("file"), `${path}/file`);
    const fd = root.open(`${path}/file`, status);
    assertEquals(fd, 3);
    kernel.close(fd);

    // Exchanged between the two steps: for another file, a link, a folder, nothing.
    const exchanges: readonly ((place: string) => void)[] = [
      (place) => Deno.renameSync(`${path}/other`, place),
      (place) => Deno.symlinkSync("/etc/passwd", place),
      (place) => Deno.mkdirSync(place),
      () => {},
    ];
    for (const [index, exchange] of exchanges.entries()) {
      const place = `${path}/${index}`;
      Deno.writeTextFileSync(place, "");
      assertEquals(find(`${index}`), place);
      // Kept, so that its inode is not used again.
      Deno.renameSync(place, `${place}-kept`);
      exchange(place);
      const result = root.open(place, status);
      assertEquals(result < 0, true, `${index}: ${result}`);
    }
    // Nothing was left open.
    assertEquals(kernel.openat(AT_FDCWD, path, O_RDONLY, 0), 3);
  });
}
