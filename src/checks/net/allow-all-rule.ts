import { IPV4, IPV6, PRIVATE, isWithin, stretchOf, without, type Stretch } from '#facts/address.ts';
import { directionsOf } from '#facts/policy.ts';
import { defineCheck, type Example, type Problem } from '#model/check.ts';
import type { ObjectOf } from '#model/objects.ts';
import type { PolicyPeer } from '#model/policy.ts';
import type { Severity } from '#model/severity.ts';
import { frontsOfPolicy } from '#relations/fronts.ts';
import { aPolicy, aService } from '../samples.ts';

/** Shorter prefixes are as good as everybody. */
const WIDE_BITS = { v4: 1n << 24n, v6: 1n << 120n };
const MILDER: Readonly<Partial<Record<Severity, Severity>>> = { medium: 'low', low: 'info' };
/** What a rule for the internet should leave out. */
const INSIDE = PRIVATE.filter(
  (range) =>
    !isWithin(
      range,
      [stretchOf('100.64.0.0/10')].flatMap((each) => each ?? []),
    ),
);

type Word = 'ingress' | 'egress';
interface Rule {
  readonly peers: readonly PolicyPeer[];
  readonly hasPorts: boolean;
  readonly at: string;
  readonly word: Word;
}

export const allowAllRule = defineCheck({
  id: 'KP-NET-003',
  name: 'allow-all-rule',
  title: 'Policy allows everything',
  severity: 'medium',
  why: 'A rule without peers, or with a block of all addresses, undoes what the policy is for: policies only add.',
  fix: 'Name the peers and the ports; add `except` for internal ranges where the internet is meant.',
  refs: ['CIS:5.3.2', 'OWASP2022:K07', 'OWASP2025:K05', 'NSA:N8', 'MITRE:T1046', 'MITRE:T1048'],
  aspects: {
    ingressAny: 'a rule lets everybody in',
    egressAny: 'a rule lets out to everywhere',
    internetIngress: 'a rule lets the internet in',
    internetEgress: 'a rule lets out to the internet and to internal addresses with it',
    allNamespaces: 'a rule is for every pod of every namespace',
  },
  subject: 'NetworkPolicy',
  inputs: { fronts: frontsOfPolicy },

  *evaluate(policy, { fronts: [front] }) {
    for (const rule of rulesOf(policy)) {
      for (const problem of problemsOf(rule)) {
        if (problem.aspect === 'internetIngress' && front?.allPublic === true) continue;
        const { severity = 'medium' } = problem;
        yield { ...problem, severity: rule.hasPorts ? (MILDER[severity] ?? severity) : severity };
      }
    }
  },

  examples: () => ({
    bad: [
      {
        name: 'everybody in',
        subject: aPolicy({ ingress: [{}] }),
        finds: [{ at: 'spec.ingress[0].from', aspect: 'ingressAny' }],
        also: ['KP-NET-001'],
      },
      {
        name: 'out to everywhere, by some ports',
        subject: aPolicy({ egress: [{ to: [], ports: [{ port: 443 }] }] }),
        finds: [{ at: 'spec.egress[0].to', aspect: 'egressAny', severity: 'low' }],
        also: ['KP-NET-001'],
      },
      {
        name: 'the internet in',
        subject: aPolicy({ ingress: [{ from: [{ ipBlock: { cidr: '0.0.0.0/1' } }] }] }),
        finds: [{ at: 'spec.ingress[0].from[0].ipBlock.cidr', aspect: 'internetIngress' }],
        also: ['KP-NET-001'],
      },
      {
        name: 'out to the internet and inside',
        subject: aPolicy({ egress: [{ to: [{ ipBlock: { cidr: '::/0' } }] }] }),
        finds: [{ at: 'spec.egress[0].to[0].ipBlock.cidr', aspect: 'internetEgress', severity: 'low' }],
        also: ['KP-NET-001'],
      },
      {
        name: 'every namespace',
        subject: aPolicy({ ingress: [{ from: [{ namespaceSelector: {} }] }] }),
        finds: [{ at: 'spec.ingress[0].from[0].namespaceSelector', aspect: 'allNamespaces', severity: 'low' }],
        also: ['KP-NET-001'],
      },
    ],
    good: goodExamples(),
  }),
});

function aPodOfWeb(): ReturnType<typeof aPolicy> {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'web', namespace: 'shop', labels: { app: 'web' } },
    spec: { containers: [] },
  };
}

function rulesOf(policy: ObjectOf<'NetworkPolicy'>): readonly Rule[] {
  const { ingress = [], egress = [] } = policy.spec;
  const counts = directionsOf(policy);
  const inward = ingress.map(({ from = [], ports = [] }, index): Rule => ({
    peers: from,
    hasPorts: ports.length > 0,
    at: `spec.ingress[${String(index)}].from`,
    word: 'ingress',
  }));
  const outward = egress.map(({ to = [], ports = [] }, index): Rule => ({
    peers: to,
    hasPorts: ports.length > 0,
    at: `spec.egress[${String(index)}].to`,
    word: 'egress',
  }));
  return [...(counts.includes('Ingress') ? inward : []), ...(counts.includes('Egress') ? outward : [])];
}

function problemsOf({ peers, at, word }: Rule): readonly Problem[] {
  if (peers.length === 0)
    return [
      word === 'ingress'
        ? { at, aspect: 'ingressAny', message: 'the rule lets everybody in' }
        : { at, aspect: 'egressAny', message: 'the rule lets out to everywhere' },
    ];
  return peers.flatMap((peer, index) => problemOf(peer, `${at}[${String(index)}]`, word) ?? []);
}

function problemOf(
  { ipBlock, namespaceSelector, podSelector }: PolicyPeer,
  at: string,
  word: Word,
): Problem | undefined {
  if (ipBlock !== undefined) {
    const block = stretchOf(ipBlock.cidr);
    if (block === undefined || !isWide(block)) return undefined;
    const message = `the rule is for all addresses of ${ipBlock.cidr}`;
    const place = `${at}.ipBlock.cidr`;
    if (word === 'ingress') return { at: place, aspect: 'internetIngress', message };
    const holes = (ipBlock.except ?? []).flatMap((text) => stretchOf(text) ?? []);
    return leavesInsideOut(block, holes)
      ? undefined
      : { at: place, aspect: 'internetEgress', severity: 'low', message: `${message}, internal ones with it` };
  }
  const isEverywhere =
    namespaceSelector !== undefined &&
    podSelector === undefined &&
    Object.keys(namespaceSelector.matchLabels).length === 0 &&
    (namespaceSelector.matchExpressions ?? []).length === 0;
  return isEverywhere
    ? {
        at: `${at}.namespaceSelector`,
        aspect: 'allNamespaces',
        severity: 'low',
        message: 'the rule is for every pod of every namespace',
      }
    : undefined;
}

function isWide({ first, last }: Stretch): boolean {
  return last - first + 1n > (last <= IPV4.last ? WIDE_BITS.v4 : WIDE_BITS.v6);
}

/** Whether what is left of a block holds none of the internal ranges of its family. */
function leavesInsideOut(block: Stretch, holes: readonly Stretch[]): boolean {
  const family = block.last <= IPV4.last ? IPV4 : IPV6;
  const inside = INSIDE.filter((range) => isWithin(range, [family]) && isWithin(range, [block]));
  const left = without(block, holes);
  return inside.every((range) => left.every(({ first, last }) => last < range.first || first > range.last));
}

function goodExamples(): readonly Example[] {
  return [
    { name: 'default deny', subject: aPolicy() },
    {
      name: 'peers by label',
      subject: aPolicy({
        ingress: [{ from: [{ namespaceSelector: {}, podSelector: { matchLabels: { app: 'web' } } }] }],
      }),
    },
    {
      name: 'a rule of a direction that does not count',
      subject: aPolicy({ policyTypes: ['Ingress'], egress: [{}] }),
    },
    {
      name: 'out to the internet alone',
      subject: aPolicy({
        egress: [
          {
            to: [
              {
                ipBlock: {
                  cidr: '0.0.0.0/0',
                  except: ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '169.254.0.0/16'],
                },
              },
            ],
          },
        ],
      }),
    },
    {
      name: 'the internet in, where a load balancer leads it',
      subject: aPolicy({
        podSelector: { matchLabels: { app: 'web' } },
        ingress: [{ from: [{ ipBlock: { cidr: '0.0.0.0/0' } }] }],
      }),
      world: [aPodOfWeb(), aService({ type: 'LoadBalancer', loadBalancerSourceRanges: ['203.0.113.0/24'] })],
    },
  ];
}
