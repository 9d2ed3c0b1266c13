import { assertEquals } from "@std/assert";
import { contentType } from "../../../lib/apps/httpd/mime.ts";

Deno.test("contentType() goes by what stands behind the last dot", () => {
  const types: Readonly<Record<string, string>> = {
    "index.html": "text/html; charset=utf-8",
    "a.htm": "text/html; charset=utf-8",
    "style.min.css": "text/css; charset=utf-8",
    "app.js": "text/javascript; charset=utf-8",
    "app.mjs": "text/javascript; charset=utf-8",
    "data.json": "application/json",
    "notes.txt": "text/plain; charset=utf-8",
    "PHOTO.JPG": "image/jpeg",
    "photo.jpeg": "image/jpeg",
    "a.png": "image/png",
    "a.gif": "image/gif",
    "a.svg": "image/svg+xml",
    "favicon.ico": "image/x-icon",
    "m.wasm": "application/wasm",
    "a.tar.gz": "application/gzip",
    "a.pdf": "application/pdf",
  };
  for (const [name, type] of Object.entries(types)) assertEquals(contentType(name), type, name);
});

Deno.test("contentType() knows nothing about other names", () => {
  for (const name of ["", "README", "a.", "a.unknown", ".", "html", "a.html~", "a.constructor"]) {
    assertEquals(contentType(name), "application/octet-stream", name);
  }
});
