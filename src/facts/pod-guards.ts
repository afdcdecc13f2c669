import type { Kind } from '#model/kinds.ts';
import type { Metadata } from '#model/metadata.ts';
import type { ObjectOf, Pod } from '#model/objects.ts';
import { asksAboutPods, gripOf, selectsPod, type Grip } from './admission.ts';
import { gripOfConstraint } from './gatekeeper.ts';
import { isOneOf } from './image.ts';
import { isEnforcedIn, looksAt } from './kyverno.ts';

/** The kinds that may keep privileged pods out. */
export const GUARD_KINDS = [
  'ValidatingAdmissionPolicy',
  'ValidatingAdmissionPolicyBinding',
  'K8sPSPPrivilegedContainer',
  'KyvernoClusterPolicy',
  'KyvernoPolicy',
  'ClusterAdmissionPolicy',
  'AdmissionPolicy',
] as const satisfies readonly Kind[];
export type GuardObject = ObjectOf<(typeof GUARD_KINDS)[number]>;

/** Who makes a pod chooses its name and labels: what only looks at some is no guard against it. */
const BAREST: Pod = {
  kind: 'Pod',
  metadata: { name: '', namespace: '', labels: {}, annotations: {} },
  spec: { containers: [], nodeSelector: {} },
};

/** The policy of Kubewarden that refuses privileged containers. */
const PRIVILEGED_MODULES = ['policies/pod-privileged', 'kubewarden/pod-privileged'];

/**
 * The firmest grip that policies of engines have on a privileged pod that is created in a namespace; undefined where none looks at them. What a policy
 * says in a language of its own is taken to be about privileged pods where it names them.
 */
export function gripOnPrivileged(namespace: Metadata, guards: readonly GuardObject[]): Grip | undefined {
  const grips = new Set(guards.flatMap((guard) => gripsOf(guard, namespace, guards)));
  return (['refuses', 'mayRefuse', 'tells'] as const).find((grip) => grips.has(grip));
}

function gripsOf(guard: GuardObject, namespace: Metadata, all: readonly GuardObject[]): readonly (Grip | undefined)[] {
  if (guard.metadata.namespace !== '' && guard.metadata.namespace !== namespace.name) return [];
  switch (guard.kind) {
    case 'KyvernoClusterPolicy':
    case 'KyvernoPolicy':
      return gripsOfKyverno(guard, namespace);
    case 'K8sPSPPrivilegedContainer':
      return [gripOfConstraint(guard, namespace, BAREST)];
    case 'ClusterAdmissionPolicy':
    case 'AdmissionPolicy':
      return gripsOfKubewarden(guard, namespace);
    case 'ValidatingAdmissionPolicyBinding':
      return gripsOfBinding(guard, namespace, all);
    default:
      // Without a binding a policy does nothing.
      return [];
  }
}

function gripsOfKyverno(
  { spec }: ObjectOf<'KyvernoClusterPolicy' | 'KyvernoPolicy'>,
  namespace: Metadata,
): readonly Grip[] {
  if (spec?.admission === false) return [];
  return (spec?.rules ?? []).flatMap((rule) => {
    const { podSecurity, ofPrivileged, failureAction } = rule.validate ?? {};
    const isAbout = podSecurity === undefined ? ofPrivileged === true : podSecurity.level !== 'privileged';
    if (!isAbout || !looksAt(rule, namespace, BAREST)) return [];
    return [gripOf(isEnforcedIn(namespace, spec, failureAction), rule.preconditions ?? rule.celPreconditions)];
  });
}

function gripsOfKubewarden(
  { spec = {} }: ObjectOf<'ClusterAdmissionPolicy' | 'AdmissionPolicy'>,
  namespace: Metadata,
): readonly Grip[] {
  const { module = '', mode = 'protect', matchConditions } = spec;
  const isIt = isOneOf(module.replace(/^[a-z]+:\/\//, ''), PRIVILEGED_MODULES);
  return isIt && selectsPod(spec, namespace, BAREST) ? [gripOf(mode === 'protect', matchConditions)] : [];
}

function gripsOfBinding(
  { spec = {} }: ObjectOf<'ValidatingAdmissionPolicyBinding'>,
  namespace: Metadata,
  all: readonly GuardObject[],
): readonly Grip[] {
  const { policyName, validationActions = [], matchResources } = spec;
  const policy = all.find((each) => each.kind === 'ValidatingAdmissionPolicy' && each.metadata.name === policyName) as
    ObjectOf<'ValidatingAdmissionPolicy'> | undefined;
  const { matchConstraints, validations, matchConditions } = policy?.spec ?? {};
  const isAsked =
    asks(matchConstraints, namespace) && (matchResources === undefined || asks(matchResources, namespace));
  return validations === true && isAsked ? [gripOf(validationActions.includes('Deny'), matchConditions)] : [];
}

type MatchResources = NonNullable<NonNullable<ObjectOf<'ValidatingAdmissionPolicyBinding'>['spec']>['matchResources']>;

/** A binding that names no resources takes in those of its policy; a policy that names none is refused. */
function asks(resources: MatchResources | undefined, namespace: Metadata): boolean {
  const { resourceRules: rules = EVERYTHING, excludeResourceRules, ...selectors } = resources ?? {};
  return selectsPod({ ...selectors, rules }, namespace, BAREST) && !asksAboutPods(excludeResourceRules);
}

const EVERYTHING = [{ apiGroups: ['*'], operations: ['*'], resources: ['*'] }];
