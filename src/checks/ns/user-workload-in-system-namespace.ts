import { PLATFORM_IMAGES } from '#facts/acceptances.ts';
import { containersOf, named } from '#facts/containers.ts';
import { isOneOf, fullRepository } from '#facts/image.ts';
import { defineCheck, type Examples, type Manifest } from '#model/check.ts';
import { controllerOf, type Metadata } from '#model/metadata.ts';
import type { Pod } from '#model/objects.ts';
import { isMirror } from '#model/workload.ts';
import { PARTS_OF_KUBERNETES, workloadsOfSystemPod } from '#relations/owners.ts';
import { aContainer, aDeployment, aPod } from '../samples.ts';

/** What the workloads of the platform are called: another image under such a name wants to pass for one. */
const NAMES = [
  'kube-apiserver',
  'kube-controller-manager',
  'kube-scheduler',
  'etcd',
  'kube-proxy',
  'coredns',
  'kube-dns',
  'metrics-server',
  'calico-node',
  'cilium',
  'kube-flannel',
  'kindnet',
  'aws-node',
  'konnectivity-agent',
];

/** Labels by which the add-on manager and managed clusters mark what they bring. */
const MARKS: readonly string[] = [
  'addonmanager.kubernetes.io/mode',
  'kubernetes.io/cluster-service',
  'eks.amazonaws.com/component',
  'kubernetes.azure.com/managedby',
  'components.gke.io/component-name',
];

export const userWorkloadInSystemNamespace = defineCheck({
  id: 'KP-NS-005',
  name: 'user-workload-in-system-namespace',
  title: 'Foreign workload in a system namespace',
  severity: 'medium',
  why: 'Policies usually leave the namespaces of the system out, so a workload there runs past them, and nobody wonders about one more pod among those of the platform.',
  fix: 'Move it to a namespace of its own; name further parts of your platform in the parameter `knownSystemComponents`.',
  refs: ['CIS:5.6.1', 'OWASP2022:K01', 'OWASP2022:K04', 'OWASP2025:K04', 'NSA:N7', 'MITRE:T1036.005', 'MITRE:T1610'],
  aspects: { lookalike: 'it is called like a part of the platform, and its image is another one' },
  subject: 'Pod',
  inputs: { workloads: workloadsOfSystemPod },
  applies: (pod) => PARTS_OF_KUBERNETES.has(pod.metadata.namespace) && !isMirror(pod),

  *evaluate(pod, { workloads }, { parameters: { knownSystemComponents } }) {
    if ([pod, ...workloads].some(isMarked)) return;
    const name = nameOf(pod);
    const played = NAMES.find((each) => name === each || name.startsWith(`${each}-`));
    const lookalike = played === undefined ? {} : ({ aspect: 'lookalike', severity: 'high' } as const);
    for (const slot of containersOf(pod.spec)) {
      const { image = '' } = slot.container;
      if (isOneOf(image, PLATFORM_IMAGES) || isOneOf(image, knownSystemComponents)) continue;
      const message = `${named(slot)} runs ${fullRepository(image)}, ${played === undefined ? 'no part of the platform that is known' : `and its workload is called like ${played}`}`;
      yield { at: `${slot.at}.image`, message, ...lookalike };
    }
  },

  examples,
});

function isMarked({ metadata: { labels } }: { readonly metadata: Metadata }): boolean {
  return MARKS.some((label) => Object.hasOwn(labels, label));
}

/** The name that the workload was given. */
function nameOf(pod: Pod): string {
  const name = controllerOf(pod)?.name ?? pod.metadata.name;
  return name.slice(name.indexOf('/') + 1);
}

function examples(): Examples {
  const inSystem = (image: string, metadata: object = {}): ReturnType<typeof aPod> =>
    aPod({
      metadata: { namespace: 'kube-system', ...metadata },
      container: aContainer({ image: `${image}@sha256:${'ab'.repeat(32)}` }),
    });
  const at = 'spec.containers[0].image';
  return {
    bad: [
      { name: 'a workload of the shop', subject: inSystem('registry.example/shop/web:1.4.2'), finds: [{ at }] },
      {
        name: 'a miner that calls itself kube-proxy',
        subject: inSystem('evil.example/miner:1.0.0', { name: 'kube-proxy-x7k2p' }),
        finds: [{ at, aspect: 'lookalike', severity: 'high' }],
      },
    ],
    good: [
      { name: 'a part of the platform', subject: inSystem('registry.k8s.io/kube-proxy:v1.36.0') },
      { name: 'from a mirror', subject: inSystem('mirror.example/x/coredns/coredns:v1.12.0') },
      {
        name: 'marked by who manages the cluster',
        subject: inSystem('registry.example/gke/agent:1.0.0', {
          labels: { 'addonmanager.kubernetes.io/mode': 'Reconcile' },
        }),
      },
      {
        name: 'of a workload that is marked by who manages the cluster',
        subject: aMarkedDaemonSet('registry.example/gke/agent:1.0.0'),
      },
      { name: 'in a namespace of its own', subject: aPod() },
    ],
  };
}

/** As the add-on manager applies it: the mark is on the workload, not on what it makes. */
function aMarkedDaemonSet(image: string): Manifest {
  const { spec } = aDeployment({ container: aContainer({ image: `${image}@sha256:${'ab'.repeat(32)}` }) });
  const labels = { 'addonmanager.kubernetes.io/mode': 'Reconcile' };
  const metadata = { name: 'agent', namespace: 'kube-system', labels };
  return { apiVersion: 'apps/v1', kind: 'DaemonSet', metadata, spec };
}
