import { assertEquals } from "@std/assert";
import { WasiContext } from "../../../lib/guest/wasi_p2/context.ts";
import { type IpSocketAddress, Network } from "../../../lib/guest/wasi_p2/sockets/network.ts";
import { TcpSocket } from "../../../lib/guest/wasi_p2/sockets/tcp.ts";
import { UdpSocket } from "../../../lib/guest/wasi_p2/sockets/udp.ts";
import { Kernel } from "../../../lib/kernel/kernel.ts";
import { openStack } from "../../../lib/stack/open.ts";
import { Policy } from "../../../lib/kernel/policy/policy.ts";
import { runGuest, testEachStack } from "./component_guest.ts";

testEachStack(
  "a component sees access-denied where the policy refuses an address",
  async (stack) => {
    const bind = await runGuest(stack, "tcp_addresses", ["4"], {
      policy: new Policy({ deny: ["bind@0.0.0.0/0"] }),
    });
    assertEquals(bind.stdout.split("\n").slice(0, 2), [
      "bind to loopback = access-denied",
      "  then to loopback = access-denied",
    ]);
    const connect = await runGuest(stack, "tcp_streams", ["4"], {
      policy: new Policy({ deny: ["connect@127.0.0.1"] }),
    });
    assertEquals(connect.stdout, "FAILED: start-connect\n");
    assertEquals(connect.status, 1);
  },
);

testEachStack("names that the policy refuses do not resolve", async (stack) => {
  const { stdout } = await runGuest(
    stack,
    "lookup",
    ["localhost", "127.0.0.1", "nothing.invalid"],
    {
      policy: new Policy({ allow: ["connect@10.0.0.1:80"] }),
    },
  );
  assertEquals(stdout.split("\n"), [
    "localhost: access-denied",
    "127.0.0.1: 127.0.0.1",
    "nothing.invalid: access-denied",
    "",
  ]);
});

function ipv4(last: number, port = 0): IpSocketAddress {
  return { tag: "ipv4", val: { port, address: [127, 0, 0, last] } };
}

function bound(context: WasiContext, last: number): TcpSocket {
  const socket = TcpSocket.create(context, "ipv4");
  socket.startBind(new Network(), ipv4(last));
  socket.finishBind();
  return socket;
}

function connect(socket: TcpSocket, address: IpSocketAddress): void {
  socket.startConnect(new Network(), address);
  socket.subscribe().block();
  socket.finishConnect();
}

testEachStack("peers that the rules refuse are dropped before a component sees them", (stack) => {
  const policy = new Policy({ deny: ["accept@127.0.0.2"] });
  using kernel = new Kernel(openStack(stack), { policy });
  const context = new WasiContext(kernel);
  const listener = bound(context, 1);
  listener.startListen();
  listener.finishListen();
  const refused = bound(context, 2);
  connect(refused, listener.localAddress());
  const admitted = bound(context, 3);
  connect(admitted, listener.localAddress());
  listener.subscribe().block();
  const [accepted] = listener.accept();
  assertEquals(accepted.remoteAddress(), admitted.localAddress());
});

testEachStack("datagrams from peers that the rules refuse are dropped", (stack) => {
  const policy = new Policy({ deny: ["receive@127.0.0.2"] });
  using kernel = new Kernel(openStack(stack), { policy });
  const context = new WasiContext(kernel);
  const sockets = [1, 2, 3].map((last) => {
    const socket = UdpSocket.create(context, "ipv4");
    socket.startBind(new Network(), ipv4(last));
    socket.finishBind();
    return socket;
  });
  const [receiver, ...senders] = sockets;
  if (receiver === undefined) throw new Error("no receiver");
  const [incoming] = receiver.stream(undefined);
  const remoteAddress = receiver.localAddress();
  for (const sender of senders) {
    const [, outgoing] = sender.stream(undefined);
    outgoing.checkSend();
    assertEquals(outgoing.send([{ data: new Uint8Array([1]), remoteAddress }]), 1n);
  }
  incoming.subscribe().block();
  const received = incoming.receive(16n);
  assertEquals(received.map((datagram) => datagram.remoteAddress), [
    senders[1]?.localAddress() ?? ipv4(0),
  ]);
});
