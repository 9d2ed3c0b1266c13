/** Whether a connection may get from one state to another by what one segment, call or timer does. */
import { TCP_TRANSITIONS, type TcpState } from "../../lib/tcp/state.ts";

/** One segment may take a connection through several states: an ACK with a FIN, say. */
const MOST_STEPS = 3;

function reachable(from: TcpState): Set<TcpState> {
  let reached = new Set<TcpState>([from]);
  for (let step = 0; step < MOST_STEPS; step++) {
    const next = TCP_TRANSITIONS.filter((way) => reached.has(way.from)).map(({ to }) => to);
    reached = new Set([...reached, ...next]);
  }
  return reached;
}

const REACHABLE = new Map(
  [...new Set(TCP_TRANSITIONS.map(({ from }) => from))].map((from) => [from, reachable(from)]),
);

/** Whether the diagram of RFC 9293 has a way. */
export function isInDiagram(from: TcpState, to: TcpState): boolean {
  return from === to || REACHABLE.get(from)?.has(to) === true;
}
