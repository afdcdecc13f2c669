import { Escalation, type Goal } from '#analysis/rbac/escalation.ts';
import { holds, mayBind, mayEditRole, type Passage, type RoleRef } from '#analysis/rbac/guard.ts';
import { accountIdentity, type Identity } from '#analysis/rbac/identity.ts';
import type { RbacIndex, Reason } from '#analysis/rbac/rbac-index.ts';
import type { Request } from '#analysis/rbac/request.ts';
import { roleText } from '#analysis/rbac/entries.ts';
import { capabilitiesOf } from '#analysis/rbac/primitives.ts';
import { Surroundings } from '#analysis/rbac/surroundings.ts';
import { rbacView } from '#analysis/rbac/view.ts';
import { shrink } from '#inventory/shrink.ts';
import type { PolicyRule } from '#model/policy.ts';
import { subjectText } from '#model/ref.ts';
import {
  AskError,
  isRecord,
  optionalFlagAt,
  optionalListAt,
  optionalTextAt,
  placeAt,
  recordAt,
  textAt,
  textsAt,
  type Answer,
  type Answerer,
  type Asked,
  type Question,
} from './question.ts';

/** A cluster that is stated has no controller that would aggregate ClusterRoles, and after a change nobody waits for it. */
const STATED = rbacView({ aggregation: 'computed' });
/** Manifests seldom hold the roles that every cluster has. */
const OF_MANIFESTS = rbacView({ aggregation: 'computed', assumeShipped: true });

function indexFor({ store, assume }: Asked): RbacIndex {
  return store.view(assume['shippedRoles'] === true ? OF_MANIFESTS : STATED);
}

function withIndex(answer: (question: Question, index: RbacIndex) => Answer): Answerer {
  return (question, asked) => answer(question, indexFor(asked));
}

export const RBAC_QUESTIONS = {
  can: withIndex(can),
  whoCan: withIndex(whoCan),
  rulesFor: withIndex((question, index) => {
    const [identity, namespace] = [identityAt(question), namespaceAt(question)];
    const unknown = index.doubtsAbout(identity, namespace);
    return unknown.length > 0 ? doubt(unknown) : { answer: { rules: index.rulesFor(identity, namespace) } };
  }),
  effectiveRules: withIndex((question, index) => ({
    answer: { rules: rulesOf(index, { kind: 'ClusterRole', name: textAt(question, 'clusterRole') }, '') },
  })),
  covers: withIndex(covers),
  grant: withIndex(grant),
  editRole: withIndex(editRole),
  primitives: (question, asked) => {
    const index = indexFor(asked);
    const identity = identityAt(question);
    const unknown = index.doubtsAbout(identity, '');
    if (unknown.length > 0) return doubt(unknown);
    const { held, named } = capabilitiesOf(index.rightsOf(identity), execRequiresCreate(asked));
    return { answer: { held }, ...(named.length === 0 ? {} : { because: named }) };
  },
  escalates,
} as const satisfies Readonly<Record<string, Answerer>>;

function can(question: Question, index: RbacIndex): Answer {
  const decision = index.can(identityAt(question), requestAt(question));
  if ('unknown' in decision) return doubt(decision.unknown);
  return decision.allowed ? { answer: true, because: [reasonText(index, decision.because)] } : { answer: false };
}

function whoCan(question: Question, index: RbacIndex): Answer {
  const found = index.whoCan(requestAt(question));
  return 'unknown' in found ? doubt(found.unknown) : { answer: found };
}

function covers(question: Question, index: RbacIndex): Answer {
  const namespace = namespaceAt(question);
  const role = recordAt(question, 'role');
  const rules = 'rules' in role ? rulesAt(role, 'rules') : rulesOf(index, roleRefOf(role), namespace);
  const passage = holds(index, identityAt(question), namespace, rules);
  if ('unknown' in passage) return doubt(passage.unknown);
  return { answer: passage.passes ? { covered: true } : { covered: false, uncovered: passage.lacks } };
}

function grant(question: Question, index: RbacIndex): Answer {
  const stated = optionalTextAt(question, 'binding') ?? optionalTextAt(question, 'bindingKind');
  const namespace = namespaceAt(question);
  const kind = stated ?? (namespace === '' ? 'ClusterRoleBinding' : 'RoleBinding');
  if (kind !== 'RoleBinding' && kind !== 'ClusterRoleBinding')
    throw new AskError('binding: must be RoleBinding or ClusterRoleBinding');
  if (kind === 'RoleBinding' && namespace === '') throw new AskError('namespace: is missing');
  const role = roleRefOf(recordAt(question, 'role'));
  if (kind === 'ClusterRoleBinding' && role.kind === 'Role')
    throw new AskError('role: a ClusterRoleBinding cannot refer to a Role');
  const scope = kind === 'ClusterRoleBinding' ? '' : namespace;
  return passed(mayBind(index, identityAt(question), scope, role));
}

function editRole(question: Question, index: RbacIndex): Answer {
  const role = recordAt(question, 'role');
  const { kind, name } = roleRefOf(role);
  const namespace = kind === 'Role' ? (optionalTextAt(role, 'namespace') ?? namespaceAt(question)) : '';
  if (kind === 'Role' && namespace === '') throw new AskError('role.namespace: is missing');
  const isAggregate =
    isRecord(question['aggregationRule']) || index.state.clusterRole(name)?.aggregationRule !== undefined;
  const aggregates = kind === 'ClusterRole' && isAggregate;
  const rules = rulesAt(question, 'newRules');
  return passed(mayEditRole(index, identityAt(question), { kind, namespace, name, rules, aggregates }));
}

/** Any number of steps over the API: what the operator cannot see on the way there makes a no unknown. */
function escalates(question: Question, asked: Asked): Answer {
  const index = indexFor(asked);
  const platform = optionalTextAt(asked.assume, 'platform');
  const around = new Surroundings(asked.store, {
    level: optionalTextAt(asked.assume, 'defaultPodSecurityEnforce'),
    platform,
  });
  const options = { execRequiresCreate: execRequiresCreate(asked) };
  const steps = new Escalation(index, around, identityAt(question), options).way(goalAt(question));
  if (steps !== undefined) return { answer: true, because: steps };
  const looked = platform === undefined ? [...NEIGHBOURS, 'Node' as const] : NEIGHBOURS;
  const missing = looked.flatMap((kind) => asked.store.missing(kind) ?? []);
  const unknown = [...index.doubtsAbout(identityAt(question), ''), ...missing];
  return unknown.length > 0 ? doubt(unknown) : { answer: false };
}

const NEIGHBOURS = ['Namespace', 'ServiceAccount', 'Secret', 'Pod', 'Role', 'RoleBinding'] as const;

function execRequiresCreate({ assume }: Asked): boolean {
  return optionalFlagAt(assume, 'execRequiresCreate') ?? true;
}

function goalAt(question: Question): Goal {
  const to = recordAt(question, 'to');
  if (optionalFlagAt(to, 'clusterAdmin') === true) return { clusterAdmin: true };
  if (optionalFlagAt(to, 'nodeRoot') === true) return { nodeRoot: true };
  if ('serviceAccount' in to) return { serviceAccount: placeAt(to, 'serviceAccount') };
  if ('user' in to) return { user: textAt(to, 'user') };
  if ('group' in to) return { group: textAt(to, 'group') };
  if ('secretsIn' in to) return { secretsIn: textAt(to, 'secretsIn') };
  if ('namespaceAdmin' in to) return { namespaceAdmin: textAt(to, 'namespaceAdmin') };
  throw new AskError('to: must be clusterAdmin, nodeRoot, serviceAccount, user, group, secretsIn or namespaceAdmin');
}

function passed(passage: Passage): Answer {
  if ('unknown' in passage) return doubt(passage.unknown);
  if (passage.passes) return { answer: true };
  return passage.lacks.length === 0 ? { answer: false } : { answer: false, because: passage.lacks };
}

function doubt(reasons: readonly string[]): Answer {
  return { unknown: reasons.join('; ') };
}

/** `{"user", "groups"}` literally, `{"serviceAccount": "ns/name"}` with its three groups, or `{"group"}`. */
function identityAt(question: Question): Identity {
  const subject = recordAt(question, 'subject');
  if ('serviceAccount' in subject) return accountIdentity(placeAt(subject, 'serviceAccount'));
  if ('group' in subject) return { user: '', groups: [textAt(subject, 'group')] };
  if ('user' in subject) return { user: textAt(subject, 'user'), groups: textsAt(subject, 'groups') };
  if ('groups' in subject) return { user: '', groups: textsAt(subject, 'groups') };
  throw new AskError('subject: must have user, serviceAccount or group');
}

function namespaceAt(question: Question): string {
  return optionalTextAt(question, 'namespace') ?? '';
}

function requestAt(question: Question): Request {
  const verb = textAt(question, 'verb');
  const url = optionalTextAt(question, 'nonResourceURL');
  if (url !== undefined) return { verb, url };
  const subresource = optionalTextAt(question, 'subresource') ?? '';
  return {
    verb,
    group: optionalTextAt(question, 'apiGroup') ?? '',
    resource: textAt(question, 'resource') + (subresource === '' ? '' : `/${subresource}`),
    name: optionalTextAt(question, 'name') ?? '',
    namespace: namespaceAt(question),
  };
}

function roleRefOf(role: Question): RoleRef {
  const kind = textAt(role, 'kind');
  if (kind !== 'Role' && kind !== 'ClusterRole') throw new AskError('role.kind: must be Role or ClusterRole');
  return { kind, name: textAt(role, 'name') };
}

function rulesOf(index: RbacIndex, { kind, name }: RoleRef, namespace: string): readonly PolicyRule[] {
  const role = { kind, namespace: kind === 'Role' ? namespace : '', name };
  const rules = index.state.role(kind, role.namespace, name)?.rules;
  if (rules === undefined) throw new AskError(`there is no ${roleText(role)}`);
  return rules.map(({ rule }) => rule);
}

/** Rules as a role states them, read as those of every role are. */
function rulesAt(question: Question, field: string): readonly PolicyRule[] {
  const { rules, malformed } = shrink('ClusterRole', { rules: optionalListAt(question, field) ?? [] });
  const [note] = malformed ?? [];
  if (note !== undefined) throw new AskError(`${field}: ${note}`);
  return rules;
}

/** Which binding gives which rule of which role, and where an aggregated rule comes from. */
function reasonText(index: RbacIndex, reason: Reason): object {
  const { grant: given, rule } = reason;
  const { kind, metadata } = given.binding;
  const origins = index.originsOf(reason);
  return {
    binding: subjectText({ kind, ...metadata }),
    role: roleText(given.role),
    rule,
    ...(origins.length === 0 ? {} : { aggregatedFrom: origins }),
  };
}
