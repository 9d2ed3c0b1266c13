/**
 * `vmsock httpd`: serves the files of a folder over HTTP.
 *
 * @module
 */
import type { Command } from "./command.ts";

/** The row for `vmsock httpd`. */
export const httpdCommand: Command = {
  name: "httpd",
  summary: "serve the files of a folder over HTTP",
  operands: "",
  description:
    `HTTP/1.1 with GET and HEAD, ranges and conditional requests. Nothing outside the folder is served:
symbolic links that lead out of it are refused. Reading it needs --allow-read=FOLDER, and listening
--allow-net. More than one worker needs the libc stack (--allow-ffi), and --allow-read for this
program's own files, too. Ctrl-C lets responses end and stops, with exit status 130.`,
  options: [
    { name: "root", value: "FOLDER", help: "the folder; default ./public" },
    { name: "host", value: "HOST", help: "address or name to listen on; default 0.0.0.0" },
    { name: "port", value: "PORT", help: "port; default 8080, 0 picks a free one" },
    { name: "workers", value: "COUNT", help: "threads that share the port; default 1" },
    { name: "list", help: "list directories that have no index.html" },
    { name: "log", help: "write requests to standard output, in the common log format" },
    {
      name: "timeout",
      value: "SECONDS",
      help: "longest wait for a request, or for a client to read on; default 20",
    },
    {
      name: "connections",
      value: "COUNT",
      help: "connections of each worker at once; default 1000",
    },
  ],
  examples: [
    ["vmsock httpd", "serve ./public on port 8080"],
    ["vmsock httpd --root=. --host=127.0.0.1 --list", "browse this folder, from here only"],
    ["vmsock httpd --host=:: --port=80 --log > access.log", "IPv6 and IPv4, with a log"],
    ["vmsock --stack=libc httpd --workers=4", "four threads on one port"],
  ],
  run: async (invocation) => (await import("./httpd/run_httpd.ts")).runHttpd(invocation),
};
