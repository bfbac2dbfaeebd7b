import type { RunState } from '../../tracking/run.ts';

/** States of a run that can be told of. */
export type NotificationMoment = Extract<RunState, 'running' | 'completed' | 'error' | 'aborted' | 'lost'>;

/** What every notification has. */
export interface NotificationBase {
  /** Tells it from others about the same run. @default its kind */
  readonly name?: string;
  /** @default completed, error, aborted and lost */
  readonly when?: readonly NotificationMoment[];
  /** Tells only of runs that this holds for, in the search language, e.g. `metrics.accuracy < 0.9 or state = 'error'`. */
  readonly condition?: string;
  /** Text; `${path}` stands for what the record has there, e.g. `${name}: ${results.accuracy}`. @default a summary of the run */
  readonly message?: string;
}

/** A line in the terminal or the notebook. */
export interface ConsoleNotification extends NotificationBase {
  readonly kind: 'console';
}

/** JSON sent to an address by POST. */
export interface WebhookNotification extends NotificationBase {
  readonly kind: 'webhook';
  /** `${secret.NAME}` stands for the value of a secret. */
  readonly url: string;
  /** `${secret.NAME}` stands for the value of a secret. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Name of a secret that is sent as bearer token. */
  readonly secret?: string;
  /** Allow http to other machines. @default false */
  readonly insecure?: boolean;
  /** Time for one try. @default 10s */
  readonly timeout?: string | number;
}

/** A message to a webhook of Slack, or one that takes the same. */
export interface SlackNotification extends NotificationBase {
  readonly kind: 'slack';
  /** Name of the secret whose value is the webhook's address: either this or `url`. */
  readonly secret?: string;
  /** The address with `${secret.NAME}` for the part that must not be known. */
  readonly url?: string;
  /** Allow http to other machines. @default false */
  readonly insecure?: boolean;
  /** Time for one try. @default 10s */
  readonly timeout?: string | number;
}

/** A mail. */
export interface MailNotification extends NotificationBase {
  readonly kind: 'mail';
  readonly to: string | readonly string[];
  readonly from: string;
  /** @default `<name> <state>`; takes `${path}` too */
  readonly subject?: string;
  readonly smtp: {
    readonly host: string;
    /** @default 587, with `tls` 465, with `none` 25 */
    readonly port?: number;
    /** `none` only to this machine, or with `insecure`. @default 'starttls' */
    readonly security?: 'tls' | 'starttls' | 'none';
    readonly user?: string;
  };
  /** Name of the secret that is the password of `smtp.user`. */
  readonly secret?: string;
  /** Allow mail without encryption to other machines. @default false */
  readonly insecure?: boolean;
  /** Time for one try. @default 10s */
  readonly timeout?: string | number;
}

/** Whom to tell of a run, and when. */
export type NotificationEntry =
  | ConsoleNotification
  | WebhookNotification
  | SlackNotification
  | MailNotification;

/** One whose name is known. */
export type NamedNotification = NotificationEntry & { readonly name: string };

/** States that end a run, which are told of unless `when` says otherwise. */
export const endMoments: readonly NotificationMoment[] = ['completed', 'error', 'aborted', 'lost'];

/** What a run is asked for about notifications. */
export interface NotificationRequest {
  /** Beside those of the project. */
  readonly notifications?: readonly NotificationEntry[];
  /** Whether those of project.yaml tell of the run. @default true, but not for what a handler runs itself */
  readonly projectNotifications?: boolean;
}
