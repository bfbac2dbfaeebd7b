/** The look of a report: light or dark as the reader's system is, nothing loaded from anywhere. */
export const reportStyle: string = `
:root { color-scheme: light dark; --ink: #1b1f24; --soft: #5b6470; --line: #d5dae1; --paper: #fff; --panel: #f6f8fa;
  --completed: #1a7f4b; --cached: #2563a8; --error: #c4282d; --aborted: #a15c00; --lost: #c4282d; --skipped: #7a828e; --created: #7a828e; --running: #6941c6; --pending: #7a828e; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6e9ee; --soft: #9aa4b2; --line: #343b46; --paper: #14171c; --panel: #1c2027;
  --completed: #4cc38a; --cached: #6aaef5; --error: #ff7b7f; --aborted: #f0a34a; --lost: #ff7b7f; --skipped: #8d96a3; --created: #8d96a3; --running: #b39cf5; --pending: #8d96a3; } }
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 32px 28px 64px; max-width: 1180px; color: var(--ink); background: var(--paper); font: 14px/1.5 system-ui, sans-serif; }
h1 { font-size: 24px; margin: 0 0 4px; } h2 { font-size: 16px; margin: 34px 0 10px; }
.meta { color: var(--soft); } .meta code { font-size: 12px; }
.state { font-weight: 600; }
.completed .state, .state.completed { color: var(--completed); } .cached .state { color: var(--cached); }
.error .state, .state.error, .lost .state, .state.lost, small.error { color: var(--error); } .aborted .state, .state.aborted { color: var(--aborted); }
.skipped .state, .created .state { color: var(--skipped); } .running .state, .state.running { color: var(--running); }
.failure { border-left: 4px solid var(--error); background: var(--panel); padding: 10px 14px; margin: 16px 0 0; white-space: pre-wrap; overflow-wrap: anywhere; }
.note { color: var(--soft); }
.scroll { overflow-x: auto; border: 1px solid var(--line); border-radius: 8px; background: var(--panel); }
svg { display: block; } svg.graph { margin: 0 auto; }
.edge { fill: none; stroke: var(--soft); stroke-width: 1.3; opacity: .6; }
.box { fill: var(--paper); stroke-width: 1.5; } .behind { opacity: .55; }
.node.completed .box, .node.completed .bar { stroke: var(--completed); } .node.cached .box { stroke: var(--cached); }
.node.error .box, .node.lost .box { stroke: var(--error); } .node.aborted .box { stroke: var(--aborted); }
.node.skipped .box, .node.created .box, .node.pending .box { stroke: var(--skipped); stroke-dasharray: 4 3; } .node.running .box { stroke: var(--running); }
.bar { fill: var(--skipped); } .node.completed .bar { fill: var(--completed); } .node.cached .bar { fill: var(--cached); } .node.error .bar, .node.lost .bar { fill: var(--error); }
.node.aborted .bar { fill: var(--aborted); } .node.running .bar { fill: var(--running); }
svg text { fill: var(--ink); font: 12px system-ui, sans-serif; } svg text.name { font-weight: 600; font-size: 13px; } svg text.detail { fill: var(--soft); font-size: 11px; }
.tick { stroke: var(--line); }
table { border-collapse: collapse; width: 100%; } th, td { text-align: left; vertical-align: top; padding: 8px 12px; border-bottom: 1px solid var(--line); }
thead th { color: var(--soft); font-weight: 500; font-size: 12px; } tbody tr:last-child > * { border-bottom: 0; } tbody th { font-weight: 600; }
tr:target { background: color-mix(in srgb, var(--cached) 12%, transparent); }
tr.item th { padding-left: 28px; font-weight: 500; }
small { display: block; color: var(--soft); font-weight: 400; overflow-wrap: anywhere; } .uid { font: 11px ui-monospace, monospace; }
.number { white-space: nowrap; font-variant-numeric: tabular-nums; }
dd.n { white-space: nowrap; } dl { margin: 0; } dl div { display: flex; gap: 8px; } dt { color: var(--soft); } dd { margin: 0; font-variant-numeric: tabular-nums; overflow-wrap: anywhere; display: flex; gap: 8px; align-items: center; }
.line polyline { fill: none; stroke: var(--cached); stroke-width: 1.4; } .artifact { margin-bottom: 4px; } .artifact span { color: var(--soft); }
.facts { display: grid; grid-template-columns: repeat(auto-fit, minmax(260px, 1fr)); gap: 16px; } .facts section { background: var(--panel); border: 1px solid var(--line); border-radius: 8px; padding: 10px 14px; } .facts h2 { margin: 0 0 6px; font-size: 13px; color: var(--soft); font-weight: 500; }
@media print { body { max-width: none; padding: 0; } .scroll { border: 0; overflow: visible; } }
`.trim();
