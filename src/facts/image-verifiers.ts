import { fitsGlob } from '#model/glob.ts';
import type { KyvernoRule, KyvernoVerification } from '#model/admission.ts';
import type { ImageVerifier } from '#model/image-verifiers.ts';
import type { Kind } from '#model/kinds.ts';
import type { Metadata } from '#model/metadata.ts';
import type { AnyObject, ObjectOf, Pod } from '#model/objects.ts';
import { fitsAny } from '#model/pattern.ts';
import { asksAboutPods, gripOf, selectsPod, takesIn, type Grip } from './admission.ts';
import { isOneOf, spellingsOf } from './image.ts';
import { gripOfConstraint } from './gatekeeper.ts';
import { isEnforcedIn, looksAt } from './kyverno.ts';

/** The kinds that may verify images. */
export const VERIFIER_KINDS = [
  'KyvernoClusterPolicy',
  'KyvernoPolicy',
  'ImageValidatingPolicy',
  'NamespacedImageValidatingPolicy',
  'ClusterImagePolicy',
  'RatifyVerification',
  'ClusterAdmissionPolicy',
  'AdmissionPolicy',
  'ValidatingWebhookConfiguration',
  'MutatingWebhookConfiguration',
] as const satisfies readonly Kind[];
type VerifierKind = (typeof VERIFIER_KINDS)[number];
export type VerifierObject = ObjectOf<VerifierKind>;

/** An image of a pod. */
export interface Use {
  readonly pod: Pod;
  readonly image: string;
}

/** One rule by which images are verified as pods come in. */
export interface Verification {
  /** What says so; undefined for the API server itself. */
  readonly by?: AnyObject;
  /** Whether it asks for an attestation, of provenance or contents, beside a signature. */
  readonly attests: boolean;
  /** Its grip on an image, or without one: on some image in the namespace; undefined where it looks away. */
  readonly on: (namespace: Metadata, use?: Use) => Grip | undefined;
}

/** What an object of a verifier has verified. */
export function verificationsOf(object: VerifierObject, table: readonly ImageVerifier[]): readonly Verification[] {
  const rules = rulesOf(object, table);
  const home = object.metadata.namespace;
  return rules.map(({ attests, on }) => ({
    by: object,
    attests,
    on: (namespace, use) => (home === '' || home === namespace.name ? on(namespace, use) : undefined),
  }));
}

function rulesOf(object: VerifierObject, table: readonly ImageVerifier[]): readonly Verification[] {
  switch (object.kind) {
    case 'KyvernoClusterPolicy':
    case 'KyvernoPolicy':
      return object.spec?.admission === false ? [] : ofKyverno(object);
    case 'ImageValidatingPolicy':
    case 'NamespacedImageValidatingPolicy':
      return ofImagePolicy(object);
    case 'ClusterImagePolicy':
      return ofSigstore(object);
    case 'RatifyVerification':
      return [{ attests: false, on: (namespace, use) => gripOfConstraint(object, namespace, use?.pod) }];
    case 'ClusterAdmissionPolicy':
    case 'AdmissionPolicy':
      return ofKubewarden(object);
    default:
      return ofWebhooks(object, table);
  }
}

/** Whether one of the patterns names an image; all do where no image is asked about. */
function names(patterns: readonly string[], use: Use | undefined, isBySegment = false): boolean {
  if (use === undefined) return true;
  const spellings = spellingsOf(use.image);
  return patterns.some((pattern) =>
    spellings.some((spelling) => fitsGlob(spelling, pattern, isBySegment ? 'path' : 'wildcard')),
  );
}

type KyvernoPolicy = ObjectOf<'KyvernoClusterPolicy' | 'KyvernoPolicy'>;

function ofKyverno(policy: KyvernoPolicy): readonly Verification[] {
  return (policy.spec?.rules ?? []).flatMap((rule) =>
    (rule.verifyImages ?? []).filter(isVerifying).map((verification) => ({
      attests: verification.attestations === true,
      on: (namespace, use) => gripOfKyverno(policy, rule, verification, { namespace, use }),
    })),
  );
}

/** Without any of these it looks at digests alone. */
function isVerifying({ attestors, key, roots, issuer, attestations }: KyvernoVerification): boolean {
  return (attestors ?? key ?? roots ?? issuer ?? attestations) === true;
}

interface Asked {
  readonly namespace: Metadata;
  readonly use: Use | undefined;
}

function gripOfKyverno(
  { spec }: KyvernoPolicy,
  rule: KyvernoRule,
  verification: KyvernoVerification,
  { namespace, use }: Asked,
): Grip | undefined {
  if (!looksAt(rule, namespace, use?.pod) || !verifies(verification, use)) return undefined;
  const isEnforced = isEnforcedIn(namespace, spec, verification.failureAction);
  return gripOf(isEnforced, rule.preconditions ?? rule.celPreconditions);
}

function verifies({ image, imageReferences = [], skipImageReferences = [] }: KyvernoVerification, use?: Use): boolean {
  const patterns = image === undefined ? imageReferences : [...imageReferences, image];
  return names(patterns, use) && (use === undefined || !names(skipImageReferences, use));
}

function ofImagePolicy({
  spec = {},
}: ObjectOf<'ImageValidatingPolicy' | 'NamespacedImageValidatingPolicy'>): readonly Verification[] {
  const { validationActions = ['Deny'], matchConstraints = {}, matchImageReferences = [], evaluation } = spec;
  const isVerifying = spec.attestors === true || spec.attestations === true;
  if (!isVerifying || evaluation?.admission?.enabled === false) return [];
  const { resourceRules, excludeResourceRules, ...selectors } = matchConstraints;
  const globs = matchImageReferences.flatMap(({ glob }) => glob ?? []);
  const expression = matchImageReferences.find((each) => each.expression === true)?.expression;
  const on: Verification['on'] = (namespace, use) => {
    if (!selectsPod({ ...selectors, rules: resourceRules ?? [] }, namespace, use?.pod)) return undefined;
    if (asksAboutPods(excludeResourceRules)) return undefined;
    const isNamed = matchImageReferences.length === 0 || names(globs, use);
    if (!isNamed && expression === undefined) return undefined;
    return gripOf(validationActions.includes('Deny'), spec.matchConditions ?? (isNamed ? undefined : expression));
  };
  return [{ attests: spec.attestations === true, on }];
}

/** The namespaces that have asked for it are looked at, no others (docs.sigstore.dev/policy-controller). */
const INCLUDED = 'policy.sigstore.dev/include';

function ofSigstore({ spec = {} }: ObjectOf<'ClusterImagePolicy'>): readonly Verification[] {
  const { mode = 'enforce', images = [], match = [], authorities = [] } = spec;
  const signing = authorities.filter(({ static: fixed }) => fixed?.action !== 'pass');
  if (signing.length === 0) return [];
  const on: Verification['on'] = (namespace, use) => {
    const isIncluded = namespace.labels[INCLUDED] === 'true';
    const isOfPods =
      match.length === 0 ||
      match.some(
        ({ group = '', resource, selector }) =>
          group === '' && resource === 'pods' && (use === undefined || takesIn(selector, use.pod.metadata)),
      );
    const globs = images.flatMap(({ glob }) => glob ?? []);
    return isIncluded && isOfPods && names(globs, use, true) ? gripOf(mode !== 'warn', undefined) : undefined;
  };
  return [{ attests: signing.every(({ attestations }) => attestations === true), on }];
}

/** The policy of Kubewarden that looks at signatures. */
const SIGNATURE_MODULES = ['policies/verify-image-signatures', 'kubewarden/verify-image-signatures'];

function ofKubewarden({ spec = {} }: ObjectOf<'ClusterAdmissionPolicy' | 'AdmissionPolicy'>): readonly Verification[] {
  const { module = '', mode = 'protect', matchConditions, settings } = spec;
  if (!isOneOf(module.replace(/^[a-z]+:\/\//, ''), SIGNATURE_MODULES)) return [];
  const patterns = (settings?.signatures ?? []).flatMap(({ image }) => image ?? []);
  const on: Verification['on'] = (namespace, use) =>
    selectsPod(spec, namespace, use?.pod) && names(patterns, use)
      ? gripOf(mode === 'protect', matchConditions)
      : undefined;
  return [{ attests: false, on }];
}

function ofWebhooks(
  { webhooks = [] }: ObjectOf<'ValidatingWebhookConfiguration' | 'MutatingWebhookConfiguration'>,
  table: readonly ImageVerifier[],
): readonly Verification[] {
  return webhooks
    .filter(({ clientConfig }) => {
      const service = clientConfig?.service?.name ?? '';
      return table.some(({ services }) => fitsAny(service, services));
    })
    .map((webhook) => ({
      attests: false,
      on: (namespace, use) =>
        selectsPod(webhook, namespace, use?.pod) ? gripOf(true, webhook.matchConditions) : undefined,
    }));
}
