import { expect } from 'chai';
import fc from 'fast-check';
import { Network, type PortAt } from '#analysis/network/engine.ts';
import type { Endpoint } from '#analysis/network/spots.ts';
import type { NetworkAssumptions } from '#analysis/network/sources.ts';
import { shrink, type Raw } from '#inventory/shrink.ts';
import { Store } from '#inventory/store.ts';
import type { Manifest } from '#model/check.ts';
import { refOf } from '#model/ref.ts';
import { ADDRESSES, NODES, PORTS, PROTOCOLS, events, identity, type Event } from '../support/network-worlds.ts';
import { Packets, type End } from '../support/packets.ts';

/** Thousands of histories where slow tests are asked for. */
const RUNS = process.env['KP_SLOW'] === undefined ? 200 : 4000;
const LONG_MS = 600_000;

const assumptions: fc.Arbitrary<NetworkAssumptions> = fc.record({
  ipBlockSelectsPods: fc.boolean(),
  hostNetwork: fc.constantFrom('node-ip', 'policy-applies'),
  ownNodeAlwaysAllowed: fc.boolean(),
});

/** An engine that is told manifests as the product is, and the objects that stand. */
class Told {
  readonly engine: Network;
  readonly objects = new Map<string, Manifest>();
  readonly #store = new Store();

  constructor(assumed: Partial<NetworkAssumptions>, objects: Iterable<Manifest> = NODES) {
    this.engine = new Network(assumed);
    for (const put of objects) this.take({ put });
  }

  take({ put, remove }: Event): void {
    if (put !== undefined) {
      this.objects.set(identity(put), put);
      const shrunk = shrink(put.kind, JSON.parse(JSON.stringify(put)) as Raw);
      for (const change of this.#store.put(shrunk)) this.engine.apply(change);
    }
    if (remove !== undefined) {
      this.objects.delete(identity(remove));
      for (const change of this.#store.remove(refOf(shrink(remove.kind, remove)))) this.engine.apply(change);
    }
  }

  /** Every end of a connection: pods that run, addresses that no pod has, nodes. */
  ends(): readonly { readonly endpoint: Endpoint; readonly end: End }[] {
    const pods = [...this.objects.values()].filter(
      ({ kind, ...rest }) => kind === 'Pod' && (rest['status'] as { phase: string }).phase === 'Running',
    );
    const taken = new Set(pods.map((pod) => (pod['status'] as { podIP: string }).podIP));
    return [
      ...pods.map((pod) => {
        const { namespace, name } = pod.metadata as { namespace: string; name: string };
        return { endpoint: { pod: `${namespace}/${name}` }, end: { pod } };
      }),
      ...ADDRESSES.filter((ip) => !taken.has(ip)).map((ip) => ({ endpoint: { ip }, end: { ip } })),
      ...NODES.map(({ metadata }) => ({
        endpoint: { node: (metadata as { name: string }).name },
        end: { node: (metadata as { name: string }).name },
      })),
    ];
  }
}

interface Asked {
  readonly from: Endpoint;
  readonly to: Endpoint;
  readonly at: PortAt;
  readonly truth: boolean;
}

/** All questions of a world, with the oracle's answers. Between two ends outside, and from a pod to itself, nothing is asked. */
function questions(told: Told, assumed: NetworkAssumptions, every: number, offset: number): readonly Asked[] {
  const packets = new Packets([...told.objects.values()], assumed);
  const ends = told.ends();
  const pairs = ends.flatMap((from) => ends.map((to) => ({ from, to })));
  const all = pairs
    .filter(({ from, to }) => from !== to && (from.end.pod ?? to.end.pod) !== undefined)
    .flatMap((pair) => PROTOCOLS.flatMap((protocol) => PORTS.map((port) => ({ ...pair, protocol, port }))));
  return all
    .filter((_, index) => (index + offset) % every === 0)
    .map(({ from, to, protocol, port }) => ({
      from: from.endpoint,
      to: to.endpoint,
      at: { protocol: protocol as 'TCP', port },
      truth: packets.passes({ from: from.end, to: to.end, protocol, port }),
    }));
}

const answers = ({ engine }: Told, asked: readonly Asked[]): readonly (boolean | undefined)[] =>
  asked.map(({ from, to, at }) => engine.reaches(from, to, at));

describe('[law] network', () => {
  it('after every event it answers as one who reads the policies packet by packet', () => {
    fc.assert(
      fc.property(assumptions, events, fc.nat({ max: 100 }), (assumed, steps, offset) => {
        const told = new Told(assumed);
        for (const [index, step] of steps.entries()) {
          told.take(step);
          const asked = questions(told, assumed, index === steps.length - 1 ? 7 : 61, offset + index);
          const given = answers(told, asked);
          const wrong = asked.filter(({ truth }, place) => given[place] !== truth);
          expect(wrong, JSON.stringify([...told.objects.values()])).to.deep.equal([]);
        }
      }),
      { numRuns: RUNS },
    );
  }).timeout(LONG_MS);

  it('told step by step = seen at once', () => {
    fc.assert(
      fc.property(assumptions, events, fc.nat({ max: 100 }), (assumed, steps, offset) => {
        const told = new Told(assumed);
        for (const [index, step] of steps.entries()) {
          told.take(step);
          // Asked in between, so that what an answer leaves behind is put to the test too.
          const asked = questions(told, assumed, 53, offset + index);
          const fresh = new Told(assumed, told.objects.values());
          expect(answers(told, asked)).to.deep.equal(answers(fresh, asked));
          for (const { from } of asked) {
            if (!('pod' in from)) continue;
            const isolation = ({ engine }: Told): unknown => [
              engine.isIsolated(from.pod, 'Ingress'),
              engine.isIsolated(from.pod, 'Egress'),
              engine.openToInternet(from.pod),
              engine.whoReaches(from, { protocol: 'TCP', port: 80 }).toSorted(),
            ];
            expect(isolation(told)).to.deep.equal(isolation(fresh));
          }
        }
      }),
      { numRuns: RUNS / 2 },
    );
  }).timeout(LONG_MS);

  it('who reaches a pod are those that reach it, and an explanation says what the answer is', () => {
    fc.assert(
      fc.property(assumptions, events, (assumed, steps) => {
        const told = new Told(assumed);
        for (const step of steps) told.take(step);
        const pods = told.ends().flatMap(({ endpoint }) => ('pod' in endpoint ? [endpoint] : []));
        const at = { protocol: 'TCP', port: 80 } as const;
        for (const to of pods) {
          const others = pods.filter(({ pod }) => pod !== to.pod);
          const one = others.filter((from) => told.engine.reaches(from, to, at) === true).map(({ pod }) => pod);
          const all = told.engine.whoReaches(to, at).filter((pod) => pod !== to.pod);
          expect(all.toSorted()).to.deep.equal(one.toSorted());
          const explained = others.map((from) => told.engine.explain(from, to, at));
          const said = explained.map((sides) => sides.every(({ allowed }) => allowed));
          expect(said).to.deep.equal(others.map((from) => told.engine.reaches(from, to, at)));
        }
      }),
      { numRuns: RUNS / 2 },
    );
  }).timeout(LONG_MS);
});

type Spec = Readonly<Record<string, unknown>>;
const specOf = (manifest: Manifest): Spec => manifest['spec'] as Spec;
const withSpec = (manifest: Manifest, spec: Spec, name?: string): Manifest => ({
  ...manifest,
  metadata: { ...manifest.metadata, ...(name === undefined ? {} : { name }) },
  spec: { ...specOf(manifest), ...spec },
});
const DENY_NOTHING = { ingress: [{}], egress: [{}] };

/** Directions as the policy states them or as they follow from it, so that a change of its rules does not change them. */
function withTypes(policy: Manifest): Manifest {
  const { policyTypes, egress } = specOf(policy);
  const implied = Array.isArray(egress) && egress.length > 0 ? ['Ingress', 'Egress'] : ['Ingress'];
  return withSpec(policy, { policyTypes: policyTypes ?? implied });
}

interface Change {
  readonly name: string;
  /** What the objects become; undefined where the change has no meaning there. */
  readonly make: (objects: readonly Manifest[]) => readonly Manifest[] | undefined;
  readonly holds: (before: boolean | undefined, after: boolean | undefined) => boolean;
}

const policies = (objects: readonly Manifest[]): readonly Manifest[] =>
  objects.filter(({ kind }) => kind === 'NetworkPolicy');
const others = (objects: readonly Manifest[], some: readonly Manifest[]): readonly Manifest[] =>
  objects.filter((object) => !some.includes(object));
const reversed = (value: unknown): unknown => (Array.isArray(value) ? value.toReversed() : value);
const same = (before: unknown, after: unknown): boolean => before === after;

const CHANGES: readonly Change[] = [
  {
    name: 'a rule more in a policy that isolates closes nothing',
    make: (objects) => {
      const policy = policies(objects)[0];
      if (policy === undefined) return undefined;
      const rule = { from: [{ podSelector: { matchLabels: { app: 'p' } } }], ports: [{ port: 80 }] };
      const ingress = [...((specOf(policy)['ingress'] as readonly unknown[] | undefined) ?? []), rule];
      return [...others(objects, [policy]), withSpec(withTypes(policy), { ingress })];
    },
    holds: (before, after) => before !== true || after === true,
  },
  {
    name: 'a policy more without rules opens nothing',
    make: (objects) => {
      const metadata = { name: 'deny', namespace: 'a' };
      const spec = { podSelector: {}, policyTypes: ['Ingress', 'Egress'] };
      return [...objects, { apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy', metadata, spec }];
    },
    holds: (before, after) => before === true || after !== true,
  },
  {
    name: 'the order of policies, rules, peers and ports is nothing',
    make: (objects) => {
      const turned = policies(objects).map((policy) => {
        const rules = (word: 'ingress' | 'egress'): unknown =>
          (reversed(specOf(policy)[word]) as readonly Spec[] | undefined)?.map((rule) =>
            Object.fromEntries(Object.entries(rule).map(([key, list]) => [key, reversed(list)])),
          );
        return withSpec(policy, { ingress: rules('ingress'), egress: rules('egress') });
      });
      return [...others(objects, policies(objects)), ...turned.toReversed()];
    },
    holds: same,
  },
  {
    name: 'a policy in two halves with one selector is the policy',
    make: (objects) => {
      const policy = policies(objects)[0];
      if (policy === undefined) return undefined;
      const whole = withTypes(policy);
      const { ingress = [], egress = [] } = specOf(whole) as {
        ingress?: readonly unknown[];
        egress?: readonly unknown[];
      };
      return [
        ...others(objects, [policy]),
        withSpec(whole, { ingress: ingress.slice(0, 1), egress: egress.slice(1) }, 'half-1'),
        withSpec(whole, { ingress: ingress.slice(1), egress: egress.slice(0, 1) }, 'half-2'),
      ];
    },
    holds: same,
  },
  {
    name: 'a cluster policy of Pass rules alone, after all others, is nothing',
    make: (objects) => {
      const all = [{ namespaces: {} }];
      const spec = {
        tier: 'Admin',
        priority: 999,
        subject: { namespaces: {} },
        ingress: [{ action: 'Pass', from: all }],
        egress: [{ action: 'Pass', to: all }],
      };
      const metadata = { name: 'pass' };
      return [
        ...objects,
        { apiVersion: 'policy.networking.k8s.io/v1alpha2', kind: 'ClusterNetworkPolicy', metadata, spec },
      ];
    },
    holds: same,
  },
  {
    name: 'a range of ports is its two halves',
    make: (objects) => {
      const halves = (port: Spec): readonly Spec[] =>
        port['endPort'] === 90
          ? [
              { ...port, endPort: 85 },
              { ...port, port: 86 },
            ]
          : [port];
      const split = (rules: unknown): unknown =>
        (rules as readonly Spec[] | undefined)?.map((rule) => ({
          ...rule,
          ports: (rule['ports'] as readonly Spec[] | undefined)?.flatMap(halves),
        }));
      return objects.map((object) =>
        object.kind === 'NetworkPolicy'
          ? withSpec(object, { ingress: split(specOf(object)['ingress']), egress: split(specOf(object)['egress']) })
          : object,
      );
    },
    holds: same,
  },
  {
    name: 'a policy that allows everything, beside one that isolates, opens and never closes',
    make: (objects) => {
      const policy = policies(objects)[0];
      return policy === undefined ? undefined : [...objects, withSpec(withTypes(policy), DENY_NOTHING, 'open')];
    },
    holds: (before, after) => before !== true || after === true,
  },
];

describe('[law] network, metamorphic', () => {
  for (const { name, make, holds } of CHANGES) {
    it(name, () => {
      fc.assert(
        fc.property(assumptions, events, (assumed, steps) => {
          const told = new Told(assumed);
          for (const step of steps) told.take(step);
          const changed = make([...told.objects.values()]);
          if (changed === undefined) return;
          const after = new Told(assumed, changed);
          const asked = questions(told, assumed, 11, 0);
          const [first, second] = [answers(told, asked), answers(after, asked)];
          const broken = asked.filter((_, index) => !holds(first[index], second[index]));
          expect(broken).to.deep.equal([]);
        }),
        { numRuns: RUNS / 4 },
      );
    }).timeout(LONG_MS);
  }
});
