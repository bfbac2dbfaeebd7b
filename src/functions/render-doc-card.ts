import type { RichOutput } from '../core/rich-output.ts';
import { type Html, html } from '../notebooks/display/html/html.ts';
import { renderPanel } from '../notebooks/display/value/panel.ts';
import type { FunctionSpec, HandlerSpec, ParameterSpec, ResultSpec } from './function-spec.ts';
import { defaultText, renderCall, renderDoc, renderSignature, typeOf } from './render-doc.ts';

/** A function's contract as a card: what it does, takes and gives, and how to call it. */
export function docOutput(spec: FunctionSpec): RichOutput {
  const { metadata, spec: body } = spec;
  const facts = [
    ...(metadata.version === undefined ? [] : [metadata.version]),
    ...(body.source === undefined ? [] : [`from ${body.source}`]),
    body.digest.slice(0, 19),
  ].join(' · ');
  const handlers = Object.values(body.handlers).map((handler) => renderHandler(handler));
  const card = renderPanel({ title: metadata.name, facts, body: html`${handlers}` });
  return { bundle: { 'text/html': card.markup, 'text/plain': renderDoc(spec).trimEnd() } };
}

function renderHandler(handler: HandlerSpec): Html {
  const { doc, parameters, results, returnsDoc, acceptsUnknown } = handler;
  const inputs = parameters.filter(({ role }) => role === 'input');
  const params = parameters.filter(({ role }) => role === 'param');
  const paragraphs = (doc ?? '')
    .split(/\n\s*\n/)
    .filter((text) => text.trim() !== '')
    .map((text) => html`<p>${text}</p>`);
  return html`<section><pre>${renderSignature(handler)}</pre>${paragraphs}</section>${renderParameters('Inputs', inputs)}${renderParameters('Params', params)}${acceptsUnknown ? html`<section><p class="dim">Further names are accepted as well.</p></section>` : undefined}${renderResults(results, returnsDoc)}<section><h4>Example</h4><pre>${renderCall(handler)}</pre></section>`;
}

function renderParameters(title: string, parameters: readonly ParameterSpec[]): Html | undefined {
  if (parameters.length === 0) return undefined;
  const rows = parameters.map((parameter) => {
    const given = defaultText(parameter);
    const need = parameter.required ? 'required' : given === '' ? 'optional' : `default ${given}`;
    return html`<tr><td class="strong">${parameter.name}</td><td><code>${typeOf(parameter)}</code></td><td class="dim">${need}</td><td class="wrap">${parameter.doc}</td></tr>`;
  });
  return html`<section><h4>${title}</h4><table>${rows}</table></section>`;
}

function renderResults(results: readonly ResultSpec[], doc: string | undefined): Html | undefined {
  if (results.length === 0 && doc === undefined) return undefined;
  const rows = results.map(
    ({ name, typeText, role, doc: about }) =>
      html`<tr><td class="strong">${name}</td><td><code>${typeText}</code></td><td class="dim">${role === 'artifact' ? 'artifact' : ''}</td><td class="wrap">${about}</td></tr>`,
  );
  return html`<section><h4>Results</h4>${doc === undefined ? undefined : html`<p>${doc}</p>`}<table>${rows}</table></section>`;
}
