import type { FunctionSpec, HandlerSpec, ParameterSpec, ResultSpec } from './function-spec.ts';
import { renderColumns } from './render-columns.ts';
import { schemaText } from './schema-text.ts';

/** A function's contract as text, in the manner of a man page: what it does, takes and gives, and how to run it. */
export function renderDoc(spec: FunctionSpec): string {
  const { metadata, spec: body } = spec;
  const names = Object.keys(body.handlers);
  const handlers = Object.values(body.handlers).map((handler) =>
    renderHandler(spec, handler, names.length > 1),
  );
  const version = metadata.version === undefined ? '' : `@${metadata.version}`;
  const head = [
    `${metadata.name}${version}`,
    ...(body.source === undefined ? [] : [`  from ${body.source}`]),
    `  digest ${body.digest}`,
  ];
  return `${[head.join('\n'), ...handlers].join('\n\n')}\n`;
}

function renderHandler(spec: FunctionSpec, handler: HandlerSpec, named: boolean): string {
  const params = handler.parameters.filter((parameter) => parameter.role === 'param');
  const inputs = handler.parameters.filter((parameter) => parameter.role === 'input');
  const sections = [
    `${named ? `HANDLER ${handler.name}` : 'SYNOPSIS'}\n  ${renderSignature(handler)}`,
    section(
      'DESCRIPTION',
      handler.doc === undefined ? [] : handler.doc.split('\n').map((line) => `  ${line}`.trimEnd()),
    ),
    section('INPUTS', renderColumns(inputs.map((each) => parameterRow(each)))),
    section('PARAMS', renderColumns(params.map((each) => parameterRow(each)))),
    handler.acceptsUnknown ? '  Further names are accepted as well.' : '',
    section('RESULTS', [
      ...(handler.returnsDoc === undefined ? [] : [`  ${handler.returnsDoc}`]),
      ...renderColumns(handler.results.map((each) => resultRow(each))),
    ]),
    section('EXAMPLE', [`  ${renderExample(spec, handler, named)}`]),
  ];
  return sections.filter((text) => text !== '').join('\n\n');
}

function section(title: string, lines: readonly string[]): string {
  return lines.length === 0 ? '' : `${title}\n${lines.join('\n')}`;
}

/** `train(ctx, { data: DataItem, depth?: number = 4 })` */
export function renderSignature(handler: HandlerSpec): string {
  const parts = handler.parameters.map(renderParameter);
  if (handler.acceptsUnknown) parts.push('…');
  return parts.length === 0 ? `${handler.name}(ctx)` : `${handler.name}(ctx, { ${parts.join(', ')} })`;
}

/** `depth?: number = 4` */
export function renderParameter(parameter: ParameterSpec): string {
  const type = typeOf(parameter);
  const given = defaultText(parameter);
  return `${parameter.name}${parameter.required ? '' : '?'}${type === '' ? '' : `: ${type}`}${given === '' ? '' : ` = ${given}`}`;
}

function parameterRow(parameter: ParameterSpec): string[] {
  const given = defaultText(parameter);
  const need = parameter.required ? 'required' : given === '' ? 'optional' : `default ${given}`;
  return [parameter.name, typeOf(parameter), need, (parameter.doc ?? '').replace(/\s*\n\s*/g, ' ')];
}

function resultRow({ name, typeText, role, doc }: ResultSpec): string[] {
  return [name, typeText ?? '', role === 'artifact' ? 'artifact' : '', (doc ?? '').replace(/\s*\n\s*/g, ' ')];
}

/** The type as written, with what an alias stands for. */
export function typeOf({ typeText = '', schema }: ParameterSpec): string {
  const full = schema ? schemaText(schema) : '';
  return /^[A-Za-z_$][\w$]*$/.test(typeText) && full !== '' && full !== 'unknown' ? full : typeText;
}

/** The default as it is written; empty where there is none. */
export function defaultText(parameter: ParameterSpec): string {
  if (parameter.default !== undefined) return JSON.stringify(parameter.default);
  return parameter.defaultText ?? '';
}

function renderExample(spec: FunctionSpec, handler: HandlerSpec, named: boolean): string {
  const { metadata, spec: body } = spec;
  const target = body.source ?? `${metadata.name}.yaml`;
  const given = handler.parameters
    .filter((parameter) => parameter.required || parameter.role === 'input')
    .map((parameter) =>
      parameter.role === 'input'
        ? `--input ${parameter.name}=${parameter.name}.csv`
        : `--param ${parameter.name}=${exampleValue(parameter)}`,
    );
  const handlerOption = named || !target.startsWith('hub://') ? [`--handler ${handler.name}`] : [];
  return ['slipway run', target, ...handlerOption, ...given].join(' ');
}

/** `await train.run({ inputs: { data: 'data.csv' }, params: { depth: 1 } })`: a call with what must be given. */
export function renderCall({ name, parameters }: HandlerSpec): string {
  const given = parameters.filter((parameter) => parameter.required || parameter.role === 'input');
  const part = (role: ParameterSpec['role'], value: (parameter: ParameterSpec) => string): string[] => {
    const texts = given.filter((each) => each.role === role).map((each) => `${each.name}: ${value(each)}`);
    return texts.length === 0 ? [] : [`${role}s: { ${texts.join(', ')} }`];
  };
  const parts = [...part('input', (each) => `'${each.name}.csv'`), ...part('param', exampleLiteral)];
  return `const fn = await codeToFunction(${name});\nawait fn.run(${parts.length === 0 ? '' : `{ ${parts.join(', ')} }`});`;
}

function exampleLiteral({ schema }: ParameterSpec): string {
  const allowed = schema?.enum;
  if (Array.isArray(allowed)) return JSON.stringify(allowed[0]).replace(/^"(.*)"$/, "'$1'");
  switch (schema?.type) {
    case 'number':
    case 'integer':
      return '1';
    case 'boolean':
      return 'true';
    case 'array':
      return '[]';
    case 'object':
      return '{}';
    default:
      return "'…'";
  }
}

function exampleValue({ schema }: ParameterSpec): string {
  const allowed = schema?.enum;
  if (Array.isArray(allowed)) return quote(String(allowed[0]));
  switch (schema?.type) {
    case 'number':
    case 'integer':
      return '1';
    case 'boolean':
      return 'true';
    case 'array':
      return "'[]'";
    case 'object':
      return "'{}'";
    default:
      return '…';
  }
}

const quote = (text: string): string =>
  /^[\w./:-]+$/.test(text) ? text : `'${text.replace(/'/g, "'\\''")}'`;
