/** The reports that are written: one for each number, with five findings. */
import type { Resource } from '#kube/resource.ts';
import { DEPLOYMENT_REPORT } from '../../support/example-reports.ts';

export const NAMESPACE = 'default';
export const GROUP_VERSION = 'kubeposture.io/v1alpha1';
export const REPORTS: Resource = {
  kind: 'SecurityReport',
  group: 'kubeposture.io',
  version: 'v1alpha1',
  plural: 'securityreports',
  namespaced: true,
};

/** Each run writes something else: what is written is never what already stands there. */
const firstSeen = new Date().toISOString();
const FINDINGS = Array.from({ length: 5 }, (_, at) => ({
  ...DEPLOYMENT_REPORT.findings[0]!,
  firstSeen,
  fingerprint: `9f2c41d07ab${String(at)}`,
}));

export function report(at: number): typeof DEPLOYMENT_REPORT {
  const metadata = { ...DEPLOYMENT_REPORT.metadata, namespace: NAMESPACE, name: `deployment-${String(at)}` };
  return { ...DEPLOYMENT_REPORT, metadata, findings: FINDINGS };
}
