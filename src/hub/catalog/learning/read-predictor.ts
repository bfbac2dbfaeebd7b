import type { Model, Predictor } from 'slipway';
import { unusableModel } from './errors.ts';

/** The portable predictor of a model. */
export async function readPredictor(model: Model): Promise<Predictor> {
  const { framework, files } = model.manifest;
  if (!files.includes('predictor.json'))
    throw unusableModel(`model "${model.name}" has no predictor.json (its framework is "${framework}")`, {
      hint: 'log it with ctx.logModel(key, { predictor }) so that it can be applied without its framework',
    });
  return model.file('predictor.json').json<Predictor>();
}
