import type { Raw } from './json.ts';
import { create } from './write.ts';
import type { Resource } from './resource.ts';
import { stamp, type Intent, type World } from './world.ts';

/** What the sandbox itself writes. */
export function ownIntent(resource: Resource, namespace: string, name: string, manager = 'kube-apiserver'): Intent {
  return {
    resource,
    namespace,
    name,
    manager: { name: manager, operation: 'Update', subresource: '' },
    force: false,
    dryRun: false,
    validation: 'Ignore',
    warn: () => undefined,
  };
}

export const NAMESPACES = ['default', 'kube-node-lease', 'kube-public', 'kube-system'];

/** The one machine of the sandbox: pods need a place to run. */
function node(world: World): Raw {
  const now = stamp(world);
  const capacity = { cpu: '4', memory: '8Gi', pods: '20000' };
  const ready = { type: 'Ready', status: 'True', reason: 'KubeletReady', message: 'kubelet is posting ready status' };
  return {
    metadata: { name: 'sandbox', labels: { 'kubernetes.io/hostname': 'sandbox', 'kubernetes.io/os': 'linux' } },
    spec: {},
    status: {
      addresses: [{ type: 'InternalIP', address: '127.0.0.1' }],
      allocatable: capacity,
      capacity,
      conditions: [{ ...ready, lastHeartbeatTime: now, lastTransitionTime: now }],
      nodeInfo: {
        architecture: 'amd64',
        bootID: '',
        containerRuntimeVersion: 'sandbox://1.0.0',
        kernelVersion: '6.6.0',
        kubeProxyVersion: '',
        kubeletVersion: 'v1.36.3',
        machineID: '',
        operatingSystem: 'linux',
        osImage: 'kubeposture sandbox',
        systemUUID: '',
      },
    },
  };
}

/** The objects that a new cluster has: its Namespaces and the Service of the API server. */
export function bootstrap(world: World, port: number): void {
  const make = (group: string, plural: string, namespace: string, object: Raw): void => {
    create(world, ownIntent(world.registry.native(group, plural), namespace, ''), object);
  };
  for (const name of NAMESPACES) make('', 'namespaces', '', { metadata: { name } });
  if (world.controllers) make('', 'nodes', '', node(world));
  const labels = { component: 'apiserver', provider: 'kubernetes' };
  make('', 'services', 'default', {
    metadata: { name: 'kubernetes', labels },
    spec: {
      clusterIP: '10.0.0.1',
      ports: [{ name: 'https', port: 443, protocol: 'TCP', targetPort: port }],
      type: 'ClusterIP',
    },
  });
  make('discovery.k8s.io', 'endpointslices', 'default', {
    metadata: { name: 'kubernetes', labels: { 'kubernetes.io/service-name': 'kubernetes' } },
    addressType: 'IPv4',
    endpoints: [{ addresses: ['127.0.0.1'], conditions: { ready: true } }],
    ports: [{ name: 'https', port, protocol: 'TCP' }],
  });
}
