import { labelsAmong, unlabelled } from './metadata.ts';
import { list, number, or, present, struct, text, type Reader } from './shape.ts';

/** What scanners of images have found, as far as a verdict needs it: reports are large, and say more than anybody should hold twice. */
export interface Flaws {
  readonly count: number;
  /** Some of them by name. */
  readonly first: readonly string[];
}

const FIRST = 3;
const CVE = /^[A-Z][A-Za-z0-9-]{3,40}$/;

const vulnerabilities = list(struct({ vulnerabilityID: or(text, ''), severity: text, fixedVersion: text }));

/** Of a list of vulnerabilities those that are critical and that an update would repair. */
const fixableCritical: Reader<Flaws | undefined> = (raw, trail) => {
  const named = (vulnerabilities(raw, trail) ?? [])
    .filter(({ severity, fixedVersion = '' }) => severity === 'CRITICAL' && fixedVersion !== '')
    .map(({ vulnerabilityID }) => vulnerabilityID);
  const all = [...new Set(named)].sort();
  return all.length === 0 ? undefined : { count: all.length, first: all.filter((id) => CVE.test(id)).slice(0, FIRST) };
};

/** How many there are; of a secret nothing else is kept. */
const count: Reader<number | undefined> = (raw, trail) => list(present)(raw, trail)?.length;

/** Which image a report is about. */
const about = {
  registry: struct({ server: text }),
  artifact: struct({ repository: text, tag: text, digest: text }),
};

export const vulnerabilityReport = struct({
  metadata: unlabelled,
  report: struct({ ...about, vulnerabilities: fixableCritical }),
});

export const exposedSecretReport = struct({ metadata: unlabelled, report: struct({ ...about, secrets: count }) });

/** Whose container a report of trivy-operator is about. */
export const SCANNED_KIND = 'trivy-operator.resource.kind';
export const SCANNED_NAME = 'trivy-operator.resource.name';
export const SCANNED_CONTAINER = 'trivy-operator.container.name';

/** That there is one, and of which container: the list of components is never asked for. */
export const sbomReport = struct({ metadata: labelsAmong([SCANNED_KIND, SCANNED_NAME, SCANNED_CONTAINER]) });

/** Kubescape: how many, not whether an update would repair them. */
export const vulnerabilityManifestSummary = struct({
  metadata: unlabelled,
  spec: struct({ severities: struct({ critical: struct({ all: number }) }) }),
});
