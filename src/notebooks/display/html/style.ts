import type { Html } from './html.ts';

/**
 * The look of everything that is shown in a notebook. It takes the front end's own fonts, and its colours from the text colour
 * around it, so that it fits light and dark themes of any front end; the class stands twice to win over what front ends say about
 * tables and code. Where style sheets are taken out of untrusted notebooks,
 * plain tables and lists remain.
 */
const rules = `
.swy{--line:color-mix(in srgb,currentColor 15%,transparent);--soft:color-mix(in srgb,currentColor 5%,transparent);
--dim:color-mix(in srgb,currentColor 66%,transparent);--ok:#2da44e;--bad:#e5484d;--run:#3b82f6;--warn:#d98e04;--idle:#8b949e;
--mono:var(--jp-code-font-family,ui-monospace,SFMono-Regular,Menlo,Consolas,monospace);--tone:var(--idle);
box-sizing:border-box;max-width:58rem;margin:2px 0 6px;border:1px solid var(--line);border-radius:6px;overflow:hidden;
font:13px/1.5 var(--jp-ui-font-family,system-ui,-apple-system,"Segoe UI",sans-serif);
color:var(--jp-content-font-color1,inherit);font-variant-numeric:tabular-nums}
.swy.swy *{box-sizing:border-box}
.swy.swy .completed{--tone:var(--ok)}.swy.swy .running,.swy.swy .pending{--tone:var(--run)}.swy.swy .error,.swy.swy .lost{--tone:var(--bad)}
.swy.swy .aborted{--tone:var(--warn)}.swy.swy .created,.swy.swy .skipped{--tone:var(--idle)}
.swy.swy header{display:flex;flex-wrap:wrap;align-items:baseline;gap:2px 10px;padding:8px 12px 7px;
border-left:3px solid var(--tone)}
.swy.swy header b{font-size:14px;font-weight:600}
.swy.swy .state{color:var(--tone);font-weight:600}
.swy.swy .dim{color:var(--dim)}
.swy.swy .push{margin-left:auto}
.swy.swy code{font-family:var(--mono);font-size:12px;background:none!important;padding:0!important;color:inherit;white-space:pre-wrap}
.swy.swy header.plain{border-left:none}
.swy.swy section.tight{padding:2px 4px 4px}
.swy.swy .bar{height:3px;background:var(--line)}
.swy.swy .bar i{display:block;height:3px;background:var(--tone)}
.swy.swy section,.swy.swy details.part{border-top:1px solid var(--line);padding:8px 12px}
.swy.swy .cols{display:flex;flex-wrap:wrap;gap:8px 40px}
.swy.swy h4,.swy.swy details.part>summary{margin:0 0 4px;font-size:11px;font-weight:600;letter-spacing:.05em;
text-transform:uppercase;color:var(--dim);line-height:1.5}
.swy.swy details.part>summary{cursor:pointer;margin-bottom:0}
.swy.swy details.part[open]>summary{margin-bottom:4px}
.swy.swy summary span{text-transform:none;letter-spacing:0;font-weight:400}
.swy.swy table{border-collapse:collapse;border:none;margin:0;font-size:13px;table-layout:auto;width:auto}
.swy.swy tr,.swy.swy tbody tr:nth-child(odd),.swy.swy tbody tr:nth-child(even){background:none}
.swy.swy th,.swy.swy td{text-align:left;vertical-align:baseline;padding:2px 20px 2px 0;border:none;max-width:32rem;
font-weight:400;white-space:nowrap;overflow:hidden;text-overflow:ellipsis;line-height:1.5}
.swy.swy th:last-child,.swy.swy td:last-child{padding-right:0}
.swy.swy thead th{color:var(--dim);font-size:12px;border-bottom:1px solid var(--line)}
.swy.swy tbody th{color:var(--dim)}
.swy.swy .n{text-align:right}
.swy.swy td.nowrap code,.swy.swy header code{white-space:nowrap}
.swy.swy td.wrap{white-space:normal;overflow-wrap:anywhere}
.swy.swy td.strong,.swy.swy tr.best td{font-weight:600}
.swy.swy tr.best td,.swy.swy td.best{background:color-mix(in srgb,var(--ok) 14%,transparent)}
.swy.swy td.best{font-weight:600}
.swy.swy .grid th,.swy.swy .grid td{padding:2px 12px 2px 8px;border-bottom:1px solid var(--soft)}
.swy.swy .grid .types th{font-size:11px;font-family:var(--mono);padding-top:0;border-bottom:1px solid var(--line)}
.swy.swy .grid .names th{color:inherit;font-weight:600;border-bottom:none;padding-bottom:0}
.swy.swy .grid .none{color:var(--dim)}
.swy.swy .scroll{overflow:auto;max-height:40rem}
.swy.swy .dot{color:var(--tone)}
.swy.swy svg.spark{display:block;width:120px;height:22px;overflow:visible;color:var(--run)}
.swy.swy pre{margin:0;padding:0;font:12px/1.5 var(--mono);white-space:pre-wrap;overflow-wrap:anywhere;background:none;color:inherit}
.swy.swy .log{display:flex;flex-direction:column-reverse;max-height:17rem;overflow:auto;margin:0 -12px -8px;
padding:6px 12px 8px;background:var(--soft)}
.swy.swy .log i{font-style:normal;color:var(--bad)}.swy.swy .log i.warn{color:var(--warn)}
.swy.swy .step .log{margin:4px 0 6px;border-radius:4px;max-height:11rem}
.swy.swy .fault{border-top:1px solid var(--line);padding:8px 12px 10px;background:color-mix(in srgb,var(--bad) 7%,transparent)}
.swy.swy .fault .code{color:var(--bad);font-weight:600}
.swy.swy .fault pre{margin:6px 0;padding:6px 10px;background:var(--soft);border-radius:4px;white-space:pre;overflow-x:auto}
.swy.swy .fault p{margin:2px 0;overflow-wrap:anywhere}
.swy.swy .step{border-top:1px solid var(--soft);padding:3px 0}
.swy.swy .step:first-of-type{border-top:none}
.swy.swy .step .row{display:flex;gap:10px;align-items:baseline}
.swy.swy .step .what{flex:1;min-width:0;overflow:hidden;text-overflow:ellipsis;white-space:nowrap}
.swy.swy .step .id{min-width:11rem;font-weight:500}
.swy.swy .step details{margin-left:18px}
.swy.swy .step summary,.swy.swy .more>summary{cursor:pointer;color:var(--dim);font-size:12px}
.swy.swy .graph[hidden]{display:block;overflow-x:auto;margin:0 0 6px}
.swy.swy .graph svg{display:block;color:inherit;font:12px var(--jp-ui-font-family,system-ui,sans-serif)}
.swy.swy .figure img{display:block;max-width:100%;max-height:26rem;background:#fff;border-radius:4px;margin:4px 0}
.swy.swy .badge{font-size:11px;border:1px solid var(--line);border-radius:9px;padding:0 7px;color:var(--dim)}
.swy.swy ul{margin:0;padding-left:18px}.swy.swy p{margin:2px 0}
`;

/** Goes with everything shown: an output must look the same alone, in an exported page, and after others were cleared. */
export const style: Html = { markup: `<style>${rules.trim().replaceAll('\n', '')}</style>` };
