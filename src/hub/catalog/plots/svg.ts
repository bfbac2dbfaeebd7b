type AttributeValue = string | number | undefined;

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Text that cannot be taken for markup, in SVG and HTML alike; control characters that XML forbids are left out. */
export function escapeMarkup(text: string): string {
  return text
    .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f]/g, '')
    .replace(/[&<>"']/g, (character) => entities[character] ?? '');
}

/** One SVG element; attributes are escaped, children are markup already. Numbers keep two decimals. */
export function element(
  name: string,
  attributes: Readonly<Record<string, AttributeValue>>,
  ...children: readonly string[]
): string {
  const written = Object.entries(attributes)
    .filter(([, value]) => value !== undefined)
    .map(
      ([key, value]) =>
        ` ${key}="${escapeMarkup(typeof value === 'number' ? coordinate(value) : String(value))}"`,
    )
    .join('');
  return children.length === 0 ? `<${name}${written}/>` : `<${name}${written}>${children.join('')}</${name}>`;
}

/** A number as it stands in markup: two decimals at most. */
export function coordinate(value: number): string {
  return String(Math.round(value * 100) / 100);
}

export function group(x: number, y: number, ...children: readonly string[]): string {
  return element('g', { transform: `translate(${coordinate(x)} ${coordinate(y)})` }, ...children);
}

export interface TextOptions {
  /** @default 11 */
  readonly size?: number;
  readonly weight?: number;
  readonly color?: string;
  readonly anchor?: 'start' | 'middle' | 'end';
  /** Degrees, around the point itself. */
  readonly rotate?: number;
}

/** Text whose middle lies at the height `y`. */
export function label(x: number, y: number, content: string, options: TextOptions = {}): string {
  const size = options.size ?? 11;
  return element(
    'text',
    {
      x,
      y: y + size * 0.35,
      'font-size': size,
      'font-weight': options.weight,
      fill: options.color,
      'text-anchor': options.anchor,
      transform:
        options.rotate === undefined
          ? undefined
          : `rotate(${options.rotate} ${coordinate(x)} ${coordinate(y)})`,
    },
    escapeMarkup(content),
  );
}

/** Rough width of a text in pixels; layouts leave room by it. */
export function textWidth(content: string, size: number = 11): number {
  return [...content].length * size * 0.58;
}

/** The text, cut with an ellipsis where it would be wider than `width` pixels. */
export function fitText(content: string, width: number, size: number = 11): string {
  const characters = [...content];
  const room = Math.max(1, Math.floor(width / (size * 0.58)));
  return characters.length <= room ? content : `${characters.slice(0, room - 1).join('')}…`;
}
