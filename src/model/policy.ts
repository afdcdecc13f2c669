import { labels, metadata } from './metadata.ts';
import { largeImages } from './node-images.ts';
import { list, number, or, portRef, slots, struct, text, type Shaped } from './shape.ts';

const requirement = struct({ key: or(text, ''), operator: or(text, ''), values: list(text) });

/** A LabelSelector. Absent and empty select everything; an unknown operator, and what cannot be read, selects nothing. */
export const labelSelector = struct({
  matchLabels: labels,
  matchExpressions: slots(requirement, { key: '', operator: '' }),
});

export type LabelSelector = Shaped<typeof labelSelector>;

/** What cannot be read matches nothing: a peer without a form, a port without a number that exists. */
const NO_PORT = { port: 0 };

const policyPort = struct({ protocol: text, port: portRef, endPort: number });
const ipBlock = struct({ cidr: or(text, ''), except: list(text) });
const policyPeer = struct({ podSelector: labelSelector, namespaceSelector: labelSelector, ipBlock });
const policyPorts = slots(policyPort, NO_PORT);
const policyPeers = slots(policyPeer, {});

export type PolicyPort = Shaped<typeof policyPort>;
export type PolicyPeer = Shaped<typeof policyPeer>;

export const networkPolicy = struct({
  metadata,
  spec: or(
    struct({
      podSelector: or(labelSelector, { matchLabels: {} }),
      policyTypes: list(text),
      ingress: slots(struct({ from: policyPeers, ports: policyPorts }), {}),
      egress: slots(struct({ to: policyPeers, ports: policyPorts }), {}),
    }),
    { podSelector: { matchLabels: {} } },
  ),
});

const namespacedPods = struct({ namespaceSelector: labelSelector, podSelector: labelSelector });
const clusterSubject = or(struct({ namespaces: labelSelector, pods: namespacedPods }), {});
const clusterPeer = struct({
  namespaces: labelSelector,
  pods: namespacedPods,
  nodes: labelSelector,
  networks: list(text),
  domainNames: list(text),
});
/** One port of `policy.networking.k8s.io`, as v1alpha1 spells it. */
const alpha1Port = struct({
  portNumber: struct({ protocol: text, port: number }),
  portRange: struct({ protocol: text, start: number, end: number }),
  namedPort: text,
});
const destination = struct({
  destinationPort: struct({ number, range: struct({ start: number, end: number }) }),
});
/** One protocol of `policy.networking.k8s.io`, as v1alpha2 spells it. */
const alpha2Protocol = struct({ tcp: destination, udp: destination, sctp: destination, destinationNamedPort: text });

const clusterRuleFields = {
  action: or(text, ''),
  ports: slots(alpha1Port, {}),
  protocols: slots(alpha2Protocol, {}),
};
const clusterRules = {
  ingress: slots(struct({ ...clusterRuleFields, from: slots(clusterPeer, {}) }), { action: '' }),
  egress: slots(struct({ ...clusterRuleFields, to: slots(clusterPeer, {}) }), { action: '' }),
};
const clusterPolicySpec = struct({ tier: text, priority: number, subject: clusterSubject, ...clusterRules });

/** AdminNetworkPolicy, BaselineAdminNetworkPolicy and ClusterNetworkPolicy: one shape, of which each version fills its part. */
export const clusterPolicy = struct({ metadata, spec: or(clusterPolicySpec, { subject: {} }) });

export type ClusterPeer = Shaped<typeof clusterPeer>;
export type ClusterPort = Shaped<typeof alpha1Port>;
export type ClusterProtocol = Shaped<typeof alpha2Protocol>;

export const namespace = struct({ metadata });
export const node = struct({
  metadata,
  spec: struct({ providerID: text }),
  status: struct({
    nodeInfo: struct({ kubeletVersion: text, architecture: text }),
    addresses: list(struct({ type: or(text, ''), address: or(text, '') })),
    images: largeImages,
  }),
});
/** A policy of a network plugin of its own language: that it is there, and whom it may be about; what it says is not read. */
export const foreignPolicy = struct({ metadata });
/** That it exists and of which type it is; never a value. */
export const secret = struct({ metadata, type: or(text, 'Opaque') });
/** That it exists; never a value. */
export const configMap = struct({ metadata });
/** What a CustomResourceDefinition says of the resource that it brings. */
export const apiResource = struct({
  metadata,
  spec: or(struct({ group: or(text, ''), names: or(struct({ plural: or(text, '') }), { plural: '' }), scope: text }), {
    group: '',
    names: { plural: '' },
  }),
});
/** That it exists: nothing that it says counts. */
export const counted = struct({ metadata });

const rule = struct({
  verbs: or(list(text), []),
  apiGroups: list(text),
  resources: list(text),
  resourceNames: list(text),
  nonResourceURLs: list(text),
});

export type PolicyRule = Shaped<typeof rule>;

const subject = struct({ kind: or(text, ''), apiGroup: text, name: or(text, ''), namespace: text });

/** Whom a binding names: a User, a Group or a ServiceAccount. */
export type RbacSubject = Shaped<typeof subject>;

export const role = struct({ metadata, rules: or(slots(rule, { verbs: [] }), []) });
export const clusterRole = struct({
  metadata,
  rules: or(slots(rule, { verbs: [] }), []),
  aggregationRule: struct({ clusterRoleSelectors: slots(labelSelector, { matchLabels: {} }) }),
});

export const roleBinding = struct({
  metadata,
  roleRef: or(struct({ kind: or(text, ''), name: or(text, '') }), { kind: '', name: '' }),
  subjects: or(slots(subject, { kind: '', name: '' }), []),
});
