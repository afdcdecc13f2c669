import type { Raw } from './json.ts';
import { create } from './write.ts';
import type { Resource } from './resource.ts';
import type { Intent, World } from './world.ts';

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

/** The objects that a new cluster has: its Namespaces and the Service of the API server. */
export function bootstrap(world: World, port: number): void {
  const make = (group: string, plural: string, namespace: string, object: Raw): void => {
    create(world, ownIntent(world.registry.native(group, plural), namespace, ''), object);
  };
  for (const name of NAMESPACES) make('', 'namespaces', '', { metadata: { name } });
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
