import { invalidPlatform } from '../errors.ts';
import type { Platform } from './descriptor.ts';

const architectures: Readonly<Record<string, string>> = {
  x64: 'amd64',
  x86_64: 'amd64',
  aarch64: 'arm64',
  ia32: '386',
};

/** `linux/amd64`, or with a variant `linux/arm/v7`. */
export function renderPlatform({ os, architecture, variant }: Platform): string {
  return [os, architecture, variant].filter((part) => part !== undefined && part !== '').join('/');
}

/**
 * Reads `linux/amd64` or `linux/arm/v7`; Node's and the kernel's names (`x64`, `aarch64`) are understood too.
 * @throws INVALID_PLATFORM
 */
export function parsePlatform(text: string): Platform {
  const parts = text.split('/');
  const [os, named, variant] = parts;
  if (parts.length > 3 || parts.some((part) => !/^[A-Za-z0-9_.-]+$/.test(part)) || !os || !named)
    throw invalidPlatform(`"${text}" is not a platform`, {
      hint: 'write it as os/architecture or os/architecture/variant, e.g. linux/amd64 or linux/arm64',
    });
  const architecture = architectures[named] ?? named;
  return variant === undefined ? { os, architecture } : { os, architecture, variant };
}

/** The platform that images for this machine have: always Linux, whatever runs Docker here. */
export function hostPlatform(architecture: string = process.arch): Platform {
  return { os: 'linux', architecture: architectures[architecture] ?? architecture };
}

/** Whether an image for `offered` runs where `wanted` is asked for. arm64 has one variant, v8, that is often left out. */
export function platformMatches(offered: Platform, wanted: Platform): boolean {
  if (offered.os !== wanted.os || offered.architecture !== wanted.architecture) return false;
  return variantOf(offered) === variantOf(wanted) || wanted.variant === undefined;
}

function variantOf({ architecture, variant }: Platform): string {
  return variant ?? (architecture === 'arm64' ? 'v8' : '');
}
