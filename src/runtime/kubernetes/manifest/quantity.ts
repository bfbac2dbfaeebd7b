const pattern = /^\d+(\.\d+)?(m|k|M|G|T|P|E|Ki|Mi|Gi|Ti|Pi|Ei|[eE][+-]?\d+)?$/;

const factors: Readonly<Record<string, number>> = {
  m: 1e-3,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  P: 1e15,
  E: 1e18,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
  Pi: 2 ** 50,
  Ei: 2 ** 60,
};

/** Whether a value is an amount as Kubernetes writes them. */
export function isQuantity(value: string | number): boolean {
  return typeof value === 'number' ? Number.isFinite(value) && value >= 0 : pattern.test(value);
}

/** The number that an amount stands for: bytes, or cores. */
export function parseQuantity(value: string | number): number {
  if (typeof value === 'number') return value;
  const match = /^([\d.]+)([A-Za-z]*)$/.exec(value);
  const factor = match?.[2] === '' ? 1 : factors[match?.[2] ?? ''];
  return match && factor !== undefined ? Number(match[1]) * factor : Number(value);
}

/** Amounts are strings in manifests: a bare number would be read differently by different readers. */
export function renderQuantity(value: string | number): string {
  return String(value);
}

/** Cores as Kubernetes likes them: `500m`, `2`. */
export function renderCpus(cpus: number): string {
  return Number.isInteger(cpus) ? String(cpus) : `${Math.round(cpus * 1000)}m`;
}
