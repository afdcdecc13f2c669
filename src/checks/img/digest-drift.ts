import { containersOf, named } from '#facts/containers.ts';
import { defineCheck, type Examples, type Manifest } from '#model/check.ts';
import { imagesOfSiblings } from '#relations/siblings.ts';
import { aContainer, aPod } from '../samples.ts';

export const digestDrift = defineCheck({
  id: 'KP-IMG-007',
  name: 'digest-drift',
  title: 'Same image reference, different content',
  severity: 'medium',
  why: 'The tag was moved between two pulls: some replicas run what was tested, others something else, and nobody decided that.',
  fix: 'Pin the digest and roll out again.',
  refs: ['OWASP2022:K02', 'OWASP2025:K04', 'NSA:N3', 'MITRE:T1525', 'MITRE:T1195.002'],
  subject: 'Pod',
  alsoFinished: true,
  inputs: { running: imagesOfSiblings },

  *evaluate({ spec }, { running }) {
    for (const slot of containersOf(spec)) {
      const { name, image = '' } = slot.container;
      const same = running.filter((each) => each.container === name && each.image === image);
      for (const [architecture, each] of Map.groupBy(same, (one) => one.architecture)) {
        // An image of several architectures has a content for each: only within one they can be compared.
        const digests = [...new Set(each.map(({ digest }) => digest))].sort();
        if (architecture === undefined || digests.length < 2) continue;
        const message = `${named(slot)} runs ${image} on ${architecture} in ${String(digests.length)} contents: ${digests.slice(0, SHOWN).join(', ')}`;
        yield { at: `${slot.at}.image`, message };
      }
    }
  },

  examples,
});

const SHOWN = 3;

function replica(name: string, digit: string, node: string): Manifest {
  const status = {
    phase: 'Running',
    containerStatuses: [{ name: 'app', imageID: `registry.example/shop/web@sha256:${digit.repeat(64)}` }],
  };
  const ownerReferences = [{ apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'web-1', controller: true }];
  return {
    ...aPod({
      metadata: { name, ownerReferences },
      container: aContainer({ image: 'registry.example/shop/web:1.4.2' }),
      spec: { nodeName: node },
    }),
    status,
  };
}

function aNode(name: string, architecture: string): Manifest {
  return { kind: 'Node', metadata: { name }, status: { nodeInfo: { kubeletVersion: 'v1.36.0', architecture } } };
}

/** The pods are reported on the ReplicaSet that they name. */
const SET: Manifest = {
  apiVersion: 'apps/v1',
  kind: 'ReplicaSet',
  metadata: { name: 'web-1', namespace: 'shop' },
  spec: {},
};

function examples(): Examples {
  const nodes = [aNode('a', 'amd64'), aNode('b', 'amd64'), aNode('c', 'arm64')];
  return {
    bad: [
      {
        name: 'two replicas of one tag, two contents',
        subject: SET,
        world: [...nodes, replica('web-1-x', '1', 'a'), replica('web-1-y', '2', 'b')],
        finds: [{ at: 'spec.template.spec.containers[0].image' }],
        also: ['KP-IMG-002'],
      },
    ],
    good: [
      {
        name: 'the same content everywhere',
        subject: SET,
        world: [...nodes, replica('web-1-x', '1', 'a'), replica('web-1-y', '1', 'b')],
      },
      {
        name: 'another architecture has a content of its own',
        subject: SET,
        world: [...nodes, replica('web-1-x', '1', 'a'), replica('web-1-y', '2', 'c')],
      },
    ],
  };
}
