import { expect } from 'chai';
import { aDeployment, aPod, aPodSpec, aRole } from '#checks/samples.ts';
import type { Manifest } from '#model/check.ts';
import { World } from '../../support/world.ts';

interface Owner {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  readonly controller?: boolean;
  readonly uid?: string;
}

const owner = (apiVersion: string, kind: string, name: string): Owner => ({ apiVersion, kind, name, controller: true });
const RS = owner('apps/v1', 'ReplicaSet', 'web-1');
const DEPLOYMENT = owner('apps/v1', 'Deployment', 'web');

function pod(name: string, by: readonly Owner[], phase = 'Running', image = 'web:latest'): Manifest {
  return {
    ...aPod({ metadata: { name, ownerReferences: by }, container: { name: 'app', image } }),
    status: { phase },
  };
}

function owned(
  kind: 'ReplicaSet' | 'Job' | 'CronJob',
  apiVersion: string,
  name: string,
  by: readonly Owner[] = [],
): Manifest {
  const template = {
    metadata: { labels: { app: 'web' } },
    spec: aPodSpec({ container: { name: 'app', image: 'web' } }),
  };
  return {
    apiVersion,
    kind,
    metadata: { name, namespace: 'shop', ownerReferences: by },
    spec: kind === 'CronJob' ? { jobTemplate: { spec: { template } } } : { template },
  };
}

/** `Kind ns/name pods path: message` of every finding of the image check. */
function images(manifests: readonly Manifest[]): readonly string[] {
  const world = new World(manifests);
  return world
    .verdicts()
    .flatMap(({ subject, findings, pods }) =>
      findings
        .filter(({ check }) => check === 'KP-IMG-001')
        .map(
          (finding) =>
            `${subject.kind} ${subject.namespace}/${subject.name} ${String(finding.pods)} of ${String(pods)} ${finding.path}: ${finding.message}`,
        ),
    );
}

const web = aDeployment({ container: { name: 'app', image: 'web' } });
const rs = owned('ReplicaSet', 'apps/v1', 'web-1', [DEPLOYMENT]);
const LATEST = 'container app uses web:latest, a floating tag';
const NO_TAG = 'container app uses web, without a tag';
const IN_POD = 'spec.containers[0].image';
const IN_TEMPLATE = `spec.template.${IN_POD}`;

const CASES: readonly {
  readonly name: string;
  readonly given: readonly Manifest[];
  readonly expected: readonly string[];
}[] = [
  {
    name: 'a pod alone is its own subject',
    given: [pod('p', [])],
    expected: [`Pod shop/p 1 of 1 ${IN_POD}: ${LATEST}`],
  },
  {
    name: 'pods are reported on the top of their owners, equal ones once with a count',
    given: [web, rs, pod('p', [RS]), pod('q', [RS])],
    expected: [`Deployment shop/web 2 of 2 ${IN_TEMPLATE}: ${LATEST}`],
  },
  {
    name: 'the live pod wins over the template',
    given: [web, rs, pod('p', [RS], 'Running', 'web:1')],
    expected: [],
  },
  {
    name: 'a template counts while no pod runs',
    given: [web, rs],
    expected: [`Deployment shop/web 0 of 0 ${IN_TEMPLATE}: ${NO_TAG}`],
  },
  {
    name: 'a finished pod does not hide the template, and of it only images and secrets are judged',
    given: [web, rs, pod('p', [RS], 'Failed')],
    expected: [
      `Deployment shop/web 0 of 0 ${IN_TEMPLATE}: ${NO_TAG}`,
      `Deployment shop/web 1 of 0 ${IN_TEMPLATE}: ${LATEST}`,
    ],
  },
  {
    name: 'a controlled ReplicaSet is not judged beside its owner, even before that is seen',
    given: [rs],
    expected: [],
  },
  {
    name: 'a ReplicaSet of its own is',
    given: [owned('ReplicaSet', 'apps/v1', 'web-1')],
    expected: [`ReplicaSet shop/web-1 0 of 0 ${IN_TEMPLATE}: ${NO_TAG}`],
  },
  {
    name: 'an owner that is not there yet is the subject all the same',
    given: [rs, pod('p', [RS])],
    expected: [`Deployment shop/web 1 of 1 ${IN_TEMPLATE}: ${LATEST}`],
  },
  {
    name: 'an owner of an unknown kind is the subject, without a path of a template',
    given: [owned('ReplicaSet', 'apps/v1', 'web-1', [owner('argoproj.io/v1alpha1', 'Rollout', 'web')]), pod('p', [RS])],
    expected: [`Rollout shop/web 1 of 1 ${IN_POD}: ${LATEST}`],
  },
  {
    name: 'an owner of another group with a known word is not ours',
    given: [web, pod('p', [owner('example.com/v1', 'Deployment', 'web')])],
    expected: [
      `Deployment shop/web 0 of 0 ${IN_TEMPLATE}: ${NO_TAG}`,
      `Deployment shop/web 1 of 1 ${IN_TEMPLATE}: ${LATEST}`,
    ],
  },
  {
    name: 'an owner named by a group of the past is the same owner',
    given: [
      web,
      owned('ReplicaSet', 'apps/v1', 'web-1', [owner('extensions/v1beta1', 'Deployment', 'web')]),
      pod('p', [RS]),
    ],
    expected: [`Deployment shop/web 1 of 1 ${IN_TEMPLATE}: ${LATEST}`],
  },
  {
    name: 'a CronJob has its Jobs below it, and its own path',
    given: [
      owned('CronJob', 'batch/v1', 'web'),
      owned('Job', 'batch/v1', 'web-7', [owner('batch/v1', 'CronJob', 'web')]),
      pod('p', [owner('batch/v1', 'Job', 'web-7')]),
    ],
    expected: [`CronJob shop/web 1 of 1 spec.jobTemplate.spec.template.${IN_POD}: ${LATEST}`],
  },
  {
    name: 'an owner that does not control is none',
    given: [web, { ...pod('p', [{ ...DEPLOYMENT, controller: false }]) }],
    expected: [`Deployment shop/web 0 of 0 ${IN_TEMPLATE}: ${NO_TAG}`, `Pod shop/p 1 of 1 ${IN_POD}: ${LATEST}`],
  },
  {
    name: 'a mirror pod is its own subject: a Node answers for none',
    given: [pod('p', [owner('v1', 'Node', 'node-1')])],
    expected: [`Pod shop/p 1 of 1 ${IN_POD}: ${LATEST}`],
  },
  {
    name: 'a cluster-scoped owner that is there answers for none either',
    given: [
      { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop' } },
      pod('p', [owner('v1', 'Namespace', 'shop')]),
    ],
    expected: [`Pod shop/p 1 of 1 ${IN_POD}: ${LATEST}`],
  },
  {
    name: 'pods that a pod owns are reported on it',
    given: [pod('driver', []), pod('e1', [owner('v1', 'Pod', 'driver')]), pod('e2', [owner('v1', 'Pod', 'driver')])],
    expected: [`Pod shop/driver 3 of 3 ${IN_POD}: ${LATEST}`],
  },
  {
    name: 'owners in a ring: one speaks for all',
    given: [
      owned('ReplicaSet', 'apps/v1', 'c', [owner('apps/v1', 'ReplicaSet', 'a')]),
      owned('ReplicaSet', 'apps/v1', 'a', [owner('apps/v1', 'ReplicaSet', 'b')]),
      owned('ReplicaSet', 'apps/v1', 'b', [owner('apps/v1', 'ReplicaSet', 'c')]),
      pod('p', [owner('apps/v1', 'ReplicaSet', 'b')]),
    ],
    expected: [`ReplicaSet shop/a 1 of 1 ${IN_TEMPLATE}: ${LATEST}`],
  },
];

describe('[unit] subjects', () => {
  for (const { name, given, expected } of CASES) {
    it(name, () => {
      expect(images(given)).to.deep.equal(expected);
      expect(images([...given].reverse()), 'told in the other order').to.have.members([...expected]);
    });
  }

  it('a Role that an operator controls is reported on itself', () => {
    const role = aRole({ apiGroups: [''], resources: ['secrets'], verbs: ['get'] });
    const metadata = { name: 'web', namespace: 'shop', ownerReferences: [owner('example.com/v1', 'Operator', 'x')] };
    expect(new World([{ ...role, metadata }]).findings()).to.deep.equal(['KP-RBAC-005 Role shop/web rules[0]']);
  });

  it('a kind with a dot in an owner reference passes for no other subject', () => {
    const world = new World([web, pod('p', [owner('v1', 'Deployment.apps', 'web')])]);
    expect(world.ofObjects().map(({ subject, pods }) => [subject.apiVersion, subject.kind, pods])).to.deep.equal([
      ['apps/v1', 'Deployment', 0],
      ['v1', 'Deployment.apps', 1],
    ]);
  });

  it('a subject goes with the last object behind it', () => {
    const world = new World([rs, pod('p', [RS])]);
    world.remove(pod('p', [RS]));
    world.remove(rs);
    expect(world.ofObjects()).to.deep.equal([]);
  });
});
