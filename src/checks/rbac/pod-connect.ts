import { connectsByGet } from '#facts/pod-connect.ts';
import { reaching, type Right } from '../right.ts';
import { defineRightsCheck } from '../rights.ts';
import { READ_PODS, aClusterRole, aClusterRoleBinding } from '../samples.ts';

function connecting(resource: string): Right['reach'] {
  return (rule, context) =>
    reaching(connectsByGet(context) ? ['create', 'get'] : ['create'], '', resource)(rule, context);
}

export const podConnect = defineRightsCheck({
  id: 'KP-RBAC-008',
  name: 'pod-connect',
  title: 'Shell, attach, port-forward or proxy into pods',
  severity: 'high',
  why: 'Whoever gets into a pod has its token, its mounts and its place in the network; a forwarded port passes by every NetworkPolicy.',
  fix: 'Grant exec through time-limited bindings; use ephemeral, audited debug access.',
  refs: ['OWASP2022:K03', 'OWASP2025:K02', 'NSA:N18', 'MITRE:T1609'],
  aspects: {
    exec: 'commands in containers',
    attach: 'the streams of a running process',
    portforward: 'ports of pods, past network policies',
    proxy: 'pods and Services, past network policies',
  },
  rights: [
    {
      aspect: 'exec',
      says: 'run commands in pods',
      reach: connecting('pods/exec'),
      severity: { cluster: 'high', namespace: 'medium' },
      sample: { apiGroups: [''], resources: ['pods/exec'], verbs: ['create'] },
    },
    {
      aspect: 'attach',
      says: 'attach to the processes of pods',
      reach: connecting('pods/attach'),
      severity: { cluster: 'high', namespace: 'medium' },
      sample: { apiGroups: [''], resources: ['pods/attach'], verbs: ['create'] },
    },
    {
      aspect: 'portforward',
      says: 'forward ports of pods',
      reach: connecting('pods/portforward'),
      severity: { cluster: 'medium', namespace: 'medium' },
      sample: { apiGroups: [''], resources: ['pods/portforward'], verbs: ['create'] },
    },
    {
      aspect: 'proxy',
      says: 'reach pods and Services through the API server',
      reach: reaching(['create', 'get'], '', 'pods/proxy', 'services/proxy'),
      severity: { cluster: 'medium', namespace: 'medium' },
      sample: { apiGroups: [''], resources: ['services/proxy'], verbs: ['create'] },
    },
  ],
  good: [
    {
      name: 'a right to pods is none to their subresources',
      subject: aClusterRole(READ_PODS),
      world: [aClusterRoleBinding()],
    },
    {
      name: 'get is not enough since 1.35',
      subject: aClusterRole({ apiGroups: [''], resources: ['pods/exec'], verbs: ['get'] }),
      world: [aClusterRoleBinding()],
      context: { minor: 35 },
    },
    {
      name: 'nor before, where somebody knows better',
      subject: aClusterRole({ apiGroups: [''], resources: ['pods/exec'], verbs: ['get'] }),
      world: [aClusterRoleBinding()],
      context: { minor: 34, parameters: { podConnectByGet: 'never' } },
    },
  ],
});
