/** Small worlds of what verifies images, for laws. */
import fc from 'fast-check';
import { aSignaturePolicy } from '#checks/image-samples.ts';
import { aContainer, aNamespace, aPod, anApiServer } from '#checks/samples.ts';
import type { Manifest } from '#model/check.ts';

const place = fc.constantFrom('a', 'b');
const named = fc.constantFrom('x', 'y');
const image = fc.constantFrom('ghcr.io/acme/web:1', 'registry.example/web:1');
const selector = fc.constantFrom(undefined, { matchLabels: { team: 'p' } });
const labels = fc.constantFrom({}, { team: 'p' }, { 'policy.sigstore.dev/include': 'true' });

const namespace = fc.tuple(place, labels).map(([name, worn]) => aNamespace({ name, labels: worn }));
const pod = fc
  .tuple(named, place, image, labels)
  .map(([name, ns, ref, worn]) =>
    aPod({ metadata: { name, namespace: ns, labels: worn }, container: aContainer({ image: ref }) }),
  );
const apiServer = fc
  .constantFrom(['ImagePolicyWebhook'], ['NodeRestriction'])
  .map(([plugin = '']) => anApiServer('--admission-control-config-file=/x', `--enable-admission-plugins=${plugin}`));
const glob = fc.constantFrom('*', 'ghcr.io/**');
const rules = [{ apiGroups: [''], operations: ['CREATE'], resources: ['pods'] }];

const imagePolicy = fc
  .record({
    validationActions: fc.constantFrom(['Deny'], ['Audit']),
    matchConstraints: fc.record({
      resourceRules: fc.constant(rules),
      namespaceSelector: selector,
      objectSelector: selector,
    }),
    matchConditions: fc.constantFrom(undefined, [{ name: 'x', expression: 'true' }]),
    matchImageReferences: glob.map((pattern) => [{ glob: pattern }]),
    attestations: fc.constantFrom(undefined, [{ name: 'x' }]),
  })
  .map((spec) => aSignaturePolicy(spec));
const namespacedPolicy = fc.tuple(imagePolicy, place).map(([policy, ns]): Manifest => ({
  ...policy,
  kind: 'NamespacedImageValidatingPolicy',
  metadata: { name: 'signed', namespace: ns },
}));
const kyvernoPolicy = fc
  .record({ action: fc.constantFrom('Enforce', 'Audit'), pattern: glob, only: place })
  .map(({ action, pattern, only }): Manifest => ({
    apiVersion: 'kyverno.io/v1',
    kind: 'KyvernoClusterPolicy',
    metadata: { name: 'x' },
    spec: {
      validationFailureAction: action,
      rules: [
        {
          match: { any: [{ resources: { kinds: ['Pod'], namespaces: [only] } }] },
          verifyImages: [{ imageReferences: [pattern], attestors: [{ entries: [{ keys: { publicKeys: 'x' } }] }] }],
        },
      ],
    },
  }));
const sigstorePolicy = glob.map((pattern): Manifest => ({
  apiVersion: 'policy.sigstore.dev/v1beta1',
  kind: 'ClusterImagePolicy',
  metadata: { name: 'x' },
  spec: { images: [{ glob: pattern }], authorities: [{ keyless: {} }] },
}));
const webhook = selector.map((namespaceSelector): Manifest => ({
  apiVersion: 'admissionregistration.k8s.io/v1',
  kind: 'MutatingWebhookConfiguration',
  metadata: { name: 'x' },
  webhooks: [{ name: 'x', clientConfig: { service: { name: 'connaisseur-svc' } }, rules, namespaceSelector }],
}));

/** Namespaces, their pods, and what verifies the images of these. */
export const verifying = fc.oneof(
  { weight: 2, arbitrary: namespace },
  { weight: 3, arbitrary: pod },
  apiServer,
  imagePolicy,
  namespacedPolicy,
  kyvernoPolicy,
  sigstorePolicy,
  webhook,
);
