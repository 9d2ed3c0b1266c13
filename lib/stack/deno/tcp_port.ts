/**
 * The port of a TCP socket: how it is taken, kept and given back.
 *
 * @module
 */
import type { IpAddress } from "../../ip.ts";
import { Errno } from "../../linux/errno.ts";
import { SOCK_STREAM } from "../../linux/socket.ts";
import { DenoSocket } from "./deno_socket.ts";
import { anyAddress, hostText } from "../endpoint.ts";
import type { PortClaim } from "../port_table.ts";
import { HostOption } from "../options/host_option.ts";
import { BindFlag, Operation } from "./shared_memory.ts";

/** How often a free port is asked for that none of our sockets shares. */
const PORT_ATTEMPTS = 16;

/** What a TCP socket has before any connection: a port, and a socket of the host in the worker. */
export abstract class TcpPort extends DenoSocket {
  /** The local address, null while there is none. */
  protected local: IpAddress | null = null;
  /** `inet_sport`: stays after the port was given back. */
  protected localPort = 0;
  /** `inet_num`: whether it has a port. */
  protected hasPort = false;
  /** The address that bind(2) was given, null for none and for the wildcard. */
  protected boundAddress: IpAddress | null = null;
  /** `SOCK_BINDPORT_LOCK`: bind(2) was given the port, too. */
  protected portLocked = false;
  /** Whether the worker has a socket of the host for this one. */
  protected hosted = false;
  /** Whether this side ended its direction first. */
  protected endedFirst = false;

  override get bound(): boolean {
    return this.hasPort;
  }

  /** What decides whether this socket may have a port. */
  protected claim(ip: IpAddress, port: number): PortClaim {
    return {
      type: SOCK_STREAM,
      ip: ip.unmapped(),
      port,
      v6Only: this.options.v6Only,
      reuseAddress: this.options.reuseAddress,
      reusePort: this.options.reusePort,
    };
  }

  /** Binds a socket of the host, and holds the port against our own sockets. */
  protected take(ip: IpAddress, port: number): number {
    const { ports } = this.context;
    // Deno leaves a socket of the IPv6 wildcard open to IPv4.
    if (this.options.v6Only && ip.isUnspecified) return -Errno.EOPNOTSUPP;
    if (port !== 0 && ports.conflicts(this.claim(ip, port))) return -Errno.EADDRINUSE;
    const flags = this.options.reusePort ? BindFlag.reusePort : 0;
    for (let attempt = 0; attempt < PORT_ATTEMPTS; attempt++) {
      const result = this.channel.requestText(
        Operation.tcpBind,
        this.slot,
        hostText(ip),
        port,
        flags,
      );
      if (result < 0) return result;
      const claim = this.claim(ip, this.channel.detail);
      this.hosted = true;
      // The host may choose a port that is free for it only because all of ours may share.
      if (port === 0 && ports.conflicts({ ...claim, reuseAddress: false, reusePort: false })) {
        continue;
      }
      this.portEntry = ports.add(claim);
      this.local = ip;
      this.localPort = claim.port;
      this.hasPort = true;
      this.applyOptions();
      return 0;
    }
    return -Errno.EADDRINUSE;
  }

  /** Takes the same port again, once a socket of the host has gone with its connection. */
  protected rebind(): number {
    const result = this.channel.requestText(
      Operation.tcpBind,
      this.slot,
      hostText(this.local ?? anyAddress(this.domain)),
      this.localPort,
      this.options.reusePort ? BindFlag.reusePort : 0,
    );
    this.hosted = result === 0;
    if (this.hosted) this.applyOptions();
    return result;
  }

  /** inet_put_port: the number stays visible. */
  protected giveBackPort(): void {
    this.hasPort = false;
    if (this.portEntry === null) return;
    if (this.endedFirst) this.context.ports.linger(this.portEntry);
    else this.context.ports.remove(this.portEntry);
    this.portEntry = null;
  }

  override applyOption(option: number, value: number): number {
    const { portEntry, options } = this;
    if (portEntry !== null) {
      portEntry.reuseAddress = options.reuseAddress;
      portEntry.reusePort = options.reusePort;
    }
    if (option < 0 || !this.hosted) return 0;
    const second = option === HostOption.keepAlive ? options.keepIdle : 0;
    return this.channel.request(Operation.tcpOption, this.slot, option, value, second);
  }

  /** A new socket of the host knows nothing of options that were set before. */
  protected applyOptions(): void {
    const { options } = this;
    if (options.noDelay) this.applyOption(HostOption.noDelay, 1);
    if (options.keepAlive) this.applyOption(HostOption.keepAlive, 1);
    if (options.cork) this.applyOption(HostOption.cork, 1);
    if (options.receiveBufferSet) {
      this.applyOption(HostOption.receiveBuffer, options.receiveBuffer);
    }
  }
}
