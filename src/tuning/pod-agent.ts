import { startAgent } from '../runtime/agent/start-agent.ts';
import { parseStopExpression } from './stop-expression.ts';

void startAgent({ readStop: parseStopExpression });
