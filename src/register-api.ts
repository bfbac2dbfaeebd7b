import { globalState } from './core/global-state.ts';
import * as api from './index.ts';

// bundles that import values of `slipway` get them from the copy that was loaded first, the one their caller uses
globalState('api', () => api);
