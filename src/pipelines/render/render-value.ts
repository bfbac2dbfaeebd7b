import type { PlanCondition, PlanValue } from '../plan/plan.ts';

/** A plan's value as people would write it: `train.accuracy`, `params.depth`, `0.9`, `[a.x, 3]`. */
export function renderValue(value: PlanValue): string {
  switch (value.type) {
    case 'literal':
      return JSON.stringify(value.value);
    case 'parameter':
      return ['params', value.name, ...value.path].join('.');
    case 'output':
      return [value.step, ...value.path].join('.');
    case 'item':
      return [value.part === 'value' ? 'item' : value.part, ...value.path].join('.');
    case 'gather':
      return renderGather(value);
    case 'list':
      return `[${value.items.map(renderValue).join(', ')}]`;
    case 'record':
      return `{ ${Object.entries(value.entries)
        .map(([key, item]) => `${key}: ${renderValue(item)}`)
        .join(', ')} }`;
  }
}

/** `train.accuracy[]`: one for each item; anything that is no output of one step as `[… for each <map>]`. */
function renderGather({ of, value, path }: Extract<PlanValue, { type: 'gather' }>): string {
  const each = value.type === 'output' ? `${renderValue(value)}[]` : `[${renderValue(value)} for each ${of}]`;
  return [each, ...path].join('.');
}

/** A condition as people would write it; `show` adds what a value is now: `train.accuracy (0.8) >= 0.9`. */
export function renderCondition(
  condition: PlanCondition,
  show: (value: PlanValue) => string = renderValue,
): string {
  switch (condition.type) {
    case 'compare':
      return `${show(condition.left)} ${condition.operator} ${show(condition.right)}`;
    case 'truthy':
      return show(condition.value);
    case 'not':
      return `not (${renderCondition(condition.condition, show)})`;
    case 'and':
    case 'or':
      return condition.conditions.map((one) => `(${renderCondition(one, show)})`).join(` ${condition.type} `);
  }
}
