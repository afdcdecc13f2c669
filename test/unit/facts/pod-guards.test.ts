import { expect } from 'chai';
import { aPodSecurityPolicy } from '#checks/admission-samples.ts';
import type { Grip } from '#facts/admission.ts';
import { gripOnPrivileged, type GuardObject } from '#facts/pod-guards.ts';
import { shrink } from '#inventory/shrink.ts';
import type { Manifest } from '#model/check.ts';
import type { Kind } from '#model/kinds.ts';

const RULES = [{ apiGroups: [''], operations: ['CREATE'], resources: ['pods'] }];
const TEAM = { matchLabels: { team: 'p' } };
const CONDITION = [{ name: 'x', expression: 'true' }];

function of(kind: Kind, spec: object, namespace?: string): Manifest {
  return { kind, metadata: { name: 'x', ...(namespace === undefined ? {} : { namespace }) }, spec };
}

function policy(spec: object = {}): Manifest {
  const expression = 'object.spec.containers.all(c, !has(c.securityContext.privileged))';
  return of('ValidatingAdmissionPolicy', {
    matchConstraints: { resourceRules: RULES },
    validations: [{ expression }],
    ...spec,
  });
}

function binding(spec: object = {}): Manifest {
  return of('ValidatingAdmissionPolicyBinding', { policyName: 'x', validationActions: ['Deny'], ...spec });
}

function kyverno(validate?: object, spec: object = {}, rule: object = {}): Manifest {
  const manifest = aPodSecurityPolicy(validate);
  const own = manifest['spec'] as { readonly rules: readonly object[] };
  return { ...manifest, spec: { ...own, ...spec, rules: [{ ...own.rules[0], ...rule }] } };
}

function only(resources: object): object {
  return { match: { any: [{ resources: { kinds: ['Pod'], ...resources } }] } };
}

function gatekeeper(match: object, spec: object = {}): Manifest {
  return of('K8sPSPPrivilegedContainer', {
    match: { kinds: [{ apiGroups: [''], kinds: ['Pod'] }], ...match },
    ...spec,
  });
}

function kubewarden(spec: object = {}, namespace?: string): Manifest {
  const module = 'registry://ghcr.io/kubewarden/policies/pod-privileged:v1.0.0';
  return of(
    namespace === undefined ? 'ClusterAdmissionPolicy' : 'AdmissionPolicy',
    { module, rules: RULES, ...spec },
    namespace,
  );
}

/** The grip on a privileged pod in namespace shop, without labels. */
const CASES: Readonly<Record<string, readonly [readonly Manifest[], Grip | undefined]>> = {
  nothing: [[], undefined],
  'Kyverno: a level of Pod Security': [[kyverno()], 'refuses'],
  'Kyverno: the level that lets everything in': [[kyverno({ podSecurity: { level: 'privileged' } })], undefined],
  'Kyverno: a pattern about privileged containers': [
    [kyverno({ pattern: { spec: { containers: [{ '=(securityContext)': { '=(privileged)': 'false' } }] } } })],
    'refuses',
  ],
  'Kyverno: a pattern about labels': [[kyverno({ pattern: { metadata: { labels: { team: '?*' } } } })], undefined],
  'Kyverno: audit': [[kyverno(undefined, { validationFailureAction: 'Audit' })], 'tells'],
  'Kyverno: preconditions': [[kyverno(undefined, {}, { preconditions: { all: [{ key: 'x' }] } })], 'mayRefuse'],
  'Kyverno: other namespaces': [[kyverno(undefined, {}, only({ namespaces: ['pay'] }))], undefined],
  'Kyverno: labelled pods alone': [[kyverno(undefined, {}, only({ selector: TEAM }))], undefined],
  'Kyverno: named pods alone': [[kyverno(undefined, {}, only({ names: ['web'] }))], undefined],
  'a policy without a binding': [[policy()], undefined],
  'a policy that is bound': [[binding(), policy()], 'refuses'],
  'a policy that is bound to warn': [[policy(), binding({ validationActions: ['Warn', 'Audit'] })], 'tells'],
  'a policy about something else': [[policy({ validations: [{ expression: 'true' }] }), binding()], undefined],
  'a policy for workloads': [
    [policy({ matchConstraints: { resourceRules: [{ ...RULES[0], resources: ['deployments'] }] } }), binding()],
    undefined,
  ],
  'a policy that leaves pods out': [
    [policy({ matchConstraints: { resourceRules: RULES, excludeResourceRules: RULES } }), binding()],
    undefined,
  ],
  'a policy with conditions': [[policy({ matchConditions: CONDITION }), binding()], 'mayRefuse'],
  'a binding for other namespaces': [[policy(), binding({ matchResources: { namespaceSelector: TEAM } })], undefined],
  'a binding for labelled pods': [[policy(), binding({ matchResources: { objectSelector: TEAM } })], undefined],
  'a binding of another policy': [[policy(), binding({ policyName: 'y' })], undefined],
  'Gatekeeper: denies by default': [[gatekeeper({})], 'refuses'],
  'Gatekeeper: warns': [[gatekeeper({}, { enforcementAction: 'warn' })], 'tells'],
  'Gatekeeper: an excluded namespace': [[gatekeeper({ excludedNamespaces: ['sh*'] })], undefined],
  'Gatekeeper: labelled pods': [[gatekeeper({ labelSelector: TEAM })], undefined],
  'Kubewarden: protects by default': [[kubewarden()], 'refuses'],
  'Kubewarden: monitors': [[kubewarden({ mode: 'monitor' })], 'tells'],
  'Kubewarden: another policy': [[kubewarden({ module: 'ghcr.io/kubewarden/policies/safe-labels:v1.0.0' })], undefined],
  'Kubewarden: of another namespace': [[kubewarden({}, 'pay')], undefined],
  'Kubewarden: of the namespace': [[kubewarden({}, 'shop')], 'refuses'],
  'the firmest of several counts': [[kubewarden({ mode: 'monitor' }), kyverno()], 'refuses'],
};

describe('[unit] guards against privileged pods', () => {
  const { metadata } = shrink('Namespace', { metadata: { name: 'shop' } });
  for (const [name, [manifests, grip]] of Object.entries(CASES))
    it(name, () => {
      const guards = manifests.map((manifest) => shrink(manifest.kind, manifest) as GuardObject);
      expect(gripOnPrivileged(metadata, guards)).to.equal(grip);
    });
});
