/**
 * `vmsock get`: HTTP GET over blocking sockets.
 *
 * @module
 */
import type { Command } from "./command.ts";

/** The row for `vmsock get`. */
export const getCommand: Command = {
  name: "get",
  summary: "HTTP GET; the body to standard output",
  operands: "URL",
  description:
    `Only http:// URLs. The body is written as it arrives, whatever the status. Exit status 1, with
one line on standard error, if no whole response arrives or its status is 400 or more. --timeout
bounds the whole run, but for looking up names: the resolver has limits of its own.`,
  options: [
    { name: "location", short: "L", help: "follow redirects, up to 20" },
    {
      name: "timeout",
      value: "SECONDS",
      help: "longest time for connections, redirects and body together",
    },
    { name: "header", value: "'NAME: VALUE'", help: "send a header field; may be repeated" },
  ],
  examples: [
    ["vmsock get http://example.com/", "print a page"],
    ["vmsock get --location --timeout=5 http://example.com/ > page.html", "save it"],
    ["vmsock --trace get http://example.com/", "show each system call"],
  ],
  run: async (invocation) => (await import("./get_url.ts")).runGet(invocation),
};
