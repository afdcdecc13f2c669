import { instanceOf, listOf } from '#facts/control-plane.ts';
import { named, type ContainerSlot } from '#facts/containers.ts';
import { isMutable, isValidDigest, parseImage } from '#facts/image.ts';
import { defineCheck, ifKnown, type Context, type Examples, type Problem } from '#model/check.ts';
import type { Pod } from '#model/objects.ts';
import { apiServersBesidePod } from '#relations/control-plane.ts';
import { ofEachImage } from '../image-check.ts';
import { aContainer, aPod, anApiServer } from '../samples.ts';

/** From this minor on kubelets ask for the credentials of a cached image anew (KEP-2535, beta). */
const VERIFIED_MINOR = 35;

export const pullPolicyStale = defineCheck({
  id: 'KP-IMG-004',
  name: 'pull-policy-stale',
  title: 'Cached image may be reused without a registry check',
  severity: 'low',
  why: 'A floating tag and a cached image: each node runs what the tag was when it last pulled, and nobody knows which content that is.',
  fix: 'Set `imagePullPolicy: Always` for tags, or pin the image by digest; switch on the admission plugin AlwaysPullImages, or the verification of credentials by the kubelet.',
  refs: ['OWASP2022:K02', 'OWASP2025:K04', 'NSA:N3', 'MITRE:T1525'],
  aspects: {
    crossTenant: 'an image that needs credentials, once pulled, may be run on the same node by a pod that has none',
  },
  subject: 'Pod',
  inputs: { apiServers: ifKnown(apiServersBesidePod) },
  alsoFinished: true,

  *evaluate(pod, { apiServers = [] }, context) {
    const isShared = (pod.spec.imagePullSecrets ?? []).length > 0 && nobodyAsks(apiServers, context);
    yield* ofEachImage(pod.spec, (image, slot) => reusing(image, slot, isShared, context));
  },

  examples,
});

/** Whether the API servers are in sight, and neither they nor the kubelets look at the credentials of a pod for an image that is there. */
function nobodyAsks(pods: readonly Pod[], { minor, parameters }: Context): boolean {
  const servers = pods.flatMap((pod) => instanceOf(pod, 'kube-apiserver', parameters) ?? []);
  const isAsking = servers.some(({ flags = [] }) => listOf(flags, 'enable-admission-plugins').includes(PLUGIN));
  return minor < VERIFIED_MINOR && servers.length > 0 && servers.every(({ flags }) => flags !== undefined) && !isAsking;
}

const PLUGIN = 'AlwaysPullImages';

function* reusing(image: string, slot: ContainerSlot, isShared: boolean, { parameters }: Context): Iterable<Problem> {
  const { imagePullPolicy = '' } = slot.container;
  const { digest } = parseImage(image);
  if (imagePullPolicy === 'Always' || (digest !== undefined && isValidDigest(digest))) return;
  const at = `${slot.at}.imagePullPolicy`;
  const how = `${named(slot)} pulls ${image} by policy ${imagePullPolicy}`;
  if (isMutable(image, parameters.floatingTags)) yield { at, message: how };
  if (isShared)
    yield { at, aspect: 'crossTenant', severity: 'info', message: `${how}: then every pod of the node may run it` };
}

function examples(): Examples {
  const pulling = (image: string, imagePullPolicy?: string): ReturnType<typeof aPod> =>
    aPod({ container: aContainer({ image, imagePullPolicy }) });
  const at = 'spec.containers[0].imagePullPolicy';
  const ofCustomer = aPod({
    container: aContainer({ image: 'registry.example/shop/web:1.4.2' }),
    spec: { imagePullSecrets: [{ name: 'registry' }] },
  });
  return {
    bad: [
      {
        name: 'stated',
        subject: pulling('nginx:latest', 'IfNotPresent'),
        finds: [{ at }],
        also: ['KP-IMG-001', 'KP-IMG-002'],
      },
      {
        name: 'the default of a floating tag other than latest',
        subject: pulling('nginx:stable'),
        finds: [{ at }],
        also: ['KP-IMG-001', 'KP-IMG-002'],
      },
      {
        name: 'an image that needs credentials, and nobody asks for them again',
        subject: ofCustomer,
        world: [anApiServer('--anonymous-auth=false')],
        context: { minor: 34 },
        finds: [{ at, aspect: 'crossTenant', severity: 'info' }],
        also: ['KP-IMG-002'],
      },
    ],
    good: [
      { name: 'the default of latest', subject: pulling('nginx:latest') },
      { name: 'a version', subject: pulling('nginx:1.27.3', 'Never') },
      { name: 'a digest', subject: aPod({ container: aContainer({ imagePullPolicy: 'IfNotPresent' }) }) },
      {
        name: 'the API server has every image pulled',
        subject: ofCustomer,
        world: [anApiServer('--enable-admission-plugins=NodeRestriction,AlwaysPullImages')],
        context: { minor: 34 },
      },
      {
        name: 'kubelets that ask for credentials again',
        subject: ofCustomer,
        world: [anApiServer('--anonymous-auth=false')],
        context: { minor: 35 },
      },
      { name: 'no API server in sight', subject: ofCustomer, context: { minor: 34 } },
    ],
  };
}
