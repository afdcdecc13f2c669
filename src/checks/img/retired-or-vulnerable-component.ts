import { hasFlaw, isOf, isShipped, isSuspect } from '#facts/advisories.ts';
import { ageOf } from '#facts/data-age.ts';
import { containersOf, named, type ContainerSlot } from '#facts/containers.ts';
import { parseImage } from '#facts/image.ts';
import { parseVersion } from '#facts/version.ts';
import type { Advisory } from '#model/advisories.ts';
import {
  defineCheckOfMany,
  ifKnown,
  judge,
  type Context,
  type Doubt,
  type Examples,
  type Problem,
  type Word,
} from '#model/check.ts';
import type { Pod } from '#model/objects.ts';
import { refOf } from '#model/ref.ts';
import { rankOf } from '#model/severity.ts';
import { grantsOfPod, ownRights, type Grant } from '#relations/grants.ts';
import { accountOf } from '#facts/token.ts';
import { READ_PODS, aContainer, aDeployment, aPod, aRole, aRoleBinding, aService } from '../samples.ts';

const ofPod = judge({
  subject: 'Pod',
  inputs: { grants: ifKnown(grantsOfPod) },

  *evaluate(pod, { grants }, context) {
    const { componentAdvisories: table } = context.parameters;
    const suspects = containersOf(pod.spec).filter(({ container }) => isSuspect(container.image ?? '', table));
    for (const advisory of table) {
      const words = suspects.flatMap((slot) => [...fromImage(slot, advisory)]);
      const found = words.length > 0 ? words : fromTheRest(pod, advisory);
      if (found.length > 0) yield* weighed(found, pod, advisory, grants);
    }
    yield* tableAge(context);
  },
});

const ofService = judge({
  subject: 'Service',

  *evaluate({ metadata }, _given, context) {
    for (const advisory of context.parameters.componentAdvisories) {
      const [flaw] = advisory.flaws;
      if (flaw === undefined || advisory.services?.includes(metadata.name) !== true) continue;
      const message = `Service ${metadata.name} leads to ${advisory.component}: ${flaw.text}`;
      yield { at: 'metadata.name', severity: flaw.severity, message };
    }
    yield* tableAge(context);
  },
});

export const retiredOrVulnerableComponent = defineCheckOfMany({
  id: 'KP-IMG-008',
  name: 'retired-or-vulnerable-component',
  title: 'Add-on is retired or has a known serious flaw',
  severity: 'high',
  why: 'Add-ons have many rights, and their flaws are known to everybody: what is not repaired is found by those who look for it.',
  fix: 'Upgrade it; replace what is retired, ingress-nginx by an implementation of the Gateway API; remove what nobody needs.',
  refs: ['OWASP2022:K10', 'OWASP2025:K07', 'NSA:N28', 'MITRE:T1190', 'MITRE:T1068'],
  evidence: 'heuristic',
  alsoFinished: true,
  judges: [ofPod, ofService],
  examples,
});

function tableAge(context: Context): ReturnType<typeof ageOf> {
  return ageOf('componentAdvisories', context.parameters.componentAdvisoriesDate, context);
}

function* fromImage(slot: ContainerSlot, advisory: Advisory): Iterable<Problem | Doubt> {
  const { image = '' } = slot.container;
  if (!isOf(image, advisory)) return;
  const who = `${named(slot)} runs ${advisory.component} (${image})`;
  const version = parseVersion(parseImage(image).tag ?? '');
  const flaw = advisory.flaws.find((each) => hasFlaw(each, version));
  if (flaw !== undefined) yield { at: `${slot.at}.image`, severity: flaw.severity, message: `${who}: ${flaw.text}` };
  if (version === undefined && advisory.flaws.some(({ in: ranges }) => ranges !== undefined))
    yield { unknown: `${who}, in a version that its tag does not tell` };
}

/** A pod of another image: by its labels, or because it has taken over the component's identity. */
function fromTheRest(
  pod: Pod,
  { component, labels = {}, serviceAccount, flaws: [flaw] }: Advisory,
): readonly Problem[] {
  const label = Object.entries(labels).find(([key, value]) => pod.metadata.labels[key] === value);
  if (label !== undefined && flaw !== undefined) {
    const message = `the pod is labelled ${label.join('=')}, as ${component} is: ${flaw.text}`;
    return [{ at: 'metadata.labels', severity: flaw.severity, message }];
  }
  if (serviceAccount === undefined || accountOf(pod).name !== serviceAccount) return [];
  const message = `the pod runs as the service account of ${component}, and is not it`;
  return [{ at: 'spec.serviceAccountName', severity: 'medium', message }];
}

/** What was found of a component, worth more where its service account holds more than it comes with. */
function* weighed(
  words: readonly (Problem | Doubt)[],
  pod: Pod,
  { shipped }: Advisory,
  grants: readonly Grant[] | undefined,
): Iterable<Word> {
  const isMild = (word: Word): word is Problem => 'at' in word && rankOf(word.severity ?? 'high') < rankOf(LEAST);
  if (shipped === undefined || !words.some(isMild)) {
    yield* words;
    return;
  }
  const { namespace, name } = accountOf(pod);
  const from = ownRights(grants ?? []).from;
  const more = from.filter(({ binding, rules = [] }) => {
    const isHome = binding.metadata.namespace === namespace;
    const at = binding.kind === 'ClusterRoleBinding' ? 'everywhere' : isHome ? 'home' : 'elsewhere';
    return !rules.every((rule) => isShipped(rule, at, shipped));
  });
  const because = more.map(({ binding }) => refOf(binding));
  const extra = `, and its service account ${namespace}/${name} holds more than it comes with`;
  for (const word of words)
    if (more.length === 0 || !isMild(word)) yield word;
    else yield { ...word, severity: LEAST, message: word.message + extra, because };
  if (more.length === 0 && (grants === undefined || from.some(({ rules }) => rules === undefined)))
    yield { unknown: `whether service account ${namespace}/${name} holds more than the component comes with` };
}

/** How bad a component is at least whose service account holds more than it comes with. */
const LEAST = 'medium';

const GATE: Advisory = {
  component: 'Gate',
  images: ['shop/gate'],
  flaws: [{ severity: 'low', text: 'logs what it should not', in: [{ from: '2.0', below: '2.1' }] }],
};

const OF_DASHBOARD = {
  apiGroups: [''],
  resources: ['configmaps'],
  resourceNames: ['kubernetes-dashboard-settings'],
  verbs: ['get', 'update'],
};

function examples(): Examples {
  const at = 'spec.containers[0].image';
  return {
    bad: [
      {
        name: 'an ingress controller that is retired',
        subject: aDeployment({
          container: aContainer({
            image: `registry.k8s.io/ingress-nginx/controller:v1.14.0@sha256:${'ab'.repeat(32)}`,
          }),
        }),
        finds: [{ at: `spec.template.${at}` }],
      },
      {
        name: 'one that runs the code of strangers',
        subject: running('mirror.example/x/ingress-nginx/controller-chroot:v1.12.0'),
        finds: [{ at, severity: 'critical' }],
      },
      {
        name: 'the server of Helm 2',
        subject: running('gcr.io/kubernetes-helm/tiller:v2.17.0'),
        finds: [{ at, severity: 'critical' }],
      },
      {
        name: 'its Service',
        subject: { ...aService(), metadata: { name: 'tiller-deploy', namespace: 'shop' } },
        finds: [{ at: 'metadata.name', severity: 'critical' }],
      },
      {
        name: 'a pod that wears its label',
        subject: aPod({ metadata: { labels: { app: 'web', name: 'tiller' } } }),
        finds: [{ at: 'metadata.labels', severity: 'critical' }],
      },
      {
        name: 'a component of your own list',
        subject: running('registry.example/shop/gate:2.0.0'),
        context: { parameters: { componentAdvisories: [GATE] } },
        finds: [{ at, severity: 'low' }],
      },
      ...ofDashboards(),
      {
        name: 'a policy engine that lets unsigned images in',
        subject: running('ghcr.io/kyverno/kyverno:v1.8.4-slim'),
        finds: [{ at }],
      },
    ],
    good: good(),
  };
}

function ofDashboards(): Examples['bad'] {
  const at = 'spec.containers[0].image';
  return [
    {
      name: 'a dashboard',
      subject: running('docker.io/kubernetesui/dashboard-web:1.6.0'),
      finds: [{ at, severity: 'low' }],
    },
    {
      name: 'a dashboard that may do more than it comes with',
      subject: running('docker.io/kubernetesui/dashboard:v2.7.0'),
      world: [aRole(OF_DASHBOARD, READ_PODS), aRoleBinding()],
      finds: [{ at, severity: 'medium' }],
    },
    {
      name: 'a dashboard with what it comes with',
      subject: running('docker.io/kubernetesui/dashboard:v2.7.0'),
      world: [aRole(OF_DASHBOARD), aRoleBinding()],
      finds: [{ at, severity: 'low' }],
    },
    {
      name: 'a workload that has taken over its identity',
      subject: aPod({ spec: { serviceAccountName: 'kubernetes-dashboard' } }),
      finds: [{ at: 'spec.serviceAccountName', severity: 'medium' }],
    },
  ];
}

function good(): Examples['good'] {
  return [
    { name: 'another project of a like name', subject: running('nginx/nginx-ingress:3.7.0') },
    { name: 'a version that is repaired', subject: running('ghcr.io/kyverno/kyverno:v1.8.5') },
    { name: 'a version from before the flaw', subject: running('grafana/grafana:9.1.8') },
    { name: 'the same last segment of somebody else', subject: running('registry.example/shop/controller:1.0.0') },
  ];
}

function running(image: string): ReturnType<typeof aPod> {
  return aPod({ container: aContainer({ image: `${image}@sha256:${'ab'.repeat(32)}` }) });
}
