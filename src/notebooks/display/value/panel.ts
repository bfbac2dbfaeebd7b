import { type Html, html } from '../html/html.ts';
import { style } from '../html/style.ts';

export interface Panel {
  readonly title: string;
  /** What it is in a few words. */
  readonly facts?: string;
  readonly body?: Html | undefined;
}

/** Something shown by itself: a title and what belongs to it, in the look of a run's card. */
export function renderPanel({ title, facts = '', body }: Panel): Html {
  return html`<div class="swy">${style}<header class="plain"><b>${title}</b> <span class="dim">${facts}</span></header>${body}</div>`;
}
