import { BlockList, isIP } from 'node:net';
import type { V1NetworkPolicyEgressRule } from '@kubernetes/client-node';
import { invalidKubernetesOptions } from '../errors.ts';

/**
 * A place that runs may connect to: a range of addresses, with or without a port.
 * @param text `10.0.0.0/8`, `10.1.2.3/32:5432`, `[fd00::/8]:443`
 * @throws INVALID_KUBERNETES_OPTIONS
 */
export function parseEgress(text: string): V1NetworkPolicyEgressRule {
  const bracketed = /^\[([0-9a-f:.]+\/\d+)\](?::(\d+))?$/i.exec(text);
  const [, range, port] = bracketed ?? /^([\d.]+\/\d+)(?::(\d+))?$/.exec(text) ?? [];
  if (range === undefined || !isRange(range) || Number(port ?? 1) < 1 || Number(port ?? 1) > 65_535)
    throw invalidKubernetesOptions(`"${text}" is no range of addresses`, {
      hint: 'write 10.0.0.0/8, 10.1.2.3/32:5432 or [fd00::/8]:443',
    });
  return {
    to: [{ ipBlock: { cidr: range } }],
    ...(port === undefined ? {} : { ports: [{ protocol: 'TCP', port: Number(port) }] }),
  };
}

function isRange(range: string): boolean {
  const [address = '', bits = ''] = range.split('/');
  const family = isIP(address);
  if (family === 0) return false;
  try {
    new BlockList().addSubnet(address, Number(bits), family === 4 ? 'ipv4' : 'ipv6');
    return true;
  } catch {
    return false;
  }
}
