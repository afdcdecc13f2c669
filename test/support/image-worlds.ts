/** Small worlds of what verifies images, for laws. */
import fc from 'fast-check';
import { aPodSecurityPolicy, aScanReport, aSignaturePolicy, anSbomReport } from '#checks/admission-samples.ts';
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

/** One pod whose labels move under a policy that goes by them. */
export const selecting = fc.oneof(
  fc.constant(aNamespace({ name: 'a' })),
  labels.map((worn) => aPod({ metadata: { name: 'x', namespace: 'a', labels: worn } })),
  fc.constant(
    aSignaturePolicy({ matchConstraints: { resourceRules: rules, objectSelector: { matchLabels: { team: 'p' } } } }),
  ),
);

const content = fc.constantFrom('1', '2').map((digit) => `sha256:${digit.repeat(64)}`);
const inA = { namespace: 'a' };
const scannedPod = fc
  .tuple(named, place, content, fc.constantFrom(undefined, 'Job', 'ReplicaSet'), fc.boolean())
  .map(([name, ns, digest, controller, isPinned]): Manifest => ({
    ...aPod({
      metadata: {
        name,
        namespace: ns,
        ...(controller === undefined
          ? {}
          : { ownerReferences: [{ apiVersion: 'x/v1', kind: controller, name: 'x', controller: true }] }),
      },
      container: aContainer({ image: isPinned ? `ghcr.io/acme/web@${digest}` : 'ghcr.io/acme/web:1' }),
    }),
    status: { phase: 'Running', containerStatuses: [{ name: 'app', imageID: `ghcr.io/acme/web@${digest}` }] },
  }));
const aScannerPod = aPod({
  metadata: { name: 'scanner', ...inA },
  container: aContainer({ image: 'aquasec/trivy-operator:1' }),
});
const flaw = { vulnerabilityID: 'CVE-2024-3094', severity: 'CRITICAL', fixedVersion: '1' };
const artifact = fc.oneof(
  content.map((digest) => ({ repository: 'acme/web', digest })),
  fc.constant({ repository: 'acme/web', tag: '1' }),
);
const report = fc
  .tuple(
    fc.constantFrom('VulnerabilityReport', 'ExposedSecretReport'),
    named,
    place,
    artifact,
    fc.constantFrom([], [flaw]),
  )
  .map(([kind, name, ns, about, found]): Manifest => ({
    ...aScanReport({ registry: { server: 'ghcr.io' }, artifact: about, vulnerabilities: found, secrets: found }),
    kind: kind,
    metadata: { name, namespace: ns },
  }));
const sbom = fc.tuple(fc.constantFrom('Pod', 'Job', 'CronJob', 'ReplicaSet'), place).map(([kind, ns]): Manifest => {
  const { metadata, ...rest } = anSbomReport();
  const { labels: worn } = metadata as { readonly labels: object };
  const whose = { 'trivy-operator.resource.kind': kind, 'trivy-operator.resource.name': 'x' };
  return { ...rest, metadata: { name: kind.toLowerCase(), namespace: ns, labels: { ...worn, ...whose } } };
});
const summary = fc.tuple(content, fc.constantFrom(0, 1)).map(([digest, all]): Manifest => ({
  kind: 'VulnerabilityManifestSummary',
  metadata: { name: 'x', ...inA, annotations: { 'kubescape.io/image-id': `ghcr.io/acme/web@${digest}` } },
  spec: { severities: { critical: { all } } },
}));
const job = fc.boolean().map((isOwned): Manifest => {
  const owner = [{ apiVersion: 'batch/v1', kind: 'CronJob', name: 'x', controller: true }];
  return { kind: 'Job', metadata: { name: 'x', ...inA, ...(isOwned ? { ownerReferences: owner } : {}) } };
});
const nodeWithImages = fc
  .tuple(named, fc.subarray(['ghcr.io/acme/web:1', `ghcr.io/acme/web@sha256:${'2'.repeat(64)}`]), fc.constantFrom(1, 2))
  .map(([name, names, gibibytes]): Manifest => ({
    kind: 'Node',
    metadata: { name },
    status: { images: [{ names, sizeBytes: gibibytes * 1024 ** 3 }] },
  }));

/** Pods, what scanners have found in their images, and how large these are. */
export const scanned = fc.oneof(
  { weight: 4, arbitrary: scannedPod },
  fc.constant(aScannerPod),
  { weight: 2, arbitrary: report },
  sbom,
  summary,
  job,
  nodeWithImages,
);

const ofJob = { ownerReferences: [{ apiVersion: 'batch/v1', kind: 'Job', name: 'x', controller: true }] };

/** One pod of a Job, perhaps of a CronJob, that was scanned: of whichever of them there is a list of components. */
export const listed = fc.oneof(
  fc.constantFrom({}, ofJob).map((owned) => aPod({ metadata: { name: 'x', ...inA, ...owned } })),
  job,
  fc.constant({ ...aScanReport(), metadata: { name: 'x', ...inA } }),
  { weight: 4, arbitrary: sbom },
);

/** Namespaces that enforce no level, and what may keep privileged pods out of them. */
const bound = { policyName: 'x', validationActions: ['Deny'] };
export const guarded = fc.oneof(
  { weight: 2, arbitrary: namespace },
  fc.constantFrom('Enforce', 'Audit').map((validationFailureAction): Manifest => {
    const { spec, ...rest } = aPodSecurityPolicy();
    return { ...rest, spec: { ...(spec as object), validationFailureAction } };
  }),
  fc.constant<Manifest>({
    kind: 'ValidatingAdmissionPolicy',
    metadata: { name: 'x' },
    spec: { matchConstraints: { resourceRules: rules }, validations: [{ expression: 'privileged' }] },
  }),
  selector.map((namespaceSelector): Manifest => ({
    kind: 'ValidatingAdmissionPolicyBinding',
    metadata: { name: 'x' },
    spec: { ...bound, matchResources: { namespaceSelector } },
  })),
  place.map((ns): Manifest => ({
    kind: 'AdmissionPolicy',
    metadata: { name: 'x', namespace: ns },
    spec: { module: 'kubewarden/pod-privileged:1', rules },
  })),
);
