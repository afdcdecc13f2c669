import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { shrink, type Raw } from '#inventory/shrink.ts';
import { KINDS } from '#model/kinds.ts';

const CANARY = 'canary-f3a1';

const metadata = {
  name: 'x',
  namespace: 'shop',
  annotations: { 'kubectl.kubernetes.io/last-applied-configuration': CANARY },
};
const env = [
  { name: 'PASSWORD', value: CANARY },
  { name: 'TOKEN', valueFrom: { secretKeyRef: { name: 'tokens', key: 'api' } } },
];
const container = {
  name: 'app',
  image: 'web:1',
  command: ['/app', `--password=${CANARY}`],
  args: [CANARY],
  env,
  livenessProbe: { httpGet: { httpHeaders: [{ name: 'Authorization', value: CANARY }] } },
  lifecycle: { preStop: { exec: { command: [CANARY] } } },
};
const spec = { containers: [container], initContainers: [container], ephemeralContainers: [container] };

/** What SECURITY.md says never enters: each with the canary where the value would be. */
const OBJECTS: readonly (readonly [kind: keyof typeof KINDS, raw: Raw])[] = [
  ['Secret', { metadata, data: { password: CANARY }, stringData: { password: CANARY } }],
  ['ConfigMap', { metadata, data: { password: CANARY }, binaryData: { key: CANARY } }],
  ['Pod', { metadata: { ...metadata, managedFields: [{ manager: CANARY }] }, spec, status: { message: CANARY } }],
  ['Deployment', { metadata, spec: { template: { metadata, spec } } }],
  ['VulnerabilityReport', { metadata, report: { vulnerabilities: [{ title: CANARY, vulnerabilityID: CANARY }] } }],
  ['ExposedSecretReport', { metadata, report: { secrets: [{ match: CANARY, target: CANARY }] } }],
  ['SbomReport', { metadata, report: { components: { components: [{ name: CANARY }] } } }],
  ['KyvernoClusterPolicy', { metadata, spec: { rules: [{ name: CANARY, validate: { pattern: { spec: CANARY } } }] } }],
  ['ValidatingAdmissionPolicy', { metadata, spec: { validations: [{ expression: CANARY }] } }],
  ['CronJob', { metadata, spec: { jobTemplate: { spec: { template: { metadata, spec } } } } }],
];

describe('[unit] docs: what SECURITY.md promises', () => {
  for (const [kind, raw] of OBJECTS) {
    it(`no value of a ${kind} passes the shrinker`, () => {
      expect(JSON.stringify(raw)).to.include(CANARY);
      expect(JSON.stringify(shrink(kind, { kind, ...raw }))).to.not.include(CANARY);
    });
  }

  it('what a check needs does pass: the name of a variable and the Secret that it refers to', () => {
    const text = JSON.stringify(shrink('Pod', { kind: 'Pod', metadata, spec }));
    expect(text).to.include('PASSWORD').and.to.include('"secretKeyRef":{"name":"tokens","key":"api"}');
  });

  it('Secrets and ConfigMaps are asked for by metadata only', () => {
    expect([KINDS.Secret.metadataOnly, KINDS.ConfigMap.metadataOnly]).to.deep.equal([true, true]);
  });

  it('the rights write nothing but our own reports, the status of exceptions, Events, and the Lease', () => {
    const rules = readFileSync('manifests/base/rbac.yaml', 'utf8')
      .split(/^ {2}- apiGroups:/m)
      .slice(1);
    const writing = rules.filter((rule) => /- (?:create|update|patch|delete)/.test(rule));
    const words = writing.map((rule) => [...rule.matchAll(/- "?([\w./]*)"?$/gm)].map(([, word]) => word).join(' '));
    expect(words.map((rule) => rule.trim())).to.deep.equal([
      'kubeposture.io clustersecurityreports securityreports get list watch create patch delete',
      'kubeposture.io clustersecurityexceptions/status securityexceptions/status patch',
      'events create patch',
      'coordination.k8s.io leases create',
      'coordination.k8s.io leases kubeposture get watch update',
    ]);
    expect(rules.join('')).to.not.match(/\*|exec|proxy|impersonate|escalate|bind$/m);
  });
});
