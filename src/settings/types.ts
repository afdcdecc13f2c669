import type { CheckId } from '#model/check.ts';
import type { Parameters } from '#model/parameters.ts';
import type { Severity } from '#model/severity.ts';

export type LogFormat = 'json' | 'text';
export type LogLevel = 'debug' | 'info' | 'warn' | 'error';
export const LOG_FORMATS: readonly LogFormat[] = ['json', 'text'];
export const LOG_LEVELS: readonly LogLevel[] = ['debug', 'info', 'warn', 'error'];

/** What changes what is found: the same for the operator and the command line. */
export interface ChecksSettings {
  readonly disable: readonly CheckId[];
  readonly severity: Readonly<Partial<Record<CheckId, Severity>>>;
  readonly parameters: Parameters;
}

/** Namespaces by name; a trailing `*` stands for any rest. An empty `include` is every namespace. */
export interface NamespaceScope {
  readonly include: readonly string[];
  readonly exclude: readonly string[];
}

/** Everything that can be set, from flags, environment and file: one frozen value. */
export interface Settings {
  readonly configFile?: string;
  /** One file, or those of `KUBECONFIG`. */
  readonly kubeconfig?: string | readonly string[];
  readonly context?: string;
  /** Port 0 picks a free one. */
  readonly listen: { readonly host: string; readonly port: number };
  readonly leaderElect: boolean;
  readonly leaseNamespace: string;
  readonly logFormat: LogFormat;
  readonly logLevel: LogLevel;
  readonly checks: ChecksSettings;
  readonly scope: { readonly namespaces: NamespaceScope };
  /** Writes to the API server a second, and how many at once. */
  readonly writes: { readonly rate: number; readonly burst: number };
  /** When the full sweep runs: five fields of cron. */
  readonly schedule: { readonly sweep: string };
  readonly metrics: { readonly maxSeries: number; readonly workloadScore: boolean };
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
