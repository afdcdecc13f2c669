/** What every way into a cluster has in common. */

/** The cluster cannot be found or entered: a one-line message for whoever wrote the configuration. */
export class KubeConfigError extends Error {
  override readonly name = 'KubeConfigError';
}

export interface Tls {
  readonly ca?: string | Buffer;
  readonly cert?: string | Buffer;
  readonly key?: string | Buffer;
  readonly passphrase?: string;
  readonly servername?: string;
  readonly rejectUnauthorized?: boolean;
}

/** Headers and TLS material with which the server lets one in. */
export interface Entry {
  readonly headers: Readonly<Record<string, string>>;
  readonly tls: Tls;
}

/** Where a cluster is, and how it is entered. */
export interface Access {
  readonly server: string;
  readonly context: string;
  readonly namespace: string | undefined;
  readonly proxyUrl: string | undefined;
  /** Reads everything anew: tokens and certificates change while we run (W16). */
  readonly enter: () => Promise<Entry>;
}

export function oneLine(thrown: unknown): string {
  const text = thrown instanceof Error ? thrown.message : String(thrown);
  return text.split('\n', 1)[0] ?? '';
}

/** What kubectl and the kubelet say of the cluster stands in the environment: a package of its own has no settings to ask. */
// eslint-disable-next-line no-restricted-properties
export const environment = (): NodeJS.ProcessEnv => process.env;
