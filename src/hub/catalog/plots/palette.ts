/** Text and lines on a white ground. */
export const ink: Readonly<{ text: string; muted: string; axis: string; grid: string; paper: string }> = {
  text: '#1f2933',
  muted: '#616e7c',
  axis: '#9aa5b1',
  grid: '#e8ecf0',
  paper: '#ffffff',
};

/** Okabe and Ito's colours ("Color Universal Design", 2008), told apart by every kind of colour vision; yellow, too pale on white, is left out. */
const classColors = ['#0072b2', '#e69f00', '#009e73', '#cc79a7', '#56b4e9', '#d55e00', '#5b4b8a', '#8c7a5b'];

/** The one colour of a plot without classes. */
export const mainColor: string = '#0072b2';

/** Colour of the class at this position; after eight they come again. */
export function classColor(index: number): string {
  return classColors[index % classColors.length] ?? mainColor;
}

type Rgb = readonly [number, number, number];

const blues: readonly Rgb[] = [
  [247, 250, 253],
  [198, 219, 239],
  [107, 174, 214],
  [33, 113, 181],
  [8, 48, 107],
];
const blueToOrange: readonly Rgb[] = [
  [166, 84, 8],
  [241, 163, 64],
  [248, 248, 247],
  [103, 169, 207],
  [12, 82, 140],
];

/** From near white (0) to dark blue (1). */
export function sequentialColor(share: number): string {
  return between(blues, share);
}

/** From orange (−1) over near white (0) to blue (1). */
export function divergingColor(value: number): string {
  return between(blueToOrange, (value + 1) / 2);
}

function between(stops: readonly Rgb[], share: number): string {
  const place = Math.min(1, Math.max(0, share)) * (stops.length - 1);
  const low = Math.min(stops.length - 2, Math.floor(place));
  const mixed = [0, 1, 2].map((channel) => {
    const from = stops[low]?.[channel] ?? 0;
    const to = stops[low + 1]?.[channel] ?? 0;
    return Math.round(from + (to - from) * (place - low));
  });
  return `#${mixed.map((value) => value.toString(16).padStart(2, '0')).join('')}`;
}

/** Black or white, whichever is read more easily on this colour. */
export function textOn(background: string): string {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) =>
    Number.parseInt(background.slice(at, at + 2), 16),
  );
  return 0.299 * red + 0.587 * green + 0.114 * blue > 150 ? ink.text : '#ffffff';
}
