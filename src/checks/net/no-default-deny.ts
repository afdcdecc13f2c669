import { directionsOf, type Direction } from '#facts/policy.ts';
import { defineCheck } from '#model/check.ts';
import type { ObjectOf } from '#model/objects.ts';
import { refOf } from '#model/ref.ts';
import { networkOfNamespace } from '#relations/namespaces.ts';
import { furtherText } from '#relations/network.ts';
import { aNamespace, aPod, aPolicy } from '../samples.ts';

const SIDES = [
  { direction: 'Ingress', aspect: 'ingress', severity: 'medium', what: 'comes in' },
  { direction: 'Egress', aspect: 'egress', severity: 'low', what: 'goes out' },
] as const;

export const noDefaultDeny = defineCheck({
  id: 'KP-NET-001',
  name: 'no-default-deny',
  title: 'Namespace has no default-deny policy',
  severity: 'medium',
  why: 'Without a default deny every new pod accepts and opens every connection until somebody thinks of a policy for it.',
  fix: 'Add a policy that denies all for both directions, then allow DNS and the flows that are known.',
  refs: ['CIS:5.3.2', 'OWASP2022:K07', 'OWASP2025:K05', 'NSA:N7', 'NSA:N8', 'MITRE:T1046', 'MITRE:T1210'],
  aspects: {
    none: 'the namespace has no policy at all',
    ingress: 'nothing denies by default what comes in',
    egress: 'nothing denies by default what goes out',
  },
  subject: 'Namespace',
  inputs: { found: networkOfNamespace },

  *evaluate(_namespace, { found: [network] }) {
    if (!network?.hasPods) return;
    const { policies, denied, foreign } = network;
    if (policies.length === 0 && denied.length === 0) {
      if (foreign.length > 0) yield { aspect: 'none', unknown: furtherText(foreign, 'deny by default') };
      else yield { at: 'metadata.name', aspect: 'none', message: 'the namespace has no NetworkPolicy at all' };
      return;
    }
    for (const { direction, aspect, severity, what } of SIDES) {
      if (denied.includes(direction) || policies.some((policy) => denies(policy, direction))) continue;
      if (foreign.length > 0) yield { aspect, unknown: furtherText(foreign, 'deny by default') };
      else
        yield {
          at: 'metadata.name',
          aspect,
          severity,
          message: `no policy for all pods of the namespace denies by default what ${what}`,
          because: policies.map(refOf),
        };
    }
  },

  examples: () => ({
    bad: [
      {
        name: 'no policy',
        subject: aNamespace({ name: 'bare' }),
        world: [aPod({ metadata: { namespace: 'bare' } })],
        finds: [{ at: 'metadata.name', aspect: 'none' }],
        also: ['KP-NET-002', 'KP-NS-006'],
      },
      {
        name: 'for what comes in only',
        subject: aNamespace(),
        world: [aPod(), aPolicy({ policyTypes: ['Ingress'] })],
        finds: [{ at: 'metadata.name', aspect: 'egress', severity: 'low' }],
        also: ['KP-NET-002'],
      },
      {
        name: 'one that allows, and one for some pods',
        subject: aNamespace(),
        world: [aPod(), aPolicy({ ingress: [{ from: [{ podSelector: {} }] }] })],
        finds: [{ at: 'metadata.name', aspect: 'ingress' }],
      },
    ],
    good: [
      { name: 'default deny', subject: aNamespace(), world: [aPod(), aPolicy()] },
      {
        name: 'cluster-wide',
        subject: aNamespace(),
        world: [
          aPod(),
          {
            apiVersion: 'policy.networking.k8s.io/v1alpha1',
            kind: 'BaselineAdminNetworkPolicy',
            metadata: { name: 'default' },
            spec: {
              subject: { namespaces: {} },
              ingress: [{ action: 'Deny', from: [{ namespaces: {} }] }],
              egress: [{ action: 'Deny', to: [{ networks: ['0.0.0.0/0', '::/0'] }] }],
            },
          },
        ],
      },
      { name: 'no pods', subject: aNamespace({ name: 'empty' }) },
    ],
  }),
});

/** A default deny: for all pods, with the direction and without a rule for it. */
function denies(policy: ObjectOf<'NetworkPolicy'>, direction: Direction): boolean {
  const { podSelector, ingress = [], egress = [] } = policy.spec;
  const isForAll =
    Object.keys(podSelector.matchLabels).length === 0 && (podSelector.matchExpressions ?? []).length === 0;
  return (
    isForAll && directionsOf(policy).includes(direction) && (direction === 'Ingress' ? ingress : egress).length === 0
  );
}
