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
