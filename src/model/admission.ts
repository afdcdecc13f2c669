import { metadata } from './metadata.ts';
import { labelSelector } from './policy.ts';
import { flag, list, or, present, said, slots, struct, text, type Shaped } from './shape.ts';

/** What guards admission: webhooks, and the policies of engines that stand behind them. Of each only what tells whom it looks at and what follows. */
const operationRule = struct({
  apiGroups: list(text),
  operations: list(text),
  resources: list(text),
  resourceNames: list(text),
});

/** Which requests a webhook or policy is asked about, as `admissionregistration.k8s.io` says it. */
export type OperationRule = Shaped<typeof operationRule>;

/** What no shape can read may let anything past. */
const condition = said(present);

const webhook = struct({
  name: or(text, ''),
  clientConfig: struct({ service: struct({ name: text }) }),
  rules: slots(operationRule, {}),
  namespaceSelector: labelSelector,
  objectSelector: labelSelector,
  matchConditions: condition,
});

export const webhookConfiguration = struct({ metadata, webhooks: slots(webhook, { name: '' }) });

const resourceFilter = struct({
  kinds: list(text),
  name: text,
  names: list(text),
  namespaces: list(text),
  namespaceSelector: labelSelector,
  selector: labelSelector,
  annotations: condition,
  operations: list(text),
});
const requester = { subjects: condition, roles: condition, clusterRoles: condition };
const filter = struct({ resources: resourceFilter, ...requester });
const filters = struct({ resources: resourceFilter, ...requester, any: slots(filter, {}), all: slots(filter, {}) });

/** Whom a rule of Kyverno is about, and by whose request. */
export type KyvernoFilter = Shaped<typeof filter>;
export type KyvernoFilters = Shaped<typeof filters>;

const override = struct({ action: text, namespaces: list(text), namespaceSelector: labelSelector });
const overrides = slots(override, {});

const verification = struct({
  /** The one pattern of the first versions. */
  image: text,
  imageReferences: list(text),
  skipImageReferences: list(text),
  failureAction: text,
  attestors: condition,
  key: condition,
  roots: condition,
  issuer: condition,
  attestations: condition,
});

const kyvernoRule = struct({
  match: filters,
  exclude: filters,
  preconditions: condition,
  celPreconditions: condition,
  verifyImages: slots(verification, {}),
});

export type KyvernoRule = Shaped<typeof kyvernoRule>;
export type KyvernoVerification = Shaped<typeof verification>;

export const kyvernoPolicy = struct({
  metadata,
  spec: struct({
    admission: flag,
    validationFailureAction: text,
    validationFailureActionOverrides: overrides,
    rules: slots(kyvernoRule, {}),
  }),
});

const matchConstraints = struct({
  namespaceSelector: labelSelector,
  objectSelector: labelSelector,
  resourceRules: slots(operationRule, {}),
  excludeResourceRules: slots(operationRule, {}),
});

/** Kyverno: a policy for images alone. */
export const imageValidatingPolicy = struct({
  metadata,
  spec: struct({
    validationActions: list(text),
    matchConstraints,
    matchConditions: condition,
    matchImageReferences: slots(struct({ glob: text, expression: condition }), {}),
    attestors: condition,
    attestations: condition,
    evaluation: struct({ admission: struct({ enabled: flag }) }),
  }),
});

const authority = struct({ static: struct({ action: text }), attestations: condition });

/** Sigstore policy-controller: who must have signed which images. */
export const clusterImagePolicy = struct({
  metadata,
  spec: struct({
    mode: text,
    images: slots(struct({ glob: text }), {}),
    match: slots(struct({ group: text, resource: text, selector: labelSelector }), {}),
    authorities: slots(authority, {}),
  }),
});

/** Gatekeeper: a constraint of one kind, wherever its template comes from. */
export const constraint = struct({
  metadata,
  spec: struct({
    enforcementAction: text,
    match: struct({
      kinds: slots(struct({ apiGroups: list(text), kinds: list(text) }), {}),
      namespaces: list(text),
      excludedNamespaces: list(text),
      namespaceSelector: labelSelector,
      labelSelector,
      name: text,
    }),
  }),
});

/** Kubewarden: of its settings those of the policy that looks at signatures. */
export const kubewardenPolicy = struct({
  metadata,
  spec: struct({
    module: text,
    mode: text,
    rules: slots(operationRule, {}),
    namespaceSelector: labelSelector,
    objectSelector: labelSelector,
    matchConditions: condition,
    settings: struct({ signatures: slots(struct({ image: text }), {}) }),
  }),
});
