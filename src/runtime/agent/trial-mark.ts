/** What the log of a pod says before the output of each of its trials. */
export function renderMark(uid: string, iteration: number): string {
  return `trial ${iteration} of the sweep begins (${uid})`;
}

const mark = /^slipway: trial \d+ of the sweep begins \((\w+)\)$/;

/** Of the log of a pod, the lines that are a trial's; all of them where the pod runs no other. */
export function linesOfTrial(lines: readonly string[], uid: string): readonly string[] {
  const marks = lines.flatMap((line, at) => {
    const marked = mark.exec(line)?.[1];
    return marked === undefined ? [] : [{ at, marked }];
  });
  if (marks.length === 0) return lines;
  const own = marks.findIndex(({ marked }) => marked === uid);
  return own < 0 ? [] : lines.slice((marks[own]?.at ?? 0) + 1, marks[own + 1]?.at);
}
