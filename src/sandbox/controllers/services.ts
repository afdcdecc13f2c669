import { isRecord, nameOf, namespaceOf, own, recordAt, recordsAt, same, textAt, type Raw } from '../json.ts';
import { controllerReference, isDying, isReady, selects, type Client } from './client.ts';
import { suffix } from '../prepare.ts';

const SERVICE = 'kubernetes.io/service-name';
const MANAGED = 'endpointslice.kubernetes.io/managed-by';

/** The number of a port that a Service names by the name of a container's port. */
function targetPort(port: Raw, pods: readonly Raw[]): unknown {
  const target = port['targetPort'] ?? port['port'];
  if (typeof target !== 'string') return target;
  const ports = pods.flatMap((pod) => recordsAt(pod, 'spec', 'containers').flatMap((each) => recordsAt(each, 'ports')));
  return ports.find((each) => each['name'] === target)?.['containerPort'];
}

function endpointOf(pod: Raw): Raw {
  const ready = isReady(pod);
  const node = textAt(pod, 'spec', 'nodeName');
  return {
    addresses: [textAt(pod, 'status', 'podIP')],
    conditions: { ready, serving: ready, terminating: isDying(pod) },
    ...(node === '' ? {} : { nodeName: node }),
    targetRef: { kind: 'Pod', namespace: namespaceOf(pod), name: nameOf(pod), uid: textAt(pod, 'metadata', 'uid') },
  };
}

/** Services with a selector: the EndpointSlice of the pods that it selects. */
export function reconcileService(client: Client, service: Raw): void {
  const selector = own(recordAt(service, 'spec'), 'selector');
  if (isDying(service) || !isRecord(selector) || Object.keys(selector).length === 0) return;
  const pods = client
    .list('Pod', namespaceOf(service))
    .filter((pod) => selects({ matchLabels: selector }, pod) && textAt(pod, 'status', 'podIP') !== '');
  const endpoints = pods.map(endpointOf);
  const ports = recordsAt(service, 'spec', 'ports').flatMap((port) => {
    const number = targetPort(port, pods);
    const name = textAt(port, 'name');
    return number === undefined ? [] : [{ name, port: number, protocol: port['protocol'] }];
  });
  const [slice] = client.owned('EndpointSlice', service);
  if (slice === undefined)
    client.create('EndpointSlice', {
      apiVersion: 'discovery.k8s.io/v1',
      kind: 'EndpointSlice',
      metadata: {
        name: `${nameOf(service)}-${suffix()}`,
        generateName: `${nameOf(service)}-`,
        namespace: namespaceOf(service),
        labels: { [SERVICE]: nameOf(service), [MANAGED]: 'endpointslice-controller.k8s.io' },
        ownerReferences: [controllerReference(service, client.resource('Service'))],
      },
      addressType: 'IPv4',
      endpoints,
      ports,
    });
  else if (!same(slice['endpoints'], endpoints) || !same(slice['ports'], ports))
    client.update('EndpointSlice', slice, { ...slice, endpoints, ports });
}

/** Namespaces: their default ServiceAccount. */
export function reconcileNamespace(client: Client, namespace: Raw): void {
  if (isDying(namespace) || client.get('ServiceAccount', nameOf(namespace), 'default') !== undefined) return;
  client.create('ServiceAccount', {
    apiVersion: 'v1',
    kind: 'ServiceAccount',
    metadata: { name: 'default', namespace: nameOf(namespace) },
  });
}
