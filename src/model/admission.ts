import { metadata } from './metadata.ts';
import { labelSelector } from './policy.ts';
import { flag, list, or, present, said, slots, struct, text, type Reader, type Shaped } from './shape.ts';

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

/** Whether a word is in it anywhere: what a rule is about, where it is written in a language of its own. */
function mentions(word: string): Reader<true | undefined> {
  const isIn = (raw: unknown, depth: number): boolean => {
    if (typeof raw === 'string') return raw.includes(word);
    if (typeof raw !== 'object' || raw === null || depth > DEEPEST) return false;
    return Object.entries(raw).some(([key, value]) => key.includes(word) || isIn(value, depth + 1));
  };
  return (raw) => (isIn(raw, 0) ? true : undefined);
}

/** Patterns of pods are not nested deeper. */
const DEEPEST = 16;

/** What a rule asks of pods, of which only is kept whether it is about privileged ones. */
const validation: Reader<Validation | undefined> = (raw, trail) => {
  const read = struct({ failureAction: text, podSecurity: struct({ level: text }) })(raw, trail);
  return read === undefined
    ? undefined
    : { ...read, ...(mentions('privileged')(raw, trail) ? { ofPrivileged: true } : {}) };
};

export interface Validation {
  readonly failureAction?: string;
  readonly podSecurity?: { readonly level?: string };
  readonly ofPrivileged?: true;
}

const kyvernoRule = struct({
  match: filters,
  exclude: filters,
  preconditions: condition,
  celPreconditions: condition,
  verifyImages: slots(verification, {}),
  validate: validation,
});

export type KyvernoRule = Shaped<typeof kyvernoRule>;
export type KyvernoVerification = Shaped<typeof verification>;

const kyvernoSpec = struct({
  admission: flag,
  validationFailureAction: text,
  validationFailureActionOverrides: overrides,
  rules: slots(kyvernoRule, {}),
});

export type KyvernoSpec = Shaped<typeof kyvernoSpec>;

export const kyvernoPolicy = struct({ metadata, spec: kyvernoSpec });

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

export type Constraint = Shaped<typeof constraint>;

/** ValidatingAdmissionPolicy: of its expressions only whether one is about privileged pods. */
export const admissionPolicy = struct({
  metadata,
  spec: struct({ matchConstraints, matchConditions: condition, validations: mentions('privileged') }),
});

export const admissionPolicyBinding = struct({
  metadata,
  spec: struct({ policyName: text, validationActions: list(text), matchResources: matchConstraints }),
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
