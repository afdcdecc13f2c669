import { newUntil } from '#facts/age.ts';
import { defineCheck, type Example } from '#model/check.ts';
import { matchesOfPolicy } from '#relations/matches.ts';
import { aPod, aPolicy, aged } from '../samples.ts';

const DNS = { matchLabels: { 'k8s-app': 'kube-dns' } };
const inNamespace = (name: string): object => ({ matchLabels: { 'kubernetes.io/metadata.name': name } });
const WEB = { podSelector: { matchLabels: { app: 'web' } } };

export const policyMatchesNothing = defineCheck({
  id: 'KP-NET-004',
  name: 'policy-matches-nothing',
  title: 'Policy or peer selects no pod',
  severity: 'low',
  why: 'A policy that selects nothing guards nothing, and a peer that selects nothing lets nobody in: a slip in a label opens or closes traffic without a word.',
  fix: 'Put the labels right, or remove the policy or the peer.',
  refs: ['CIS:5.3.2', 'OWASP2022:K07', 'OWASP2025:K05', 'NSA:N8'],
  aspects: { subject: 'the policy selects no pod', peer: 'a peer selects no pod' },
  subject: 'NetworkPolicy',
  inputs: { matches: matchesOfPolicy },

  *evaluate(policy, { matches }, context) {
    const { complete, parameters } = context;
    for (const { at, aspect, pods, near } of matches) {
      if (pods > 0) continue;
      // Its pods may be on their way.
      const until = newUntil(policy, parameters.danglingGrace, context);
      if (until !== undefined) {
        yield { until };
        return;
      }
      // Files that bring no pod of a namespace say nothing about who is selected there.
      if (!complete && !near)
        yield { aspect, unknown: 'pods that it could select may be where these files do not show' };
      else
        yield {
          at,
          aspect,
          message: aspect === 'subject' ? 'the policy selects no pod of its namespace' : 'the peer selects no pod',
        };
    }
  },

  examples: () => ({
    bad: [
      {
        name: 'a policy that its pods keep waiting',
        subject: aged(600, aPolicy({ podSelector: { matchLabels: { app: 'late' } } })),
        world: [aPod(), { ...aPolicy(), metadata: { name: 'all', namespace: 'shop' } }],
        finds: [{ at: 'spec.podSelector', aspect: 'subject' }],
      },
      {
        name: 'a policy for pods that there are not',
        subject: {
          ...aPolicy({ podSelector: { matchLabels: { app: 'wbe' } } }),
          metadata: { name: 'typo', namespace: 'shop' },
        },
        world: [aPod()],
        finds: [{ at: 'spec.podSelector', aspect: 'subject' }],
      },
      {
        name: 'peers that there are not, in both directions',
        subject: aPolicy({
          ...WEB,
          ingress: [{ from: [{ podSelector: { matchLabels: { app: 'none' } } }] }],
          egress: [{ to: [{ namespaceSelector: { matchLabels: { team: 'none' } } }] }],
        }),
        context: { complete: true },
        world: [aPod()],
        finds: [
          { at: 'spec.egress[0].to[0]', aspect: 'peer' },
          { at: 'spec.ingress[0].from[0]', aspect: 'peer' },
        ],
        also: ['KP-NET-001', 'KP-NET-002'],
      },
      {
        name: 'in files too, a peer in a namespace that they hold pods of',
        subject: aPolicy({
          ...WEB,
          egress: [
            { to: [{ namespaceSelector: inNamespace('shop'), podSelector: DNS }] },
            { to: [{ podSelector: DNS }] },
          ],
        }),
        world: [aPod()],
        finds: [
          { at: 'spec.egress[0].to[0]', aspect: 'peer' },
          { at: 'spec.egress[1].to[0]', aspect: 'peer' },
        ],
        also: ['KP-NET-001', 'KP-NET-002'],
      },
    ],
    good: goodExamples(),
  }),
});

function goodExamples(): readonly Example[] {
  return [
    {
      name: 'in files, peers in namespaces that the files do not hold, or not all of: not known',
      subject: aPolicy({
        ...WEB,
        egress: [
          { to: [{ namespaceSelector: inNamespace('kube-system'), podSelector: DNS }] },
          { to: [{ namespaceSelector: {}, podSelector: DNS }] },
          { to: [{ namespaceSelector: { matchLabels: { team: 'dns' } } }] },
        ],
      }),
      world: [aPod()],
    },
    {
      name: 'a policy that was made a moment ago',
      subject: aged(60, aPolicy({ podSelector: { matchLabels: { app: 'soon' } } })),
      world: [aPod()],
    },
    {
      name: 'pods and peers that there are',
      subject: aPolicy({ ...WEB, ingress: [{ from: [WEB] }] }),
      world: [aPod()],
    },
    { name: 'a default deny without a pod', subject: aPolicy() },
    {
      name: 'a peer of addresses',
      subject: aPolicy({ ...WEB, ingress: [{ from: [{ ipBlock: { cidr: '10.0.0.0/24' } }] }] }),
      world: [aPod()],
    },
  ];
}
