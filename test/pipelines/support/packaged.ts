import { digestBytes } from '../../../src/core/digest.ts';
import type { HandlerSpec, PackagedFunction, ParameterSpec } from '../../../src/functions/function-spec.ts';

export interface FunctionShape {
  /** `data: DataItem` is an input, `depth?: number` an optional param. */
  readonly parameters?: readonly string[];
  /** Names; `kind: string` also says the type. */
  readonly results?: readonly string[];
  readonly handlers?: readonly string[];
  readonly version?: string;
  readonly acceptsUnknown?: boolean;
}

/** A packaged function as data, with the contract that its parameters' texts say. */
export function packaged(name: string, shape: FunctionShape = {}): PackagedFunction {
  const digest = digestBytes(`${name} ${shape.version ?? ''}`);
  const handlers = [name, ...(shape.handlers ?? [])];
  const manifest = {
    apiVersion: 'slipway/v1' as const,
    digest,
    handlers,
    externals: {},
    packages: {},
    needsApi: false,
    size: 1,
    target: 'node20',
    esbuild: '0.28.2',
  };
  return {
    spec: {
      apiVersion: 'slipway/v1',
      kind: 'Function',
      metadata: { name },
      spec: {
        handlers: Object.fromEntries(handlers.map((one) => [one, handler(one, shape)])),
        defaultHandler: name,
        digest,
        source: `${name}.ts`,
      },
    },
    bundle: { directory: `/bundles/${name}`, digest, manifest },
    report: {
      source: `${name}.ts`,
      included: [],
      dropped: [],
      packages: {},
      externals: {},
      size: 1,
      digest,
      warnings: [],
      reused: false,
    },
  };
}

function handler(name: string, shape: FunctionShape): HandlerSpec {
  return {
    name,
    parameters: (shape.parameters ?? []).map(parameter),
    results: (shape.results ?? []).map((one) => {
      const [resultName = one, typeText] = one.split(': ');
      return { name: resultName, role: 'result', ...(typeText === undefined ? {} : { typeText }) };
    }),
    acceptsUnknown: shape.acceptsUnknown ?? false,
  };
}

function parameter(text: string): ParameterSpec {
  const [, name = '', optional, typeText = 'number'] = /^(\w+)(\?)?(?::\s*(.+))?$/.exec(text) ?? [];
  const isInput = ['DataItem', 'Dataset', 'Model'].includes(typeText);
  return {
    name,
    role: isInput ? 'input' : 'param',
    typeText,
    required: optional === undefined,
    ...(isInput ? {} : { schema: { type: typeText } }),
  };
}
