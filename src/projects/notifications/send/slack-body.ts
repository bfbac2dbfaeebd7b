import type { RunRecord } from '../../../tracking/run.ts';
import { stateMarks } from '../../../tracking/state-marks.ts';
import type { SendRequest } from './send-result.ts';

/** Longest texts that Slack takes; characters. */
const longestHeader = 150;
const longestSection = 3000;

/** A message of blocks, and a plain text for notifications and for those who take no blocks. */
export function slackBody({ title, text }: SendRequest, record: RunRecord): object {
  const head = `${stateMarks[record.state]} ${record.name} ${record.state}`;
  const facts = [record.project, record.kind, record.uid].map((fact) => escapeSlack(fact)).join(' · ');
  return {
    text: escapeSlack(title),
    blocks: [
      { type: 'header', text: { type: 'plain_text', text: cut(head, longestHeader), emoji: false } },
      ...(text === '' ? [] : [section(text)]),
      { type: 'context', elements: [{ type: 'mrkdwn', text: cut(facts, longestSection) }] },
    ],
  };
}

const section = (text: string): object => ({
  type: 'section',
  text: { type: 'mrkdwn', text: cut(escapeSlack(text), longestSection) },
});

/** Keeps text of runs from becoming mentions and links. */
const escapeSlack = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

const cut = (text: string, longest: number): string =>
  text.length > longest ? `${text.slice(0, longest - 1)}…` : text;
