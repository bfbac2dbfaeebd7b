import { randomBytes } from 'node:crypto';

const alphabet = '0123456789abcdefghjkmnpqrstvwxyz';

/**
 * A run's uid: 26 characters of lower-case Crockford base 32, time first (48 bits of milliseconds, 80 random bits),
 * so that uids sort by creation and can be abbreviated on the command line.
 */
export function createUid(now: number = Date.now(), random: Uint8Array = randomBytes(10)): string {
  let time = '';
  for (let rest = now, i = 0; i < 10; i++) {
    time = alphabet.charAt(rest % 32) + time;
    rest = Math.floor(rest / 32);
  }
  let bits = 0;
  let held = 0;
  let tail = '';
  for (const byte of random) {
    held = (held << 8) | byte;
    bits += 8;
    while (bits >= 5) {
      bits -= 5;
      tail += alphabet.charAt((held >> bits) & 31);
    }
    held &= (1 << bits) - 1;
  }
  return time + tail;
}

const uidPattern = /^[0-9a-hjkmnp-tv-z]{26}$/;

export function isUid(text: string): boolean {
  return uidPattern.test(text);
}

/** Milliseconds since 1970 at which a uid was made. */
export function uidTime(uid: string): number {
  let time = 0;
  for (const letter of uid.slice(0, 10)) time = time * 32 + alphabet.indexOf(letter);
  return time;
}
