import type { Examples } from '#model/check.ts';
import { aSignaturePolicy } from './admission-samples.ts';
import { RESTRICTED, THE_CLUSTER, aContainer, aDeployment, aNamespace, aPod, anApiServer } from './samples.ts';

/** The examples of KP-IMG-005. */
export function signatureExamples(): Examples {
  return { bad: bad(), good: good() };
}

const AT = 'metadata.name';
const LIVE = { context: { complete: true } };
/** A policy that asks for no signature: it looks at digests alone. */
const IDLE = aSignaturePolicy({ attestors: undefined, attestations: undefined });
const AUDITING = aSignaturePolicy({ validationActions: ['Audit'] });
const WITHOUT_ATTESTATION = aSignaturePolicy({ attestations: undefined });
const FOREIGN = aSignaturePolicy({ matchImageReferences: [{ glob: 'ghcr.io/acme/*' }] });
const VERIFYING = anApiServer(
  '--anonymous-auth=false',
  '--enable-admission-plugins=NodeRestriction,ImagePolicyWebhook',
  '--admission-control-config-file=/etc/kubernetes/admission.yaml',
);

/** A policy of Kyverno for the namespaces of others. */
function elsewhere(): ReturnType<typeof aSignaturePolicy> {
  const { matchConstraints } = aSignaturePolicy()['spec'] as { readonly matchConstraints: object };
  const namespaceSelector = { matchLabels: { team: 'pay' } };
  return aSignaturePolicy({ matchConstraints: { ...matchConstraints, namespaceSelector } });
}

const PAY = [
  aNamespace({ name: 'pay', labels: { ...RESTRICTED, team: 'pay' } }),
  aPod({ metadata: { namespace: 'pay' } }),
] as const;

function bad(): Examples['bad'] {
  const acme = aContainer({ name: 'acme', image: `ghcr.io/acme/web:1.0.0@sha256:${'ab'.repeat(32)}` });
  return [
    {
      name: 'nothing asks for a signature',
      subject: aNamespace(),
      world: [IDLE, aDeployment()],
      ...LIVE,
      finds: [{ at: AT, aspect: 'none' }],
    },
    {
      name: 'a policy for the images of one registry',
      subject: aNamespace(),
      world: [FOREIGN, aDeployment({ spec: { containers: [aContainer(), acme] } })],
      finds: [{ at: AT, aspect: 'partial', severity: 'low' }],
    },
    {
      name: 'a policy that only tells',
      subject: aNamespace(),
      world: [AUDITING, aDeployment()],
      finds: [{ at: AT, aspect: 'auditOnly', severity: 'low' }],
    },
    {
      name: 'nothing in the cluster asks for a signature',
      subject: THE_CLUSTER,
      world: [IDLE, aNamespace(), aDeployment()],
      ...LIVE,
      finds: [{ at: AT, aspect: 'none' }],
    },
    {
      name: 'every policy of the cluster only tells',
      subject: THE_CLUSTER,
      world: [AUDITING, aNamespace(), aDeployment()],
      ...LIVE,
      finds: [{ at: AT, aspect: 'auditOnly', severity: 'low' }],
    },
    {
      name: 'a namespace that the policy leaves out',
      subject: THE_CLUSTER,
      world: [elsewhere(), aNamespace(), aDeployment(), ...PAY],
      ...LIVE,
      finds: [{ at: AT, aspect: 'partial', severity: 'low' }],
      also: ['KP-NET-001', 'KP-NET-002', 'KP-NS-006'],
    },
    {
      name: 'signatures, and nobody asks what was signed',
      subject: THE_CLUSTER,
      world: [WITHOUT_ATTESTATION, aNamespace(), aDeployment()],
      ...LIVE,
      finds: [{ at: AT, aspect: 'noAttestation', severity: 'info' }],
    },
  ];
}

function good(): Examples['good'] {
  const included = aNamespace({ labels: { ...RESTRICTED, 'policy.sigstore.dev/include': 'true' } });
  return [
    { name: 'a policy of Kyverno', subject: aNamespace(), world: [aSignaturePolicy(), aDeployment()], ...LIVE },
    {
      name: 'a policy of Sigstore, in a namespace that has asked for it',
      subject: included,
      world: [
        aDeployment(),
        {
          apiVersion: 'policy.sigstore.dev/v1beta1',
          kind: 'ClusterImagePolicy',
          metadata: { name: 'signed' },
          spec: {
            images: [{ glob: 'registry.example/**' }],
            authorities: [{ keyless: { url: 'https://fulcio.example' } }],
          },
        },
      ],
      ...LIVE,
    },
    {
      name: 'a webhook of Connaisseur',
      subject: aNamespace(),
      world: [
        aDeployment(),
        {
          apiVersion: 'admissionregistration.k8s.io/v1',
          kind: 'MutatingWebhookConfiguration',
          metadata: { name: 'connaisseur-webhook' },
          webhooks: [
            {
              name: 'connaisseur-svc.connaisseur.svc',
              clientConfig: { service: { name: 'connaisseur-svc', namespace: 'connaisseur', path: '/mutate' } },
              rules: [{ apiGroups: ['*'], apiVersions: ['*'], operations: ['CREATE', 'UPDATE'], resources: ['pods'] }],
            },
          ],
        },
      ],
      ...LIVE,
    },
    { name: 'a webhook of the API server itself', subject: aNamespace(), world: [VERIFYING, aDeployment()], ...LIVE },
    { name: 'nobody lives there', subject: aNamespace(), ...LIVE },
    { name: 'files that say nothing of verifiers', subject: aNamespace(), world: [aDeployment()] },
    {
      name: 'every namespace of the cluster',
      subject: THE_CLUSTER,
      world: [aSignaturePolicy(), aNamespace(), aDeployment()],
      ...LIVE,
    },
    { name: 'a cluster in which nobody lives', subject: THE_CLUSTER, world: [aNamespace()], ...LIVE },
    {
      name: 'attestations beside the webhook of the API server',
      subject: THE_CLUSTER,
      world: [VERIFYING, elsewhere(), aNamespace(), aDeployment(), ...PAY],
      ...LIVE,
    },
  ];
}
