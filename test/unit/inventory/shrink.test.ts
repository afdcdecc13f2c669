import { expect } from 'chai';
import { recognise, shrink, shrinkLive, type Raw, type Recognised } from '#inventory/shrink.ts';
import type { Kind } from '#model/kinds.ts';

const SECRET = 'hunter2';

interface Case {
  readonly name: string;
  readonly kind: Kind;
  readonly given: Raw;
  readonly expected: object;
}

const meta = (name: string, namespace: string): object => ({ name, namespace, labels: {}, annotations: {} });
const SPEC = { serviceAccountName: 'default', nodeSelector: {} };

const CASES: readonly Case[] = [
  {
    name: 'a namespace that is not stated is default, and that is remembered',
    kind: 'ServiceAccount',
    given: { metadata: { name: 'web' } },
    expected: { kind: 'ServiceAccount', metadata: meta('web', 'default'), statesNoNamespace: true },
  },
  {
    name: 'a cluster-scoped object has no namespace, whatever it states',
    kind: 'ClusterRole',
    given: { metadata: { name: 'web', namespace: 'shop' }, rules: null },
    expected: { kind: 'ClusterRole', metadata: meta('web', ''), rules: [] },
  },
  {
    name: 'a generated name ends in a star',
    kind: 'Pod',
    given: { metadata: { generateName: 'web-', namespace: 'shop' }, spec: { containers: [] } },
    expected: { kind: 'Pod', metadata: meta('web-*', 'shop'), spec: { ...SPEC, containers: [] } },
  },
  {
    name: 'the old spelling of the service account is folded in',
    kind: 'Pod',
    given: { metadata: { name: 'web', namespace: 'shop' }, spec: { containers: [], serviceAccount: 'old' } },
    expected: {
      kind: 'Pod',
      metadata: meta('web', 'shop'),
      spec: { ...SPEC, serviceAccountName: 'old', containers: [] },
    },
  },
  {
    name: 'policyTypes are filled in',
    kind: 'NetworkPolicy',
    given: { metadata: { name: 'p', namespace: 'shop' }, spec: { podSelector: {}, egress: [{ to: [] }] } },
    expected: {
      kind: 'NetworkPolicy',
      metadata: meta('p', 'shop'),
      spec: { podSelector: { matchLabels: {} }, egress: [{ to: [] }], policyTypes: ['Ingress', 'Egress'] },
    },
  },
  {
    name: 'another version that we read is remembered',
    kind: 'HTTPRoute',
    given: { apiVersion: 'gateway.networking.k8s.io/v1beta1', metadata: { name: 'r', namespace: 'shop' } },
    expected: { kind: 'HTTPRoute', apiVersion: 'gateway.networking.k8s.io/v1beta1', metadata: meta('r', 'shop') },
  },
  {
    name: 'the version of our table is not, nor one that is none',
    kind: 'HTTPRoute',
    given: { apiVersion: 'gateway.networking.k8s.io/v1', metadata: { name: 'r', namespace: 'shop' } },
    expected: { kind: 'HTTPRoute', metadata: meta('r', 'shop') },
  },
  {
    name: 'of a Secret stays that it is there and its type',
    kind: 'Secret',
    given: {
      metadata: {
        name: 's',
        namespace: 'shop',
        annotations: { 'kubectl.kubernetes.io/last-applied-configuration': SECRET },
      },
      type: 'Opaque',
      data: { password: SECRET },
      stringData: { token: SECRET },
    },
    expected: { kind: 'Secret', metadata: meta('s', 'shop'), type: 'Opaque' },
  },
  {
    name: 'a Secret without a type is opaque',
    kind: 'Secret',
    given: { metadata: { name: 's', namespace: 'shop' } },
    expected: { kind: 'Secret', metadata: meta('s', 'shop'), type: 'Opaque' },
  },
  {
    name: 'of a ConfigMap stays that it is there',
    kind: 'ConfigMap',
    given: { metadata: { name: 'c', namespace: 'shop' }, data: { a: SECRET }, binaryData: { b: SECRET } },
    expected: { kind: 'ConfigMap', metadata: meta('c', 'shop') },
  },
  {
    name: 'a variable keeps its name and the Secret it comes from, never a value; words go',
    kind: 'Pod',
    given: {
      metadata: { name: 'web', namespace: 'shop', managedFields: [{ manager: 'x' }] },
      spec: {
        containers: [
          {
            name: 'app',
            image: 'web:1',
            command: ['web', `--password=${SECRET}`],
            args: [SECRET],
            env: [
              { name: 'A', value: SECRET },
              { name: 'B', valueFrom: { secretKeyRef: { name: 's', key: 'k' }, fieldRef: { fieldPath: 'x' } } },
            ],
          },
        ],
      },
      status: { phase: 'Running', podIP: '10.0.0.1', conditions: [] },
    },
    expected: {
      kind: 'Pod',
      metadata: meta('web', 'shop'),
      spec: {
        ...SPEC,
        containers: [
          {
            name: 'app',
            image: 'web:1',
            imagePullPolicy: 'IfNotPresent',
            env: [{ name: 'A' }, { name: 'B', valueFrom: { secretKeyRef: { name: 's', key: 'k' } } }],
          },
        ],
      },
      status: { phase: 'Running', podIP: '10.0.0.1' },
    },
  },
  {
    name: 'of probes and hooks stays whom they ask',
    kind: 'Pod',
    given: {
      metadata: { name: 'web', namespace: 'shop' },
      spec: {
        containers: [
          {
            name: 'app',
            livenessProbe: {
              httpGet: { host: 'x', port: 80, path: SECRET, httpHeaders: [{ name: 'Authorization', value: SECRET }] },
            },
            readinessProbe: { httpGet: { path: SECRET } },
            startupProbe: { exec: { command: [SECRET] } },
            lifecycle: { postStart: { tcpSocket: { host: 'y', port: 1 } }, preStop: { exec: { command: [SECRET] } } },
          },
        ],
      },
    },
    expected: {
      kind: 'Pod',
      metadata: meta('web', 'shop'),
      spec: {
        ...SPEC,
        containers: [
          {
            name: 'app',
            livenessProbe: { httpGet: { host: 'x' } },
            lifecycle: { postStart: { tcpSocket: { host: 'y' } } },
          },
        ],
      },
    },
  },
  {
    name: 'of an unusual volume stays its type, and of one that nobody knows not even that',
    kind: 'Pod',
    given: {
      metadata: { name: 'web', namespace: 'shop' },
      spec: {
        containers: [],
        volumes: [
          { name: 'a', nfs: { server: SECRET, path: '/' } },
          { name: 'b', [SECRET]: { a: SECRET } },
          { name: 'c', secret: { secretName: 's' }, rbd: null },
        ],
      },
    },
    expected: {
      kind: 'Pod',
      metadata: meta('web', 'shop'),
      spec: {
        ...SPEC,
        containers: [],
        volumes: [
          { name: 'a', unusual: ['nfs'] },
          { name: 'b', unusual: ['unknown'] },
          { name: 'c', secret: { secretName: 's' } },
        ],
      },
    },
  },
  {
    name: 'on the network of the node a declared port is a port of the node',
    kind: 'Pod',
    given: {
      metadata: { name: 'web', namespace: 'shop' },
      spec: { hostNetwork: true, containers: [{ name: 'app', ports: [{ containerPort: 80 }, { hostPort: 81 }] }] },
    },
    expected: {
      kind: 'Pod',
      metadata: meta('web', 'shop'),
      spec: {
        ...SPEC,
        hostNetwork: true,
        containers: [{ name: 'app', ports: [{ containerPort: 80, hostPort: 80 }, { hostPort: 81 }] }],
      },
    },
  },
  ...(
    [
      ['web', 'Always'],
      ['web:latest', 'Always'],
      ['web:1', 'IfNotPresent'],
      ['web:Latest', 'IfNotPresent'],
      [`web:latest@sha256:${'ab'.repeat(32)}`, 'Always'],
      [`web@sha256:${'ab'.repeat(32)}`, 'IfNotPresent'],
      ['web:latest@sha256:no', 'IfNotPresent'],
    ] as const
  ).map(([image, imagePullPolicy]) => ({
    name: `the pull policy of ${image} is filled in`,
    kind: 'Pod' as const,
    given: { metadata: { name: 'web', namespace: 'shop' }, spec: { containers: [{ name: 'app', image }] } },
    expected: {
      kind: 'Pod',
      metadata: meta('web', 'shop'),
      spec: { ...SPEC, containers: [{ name: 'app', image, imagePullPolicy }] },
    },
  })),
  {
    name: 'the words of a control-plane component stay',
    kind: 'Pod',
    given: {
      metadata: { name: 'e', namespace: 'kube-system' },
      spec: {
        containers: [
          { name: 'etcd', command: ['etcd'], args: ['--a'] },
          { name: 'x', command: ['sleep'] },
        ],
      },
    },
    expected: {
      kind: 'Pod',
      metadata: meta('e', 'kube-system'),
      spec: { ...SPEC, containers: [{ name: 'etcd', command: ['etcd'], args: ['--a'] }, { name: 'x' }] },
    },
  },
  {
    name: 'the token volume of admission has one name for all pods',
    kind: 'Pod',
    given: {
      metadata: { name: 'web', namespace: 'shop' },
      spec: {
        containers: [
          { name: 'app', volumeMounts: [{ name: 'kube-api-access-x7k2p', mountPath: '/t', readOnly: true }] },
        ],
        volumes: [
          { name: 'kube-api-access-x7k2p', projected: { sources: [{ serviceAccountToken: { path: 'token' } }] } },
        ],
      },
    },
    expected: {
      kind: 'Pod',
      metadata: meta('web', 'shop'),
      spec: {
        ...SPEC,
        containers: [{ name: 'app', volumeMounts: [{ name: 'kube-api-access', mountPath: '/t', readOnly: true }] }],
        volumes: [{ name: 'kube-api-access', projected: { sources: [{ serviceAccountToken: {} }] } }],
      },
    },
  },
  {
    name: 'of a controlled ReplicaSet stays whose it is',
    kind: 'ReplicaSet',
    given: {
      metadata: {
        name: 'web-1',
        namespace: 'shop',
        uid: 'u',
        ownerReferences: [
          { apiVersion: 'v1', kind: 'ConfigMap', name: 'x' },
          {
            apiVersion: 'apps/v1',
            kind: 'Deployment',
            name: 'web',
            uid: 'd',
            controller: true,
            blockOwnerDeletion: true,
          },
        ],
      },
      spec: { template: { spec: { containers: [] } } },
    },
    expected: {
      kind: 'ReplicaSet',
      metadata: {
        ...meta('web-1', 'shop'),
        uid: 'u',
        ownerReferences: [{ apiVersion: 'apps/v1', kind: 'Deployment', name: 'web', uid: 'd', controller: true }],
      },
    },
  },
  {
    name: 'of a controlled ReplicationController stays whose it is',
    kind: 'ReplicationController',
    given: {
      metadata: {
        name: 'web-1',
        namespace: 'shop',
        ownerReferences: [
          { apiVersion: 'apps.openshift.io/v1', kind: 'DeploymentConfig', name: 'web', uid: 'd', controller: true },
        ],
      },
      spec: { template: { spec: { containers: [] } } },
    },
    expected: {
      kind: 'ReplicationController',
      metadata: {
        ...meta('web-1', 'shop'),
        ownerReferences: [
          { apiVersion: 'apps.openshift.io/v1', kind: 'DeploymentConfig', name: 'web', uid: 'd', controller: true },
        ],
      },
    },
  },
  {
    name: 'a ReplicaSet of its own keeps its template',
    kind: 'ReplicaSet',
    given: {
      metadata: { name: 'web', namespace: 'shop' },
      spec: { replicas: 3, template: { spec: { containers: [] } } },
    },
    expected: {
      kind: 'ReplicaSet',
      metadata: meta('web', 'shop'),
      spec: { template: { metadata: { labels: {}, annotations: {} }, spec: { ...SPEC, containers: [] } } },
    },
  },
  {
    name: 'the template of a CronJob is tidied like any other',
    kind: 'CronJob',
    given: {
      metadata: { name: 'c', namespace: 'shop' },
      spec: {
        schedule: '@daily',
        jobTemplate: {
          spec: { template: { spec: { containers: [{ name: 'a', args: [SECRET] }], serviceAccount: 'x' } } },
        },
      },
    },
    expected: {
      kind: 'CronJob',
      metadata: meta('c', 'shop'),
      spec: {
        jobTemplate: {
          spec: {
            template: {
              metadata: { labels: {}, annotations: {} },
              spec: { nodeSelector: {}, serviceAccountName: 'x', containers: [{ name: 'a' }] },
            },
          },
        },
      },
    },
  },
  {
    name: 'annotations that nobody reads stop here',
    kind: 'Pod',
    given: {
      metadata: {
        name: 'web',
        namespace: 'shop',
        annotations: {
          'kubernetes.io/config.mirror': 'abc',
          'container.apparmor.security.beta.kubernetes.io/app': 'runtime/default',
          note: SECRET,
          __proto__: SECRET,
        },
      },
      spec: { containers: [] },
    },
    expected: {
      kind: 'Pod',
      metadata: {
        ...meta('web', 'shop'),
        annotations: {
          'kubernetes.io/config.mirror': 'abc',
          'container.apparmor.security.beta.kubernetes.io/app': 'runtime/default',
        },
      },
      spec: { ...SPEC, containers: [] },
    },
  },
  {
    name: 'what cannot be read is listed',
    kind: 'Role',
    given: { metadata: { name: 'r', namespace: 'shop', labels: 'x' }, rules: [{ verbs: 'get' }, 5] },
    expected: {
      kind: 'Role',
      metadata: meta('r', 'shop'),
      rules: [{ verbs: [] }, { verbs: [] }],
      malformed: [
        'metadata.labels: expected object, found string',
        'rules[0].verbs: expected list, found string',
        'rules[1]: expected object, found number',
      ],
    },
  },
];

const DOCUMENTS: readonly { readonly name: string; readonly given: unknown; readonly expected: Recognised }[] = [
  { name: 'a pod', given: { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'a' } }, expected: { kind: 'Pod' } },
  {
    name: 'a generated name',
    given: { apiVersion: 'v1', kind: 'Pod', metadata: { generateName: 'a-' } },
    expected: { kind: 'Pod' },
  },
  {
    name: 'a group of the past',
    given: { apiVersion: 'extensions/v1beta1', kind: 'Deployment', metadata: { name: 'a' } },
    expected: { kind: 'Deployment' },
  },
  {
    name: 'a known word of another group',
    given: { apiVersion: 'example.com/v1', kind: 'Pod', metadata: { name: 'a' } },
    expected: { foreign: 'example.com/v1 Pod' },
  },
  {
    name: 'a word of the language',
    given: { apiVersion: 'v1', kind: 'constructor' },
    expected: { foreign: 'v1 constructor' },
  },
  { name: 'a list', given: [], expected: { problem: 'not an object' } },
  { name: 'null', given: null, expected: { problem: 'not an object' } },
  { name: 'no kind', given: { apiVersion: 'v1' }, expected: { problem: 'has no kind' } },
  { name: 'no apiVersion', given: { kind: 'Pod' }, expected: { problem: 'Pod has no apiVersion' } },
  {
    name: 'a List of nothing that could be its items',
    given: { apiVersion: 'v1', kind: 'List', items: {} },
    expected: { problem: 'List has items that are no list' },
  },
  { name: 'no metadata', given: { apiVersion: 'v1', kind: 'Pod' }, expected: { problem: 'Pod has no metadata' } },
  {
    name: 'no name',
    given: { apiVersion: 'v1', kind: 'Pod', metadata: { name: '' } },
    expected: { problem: 'Pod has no metadata.name' },
  },
  {
    name: 'a name that no server takes: it would pass for the pod of a template',
    given: { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'deployment/web' } },
    expected: { problem: 'Pod has a metadata.name with a slash' },
  },
  {
    name: 'a generated name that no server takes',
    given: { apiVersion: 'v1', kind: 'Pod', metadata: { generateName: 'deployment/' } },
    expected: { problem: 'Pod has a metadata.name with a slash' },
  },
  {
    name: 'a namespace that no server takes',
    given: { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'a', namespace: 'b/c' } },
    expected: { problem: 'Pod has a metadata.namespace with a slash' },
  },
];

describe('[unit] shrink', () => {
  for (const { name, kind, given, expected } of CASES) {
    it(name, () => {
      expect(shrink(kind, given)).to.deep.equal(expected);
    });

    it('of a live cluster a Secret is of the type that was asked for, which its metadata do not say', () => {
      const metadata = { name: 's', namespace: 'shop' };
      expect(shrinkLive('Secret', { metadata })).to.deep.equal({
        kind: 'Secret',
        metadata: meta('s', 'shop'),
        type: 'kubernetes.io/service-account-token',
      });
      expect(shrinkLive('ConfigMap', { metadata })).to.deep.equal({ kind: 'ConfigMap', metadata: meta('s', 'shop') });
    });
  }
});

describe('[unit] documents of files', () => {
  for (const { name, given, expected } of DOCUMENTS) {
    it(`recognised: ${name}`, () => {
      expect(recognise(given)).to.deep.equal(expected);
    });
  }
});
