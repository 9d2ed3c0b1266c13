/**
 * What a connection can be told.
 *
 * @module
 */

/** Settings of a connection; those that are not readonly may change while it lives. */
export interface TcpSettings {
  /** Longest packet that the device takes, in octets, IP header included. */
  readonly mtu: number;
  /** Whether packets are IPv4 (20 octets of header) or IPv6 (40). */
  readonly family: 4 | 6;
  /** Room for received data, in octets. */
  readonly receiveBuffer: number;
  /** Room for data to be sent, in octets. */
  readonly sendBuffer: number;
  /** Whether to offer window scaling (RFC 7323). */
  readonly windowScaling: boolean;
  /** Whether to offer timestamps (RFC 7323). */
  readonly timestamps: boolean;
  /** Whether to offer selective acknowledgments (RFC 2018). */
  readonly selectiveAcknowledgments: boolean;
  /** Largest segment size to tell the peer and to send; 0 for what the MTU allows. */
  readonly maximumSegmentSize: number;
  /** Milliseconds that a segment may live in the network: half of TIME-WAIT. */
  readonly maximumSegmentLifetime: number;
  /** Least retransmission time-out in milliseconds (RFC 6298 says 1,000). */
  readonly minimumRetransmissionTimeout: number;
  /** Milliseconds after which an unanswered SYN makes the open fail; at least three minutes (R2). */
  readonly openTimeout: number;
  /** Whether small segments go out at once: Nagle's algorithm off. */
  noDelay: boolean;
  /** Whether only full segments go out, for as long as the timer allows: TCP_CORK. */
  cork: boolean;
  /** Longest that an acknowledgment waits for company, in milliseconds, less than 500. */
  delayedAcknowledgment: number;
  /** Milliseconds that data may stay unacknowledged before the connection is given up (R2). */
  userTimeout: number;
  /** Whether silent peers are asked whether they are still there. */
  keepAlive: boolean;
  /** Milliseconds of silence before the first such question. */
  keepAliveIdle: number;
  /** Milliseconds between such questions. */
  keepAliveInterval: number;
  /** How many may stay unanswered. */
  keepAliveCount: number;
  /** Milliseconds that a connection whose user is gone waits for the peer's end. */
  finTimeout: number;
  /** Differentiated services of its packets (RFC 2474), 0 to 255. */
  typeOfService: number;
  /** How many routers its packets may pass, 1 to 255. */
  timeToLive: number;
}

/** What a connection does unless it is told something else; times as Linux has them. */
export const DEFAULT_TCP_SETTINGS: Readonly<TcpSettings> = {
  mtu: 1500,
  family: 4,
  receiveBuffer: 256 * 1024,
  sendBuffer: 256 * 1024,
  windowScaling: true,
  timestamps: true,
  selectiveAcknowledgments: true,
  maximumSegmentSize: 0,
  maximumSegmentLifetime: 30_000,
  minimumRetransmissionTimeout: 1000,
  openTimeout: 180_000,
  noDelay: false,
  cork: false,
  delayedAcknowledgment: 40,
  userTimeout: 900_000,
  keepAlive: false,
  keepAliveIdle: 7_200_000,
  keepAliveInterval: 75_000,
  keepAliveCount: 9,
  finTimeout: 60_000,
  typeOfService: 0,
  timeToLive: 64,
};
