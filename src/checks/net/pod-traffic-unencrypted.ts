import { pluginOf } from '#facts/cni.ts';
import { defineCheckOfMany, judge, type Manifest } from '#model/check.ts';
import { subjectText, type Ref } from '#model/ref.ts';
import { listed } from '#model/text.ts';
import { isFinished } from '#model/workload.ts';
import { agentsSeen } from '#relations/cni.ts';
import { encryptionBesidePod, encryptionOfNamespace, encryptionSeen } from '#relations/encryption.ts';
import { aNamespace, aNode, aPod, anAgent } from '../samples.ts';

const NAMED_AT_MOST = 3;
const NO_PLUGIN = 'no network plugin is recognised by the images of its agents: whether it encrypts cannot be told';
const IN_FILES = 'files do not tell whether the network of the cluster encrypts';

export const podTrafficUnencrypted = defineCheckOfMany({
  id: 'KP-NET-017',
  name: 'pod-traffic-unencrypted',
  title: 'Traffic between pods is not encrypted',
  severity: 'low',
  why: 'What pods send one another in plain text is read and changed by whoever holds a node or a part of the network between them.',
  fix: 'Turn on the encryption of the network plugin (WireGuard, IPsec), or mutual TLS of a service mesh that refuses plain text.',
  refs: ['OWASP2022:K07', 'OWASP2025:K05', 'NSA:N14', 'NSA:N25', 'MITRE:T1040', 'MITRE:T1557'],
  evidence: 'heuristic',
  aspects: {
    none: 'neither the network plugin nor a service mesh encrypts',
    permissive: 'the mesh takes plain text too',
    notInjected: 'the mesh does not take the pods in',
  },
  withoutSubject: judge({
    subject: 'Cluster',
    inputs: { agents: agentsSeen, encryption: encryptionSeen },
    applies: (_cluster, { complete }) => complete,
    *evaluate(_cluster, { agents, encryption: [encryption] }) {
      const isJudged = encryption?.byNodes === true || encryption?.hasMesh === true;
      if (isJudged || agents.some((pod) => !isFinished(pod))) yield { notApplicable: true };
      else yield { unknown: NO_PLUGIN };
    },
  }),
  unsaid: ({ complete }) => (complete ? undefined : { unknown: IN_FILES }),
  judges: [
    judge({
      subject: 'Pod',
      inputs: { encryption: encryptionBesidePod },
      applies: (pod, { complete }) => complete && !isFinished(pod) && pluginOf(pod) !== undefined,
      *evaluate(pod, { encryption: [encryption] }) {
        const plugin = pluginOf(pod);
        // Where there is a mesh, each namespace is judged by itself.
        if (plugin === undefined || encryption === undefined || encryption.byNodes || encryption.hasMesh) return;
        if (plugin.encryptionUnseen !== undefined) yield { unknown: `${plugin.name}: ${plugin.encryptionUnseen}` };
        else
          yield {
            at: 'spec.containers',
            aspect: 'none',
            message: `${plugin.name} does not encrypt what pods send to other nodes, and there is no service mesh`,
          };
      },
    }),
    judge({
      subject: 'Namespace',
      inputs: { encryption: encryptionOfNamespace },
      applies: (_namespace, { complete }) => complete,
      *evaluate(_namespace, { encryption: [encryption] }) {
        if (encryption?.hasMesh !== true || encryption.byNodes) return;
        const { mesh, isStrict, inside, outside } = encryption;
        if (outside.length > 0)
          yield { at: 'metadata.labels', aspect: 'notInjected', message: `not in the service mesh: ${named(outside)}` };
        if (inside.length === 0) return;
        if (isStrict === undefined)
          yield {
            aspect: 'permissive',
            unknown: 'whether Linkerd takes plain text is said in a ConfigMap, whose values are not read',
          };
        else if (!isStrict)
          yield {
            at: 'metadata.labels',
            aspect: 'permissive',
            message: `${mesh ?? 'the mesh'} takes plain text beside mutual TLS`,
          };
      },
    }),
  ],

  examples: () => ({
    bad: [
      {
        name: 'a plugin that does not encrypt, and no mesh',
        subject: anAgent('docker.io/calico/node:v3.30.0'),
        world: [aNode(ADDRESS)],
        context: LIVE,
        finds: [{ at: 'spec.containers', aspect: 'none' }],
      },
      {
        name: 'a namespace beside the mesh',
        subject: aNamespace(),
        world: [aPod(), ISTIO, STRICT_MESH],
        context: LIVE,
        finds: [{ at: 'metadata.labels', aspect: 'notInjected' }],
      },
      {
        name: 'a mesh that takes both',
        subject: inIstio(),
        world: [aPod()],
        context: LIVE,
        finds: [{ at: 'metadata.labels', aspect: 'permissive' }],
      },
      {
        name: 'a port that takes plain text',
        subject: inIstio(),
        world: [aPod(), STRICT_MESH, authentication('shop', { portLevelMtls: { 8080: { mode: 'DISABLE' } } })],
        context: LIVE,
        finds: [{ at: 'metadata.labels', aspect: 'permissive' }],
      },
    ],
    good: [
      {
        name: 'Nodes with WireGuard keys',
        subject: anAgent('docker.io/calico/node:v3.30.0'),
        world: [keyed()],
        context: LIVE,
      },
      { name: 'Cilium, whose switch is not seen', subject: anAgent('quay.io/cilium/cilium:v1.19.0'), context: LIVE },
      { name: 'mutual TLS in the whole mesh', subject: inIstio(), world: [aPod(), STRICT_MESH], context: LIVE },
      {
        name: 'mutual TLS in the namespace',
        subject: inIstio(),
        world: [aPod(), authentication('shop', { mtls: { mode: 'STRICT' } })],
        context: LIVE,
      },
      {
        name: 'Linkerd that lets in the mesh alone',
        subject: aNamespace({
          annotations: {
            'linkerd.io/inject': 'enabled',
            'config.linkerd.io/default-inbound-policy': 'all-authenticated',
          },
        }),
        world: [aPod()],
        context: LIVE,
      },
    ],
  }),
});

const LIVE = { complete: true };
const ADDRESS = { type: 'InternalIP', address: '10.0.0.9' };

function keyed(): Manifest {
  const annotations = { 'projectcalico.org/WireguardPublicKey': 'jlkVyQYooZYzI2wFfNhSZez5eWh44yfq1wKVjLvSXgY=' };
  return { ...aNode(ADDRESS), metadata: { name: 'n1', annotations } };
}

function inIstio(): Manifest {
  const shop = aNamespace();
  const { labels } = shop.metadata as { readonly labels: object };
  return aNamespace({ labels: { ...labels, 'istio-injection': 'enabled' } });
}

function authentication(namespace: string, spec: object): Manifest {
  return {
    apiVersion: 'security.istio.io/v1',
    kind: 'PeerAuthentication',
    metadata: { name: 'default', namespace },
    spec,
  };
}

const STRICT_MESH = authentication('istio-system', { mtls: { mode: 'STRICT' } });
const ISTIO: Manifest = { ...inIstio(), metadata: { ...inIstio().metadata, name: 'other' } };

/** Some of the pods by name, and how many more. */
function named(pods: readonly Ref<'Pod'>[]): string {
  return listed(pods.map((pod) => subjectText(pod)).sort(), NAMED_AT_MOST);
}
