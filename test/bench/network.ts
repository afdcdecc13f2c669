/**
 * One run of the network bench: clusters of 10,000 pods with 2,000 policies and of 50,000 with 10,000. Prints figures as JSON; `main.ts` shows
 * medians of several runs. Time is that of the processor, garbage collection included: what else a machine does is no part of it. Answers go into sums that are checked, so that nothing is optimised away.
 */
import { Network } from '#analysis/network/engine.ts';
import { shrink } from '#inventory/shrink.ts';
import type { Change } from '#model/inventory.ts';
import { refOf } from '#model/ref.ts';
import type { Figures } from './figures.ts';

interface Size {
  readonly pods: number;
  readonly policies: number;
  readonly namespaces: number;
}

const SIZES: readonly Size[] = [
  { pods: 10_000, policies: 2_000, namespaces: 300 },
  { pods: 50_000, policies: 10_000, namespaces: 1_000 },
];
const PAIRS = 200_000;
const EDITS = 200;
/** Each of these builds everything anew. */
const REBUILDS = 5;

/** A steady source of numbers: every run asks the same. */
function numbers(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

const next = numbers(7);
const app = (index: number): string => `app-${String(index % 12)}`;
const space = (index: number): string => `ns-${String(index)}`;

const { spec: SPEC } = shrink('Pod', {
  metadata: { name: 'pod' },
  spec: { containers: [{ name: 'c', ports: [{ name: 'web', containerPort: 8080 }] }] },
});

function pod(index: number, { namespaces }: Size, labels: object = {}): Change {
  const namespace = space(index % namespaces);
  const kind = Math.floor(index / namespaces);
  const after = shrink('Pod', {
    metadata: {
      name: `pod-${String(index)}`,
      namespace,
      labels: { app: app(kind), tier: `tier-${String(kind % 3)}`, 'pod-template-hash': String(index), ...labels },
    },
    status: {
      phase: 'Running',
      podIP: `10.${String((index >> 16) & 255)}.${String((index >> 8) & 255)}.${String(index & 255)}`,
    },
  });
  // As the store holds pods that are equal.
  const shared = { ...after, spec: SPEC } as typeof after;
  return { ref: refOf(shared), after: shared };
}

function policy(index: number, { namespaces }: Size, port: number): Change {
  const peers = [
    { podSelector: { matchLabels: { app: app(next(12)) } } },
    {
      namespaceSelector: { matchLabels: { team: `team-${String(next(20))}` } },
      podSelector: { matchLabels: { tier: `tier-${String(next(3))}` } },
    },
    { ipBlock: { cidr: `192.0.${String(next(16))}.0/24` } },
  ];
  const after = shrink('NetworkPolicy', {
    metadata: { name: `policy-${String(index)}`, namespace: space(index % namespaces) },
    spec: {
      podSelector: { matchLabels: { app: app(next(12)) } },
      policyTypes: ['Ingress', 'Egress'],
      ingress: [{ from: peers, ports: [{ port }, { port: 'web' }] }],
      egress: [{ to: peers.slice(0, 2), ports: [{ port }, { port: 53, protocol: 'UDP' }] }],
    },
  });
  return { ref: refOf(after), after };
}

function namespace(index: number, team = index % 20): Change {
  const after = shrink('Namespace', { metadata: { name: space(index), labels: { team: `team-${String(team)}` } } });
  return { ref: refOf(after), after };
}

const PORTS = [80, 443, 8080, 9090, 5432];
const heap = (): number => {
  (globalThis as { gc?: () => void }).gc?.();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
};

/** Milliseconds of the processor since the start. */
function spent(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

function timed(step: string, note: string, count: number, run: () => number): Figures {
  const since = spent();
  const sum = run();
  const milliseconds = spent() - since;
  if (sum < 0) throw new Error(`${step}: no answer`);
  return { step, milliseconds, longest: 0, count, note };
}

/** Asks about so many pairs; how many are open. */
function answersOf(network: Network, keys: readonly string[], pairs: number): number {
  let open = 0;
  for (let count = 0; count < pairs; count += 1) {
    const [from, to] = [keys[next(keys.length)]!, keys[next(keys.length)]!];
    const at = { protocol: 'TCP', port: PORTS[count % PORTS.length]! } as const;
    if (network.reaches({ pod: from }, { pod: to }, at) === true) open += 1;
  }
  return open;
}

/** Median and slowest of single edits, each with one question after it, which pays for what the edit threw away. */
interface Edits {
  readonly step: string;
  readonly network: Network;
  readonly keys: readonly string[];
  readonly count?: number;
}

function edits({ step, network, keys, count = EDITS }: Edits, edit: (index: number) => Change): Figures {
  const times = Array.from({ length: count }, (_, index) => {
    const change = edit(index);
    const since = spent();
    network.apply(change);
    answersOf(network, keys, 1);
    return spent() - since;
  }).sort((a, b) => a - b);
  const at = (part: number): number => times[Math.min(count - 1, Math.floor(part * count))]!;
  return { step, milliseconds: at(0.5), longest: at(0.99), count, note: 'median, 99th of 100' };
}

function run(size: Size): readonly Figures[] {
  const word = `${String(size.pods / 1000)}k pods, ${String(size.policies / 1000)}k policies: `;
  const changes = [
    ...Array.from({ length: size.namespaces }, (_, index) => namespace(index)),
    ...Array.from({ length: size.policies }, (_, index) => policy(index, size, PORTS[index % PORTS.length]!)),
    ...Array.from({ length: size.pods }, (_, index) => pod(index, size)),
  ];
  const keys = changes.slice(-size.pods).map(({ ref }) => `${ref.namespace}/${ref.name}`);
  const before = heap();
  const network = new Network();
  const told = timed(`${word}told`, 'objects taken in', changes.length, () => {
    for (const change of changes) network.apply(change);
    return 0;
  });
  const built = timed(`${word}built`, 'classes and ports', size.pods, () => network.size.classes);
  const rows = timed(`${word}rows`, 'who is isolated, of every pod', size.pods, () => {
    let isolated = 0;
    for (const key of keys) if (network.isIsolated(key, 'Ingress') === true) isolated += 1;
    return isolated;
  });
  const warm = timed(`${word}pairs, first`, 'rows are made as they are asked for', PAIRS, () =>
    answersOf(network, keys, PAIRS),
  );
  const pairs = timed(`${word}pairs, again`, 'all together', PAIRS, () => answersOf(network, keys, PAIRS));
  const { classes, atoms } = network.size;
  const held = (heap() - before) / 2 ** 20;
  const memory = {
    step: `${word}memory`,
    milliseconds: 0,
    longest: 0,
    count: Math.round(held),
    note: `MiB; ${String(classes)} classes, ${String(atoms)} ranges of ports`,
  };
  return [
    told,
    built,
    rows,
    warm,
    pairs,
    memory,
    edits({ step: `${word}one policy changed`, network, keys }, (index) =>
      policy(index, size, PORTS[(index + 1) % PORTS.length]!),
    ),
    edits({ step: `${word}one label changed`, network, keys }, (index) =>
      pod(index, size, { app: app(index + 1), tier: 'tier-9' }),
    ),
    edits({ step: `${word}one namespace label changed`, network, keys }, (index) => namespace(index, index % 7)),
    edits({ step: `${word}a new port in a policy`, network, keys, count: REBUILDS }, (index) =>
      policy(index, size, 10_000 + index),
    ),
  ];
}

console.log(JSON.stringify(SIZES.flatMap(run)));
