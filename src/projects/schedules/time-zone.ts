/** Local time of one time zone, against milliseconds since 1970. A wall time is what its clocks show, written as if it were UTC. */
export interface TimeZone {
  readonly name: string;
  /** Milliseconds that its clocks are ahead of UTC at an instant. */
  offset(at: number): number;
  /**
   * The instant at which clocks show this: the first of the two where they are set back, and where they are set forward over it, as
   * long after the change as the time would have been.
   */
  instant(wall: number): number;
  /** The instant of a change of the offset between two instants whose offsets differ. */
  change(before: number, after: number): number;
}

const dayMs = 86_400_000;

/** A zone by its IANA name. Throws a RangeError for a name that does not exist. */
export function openTimeZone(name: string): TimeZone {
  const offset = offsetReader(name);
  return { name, offset, instant: (wall) => instantOf(wall, offset), change: changeFinder(offset) };
}

function offsetReader(name: string): TimeZone['offset'] {
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone: name,
    calendar: 'gregory',
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  });
  if (format.resolvedOptions().timeZone === 'UTC') return () => 0;
  return (at) => {
    const parts = new Map(format.formatToParts(at).map(({ type, value }) => [type, Number(value)]));
    const part = (type: Intl.DateTimeFormatPartTypes): number => parts.get(type) ?? 0;
    const shown = Date.UTC(
      part('year'),
      part('month') - 1,
      part('day'),
      part('hour'),
      part('minute'),
      part('second'),
    );
    return shown - Math.floor(at / 1000) * 1000;
  };
}

function instantOf(wall: number, offset: TimeZone['offset']): number {
  const [before, after] = [offset(wall - dayMs), offset(wall + dayMs)];
  const candidates = [wall - Math.max(before, after), wall - Math.min(before, after)];
  return candidates.find((at) => at + offset(at) === wall) ?? wall - before;
}

const changeFinder =
  (offset: TimeZone['offset']): TimeZone['change'] =>
  (before, after) => {
    const old = offset(before);
    let [low, high] = [before, after];
    while (high - low > 1) {
      const middle = Math.floor((low + high) / 2);
      if (offset(middle) === old) low = middle;
      else high = middle;
    }
    return high;
  };
