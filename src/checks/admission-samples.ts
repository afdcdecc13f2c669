import type { Manifest } from '#model/check.ts';

/** A policy of Kyverno that lets no pod in whose images are not signed and attested. */
export function aSignaturePolicy(spec: object = {}): Manifest {
  const resourceRules = [
    { apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE', 'UPDATE'], resources: ['pods'] },
  ];
  return {
    apiVersion: 'policies.kyverno.io/v1',
    kind: 'ImageValidatingPolicy',
    metadata: { name: 'signed' },
    spec: {
      validationActions: ['Deny'],
      matchConstraints: { resourceRules },
      matchImageReferences: [{ glob: '*' }],
      attestors: [{ name: 'ci', cosign: { key: { data: '…' } } }],
      attestations: [{ name: 'provenance', intoto: { type: 'https://slsa.dev/provenance/v1' } }],
      ...spec,
    },
  };
}

/** What trivy-operator has found in an image, the clean one where nothing else is said: nothing. */
export function aScanReport(report: object = {}, name = 'replicaset-web-1-app'): Manifest {
  return {
    apiVersion: 'aquasecurity.github.io/v1alpha1',
    kind: 'VulnerabilityReport',
    metadata: { name, namespace: 'shop' },
    report: {
      registry: { server: 'registry.example' },
      artifact: { repository: 'shop/web', digest: `sha256:${'0123456789abcdef'.repeat(4)}` },
      vulnerabilities: [],
      ...report,
    },
  };
}

/** That there is a list of what the container of the clean pod contains. */
export function anSbomReport(): Manifest {
  const labels = {
    'trivy-operator.resource.kind': 'Pod',
    'trivy-operator.resource.name': 'web',
    'trivy-operator.container.name': 'app',
  };
  return {
    apiVersion: 'aquasecurity.github.io/v1alpha1',
    kind: 'SbomReport',
    metadata: { name: 'pod-web-app', namespace: 'shop', labels },
    report: {},
  };
}

/** A policy of Kyverno that holds every pod to a level of Pod Security. */
export function aPodSecurityPolicy(validate: object = { podSecurity: { level: 'baseline' } }, where = {}): Manifest {
  return {
    apiVersion: 'kyverno.io/v1',
    kind: 'KyvernoClusterPolicy',
    metadata: { name: 'levels' },
    spec: {
      validationFailureAction: 'Enforce',
      rules: [{ name: 'baseline', match: { any: [{ resources: { kinds: ['Pod'], ...where } }] }, validate }],
    },
  };
}
