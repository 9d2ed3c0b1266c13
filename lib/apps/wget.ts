/**
 * `vmsock wget`: downloads.
 *
 * @module
 */
import type { Command } from "./command.ts";

/** The row for `vmsock wget`. */
export const wgetCommand: Command = {
  name: "wget",
  summary: "download files over http and https",
  operands: "URL… | URL OUTPUT",
  description:
    `Saves each URL in the current folder under the last part of its path, with its query. A file that
exists is left alone: .1, .2, … is added to the new name. A second argument without a scheme is
the output file; a first one without a scheme is taken for http://. Redirects are followed, up to
20; what a server redirects to has no influence on the name.

Needs --allow-net and --allow-write, and --allow-read to replace a file or go on with it. https://
goes through Deno's own TLS, which --trace does not show; deno run --cert=FILE adds an authority.
--timeout bounds making a connection, then request and response head together, then each wait for
data; looking up names has the resolver's own limits. Proxies are not used, nor passwords in URLs:
--header='Authorization: Basic …' sends one.

Exit status, the lowest but 1 of several URLs': 0 saved, 1 any other failure, 2 wrong usage, 3 a
file cannot be written, 4 the network failed or a response ended early, 5 TLS, 6 the server wants a
password, 7 the response is not HTTP, 8 the server refused. What a failed download has brought is
kept, for --continue.`,
  options: [
    {
      name: "output-document",
      short: "O",
      value: "FILE",
      help: "save everything to FILE, replacing it; - for standard output",
    },
    { name: "continue", short: "c", help: "go on with a file that is there, from its end" },
    { name: "quiet", short: "q", help: "print errors only" },
    {
      name: "timeout",
      short: "T",
      value: "SECONDS",
      help: "longest wait for the server; default 900",
    },
    { name: "max-time", value: "SECONDS", help: "longest time for one URL, whatever arrives" },
    {
      name: "tries",
      short: "t",
      value: "NUMBER",
      help: "attempts if the network fails, each going on from the last; default 1",
    },
    { name: "header", value: "'NAME: VALUE'", help: "send a header field; may be repeated" },
  ],
  examples: [
    ["vmsock wget http://example.com/file.txt", "save file.txt"],
    ["vmsock wget http://192.168.1.1:8080/data.json output.json", "save it as output.json"],
    ["vmsock wget -c --tries=5 https://example.com/big.iso", "go on with big.iso"],
    ["vmsock wget -qO- http://example.com/ | less", "print a page"],
  ],
  run: async (invocation) => (await import("./wget/run_wget.ts")).runWget(invocation),
};
