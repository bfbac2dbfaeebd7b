import type { ObjectShape, Shape } from '../project-shape.ts';
import { checkTemplate } from './render-message.ts';

const text: Shape = { type: 'text' };
const flag: Shape = { type: 'flag' };
const texts: Shape = { type: 'record', of: text };
const template: Shape = { type: 'text', check: checkTemplate };

/** A name of an environment variable. */
const secret: Shape = {
  type: 'text',
  check: (value) =>
    /^[A-Za-z_][A-Za-z0-9_]*$/.test(value)
      ? undefined
      : 'this is no name of a secret; give the name of an environment variable, never the value',
};

const moments: Shape = {
  type: 'list',
  of: { type: 'choice', values: ['running', 'completed', 'error', 'aborted', 'lost'] },
};

/** What a notification of project.yaml may hold, by its kind. */
export function notificationShapes({
  name,
  condition,
}: {
  readonly name: Shape;
  readonly condition: Shape;
}): Readonly<Record<'console' | 'webhook' | 'slack' | 'mail', ObjectShape>> {
  const common = { name, kind: text, when: moments, condition, message: template };
  const instead = {
    secret_params: 'secret: <name of an environment variable>',
    params: 'its fields directly here',
    severity: 'message',
    override_body: 'message',
    webhook: 'secret: <name of the environment variable that holds the address>',
    verify_ssl: 'nothing: certificates are always verified',
  };
  const object = (required: readonly string[], fields: ObjectShape['fields']): ObjectShape => ({
    type: 'object',
    required: ['kind', ...required],
    fields: { ...common, ...fields },
    instead,
  });
  const sending = { secret, insecure: flag, timeout: { type: 'duration' } } as const;
  const smtp: ObjectShape = {
    type: 'object',
    required: ['host'],
    fields: {
      host: text,
      port: { type: 'number', integer: true, min: 1 },
      security: { type: 'choice', values: ['tls', 'starttls', 'none'] },
      user: text,
    },
    instead: { password: 'secret: <name of an environment variable>, beside smtp', secure: 'security: tls' },
  };
  return {
    console: object([], {}),
    webhook: object(['url'], { url: text, headers: texts, ...sending }),
    slack: object([], { url: text, ...sending }),
    mail: object(['to', 'from', 'smtp'], {
      to: { type: 'one-or-many', of: text },
      from: text,
      subject: template,
      smtp,
      ...sending,
    }),
  };
}
