import { expect } from 'chai';
import { containersOf, isWaivedForWindows, isWindows, rootIsConfined, runsOnWindows } from '#facts/containers.ts';
import { isValidDigest, parseImage, type ImageReference } from '#facts/image.ts';
import { isPrivilegedNamespace, isSystemNamespace } from '#facts/namespace.ts';
import { directionsOf } from '#facts/policy.ts';
import { selects } from '#facts/selector.ts';
import { accountOf, tokenVolumes } from '#facts/token.ts';
import { shrink, type Raw } from '#inventory/shrink.ts';
import { DEFAULT_PARAMETERS } from '#model/parameters.ts';
import type { LabelSelector } from '#model/policy.ts';

const WEB = { app: 'web', tier: 'front', empty: '' };

/** A selector as the shrinker reads it. */
function selector(raw: unknown): LabelSelector {
  return shrink('NetworkPolicy', { metadata: { name: 'x' }, spec: { podSelector: raw } }).spec.podSelector;
}

const expression = (key: string, operator: string, ...values: readonly string[]): Raw => ({
  matchExpressions: [{ key, operator, ...(values.length === 0 ? {} : { values }) }],
});

const SELECTORS: readonly { readonly name: string; readonly given: unknown; readonly expected: boolean }[] = [
  { name: 'an empty one selects everything', given: {}, expected: true },
  { name: 'an absent one selects everything', given: undefined, expected: true },
  { name: 'all labels match', given: { matchLabels: { app: 'web', tier: 'front' } }, expected: true },
  { name: 'one label differs', given: { matchLabels: { app: 'web', tier: 'back' } }, expected: false },
  { name: 'an absent label', given: { matchLabels: { zone: 'a' } }, expected: false },
  { name: 'a name of the language is no label', given: { matchLabels: { constructor: 'x' } }, expected: false },
  { name: 'In', given: expression('app', 'In', 'db', 'web'), expected: true },
  { name: 'In, another value', given: expression('app', 'In', 'db'), expected: false },
  { name: 'In, an absent label', given: expression('zone', 'In', 'a'), expected: false },
  { name: 'In, without values', given: expression('app', 'In'), expected: false },
  { name: 'NotIn', given: expression('app', 'NotIn', 'db'), expected: true },
  { name: 'NotIn, the value', given: expression('app', 'NotIn', 'web'), expected: false },
  { name: 'NotIn, an absent label', given: expression('zone', 'NotIn', 'a'), expected: true },
  { name: 'Exists', given: expression('empty', 'Exists'), expected: true },
  { name: 'Exists, an absent label', given: expression('toString', 'Exists'), expected: false },
  { name: 'DoesNotExist', given: expression('zone', 'DoesNotExist'), expected: true },
  { name: 'DoesNotExist, a label that is there', given: expression('empty', 'DoesNotExist'), expected: false },
  { name: 'an unknown operator selects nothing', given: expression('app', 'in', 'web'), expected: false },
  {
    name: 'labels and expressions must both hold',
    given: { matchLabels: { app: 'web' }, ...expression('tier', 'In', 'back') },
    expected: false,
  },
  { name: 'an expression that cannot be read selects nothing', given: { matchExpressions: [null] }, expected: false },
  { name: 'a label that cannot be read selects nothing', given: { matchLabels: { app: ['web'] } }, expected: false },
];

const IMAGES: readonly { readonly given: string; readonly expected: ImageReference }[] = [
  { given: 'nginx', expected: { repository: 'nginx' } },
  { given: 'nginx:1.27', expected: { repository: 'nginx', tag: '1.27' } },
  { given: 'nginx:', expected: { repository: 'nginx' } },
  { given: 'r.example:5000/shop/web', expected: { repository: 'r.example:5000/shop/web' } },
  { given: 'r.example:5000/shop/web:1', expected: { repository: 'r.example:5000/shop/web', tag: '1' } },
  { given: 'web@sha256:ab', expected: { repository: 'web', digest: 'sha256:ab' } },
  { given: 'r:5/web:1@sha256:ab', expected: { repository: 'r:5/web', tag: '1', digest: 'sha256:ab' } },
  { given: 'web:1@x@sha256:ab', expected: { repository: 'web', tag: '1@x', digest: 'sha256:ab' } },
  { given: 'web@', expected: { repository: 'web', digest: '' } },
  { given: '', expected: { repository: '' } },
];

const DIGESTS: readonly { readonly given: string; readonly expected: boolean }[] = [
  { given: `sha256:${'ab'.repeat(32)}`, expected: true },
  { given: `sha256:${'AB'.repeat(32)}`, expected: false },
  { given: `sha256:${'ab'.repeat(31)}`, expected: false },
  { given: `sha256:${'ab'.repeat(33)}`, expected: false },
  { given: `sha256:${'g'.repeat(64)}`, expected: false },
  { given: `sha384:${'0'.repeat(96)}`, expected: true },
  { given: `sha512:${'0'.repeat(128)}`, expected: true },
  { given: `sha512:${'0'.repeat(64)}`, expected: false },
  { given: `blake3:${'0'.repeat(64)}`, expected: true },
  { given: 'sha256', expected: false },
  { given: 'sha256:', expected: false },
  { given: 'constructor:abc', expected: true },
  { given: 'multihash+base58:QmRZxt2b1FVZPNqd8hsiykDL3TdBDeTSPX9Kv46HmX4Gx8', expected: true },
  { given: 'Upper:abc', expected: false },
  { given: '', expected: false },
];

const POLICIES: readonly { readonly name: string; readonly spec: Raw; readonly expected: readonly string[] }[] = [
  { name: 'as stated', spec: { policyTypes: ['Egress'] }, expected: ['Egress'] },
  { name: 'as stated, in one order', spec: { policyTypes: ['Egress', 'Ingress'] }, expected: ['Ingress', 'Egress'] },
  { name: 'unstated: what comes in', spec: {}, expected: ['Ingress'] },
  { name: 'unstated: a list without rules is none', spec: { egress: [] }, expected: ['Ingress'] },
  { name: 'unstated with a rule: both', spec: { egress: [{}] }, expected: ['Ingress', 'Egress'] },
  { name: 'an empty list is unstated', spec: { policyTypes: [], egress: [{}] }, expected: ['Ingress', 'Egress'] },
  { name: 'a word that is no direction', spec: { policyTypes: ['ingress'] }, expected: [] },
];

const TOKENS: readonly { readonly name: string; readonly sources: unknown; readonly expected: boolean }[] = [
  { name: 'no audience', sources: [{ serviceAccountToken: { path: 'token' } }], expected: true },
  { name: 'an empty audience', sources: [{ serviceAccountToken: { audience: '' } }], expected: true },
  {
    name: 'the usual issuer',
    sources: [{ configMap: {} }, { serviceAccountToken: { audience: 'https://kubernetes.default.svc.cluster.local' } }],
    expected: true,
  },
  { name: 'a foreign audience', sources: [{ serviceAccountToken: { audience: 'vault' } }], expected: false },
  { name: 'no token', sources: [{ configMap: { name: 'x' } }, { secret: { name: 'y' } }], expected: false },
  { name: 'no sources', sources: null, expected: false },
];

const ACCOUNTS: readonly { readonly name: string; readonly spec: Raw; readonly expected: string }[] = [
  { name: 'stated', spec: { serviceAccountName: 'web' }, expected: 'web' },
  { name: 'the old spelling', spec: { serviceAccount: 'old' }, expected: 'old' },
  { name: 'the new spelling wins', spec: { serviceAccountName: 'web', serviceAccount: 'old' }, expected: 'web' },
  { name: 'an empty name is none', spec: { serviceAccountName: '', serviceAccount: 'old' }, expected: 'old' },
  { name: 'none', spec: {}, expected: 'default' },
  { name: 'two empty names', spec: { serviceAccountName: '', serviceAccount: '' }, expected: 'default' },
];

describe('[unit] label selector', () => {
  for (const { name, given, expected } of SELECTORS) {
    it(name, () => {
      expect(selects(selector(given), WEB)).to.equal(expected);
    });
  }
});

describe('[unit] image', () => {
  for (const { given, expected } of IMAGES) {
    it(`reference ${JSON.stringify(given)}`, () => {
      expect(parseImage(given)).to.deep.equal(expected);
    });
  }

  for (const { given, expected } of DIGESTS) {
    it(`digest ${given.slice(0, 24)} (${String(given.length)} characters) ${expected ? 'is one' : 'is none'}`, () => {
      expect(isValidDigest(given)).to.equal(expected);
    });
  }
});

describe('[unit] network policy', () => {
  for (const { name, spec, expected } of POLICIES) {
    it(`directions: ${name}`, () => {
      expect(directionsOf(shrink('NetworkPolicy', { metadata: { name: 'x' }, spec }))).to.deep.equal(expected);
    });
  }
});

describe('[unit] service account of a pod', () => {
  for (const { name, spec, expected } of ACCOUNTS) {
    it(name, () => {
      const pod = shrink('Pod', { metadata: { name: 'x', namespace: 'shop' }, spec: { containers: [], ...spec } });
      expect(accountOf(pod)).to.deep.equal({ namespace: 'shop', name: expected });
    });
  }

  const pod = (sources: unknown, list: string): Raw => ({
    metadata: { name: 'x' },
    spec: {
      containers: [{ name: 'a' }],
      [list]: [{ name: 'b', volumeMounts: [{ name: 'token', mountPath: '/t' }] }],
      volumes: [
        { name: 'tmp', emptyDir: {} },
        { name: 'token', projected: { sources } },
      ],
    },
  });

  for (const { name, sources, expected } of TOKENS) {
    it(`token volume: ${name}`, () => {
      const found = tokenVolumes(shrink('Pod', pod(sources, 'containers')));
      expect(found).to.deep.equal(expected ? [{ name: 'token', at: 'spec.volumes[1].projected' }] : []);
    });
  }

  it('a token volume that only an init container mounts counts', () => {
    const sources = [{ serviceAccountToken: {} }];
    expect(tokenVolumes(shrink('Pod', pod(sources, 'initContainers')))).to.have.length(1);
  });

  it('a token volume that nothing mounts does not count', () => {
    const sources = [{ serviceAccountToken: {} }];
    expect(tokenVolumes(shrink('Pod', pod(sources, 'somewhere')))).to.deep.equal([]);
  });
});

describe('[unit] containers', () => {
  it('are those that Pod Security admission visits, each with its place', () => {
    const { spec } = shrink('Pod', {
      metadata: { name: 'x' },
      spec: {
        containers: [{ name: 'a' }, null, { name: 'c' }],
        initContainers: [{ name: 'i' }],
        ephemeralContainers: [{ name: 'e' }],
      },
    });
    expect(containersOf(spec).map(({ container, at, list }) => [container.name, at, list])).to.deep.equal([
      ['i', 'spec.initContainers[0]', 'initContainers'],
      ['a', 'spec.containers[0]', 'containers'],
      ['', 'spec.containers[1]', 'containers'],
      ['c', 'spec.containers[2]', 'containers'],
      ['e', 'spec.ephemeralContainers[0]', 'ephemeralContainers'],
    ]);
  });

  it('run on Windows by the os field for admission, by the node selector too for others', () => {
    const on = (spec: Raw): readonly boolean[] => {
      const { spec: read } = shrink('Pod', { metadata: { name: 'x' }, spec });
      return [isWindows(read), runsOnWindows(read)];
    };
    expect([
      on({ os: { name: 'windows' } }),
      on({ nodeSelector: { 'kubernetes.io/os': 'windows' } }),
      on({ os: { name: 'linux' } }),
      on({}),
    ]).to.deep.equal([
      [true, true],
      [false, true],
      [false, false],
      [false, false],
    ]);
  });

  it('are waived what Windows does not have from 1.25 on', () => {
    const waived = (name: string, minor: number): boolean =>
      isWaivedForWindows(shrink('Pod', { metadata: { name: 'x' }, spec: { os: { name } } }), { minor });
    expect([waived('windows', 24), waived('windows', 25), waived('linux', 25)]).to.deep.equal([false, true, false]);
  });

  it('have a confined root from 1.35 on, and only where hostUsers is false', () => {
    const confined = (hostUsers: boolean | undefined, minor: number): boolean =>
      rootIsConfined(shrink('Pod', { metadata: { name: 'x' }, spec: { hostUsers } }).spec, minor);
    expect([confined(false, 34), confined(false, 35), confined(true, 35), confined(undefined, 35)]).to.deep.equal([
      false,
      true,
      false,
      false,
    ]);
  });
});

describe('[unit] namespace', () => {
  it("of the owner's list is privileged and not of the system", () => {
    const parameters = { ...DEFAULT_PARAMETERS, privilegedNamespaces: ['storage'] };
    expect(
      ['kube-system', 'storage', 'shop'].map((name) => [
        isSystemNamespace(name, parameters),
        isPrivilegedNamespace(name, parameters),
      ]),
    ).to.deep.equal([
      [true, true],
      [false, true],
      [false, false],
    ]);
  });
});
