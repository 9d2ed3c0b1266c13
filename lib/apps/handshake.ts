/**
 * `vmsock handshake`: a TCP handshake by our own TCP, drawn.
 *
 * @module
 */
import { type Command, optionValue, type ParsedArguments, UsageError } from "./command.ts";

/** What a host behind a TUN device is told. */
const TUN_OPTIONS: readonly string[] = ["tun", "address", "gateway"];

function checkOptions(parsed: ParsedArguments): void {
  if (optionValue(parsed, "stack") === "user") {
    throw new UsageError("handshake has a TCP of its own: leave --stack=user out, add --via=tun");
  }
  if (parsed.options.has("nameserver")) {
    throw new UsageError("handshake asks this host for names: leave --nameserver out");
  }
  if (optionValue(parsed, "via") === "tun") return;
  for (const name of TUN_OPTIONS) {
    if (!parsed.options.has(name)) continue;
    throw new UsageError(`--${name} does nothing without --via=tun: add that, or leave it out`);
  }
}

/** The row for `vmsock handshake`. */
export const handshakeCommand: Command = {
  name: "handshake",
  summary: "make a TCP connection by hand and draw what passes",
  operands: "HOST PORT",
  description:
    `A TCP of this program's own makes the connection and closes it: over a raw socket, which needs
CAP_NET_RAW and speaks IPv4 only, or over a TUN device, which needs CAP_NET_ADMIN. Both need
--allow-ffi, and --allow-net for the peer. A raw socket has this host's own address; over TUN this
program is a host of its own, as --tun, --address and --gateway say. Exit status 1 if no connection
comes about.`,
  options: [
    { name: "via", value: "raw|tun", choices: ["raw", "tun"], help: "what carries the packets" },
    { name: "timeout", value: "SECONDS", help: "longest time to wait, 5 by default" },
    { name: "pcap", value: "FILE", help: "write the packets to FILE, for Wireshark" },
    { name: "json", help: "print what passed as JSON" },
  ],
  examples: [
    ["vmsock handshake example.com 80", "over a raw socket"],
    ["vmsock handshake --pcap=handshake.pcap 192.0.2.1 443", "and keep the packets"],
    [
      "vmsock handshake --via=tun --address=10.9.0.2/24 --gateway=10.9.0.1 10.9.0.1 8080",
      "over a TUN device that is made for it",
    ],
  ],
  checkOptions,
  run: async (invocation) => (await import("./handshake/run.ts")).runHandshake(invocation),
};
