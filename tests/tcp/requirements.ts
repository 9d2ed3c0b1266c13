/**
 * Every MUST of RFC 9293: where it is met, or why it does not apply, and the test that holds it.
 * `deno task readme` writes it into COMPATIBILITY.md; `requirements_test.ts` finds the tests.
 */

/** One requirement. */
export interface Requirement {
  /** Its number in the RFC. */
  readonly must: number;
  /** What it asks, in our words. */
  readonly asks: string;
  /** The file that meets it, or why it does not apply. */
  readonly met: string;
  /** The name of a test of it, or its beginning; empty for one that does not apply. */
  readonly test: string;
}

function row(must: number, asks: string, met: string, test: string): Requirement {
  return { must, asks, met, test };
}

const SOURCE_ROUTE = "does not apply: no IP options are sent, and packets' options are not obeyed";

/** The rows, by number. */
export const REQUIREMENTS: readonly Requirement[] = [
  row(1, "windows are unsigned", "lib/wire/tcp.ts", "no more is sent than the peer's window"),
  row(2, "send checksums", "lib/wire/tcp.ts", "emitTcp() writes Linux's SYNs"),
  row(
    3,
    "verify checksums",
    "lib/stack/user/ip_layer.ts",
    "hasValidChecksum() finds each changed bit",
  ),
  row(
    4,
    "support end of list, no-operation and MSS",
    "lib/wire/tcp_options.ts",
    "parseTcpOptions() skips unknown options",
  ),
  row(
    5,
    "take options in any segment",
    "lib/wire/tcp.ts",
    "options are taken in any segment (MUST-5)",
  ),
  row(
    6,
    "skip unknown options",
    "lib/wire/tcp_options.ts",
    "parseTcpOptions() skips unknown options",
  ),
  row(
    7,
    "survive an impossible option length",
    "lib/wire/tcp_options.ts",
    "parseTcpOptions() stops at a length that cannot be",
  ),
  row(8, "ISN by a clock", "lib/tcp/initial_sequence.ts", "initialSequence() ticks every 4 µs"),
  row(
    9,
    "ISN that outsiders cannot compute",
    "lib/tcp/sip_hash.ts",
    "initialSequence() ticks every 4 µs",
  ),
  row(
    10,
    "simultaneous open",
    "lib/tcp/arrival/syn_sent.ts",
    "SYN-SENT opens simultaneously (MUST-10)",
  ),
  row(
    11,
    "remember whether SYN-RECEIVED came from a passive open",
    "lib/tcp/arrival/checks.ts",
    "SYN-RECEIVED after a simultaneous open is refused",
  ),
  row(
    12,
    "tell FIN from RST",
    "lib/tcp/connection.ts",
    "ESTABLISHED is reset by an RST with the very next",
  ),
  row(
    13,
    "TIME-WAIT of twice the segment lifetime",
    "lib/tcp/time_wait.ts",
    "the user ends first: FIN-WAIT-1",
  ),
  row(14, "send and take MSS", "lib/tcp/segment.ts", "SYN-SENT offers what the device takes"),
  row(
    15,
    "536 or 1220 without MSS",
    "lib/tcp/transmission_control_block.ts",
    "SYN-SENT takes 536 octets for a peer",
  ),
  row(
    16,
    "effective MSS by peer and device",
    "lib/tcp/transmission_control_block.ts",
    "SYN-SENT sends no segment larger than the device takes",
  ),
  row(
    17,
    "Nagle can be turned off",
    "lib/tcp/transmit.ts",
    "Nagle's algorithm holds a small segment",
  ),
  row(
    18,
    "RTO by RFC 6298, Karn's algorithm",
    "lib/tcp/rtt_estimator.ts",
    "data is sent again after 1, 2, 4",
  ),
  row(
    19,
    "slow start, congestion avoidance, back-off",
    "lib/tcp/congestion.ts",
    "after a time-out everything goes out again by slow start",
  ),
  row(
    20,
    "give up at a threshold",
    "lib/tcp/timers.ts",
    "the connection is given up at the user's time-out",
  ),
  row(
    21,
    "the user sets the threshold",
    "lib/tcp/connection.ts",
    "the connection is given up at the user's time-out",
  ),
  row(
    22,
    "SYNs are retransmitted likewise",
    "lib/tcp/timers.ts",
    "a SYN, ACK is sent again by its timer",
  ),
  row(
    23,
    "three minutes at least for a SYN",
    "lib/tcp/settings.ts",
    "SYN-SENT sends its SYN again after 1, 2, 4",
  ),
  row(24, "keep-alive per connection", "lib/tcp/timers.ts", "keep-alive can be turned off again"),
  row(25, "keep-alive off by default", "lib/tcp/settings.ts", "keep-alive is off by default"),
  row(26, "keep-alive only after silence", "lib/tcp/timers.ts", "keep-alive is off by default"),
  row(27, "its interval can be set", "lib/tcp/connection.ts", "keep-alive is off by default"),
  row(28, "two hours at least by default", "lib/tcp/settings.ts", "keep-alive is off by default"),
  row(29, "one unanswered probe is no death", "lib/tcp/timers.ts", "keep-alive is off by default"),
  row(30, "support urgent data", "lib/tcp/arrival/text.ts", "urgent data is announced once"),
  row(31, "of any length", "lib/tcp/arrival/text.ts", "urgent data is announced once"),
  row(32, "tell the user of it", "lib/tcp/connection.ts", "urgent data is announced once"),
  row(
    33,
    "tell how much is left",
    "lib/tcp/transmission_control_block.ts",
    "urgent data is announced once",
  ),
  row(
    34,
    "survive a window that shrinks",
    "lib/tcp/timers.ts",
    "a window that shrinks over what is on the way",
  ),
  row(
    35,
    "a zero window is no time-out",
    "lib/tcp/timers.ts",
    "a closed window is asked about again",
  ),
  row(36, "probe zero windows", "lib/tcp/transmit.ts", "a closed window is asked about again"),
  row(
    37,
    "stay open while probes are answered",
    "lib/tcp/timers.ts",
    "a closed window is asked about again",
  ),
  row(
    38,
    "the sender avoids silly windows",
    "lib/tcp/transmit.ts",
    "a small piece of the window is not filled at once",
  ),
  row(
    39,
    "the receiver avoids silly windows",
    "lib/tcp/receive_window.ts",
    "the window grows by half the buffer",
  ),
  row(
    40,
    "acknowledge within half a second",
    "lib/tcp/arrival/text.ts",
    "ESTABLISHED acknowledges two segments at once",
  ),
  row(
    41,
    "a passive open leaves other connections alone",
    "lib/tcp/host.ts",
    "listen() leaves other connections alone",
  ),
  row(
    42,
    "listen at a port that is being opened",
    "lib/tcp/host.ts",
    "listen() leaves other connections alone",
  ),
  row(
    43,
    "the user can name the local address",
    "lib/tcp/host.ts",
    "connect() keeps its local address",
  ),
  row(
    44,
    "ask IP for it otherwise",
    "lib/stack/user/engine/context.ts",
    "sourceFor() gives the address from which",
  ),
  row(
    45,
    "keep it for the connection",
    "lib/tcp/connection.ts",
    "connect() keeps its local address",
  ),
  row(46, "refuse to open to groups", "lib/tcp/host.ts", "connect() refuses groups and everybody"),
  row(
    47,
    "report soft errors",
    "lib/tcp/icmp_arrives.ts",
    "an ICMP error does not end an established",
  ),
  row(
    48,
    "the user can set differentiated services",
    "lib/tcp/settings.ts",
    "differentiated services and time to live",
  ),
  row(
    49,
    "the time to live can be set",
    "lib/tcp/settings.ts",
    "differentiated services and time to live",
  ),
  row(50, "ignore IP options that are not understood", SOURCE_ROUTE, ""),
  row(51, "source route of an active open", SOURCE_ROUTE, ""),
  row(52, "return route of a passive open", SOURCE_ROUTE, ""),
  row(53, "a later source route", SOURCE_ROUTE, ""),
  row(
    54,
    "ICMP errors reach their connection",
    "lib/tcp/host.ts",
    "an ICMP error ends an open where nobody is there",
  ),
  row(
    55,
    "ignore source quench",
    "lib/wire/icmp.ts",
    "icmpError() tells hard errors from soft ones",
  ),
  row(
    56,
    "soft errors end nothing",
    "lib/tcp/icmp_arrives.ts",
    "an ICMP error does not end an established",
  ),
  row(
    57,
    "ignore segments for groups",
    "lib/stack/user/ip_layer.ts",
    "TcpListener ignores a SYN from a group",
  ),
  row(
    58,
    "aggregate acknowledgments",
    "lib/tcp/arrival/text.ts",
    "ESTABLISHED acknowledges two segments at once",
  ),
  row(
    59,
    "take all segments before acknowledging",
    "lib/tcp/host.ts",
    "ESTABLISHED acknowledges all segments that have come",
  ),
  row(
    60,
    "no data waits for ever without PUSH",
    "lib/tcp/transmit.ts",
    "data goes out in segments of the peer's size",
  ),
  row(
    61,
    "PSH on the last of the buffer",
    "lib/tcp/transmit.ts",
    "data goes out in segments of the peer's size",
  ),
  row(
    62,
    "the urgent pointer's place",
    "lib/tcp/transmit.ts",
    "urgent data is sent with a pointer",
  ),
  row(
    63,
    "ignore SYNs from addresses that cannot be",
    "lib/tcp/host.ts",
    "TcpListener ignores a SYN from a group",
  ),
  row(
    64,
    "options need no alignment",
    "lib/wire/tcp_options.ts",
    "parseTcpOptions() skips unknown options",
  ),
  row(65, "MSS on SYNs alone", "lib/tcp/segment.ts", "no segment but a SYN has a segment size"),
  row(
    66,
    "RST, URG and ACK at a zero window",
    "lib/tcp/arrival/checks.ts",
    "a segment at a closed window still brings",
  ),
  row(
    67,
    "offer no MSS above what is taken",
    "lib/tcp/transmission_control_block.ts",
    "SYN-SENT offers what the device takes",
  ),
  row(
    68,
    "new options have a length",
    "lib/wire/tcp_options.ts",
    "parseTcpOptions() skips unknown options",
  ),
  row(
    69,
    "nothing counts after the end of the list",
    "lib/wire/tcp_options.ts",
    "parseTcpOptions() reads nothing after",
  ),
];
