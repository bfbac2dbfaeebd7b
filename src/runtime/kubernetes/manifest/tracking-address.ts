import { isIP } from 'node:net';

/** Where a machine is reached: a host name or an IP address, and a port where it matters. */
export interface TrackingAddress {
  readonly host: string;
  readonly port?: number;
}

const hostName = /^[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?(\.[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?)*$/;

/** Reads `host`, `host:port`, `[::1]:port` or a bare IPv6 address; undefined for anything else. */
export function parseTrackingAddress(text: string): TrackingAddress | undefined {
  if (isIP(text) === 6) return { host: text };
  const match = /^(?:\[([^\]]+)\]|([^:]+))(?::(\d{1,5}))?$/.exec(text);
  const host = match?.[1] ?? match?.[2];
  const port = match?.[3] === undefined ? undefined : Number(match[3]);
  if (host === undefined || (port !== undefined && (port < 1 || port > 65_535))) return undefined;
  if (isIP(host) === 0 && (match?.[1] !== undefined || !hostName.test(host))) return undefined;
  return { host, ...(port === undefined ? {} : { port }) };
}
