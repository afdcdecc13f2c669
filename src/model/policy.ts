import { labels, metadata } from './metadata.ts';
import { list, or, present, slots, struct, text, type Shaped } from './shape.ts';

const requirement = struct({ key: or(text, ''), operator: or(text, ''), values: list(text) });

/** A LabelSelector. Absent and empty select everything; an unknown operator, and what cannot be read, selects nothing. */
export const labelSelector = struct({
  matchLabels: labels,
  matchExpressions: slots(requirement, { key: '', operator: '' }),
});

export type LabelSelector = Shaped<typeof labelSelector>;

export const networkPolicy = struct({
  metadata,
  spec: or(
    struct({
      podSelector: or(labelSelector, { matchLabels: {} }),
      policyTypes: list(text),
      ingress: slots(present, true),
      egress: slots(present, true),
    }),
    { podSelector: { matchLabels: {} } },
  ),
});

export const namespace = struct({ metadata });
export const node = struct({ metadata, status: struct({ nodeInfo: struct({ kubeletVersion: text }) }) });
/** Secrets and ConfigMaps: that they exist, and for Secrets of which type; never a value. */
export const nameOnly = struct({ metadata, type: text });

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
