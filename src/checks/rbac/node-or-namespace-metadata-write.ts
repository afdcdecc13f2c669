import { aPodSecurityPolicy } from '../admission-samples.ts';
import type { RbacSubject } from '#model/policy.ts';
import { reaching } from '../right.ts';
import { defineRightsCheck } from '../rights.ts';
import {
  READ_PODS,
  RESTRICTED,
  aClusterRole,
  aClusterRoleBinding,
  aNamespace,
  aRole,
  aRoleBinding,
  anApiServer,
  group,
  user,
} from '../samples.ts';

/** It lets a node change no other node, nor the labels by which workloads are kept apart. */
const RESTRICTION = 'NodeRestriction';

function isNode({ kind, name }: RbacSubject): boolean {
  return kind === 'Group' ? name === 'system:nodes' : kind === 'User' && name.startsWith('system:node:');
}

const PATCH_NODES = { apiGroups: [''], resources: ['nodes'], verbs: ['patch'] };
const TO_NODES = aClusterRoleBinding({ subjects: [group('system:nodes'), user('system:node:one')] });
const PATCH = { apiGroups: [''], resources: ['namespaces'], verbs: ['patch'] };

export const nodeOrNamespaceMetadataWrite = defineRightsCheck({
  id: 'KP-RBAC-018',
  name: 'node-or-namespace-metadata-write',
  title: 'Node or namespace labels can be changed',
  severity: 'medium',
  why: 'Labels of nodes steer where pods run, labels of namespaces say what Pod Security lets in and what policies select.',
  fix: 'Remove patch on namespaces and nodes; protect `pod-security.kubernetes.io/*` labels with an admission policy.',
  refs: ['OWASP2022:K03', 'OWASP2022:K04', 'OWASP2025:K02', 'OWASP2025:K04', 'NSA:N7', 'NSA:N18', 'MITRE:T1562.001'],
  aspects: {
    node: 'pods are steered to a node of choice',
    namespace: 'Pod Security levels are lifted',
  },
  rights: [
    {
      aspect: 'node',
      says: 'change labels and taints of nodes',
      reach: reaching(['update', 'patch'], '', 'nodes', 'nodes/status'),
      severity: { cluster: 'medium', namespace: 'medium' },
      clusterOnly: true,
      spares: { plugin: RESTRICTION, subject: isNode },
      sample: PATCH_NODES,
    },
    {
      aspect: 'namespace',
      says: 'change labels of Namespace objects',
      reach: reaching(['update', 'patch'], '', 'namespaces'),
      severity: { cluster: 'medium', namespace: 'medium', enforced: 'high' },
      sample: PATCH,
    },
  ],
  bad: [
    {
      name: 'node, to nodes, where nothing keeps them to themselves',
      subject: aClusterRole(PATCH_NODES),
      world: [TO_NODES, anApiServer('--anonymous-auth=false')],
      finds: [{ at: 'rules[0]', aspect: 'node' }],
    },
    {
      name: 'node, to nodes and somebody else',
      subject: aClusterRole(PATCH_NODES),
      world: [
        TO_NODES,
        aClusterRoleBinding({ subjects: [group('system:nodes'), user('alice')], metadata: { name: 'other' } }),
        anApiServer('--anonymous-auth=false', `--enable-admission-plugins=${RESTRICTION}`),
      ],
      finds: [{ at: 'rules[0]', aspect: 'node' }],
    },
    {
      name: 'namespace, everywhere, where labels of some namespace enforce Pod Security',
      subject: aClusterRole(PATCH),
      world: [aClusterRoleBinding(), aNamespace()],
      finds: [{ at: 'rules[0]', aspect: 'namespace', severity: 'high' }],
    },
    {
      name: 'namespace, in one whose labels enforce Pod Security',
      subject: aRole(PATCH),
      world: [aRoleBinding(), aNamespace()],
      finds: [{ at: 'rules[0]', aspect: 'namespace', severity: 'high' }],
    },
    {
      name: 'namespace, in one where a policy of Kyverno keeps privileged pods out too',
      subject: aRole(PATCH),
      world: [aRoleBinding(), aNamespace(), aPodSecurityPolicy()],
      finds: [{ at: 'rules[0]', aspect: 'namespace', severity: 'medium' }],
    },
    {
      name: 'namespace, everywhere, where that policy is limited to namespaces by a label',
      subject: aClusterRole(PATCH),
      world: [
        aClusterRoleBinding(),
        aNamespace(),
        aPodSecurityPolicy(undefined, { namespaceSelector: { matchLabels: RESTRICTED } }),
      ],
      finds: [{ at: 'rules[0]', aspect: 'namespace', severity: 'high' }],
    },
    {
      name: 'namespace, by a ClusterRole in one whose labels enforce Pod Security',
      subject: aRoleBinding({ role: { kind: 'ClusterRole', name: 'web' } }),
      world: [aClusterRole(PATCH), aNamespace()],
      finds: [{ at: 'roleRef', aspect: 'namespace', severity: 'high' }],
    },
  ],
  good: [
    { name: 'another right', subject: aClusterRole(READ_PODS), world: [aClusterRoleBinding()] },
    {
      name: 'node, to nodes, which NodeRestriction keeps to themselves',
      subject: aClusterRole(PATCH_NODES),
      world: [TO_NODES, anApiServer('--anonymous-auth=false', `--enable-admission-plugins=${RESTRICTION}`)],
    },
    {
      name: 'in a namespace the Namespace of another',
      subject: aRole({ ...PATCH, resourceNames: ['bank'] }),
      world: [aRoleBinding()],
    },
  ],
});
