import type { Sha256 } from './identity.ts';

/** What a finding is recognised by: its subject, check, aspect and path; not its words. */
export interface Recognised {
  readonly subject: {
    readonly kind: string;
    readonly namespace?: string;
    readonly name: string;
    readonly uid?: string;
  };
  readonly check: string;
  readonly aspect?: string;
  readonly path: string;
}

/** The identity of a finding from one report to the next, and from one scan to the next: 16 hexadecimal digits. */
export function fingerprintOf({ subject, check, aspect = '', path }: Recognised, sha256: Sha256): string {
  const { uid, kind, namespace = '', name } = subject;
  return sha256(JSON.stringify([uid ?? `${kind}/${namespace}/${name}`, check, aspect, path])).slice(0, 16);
}
