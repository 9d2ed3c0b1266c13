import { assert, assertEquals, assertThrows } from "@std/assert";
import {
  IpHeader,
  TcpConnection,
  tcpFlags,
  TcpHeader,
  TcpState,
} from "../../examples/handshake_by_hand.ts";
import { LoopbackDevice } from "../../lib/device/loopback.ts";
import { type IpAddress, parseIpAddress, SocketAddress } from "../../lib/ip.ts";
import { Ipv4Packet } from "../../lib/wire/ipv4.ts";

function ip(text: string): IpAddress {
  const address = parseIpAddress(text);
  assert(address !== null);
  return address;
}

const LOCAL = new SocketAddress(ip("10.0.0.1"), 12345);
const REMOTE = new SocketAddress(ip("10.0.0.2"), 80);
const NOTHING = new Uint8Array();

interface Bench {
  readonly connection: TcpConnection;
  readonly peer: LoopbackDevice;
  /** Sends a segment as the peer would. */
  answer(sequence: number, acknowledgment: number, flags: number, port?: number): void;
  /** The segments that the connection has sent. */
  sent(): TcpHeader[];
}

function bench(): Bench {
  const [device, peer] = LoopbackDevice.pair(1500);
  const buffer = new Uint8Array(1500);
  return {
    connection: new TcpConnection(device, LOCAL, REMOTE, 1000),
    peer,
    answer(sequence, acknowledgment, flags, port = REMOTE.port) {
      const header = new TcpHeader({
        sourcePort: port,
        destinationPort: LOCAL.port,
        sequence,
        acknowledgment,
        flags,
        window: 100,
      }).withChecksum(REMOTE.ip, LOCAL.ip, NOTHING).toBytes();
      peer.transmit(
        new Uint8Array([...new IpHeader(REMOTE.ip, LOCAL.ip, 20).toBytes(), ...header]),
      );
    },
    sent() {
      const headers: TcpHeader[] = [];
      for (let length = peer.receive(buffer); length > 0; length = peer.receive(buffer)) {
        const packet = Ipv4Packet.check(buffer.slice(0, length));
        assert(packet !== null && packet.hasValidChecksum());
        const header = TcpHeader.fromBytes(packet.payload);
        assert(header.verifyChecksum(LOCAL.ip, REMOTE.ip, packet.payload.subarray(20)));
        headers.push(header);
      }
      return headers;
    },
  };
}

Deno.test("createSynPacket() gives wire bytes and changes nothing", () => {
  const { connection } = bench();
  const syn = connection.createSynPacket();
  assertEquals(syn.length, 20);
  assertEquals(syn, connection.createSynPacket());
  const { fields } = TcpHeader.fromBytes(syn);
  assertEquals([fields.sequence, fields.acknowledgment, fields.flags, fields.window], [
    1000,
    0,
    tcpFlags.SYN,
    8192,
  ]);
  assertEquals(connection.state, TcpState.Closed);
});

Deno.test("createAckPacket() uses the sequence number after localSeq and does not advance it", () => {
  const { connection } = bench();
  const { fields } = TcpHeader.fromBytes(connection.createAckPacket(2001));
  assertEquals([fields.sequence, fields.acknowledgment, fields.flags, fields.window], [
    1001,
    2001,
    tcpFlags.ACK,
    8192,
  ]);
  assertEquals(connection.localSeq, 1000);
});

Deno.test("completeHandshake() alone advances localSeq", () => {
  const { connection } = bench();
  connection.sendSyn();
  assertEquals([connection.localSeq, connection.state], [1000, TcpState.SynSent]);
  connection.sendAck(2001);
  assertEquals([connection.localSeq, connection.remoteSeq], [1000, 2000]);
  connection.completeHandshake();
  assertEquals([connection.localSeq, connection.state], [1001, TcpState.Established]);
});

Deno.test("sendTcpPacket() puts an IP header before header and data", () => {
  const { connection, peer } = bench();
  connection.sendTcpPacket(connection.createSynPacket(), new TextEncoder().encode("data"));
  const buffer = new Uint8Array(100);
  const packet = Ipv4Packet.check(buffer.subarray(0, peer.receive(buffer)));
  assertEquals(new TextDecoder().decode(packet?.payload.subarray(20)), "data");
});

Deno.test("connect() completes the handshake with the answer that fits, whatever else comes", () => {
  const { connection, answer, sent } = bench();
  answer(5, 1001, tcpFlags.SYN | tcpFlags.ACK, 81);
  answer(2000, 999, tcpFlags.SYN | tcpFlags.ACK);
  answer(2000, 1001, tcpFlags.ACK);
  answer(2000, 1001, tcpFlags.SYN | tcpFlags.ACK);
  connection.connect();
  assert(connection.isConnected);
  assertEquals([connection.localSeq, connection.remoteSeq], [1001, 2000]);
  assertEquals(sent().map(({ fields }) => [fields.flags, fields.sequence, fields.acknowledgment]), [
    [tcpFlags.SYN, 1000, 0],
    [tcpFlags.ACK, 1001, 2001],
  ]);
});

Deno.test("connect() says that the peer refused", () => {
  const { connection, answer } = bench();
  answer(0, 1001, tcpFlags.RST | tcpFlags.ACK);
  assertThrows(() => connection.connect(), Error, "Connection refused");
  assertEquals(connection.state, TcpState.Closed);
});

Deno.test("connect() gives up when the time is over", () => {
  assertThrows(() => bench().connection.connect(0), Error, "Timeout");
});

Deno.test("tryReceivePacket() does not wait", () => {
  assertEquals(bench().connection.tryReceivePacket(), null);
});

Deno.test("TcpHeader.fromBytes() refuses what is too short", () => {
  assertThrows(
    () => TcpHeader.fromBytes(new Uint8Array(19)),
    RangeError,
    "Data too short for TCP header",
  );
});
