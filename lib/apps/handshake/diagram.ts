/**
 * An exchange of segments as a sequence diagram.
 *
 * @module
 */
import type { SocketAddress } from "../../ip.ts";
import { TCP_FLAG_ACK, tcpFlagNames } from "../../wire/tcp_flags.ts";
import { formatTcpOptions } from "../../wire/pretty_print.ts";
import type { ExchangeEvent } from "./exchange.ts";

/** Columns between the two lines. */
const WIDTH = 58;
/** Columns left of the left line. */
const MARGIN = 14;

/** How states and arrows are set apart where there are colours. */
export interface DiagramStyle {
  /** Wraps a state. */
  state(text: string): string;
  /** Wraps an arrow from this side. */
  outgoing(text: string): string;
  /** Wraps an arrow from the peer. */
  incoming(text: string): string;
}

/** Text without colours. */
export const PLAIN: DiagramStyle = {
  state: (text) => text,
  outgoing: (text) => text,
  incoming: (text) => text,
};

function states(left: string, right: string, style: DiagramStyle): string {
  const start = left.padStart(MARGIN - 1);
  const gap = " ".repeat(WIDTH + 2);
  return `${start.replace(left, style.state(left))} ${" "}${gap}${style.state(right)}`.trimEnd();
}

function line(text: string): string {
  return `${" ".repeat(MARGIN)}│ ${text.padEnd(WIDTH - 2)} │`;
}

function arrow(outgoing: boolean, time: number, style: DiagramStyle): string {
  const shaft = "─".repeat(WIDTH - 1);
  const text = outgoing ? style.outgoing(`${shaft}▶`) : style.incoming(`◀${shaft}`);
  return `${`${time.toFixed(3)} ms`.padStart(MARGIN - 1)} │${text}│`;
}

/** Breaks text at commas so that it fits between the lines. */
function wrap(text: string): string[] {
  const lines: string[] = [];
  let current = "";
  for (const part of text.split(", ")) {
    const longer = current === "" ? part : `${current}, ${part}`;
    if (longer.length <= WIDTH - 4) current = longer;
    else {
      lines.push(`${current},`);
      current = part;
    }
  }
  return current === "" ? lines : [...lines, current];
}

function describe({ segment }: ExchangeEvent): string[] {
  const { flags, sequence, acknowledgment, window, options, payload } = segment;
  const numbers = [`seq ${sequence}`];
  if ((flags & TCP_FLAG_ACK) !== 0) numbers.push(`ack ${acknowledgment}`);
  numbers.push(`win ${window}`);
  if (payload.length > 0) numbers.push(`data ${payload.length}`);
  const head = `${tcpFlagNames(flags)}  ${numbers.join("  ")}`;
  return [head, ...wrap(formatTcpOptions(options)).map((text) => `  ${text}`)];
}

/**
 * Draws an exchange: time goes down, this side is left, states stand where they change.
 *
 * @param events What passed.
 * @param local This side's address.
 * @param remote The peer's address.
 * @param style How parts are set apart.
 * @returns Lines, each with its end.
 */
export function drawDiagram(
  events: readonly ExchangeEvent[],
  local: SocketAddress,
  remote: SocketAddress,
  style: DiagramStyle,
): string {
  const head = `${`${local}`.padStart(MARGIN - 1)}`;
  const lines = [
    `${head}${`${remote}`.padStart(MARGIN + WIDTH + 4 + `${remote}`.length - head.length)}`,
  ];
  let left: string = "CLOSED";
  let right: string = events[0]?.peerState ?? "";
  lines.push(states(left, right, style));
  for (const event of events) {
    for (const text of describe(event)) lines.push(line(text));
    lines.push(arrow(event.outgoing, event.time, style));
    const peer = event.peerState ?? "";
    if (event.state === left && peer === right) continue;
    left = event.state;
    right = peer;
    lines.push(states(left, right, style));
  }
  return lines.map((text) => `${text}\n`).join("");
}
