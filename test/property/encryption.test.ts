import { expect } from 'chai';
import fc from 'fast-check';
import { podTrafficUnencrypted } from '#checks/net/pod-traffic-unencrypted.ts';
import type { Manifest } from '#model/check.ts';
import { World } from '../support/world.ts';

const where = fc.constantFrom('a', 'b', 'istio-system');
const name = fc.constantFrom('x', 'y');

function of(kind: Manifest['kind'], metadata: object, rest: object = {}): Manifest {
  return { kind, metadata, ...rest };
}

const LABELS = [
  {},
  { 'istio-injection': 'enabled' },
  { 'istio.io/rev': 'r1' },
  { 'istio.io/dataplane-mode': 'ambient' },
];
const ANNOTATIONS = [
  {},
  { 'linkerd.io/inject': 'enabled' },
  { 'linkerd.io/inject': 'enabled', 'config.linkerd.io/default-inbound-policy': 'all-authenticated' },
];
const mode = fc.constantFrom('STRICT', 'PERMISSIVE', 'UNSET', undefined);

const object = fc.oneof(
  fc
    .tuple(where, fc.constantFrom(...LABELS), fc.constantFrom(...ANNOTATIONS))
    .map(([named, labels, annotations]) => of('Namespace', { name: named, labels, annotations })),
  fc
    .tuple(where, name, fc.constantFrom({}, { 'sidecar.istio.io/inject': 'false' }), fc.boolean(), fc.boolean())
    .map(([namespace, named, labels, hostNetwork, isAgent]) =>
      of(
        'Pod',
        { name: named, namespace, labels },
        { spec: { hostNetwork, containers: [{ name: 'c', image: isAgent ? 'calico/node:v3' : 'web:1' }] } },
      ),
    ),
  fc
    .tuple(name, fc.constantFrom({}, { 'projectcalico.org/WireguardPublicKey': 'k' }))
    .map(([named, annotations]) => of('Node', { name: named, annotations })),
  fc
    .tuple(where, name, mode, mode, fc.constantFrom(undefined, { matchLabels: { app: 'x' } }))
    .map(([namespace, named, whole, port, selector]) =>
      of(
        'PeerAuthentication',
        { name: named, namespace },
        { spec: { selector, mtls: { mode: whole }, portLevelMtls: { 80: { mode: port } } } },
      ),
    ),
);
const history = fc.array(
  fc.tuple(
    object,
    fc.nat({ max: 3 }).map((part) => part > 0),
  ),
  { minLength: 1, maxLength: 30, size: 'max' },
);

const world = (): World => new World([], [podTrafficUnencrypted], { complete: true });
const identity = ({ kind, metadata }: Manifest): string => {
  const { namespace = '', name: named } = metadata as { readonly namespace?: string; readonly name: string };
  return `${kind} ${namespace}/${named}`;
};

describe('[law] encryption', function () {
  this.timeout(60_000);

  it('told step by step = seen at once', () => {
    fc.assert(
      fc.property(history, (steps) => {
        const [told, state] = [world(), new Map<string, Manifest>()];
        for (const [manifest, isThere] of steps) {
          if (isThere) told.put(manifest);
          else told.remove(manifest);
          state.delete(identity(manifest));
          if (isThere) state.set(identity(manifest), manifest);
        }
        const fresh = world();
        fresh.fill(state.values());
        expect(told.verdicts()).to.deep.equal(fresh.verdicts());
      }),
      { numRuns: 500 },
    );
  });
});
