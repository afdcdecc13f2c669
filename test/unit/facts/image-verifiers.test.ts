import { expect } from 'chai';
import { aSignaturePolicy } from '#checks/admission-samples.ts';
import { aContainer, aPod } from '#checks/samples.ts';
import type { Grip } from '#facts/admission.ts';
import { verificationsOf, type VerifierObject } from '#facts/image-verifiers.ts';
import { shrink } from '#inventory/shrink.ts';
import { IMAGE_VERIFIERS } from '#model/image-verifiers.ts';
import type { Manifest } from '#model/check.ts';
import type { Kind } from '#model/kinds.ts';

const IMAGE = 'ghcr.io/acme/web:1';
const RULES = [{ apiGroups: [''], operations: ['CREATE'], resources: ['pods'] }];
const KEYED = { attestors: [{ entries: [{ keys: { publicKeys: 'x' } }] }] };

interface Asked {
  readonly namespace?: object;
  readonly labels?: object;
  readonly image?: string;
}

/** The grip of all that an object says on an image of a pod in namespace shop, and on some image there. */
function gripsOf(manifest: Manifest, { namespace = {}, labels = {}, image = IMAGE }: Asked = {}): readonly unknown[] {
  const { metadata } = shrink('Namespace', { metadata: { name: 'shop', labels: namespace } });
  const pod = shrink(
    'Pod',
    aPod({ metadata: { name: 'web', namespace: 'shop', labels }, container: aContainer({ image }) }),
  );
  const all = verificationsOf(shrink(manifest.kind, manifest) as VerifierObject, IMAGE_VERIFIERS);
  return [all.map(({ on }) => on(metadata, { pod, image })), all.map(({ on }) => on(metadata))];
}

function of(kind: Kind, spec: object, namespace?: string): Manifest {
  return { kind, metadata: { name: 'x', ...(namespace === undefined ? {} : { namespace }) }, spec };
}

function kyverno(verification: object, rule: object = {}, spec: object = {}): Manifest {
  const match = { any: [{ resources: { kinds: ['Pod'] } }] };
  const verifyImages = [{ imageReferences: ['ghcr.io/*'], ...KEYED, ...verification }];
  return of('KyvernoClusterPolicy', {
    validationFailureAction: 'Enforce',
    ...spec,
    rules: [{ match, verifyImages, ...rule }],
  });
}

function matching(resources: object, more: object = {}): object {
  return { match: { any: [{ resources: { kinds: ['Pod'], ...resources }, ...more }] } };
}

function sigstore(spec: object = {}): Manifest {
  return of('ClusterImagePolicy', { images: [{ glob: 'ghcr.io/**' }], authorities: [{ keyless: {} }], ...spec });
}

function ratify(match: object, spec: object = {}): Manifest {
  return of('RatifyVerification', { match: { kinds: [{ apiGroups: [''], kinds: ['Pod'] }], ...match }, ...spec });
}

function kubewarden(spec: object = {}): Manifest {
  const module = 'registry://ghcr.io/kubewarden/policies/verify-image-signatures:v0.3.0';
  return of('ClusterAdmissionPolicy', {
    module,
    rules: RULES,
    settings: { signatures: [{ image: 'ghcr.io/*' }] },
    ...spec,
  });
}

function hook(more: object = {}): Manifest {
  const clientConfig = { service: { name: 'connaisseur-svc', namespace: 'x' } };
  return {
    kind: 'MutatingWebhookConfiguration',
    metadata: { name: 'x' },
    webhooks: [{ name: 'x', clientConfig, rules: RULES, ...more }],
  };
}

const TEAM = { matchLabels: { team: 'p' } };
const INCLUDED = { namespace: { 'policy.sigstore.dev/include': 'true' } };
const CONDITION = [{ name: 'x', expression: 'true' }];

/** The grip on the image, and that on some image of the namespace where it is another. */
const CASES: Readonly<Record<string, readonly [Manifest, Asked, Grip | 'none' | 'away', (Grip | 'away')?]>> = {
  'Kyverno: enforced': [kyverno({}), {}, 'refuses'],
  'Kyverno: audit is the default': [kyverno({}, {}, { validationFailureAction: undefined }), {}, 'tells'],
  'Kyverno: the rule says otherwise': [kyverno({ failureAction: 'Audit' }), {}, 'tells'],
  'Kyverno: an override for the namespace': [
    kyverno({}, {}, { validationFailureActionOverrides: [{ action: 'Audit', namespaces: ['sh*'] }] }),
    {},
    'tells',
  ],
  'Kyverno: an override for another': [
    kyverno({}, {}, { validationFailureActionOverrides: [{ action: 'Audit', namespaces: ['pay'] }] }),
    {},
    'refuses',
  ],
  'Kyverno: an override for labelled ones': [
    kyverno({}, {}, { validationFailureActionOverrides: [{ action: 'audit', namespaceSelector: TEAM }] }),
    { namespace: { team: 'p' } },
    'tells',
  ],
  'Kyverno: not asked at admission': [kyverno({}, {}, { admission: false }), {}, 'none'],
  'Kyverno: digests alone': [kyverno({ attestors: undefined }), {}, 'none'],
  'Kyverno: the spelling of old': [
    kyverno({ imageReferences: undefined, image: 'ghcr.io/acme/*', attestors: undefined, key: 'x' }),
    {},
    'refuses',
  ],
  'Kyverno: another image': [kyverno({}), { image: 'nginx' }, 'away', 'refuses'],
  'Kyverno: an image that is skipped': [kyverno({ skipImageReferences: ['ghcr.io/acme/*'] }), {}, 'away', 'refuses'],
  'Kyverno: preconditions': [kyverno({}, { preconditions: { all: [{ key: 'x' }] } }), {}, 'mayRefuse'],
  'Kyverno: workloads alone': [kyverno({}, matching({ kinds: ['Deployment'] })), {}, 'away'],
  'Kyverno: everything': [kyverno({}, matching({ kinds: ['*/*'] })), {}, 'refuses'],
  'Kyverno: another namespace': [kyverno({}, matching({ namespaces: ['pay'] })), {}, 'away'],
  'Kyverno: changes alone': [kyverno({}, matching({ operations: ['UPDATE'] })), {}, 'away'],
  'Kyverno: labelled pods': [kyverno({}, matching({ selector: TEAM })), {}, 'away', 'refuses'],
  'Kyverno: a labelled pod': [kyverno({}, matching({ selector: TEAM })), { labels: { team: 'p' } }, 'refuses'],
  'Kyverno: pods by name': [kyverno({}, matching({ names: ['w?b'] })), {}, 'refuses'],
  'Kyverno: requests of some': [kyverno({}, matching({}, { subjects: [{ kind: 'User', name: 'x' }] })), {}, 'away'],
  'Kyverno: all of several': [
    kyverno({}, { match: { all: [{ resources: { kinds: ['Pod'] } }, { resources: { namespaces: ['pay'] } }] } }),
    {},
    'away',
  ],
  'Kyverno: an excluded namespace': [
    kyverno({}, { exclude: { any: [{ resources: { namespaces: ['shop'] } }] } }),
    {},
    'away',
  ],
  'Kyverno: excluded pods': [
    kyverno({}, { exclude: { resources: { selector: TEAM } } }),
    { labels: { team: 'p' } },
    'away',
    'refuses',
  ],
  'Kyverno: excluded requests of some': [
    kyverno({}, { exclude: { any: [{ resources: { kinds: ['Pod'] }, clusterRoles: ['x'] }] } }),
    {},
    'refuses',
  ],
  'ImageValidatingPolicy: denies': [aSignaturePolicy(), {}, 'refuses'],
  'ImageValidatingPolicy: denying is the default': [aSignaturePolicy({ validationActions: undefined }), {}, 'refuses'],
  'ImageValidatingPolicy: audits': [aSignaturePolicy({ validationActions: ['Audit', 'Warn'] }), {}, 'tells'],
  'ImageValidatingPolicy: no image named is every image': [
    aSignaturePolicy({ matchImageReferences: undefined }),
    {},
    'refuses',
  ],
  'ImageValidatingPolicy: images by an expression': [
    aSignaturePolicy({ matchImageReferences: [{ glob: 'nginx' }, { expression: 'true' }] }),
    {},
    'mayRefuse',
    'refuses',
  ],
  'ImageValidatingPolicy: conditions': [aSignaturePolicy({ matchConditions: CONDITION }), {}, 'mayRefuse'],
  'ImageValidatingPolicy: no attestor': [aSignaturePolicy({ attestors: [], attestations: [] }), {}, 'none'],
  'ImageValidatingPolicy: in the background alone': [
    aSignaturePolicy({ evaluation: { admission: { enabled: false } } }),
    {},
    'none',
  ],
  'ImageValidatingPolicy: pods are left out': [
    aSignaturePolicy({ matchConstraints: { resourceRules: RULES, excludeResourceRules: RULES } }),
    {},
    'away',
  ],
  'ImageValidatingPolicy: of another namespace': [
    { ...aSignaturePolicy(), kind: 'NamespacedImageValidatingPolicy', metadata: { name: 'x', namespace: 'pay' } },
    {},
    'away',
  ],
  'ImageValidatingPolicy: of the namespace': [
    { ...aSignaturePolicy(), kind: 'NamespacedImageValidatingPolicy', metadata: { name: 'x', namespace: 'shop' } },
    {},
    'refuses',
  ],
  'Sigstore: a namespace that did not ask': [sigstore(), {}, 'away'],
  'Sigstore: enforces by default': [sigstore(), INCLUDED, 'refuses'],
  'Sigstore: warns': [sigstore({ mode: 'warn' }), INCLUDED, 'tells'],
  'Sigstore: a star stays in its segment': [sigstore({ images: [{ glob: 'ghcr.io/*' }] }), INCLUDED, 'away', 'refuses'],
  'Sigstore: passes everything': [sigstore({ authorities: [{ static: { action: 'pass' } }] }), INCLUDED, 'none'],
  'Sigstore: other resources': [sigstore({ match: [{ group: 'apps', resource: 'deployments' }] }), INCLUDED, 'away'],
  'Ratify: denies by default': [ratify({}), {}, 'refuses'],
  'Ratify: dry run': [ratify({}, { enforcementAction: 'dryrun' }), {}, 'tells'],
  'Ratify: an excluded namespace': [ratify({ excludedNamespaces: ['shop*'] }), {}, 'away'],
  'Ratify: other namespaces': [ratify({ namespaces: ['pay'] }), {}, 'away'],
  'Ratify: other kinds': [ratify({ kinds: [{ apiGroups: ['apps'], kinds: ['Deployment'] }] }), {}, 'away'],
  'Ratify: labelled pods': [ratify({ labelSelector: TEAM }), {}, 'away', 'refuses'],
  'Kubewarden: protects by default': [kubewarden(), {}, 'refuses'],
  'Kubewarden: monitors': [kubewarden({ mode: 'monitor' }), {}, 'tells'],
  'Kubewarden: another policy': [
    kubewarden({ module: 'ghcr.io/kubewarden/policies/pod-privileged:v1.0.0' }),
    {},
    'none',
  ],
  'Kubewarden: an image that no signature is for': [kubewarden(), { image: 'nginx' }, 'away', 'refuses'],
  'webhook: of a verifier': [hook(), {}, 'refuses'],
  'webhook: with conditions': [hook({ matchConditions: CONDITION }), {}, 'mayRefuse'],
  'webhook: other namespaces': [hook({ namespaceSelector: TEAM }), {}, 'away'],
  'webhook: labelled pods': [hook({ objectSelector: TEAM }), {}, 'away', 'refuses'],
  'webhook: workloads alone': [hook({ rules: [{ ...RULES[0], resources: ['deployments'] }] }), {}, 'away'],
  'webhook: of something else': [hook({ clientConfig: { service: { name: 'injector' } } }), {}, 'none'],
};

describe('[unit] image verifiers', () => {
  for (const [name, [manifest, asked, onImage, onSome = onImage]] of Object.entries(CASES))
    it(name, () => {
      const told = (grip: Grip | 'none' | 'away'): readonly (Grip | undefined)[] => {
        if (grip === 'none') return [];
        return [grip === 'away' ? undefined : grip];
      };
      expect(gripsOf(manifest, asked)).to.deep.equal([told(onImage), told(onSome)]);
    });
});
