import { expect } from 'chai';
import { CHECKS } from '#checks/index.ts';
import { aContainer, aPod } from '#checks/samples.ts';
import { ACCEPTANCES } from '#facts/acceptances.ts';
import type { Check, CheckId, Manifest } from '#model/check.ts';
import type { Finding } from '#model/verdict.ts';
import { World } from '../support/world.ts';

type Fields = Readonly<Record<string, unknown>>;
type Containers = readonly Fields[] | undefined;

const MIRROR = { 'kubernetes.io/config.mirror': '1d8e' };

/** A pod of an example as if a component of the platform were it. */
function played(example: Manifest, image: string, annotations: Fields): Manifest {
  const spec = example['spec'] as Fields;
  const withImage = (containers: Containers): Containers => containers?.map((each) => ({ ...each, image }));
  return {
    ...example,
    metadata: { name: 'web', namespace: 'kube-system', annotations },
    spec: {
      ...spec,
      containers: withImage(spec['containers'] as Containers),
      initContainers: withImage(spec['initContainers'] as Containers),
      ephemeralContainers: withImage(spec['ephemeralContainers'] as Containers),
    },
  };
}

function checkOf(id: string): Check {
  const check = CHECKS.find((each) => each.id === id);
  if (check === undefined) throw new Error(`the table names ${id}, which no check is`);
  return check;
}

function found(check: CheckId, ...world: readonly Manifest[]): readonly Finding[] {
  return new World(world, [checkOf(check)]).findingsOf(check);
}

const statuses = (findings: readonly Finding[]): readonly string[] => findings.map(({ status }) => status);

describe('[checks] acceptances', () => {
  for (const {
    reason,
    images: [image = ''],
    isStatic,
    checks,
  } of ACCEPTANCES) {
    for (const [id, wanted] of Object.entries(checks)) {
      it(`${reason}: ${id} ${String(wanted)}`, () => {
        const check = checkOf(id);
        const pods = check
          .examples()
          .bad.filter(({ subject, context }) => subject.kind === 'Pod' && context === undefined);
        const findings = pods.flatMap(({ subject }) =>
          found(check.id, played(subject, `mirror.example/x/${image}:v1`, isStatic === true ? MIRROR : {})),
        );
        expect(findings).to.not.deep.equal([]);
        for (const { status, aspect, accepted } of findings) {
          const isAccepted = wanted === 'all' || wanted === aspect;
          expect([status, accepted]).to.deep.equal(isAccepted ? ['accepted', reason] : ['fail', undefined]);
        }
      });
    }
  }

  const proxy = (namespace: string, ...images: readonly string[]): Manifest =>
    aPod({
      metadata: { name: 'kube-proxy', namespace },
      spec: { hostNetwork: true, containers: images.map((image) => aContainer({ image })) },
    });

  it('are by image, never by name', () => {
    expect(statuses(found('KP-POD-004', proxy('kube-system', 'registry.k8s.io/kube-proxy:v1.36.0')))).to.deep.equal([
      'accepted',
    ]);
    for (const image of ['evil.example/miner:1', 'evil.example/not-kube-proxy', 'evil.example/kube-proxy/miner'])
      expect(statuses(found('KP-POD-004', proxy('kube-system', image)))).to.deep.equal(['fail']);
  });

  it('are for where the platform lives, and for what the owner names beside it', () => {
    const pod = proxy('shop', 'registry.k8s.io/kube-proxy:v1.36.0');
    expect(statuses(found('KP-POD-004', pod))).to.deep.equal(['fail']);
    const world = new World([pod], [checkOf('KP-POD-004')], { parameters: { privilegedNamespaces: ['shop'] } });
    expect(statuses(world.findingsOf('KP-POD-004'))).to.deep.equal(['accepted']);
  });

  it('end where a stranger is in the pod', () => {
    const pod = proxy('kube-system', 'registry.k8s.io/kube-proxy:v1.36.0', 'evil.example/miner:1');
    expect(statuses(found('KP-POD-004', pod))).to.deep.equal(['fail']);
  });

  it('of the control plane are for static pods', () => {
    const pod = proxy('kube-system', 'registry.k8s.io/etcd:3.6.0');
    expect(statuses(found('KP-POD-004', pod))).to.deep.equal(['fail']);
  });

  it('leave the Pod Security level as it is', () => {
    const [finding] = found('KP-POD-004', proxy('kube-system', 'registry.k8s.io/kube-proxy:v1.36.0'));
    expect(finding?.pss).to.equal('baseline');
  });
});
