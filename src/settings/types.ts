import type { CONFIGURATION } from './description.ts';
import type { GivenOf, ValuesOf } from './field.ts';

export type LogFormat = 'json' | 'text';
export type LogLevel = 'debug' | 'info' | 'warn' | 'error';
export const LOG_FORMATS: readonly LogFormat[] = ['json', 'text'];
export const LOG_LEVELS: readonly LogLevel[] = ['debug', 'info', 'warn', 'error'];

/** The configuration file as it is written. */
export type Config = GivenOf<typeof CONFIGURATION>;

/** What the configuration file sets, with defaults for the rest. */
export type Configured = ValuesOf<typeof CONFIGURATION>;

/** Everything that can be set, from flags, environment and file: one frozen value. */
export interface Settings extends Configured {
  readonly configFile?: string;
  /** The fields of the file that a variable stands above. */
  readonly variables: readonly string[];
  /** One file, or those of `KUBECONFIG`. */
  readonly kubeconfig?: string | readonly string[];
  readonly context?: string;
  /** The pod that this runs in, where the downward API tells: `POD_NAMESPACE`, `POD_NAME` and `POD_UID`. */
  readonly pod?: OwnPod;
  /** Port 0 picks a free one. */
  readonly listen: { readonly host: string; readonly port: number };
  readonly logFormat: LogFormat;
  readonly logLevel: LogLevel;
}

export interface OwnPod {
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
}

/** What the command line gave, as it was typed. */
export interface Flags {
  readonly config?: string | undefined;
  readonly kubeconfig?: string | undefined;
  readonly context?: string | undefined;
  readonly listen?: string | undefined;
  readonly leaderElect?: string | undefined;
  readonly logFormat?: string | undefined;
  readonly logLevel?: string | undefined;
}

export type Environment = Readonly<Record<string, string | undefined>>;

/** A setting that cannot be used: the message says where it stands and what is allowed. */
export class SettingsError extends Error {
  override readonly name = 'SettingsError';
}
