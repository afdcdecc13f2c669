import { isCluster } from '#model/cluster.ts';
import { ALL_KINDS, kindFor } from '#model/kinds.ts';
import type { Subject } from '#model/ref.ts';

/** SHA-256 of a text, in hexadecimal. Handed in: this room knows no Node module. */
export type Sha256 = (text: string) => string;

export type ReportKind = 'SecurityReport' | 'ClusterSecurityReport';

/** Where the report of a subject is kept. */
export interface ReportRef {
  readonly kind: ReportKind;
  /** `''` for ClusterSecurityReports. */
  readonly namespace: string;
  readonly name: string;
}

/** The report of the cluster as a whole. */
export const CLUSTER_REPORT: ReportRef = { kind: 'ClusterSecurityReport', namespace: '', name: 'cluster' };

const KNOWN_WORDS: ReadonlySet<string> = new Set(ALL_KINDS.map((kind) => kind.toLowerCase()));

const NAME_LIMIT = 253;
const SUFFIX_LENGTH = 10;
/** DNS subdomain (RFC 1123), as the API server wants names of objects. */
const SUBDOMAIN = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;

/**
 * The name and place of a subject's report: `deployment-web`. Shortened with ten characters of a hash only where that is no name, is too
 * long, or could be of another kind of the same word.
 */
export function reportRef(subject: Subject, sha256: Sha256): ReportRef {
  if (isCluster(subject)) return CLUSTER_REPORT;
  if (subject.kind === 'Namespace' && subject.apiVersion === 'v1') {
    return { kind: 'SecurityReport', namespace: subject.name, name: reportName(subject, sha256) };
  }
  const isClusterScoped = subject.namespace === '';
  return {
    kind: isClusterScoped ? 'ClusterSecurityReport' : 'SecurityReport',
    namespace: subject.namespace,
    name: reportName(subject, sha256),
  };
}

function reportName({ apiVersion, kind, name }: Subject, sha256: Sha256): string {
  const plain = `${kind.toLowerCase()}-${name}`;
  const isForeign = KNOWN_WORDS.has(kind.toLowerCase()) && kindFor(apiVersion, kind) === undefined;
  if (!isForeign && plain.length <= NAME_LIMIT && SUBDOMAIN.test(plain)) return plain;
  const suffix = sha256(`${apiVersion}/${kind}/${name}`).slice(0, SUFFIX_LENGTH);
  const stem = plain
    .toLowerCase()
    .replace(/[^a-z0-9.-]+/g, '-')
    .replace(/\.+/g, '.')
    .replace(/(^|\.)-+|-+(?=\.|$)/g, '$1')
    .slice(0, NAME_LIMIT - SUFFIX_LENGTH - 1)
    .replace(/[^a-z0-9]+$/, '')
    .replace(/^[^a-z0-9]+/, '');
  return stem === '' ? `report-${suffix}` : `${stem}-${suffix}`;
}
