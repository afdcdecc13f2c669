import { labels, metadata } from './metadata.ts';
import { labelSelector } from './policy.ts';
import { flag, list, map, number, or, portRef, slots, struct, text } from './shape.ts';

/** What leads traffic to pods: Services, EndpointSlices, Ingresses, and the Gateway API. */
const servicePort = struct({ name: text, protocol: text, port: number, targetPort: portRef, nodePort: number });

export const service = struct({
  metadata,
  spec: struct({
    type: text,
    clusterIP: text,
    selector: labels,
    ports: slots(servicePort, {}),
    externalIPs: list(text),
    externalName: text,
    externalTrafficPolicy: text,
    loadBalancerClass: text,
    loadBalancerSourceRanges: list(text),
    allocateLoadBalancerNodePorts: flag,
  }),
  status: struct({ loadBalancer: struct({ ingress: slots(struct({ ip: text, hostname: text }), {}) }) }),
});

export const endpointSlice = struct({
  metadata,
  addressType: text,
  ports: slots(struct({ name: text, protocol: text, port: number }), {}),
  endpoints: slots(
    struct({
      addresses: list(text),
      conditions: struct({ ready: flag, serving: flag }),
      targetRef: struct({ kind: text, namespace: text, name: text }),
    }),
    {},
  ),
});

const ingressBackend = struct({
  service: struct({ name: or(text, ''), port: struct({ name: text, number }) }),
  /** As `extensions/v1beta1` and `networking.k8s.io/v1beta1` spelled it. */
  serviceName: text,
  servicePort: portRef,
});

export const ingress = struct({
  metadata,
  spec: struct({
    ingressClassName: text,
    defaultBackend: ingressBackend,
    backend: ingressBackend,
    rules: slots(struct({ host: text, http: struct({ paths: slots(struct({ backend: ingressBackend }), {}) }) }), {}),
    tls: slots(struct({ hosts: list(text), secretName: text }), {}),
  }),
});

export const ingressClass = struct({ metadata, spec: struct({ controller: text }) });

const listener = struct({
  name: or(text, ''),
  hostname: text,
  port: number,
  protocol: text,
  tls: struct({ mode: text }),
  allowedRoutes: struct({
    namespaces: struct({ from: text, selector: labelSelector }),
    kinds: slots(struct({ group: text, kind: or(text, '') }), { kind: '' }),
  }),
});

export const gateway = struct({
  metadata,
  spec: struct({
    gatewayClassName: text,
    listeners: slots(listener, { name: '' }),
    addresses: slots(struct({ type: text, value: text }), {}),
  }),
  status: struct({ addresses: slots(struct({ type: text, value: text }), {}) }),
});

const parentRef = struct({
  group: text,
  kind: text,
  namespace: text,
  name: or(text, ''),
  sectionName: text,
  port: number,
});
const backendRef = struct({
  group: text,
  kind: text,
  namespace: text,
  name: or(text, ''),
  port: number,
  weight: number,
});

/** HTTPRoute, GRPCRoute, TLSRoute, TCPRoute, UDPRoute: the parts that they share. */
export const route = struct({
  metadata,
  spec: struct({
    hostnames: list(text),
    parentRefs: slots(parentRef, { name: '' }),
    rules: slots(
      struct({
        backendRefs: slots(backendRef, { name: '' }),
        filters: slots(struct({ type: text }), {}),
      }),
      {},
    ),
  }),
});

export const referenceGrant = struct({
  metadata,
  spec: struct({
    from: slots(struct({ group: text, kind: or(text, ''), namespace: or(text, '') }), { kind: '', namespace: '' }),
    to: slots(struct({ group: text, kind: or(text, ''), name: text }), { kind: '' }),
  }),
});

const mutualTls = struct({ mode: text });

/** Istio: whether the sidecars of a namespace, or of the pods that it selects, take plain text. */
export const peerAuthentication = struct({
  metadata,
  spec: struct({
    selector: struct({ matchLabels: labels }),
    mtls: mutualTls,
    portLevelMtls: map(mutualTls),
  }),
});
