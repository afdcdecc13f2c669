import { doubts } from '../doubts.ts';
import { readsSecrets } from '../right.ts';
import { isMarkedDefault } from '#facts/shipped.ts';
import type { AnyRole } from '#facts/rbac.ts';
import {
  defineCheckOfMany,
  judge,
  type Context,
  type Example,
  type Examples,
  type Manifest,
  type Word,
} from '#model/check.ts';
import { aggregatesOfClusterRole } from '#relations/aggregates.ts';
import {
  bindingsOfAClusterRole,
  bindingsOfARole,
  reachOfClusterRole,
  reachOfRole,
  type RoleReach,
} from '#relations/grants.ts';
import { READ_PODS, aClusterRole, aClusterRoleBinding, aRole, aRoleBinding, ago } from '../samples.ts';

const FEEDS = 'rbac.authorization.k8s.io/aggregate-to-';

export const unusedRole = defineCheckOfMany({
  id: 'KP-RBAC-026',
  name: 'unused-role',
  title: 'Role bound to nobody',
  severity: 'info',
  why: 'Nobody looks after what nobody uses, and one binding to it brings its rights to life.',
  fix: 'Delete it.',
  refs: ['OWASP2022:K03', 'OWASP2025:K02', 'NSA:N18'],
  judges: [
    judge({
      subject: 'Role',
      inputs: { bindings: bindingsOfARole, reach: reachOfRole },
      evaluate: (role, { bindings, reach: [reach] }, context) =>
        bindings.length > 0 ? [] : unused(role, reach, context),
    }),
    judge({
      subject: 'ClusterRole',
      inputs: { bindings: bindingsOfAClusterRole, aggregates: aggregatesOfClusterRole, reach: reachOfClusterRole },
      evaluate: (role, { bindings, aggregates, reach: [reach] }, context) =>
        bindings.length + aggregates.length > 0 ? [] : unused(role, reach, context),
    }),
  ],
  examples,
});

function* unused(role: AnyRole, reach: RoleReach | undefined, { complete, now, parameters }: Context): Iterable<Word> {
  const { creationTimestamp } = role.metadata;
  if (isMarkedDefault(role) || isToFeed(role)) return;
  if (!complete || now === undefined || creationTimestamp === undefined) {
    yield { unknown: 'whether anybody is bound to it, and since when it is there, is not in these files' };
    return;
  }
  const until = creationTimestamp + parameters.unusedGrace;
  if (now() < until) yield { until };
  else {
    const grave = graveWords(reach);
    const message = `nobody is bound to it${grave ?? ''}`;
    yield { at: 'metadata.name', severity: grave === undefined ? 'info' : 'low', message };
    if (grave === undefined) yield* doubts(reach?.isStrong);
  }
}

/** What makes it worse that it lies about. */
function graveWords(reach: RoleReach | undefined): string | undefined {
  if (reach?.isStrong.answer === true)
    return ', and whoever were would be as good as cluster-admin or one step from that';
  return reach?.rules.some(readsSecrets) === true ? ', and whoever were could read Secrets' : undefined;
}

/** It says that others shall take its rules. */
function isToFeed({ metadata }: AnyRole): boolean {
  return Object.keys(metadata.labels).some((label) => label.startsWith(FEEDS));
}

const CONTEXT = { complete: true };
const WEEK = 7 * 24 * 3600;
const OLD = { creationTimestamp: ago(WEEK) };
const TEAM = { team: 'shop' };

function idle(role: Manifest, metadata: object): Manifest {
  return { ...role, metadata: { ...role.metadata, name: 'idle', ...metadata } };
}

function examples(): Examples {
  const of = (name: string, subject: Manifest): Pick<Example, 'name' | 'subject' | 'context'> => ({
    name,
    subject,
    context: CONTEXT,
  });
  const secrets = { ...READ_PODS, resources: ['secrets'] };
  const acting = { ...READ_PODS, resources: ['users'], verbs: ['impersonate'] };
  const all = { ...aClusterRole(), aggregationRule: { clusterRoleSelectors: [{ matchLabels: TEAM }] } };
  const at = 'metadata.name';
  const inUse = { ...OLD, name: 'web' };
  return {
    bad: [
      { ...of('a Role, for a week', idle(aRole(READ_PODS), OLD)), finds: [{ at }] },
      {
        ...of('a Role of Secrets', idle(aRole(secrets), OLD)),
        finds: [{ at, severity: 'low' }],
        also: ['KP-RBAC-005'],
      },
      {
        ...of('a ClusterRole that is as good as cluster-admin', idle(aClusterRole(acting), OLD)),
        finds: [{ at, severity: 'low' }],
        also: ['KP-RBAC-011'],
      },
    ],
    good: [
      { ...of('bound', idle(aRole(READ_PODS), inUse)), world: [aRoleBinding()] },
      { ...of('bound in the cluster', idle(aClusterRole(READ_PODS), inUse)), world: [aClusterRoleBinding()] },
      of('for less than a week', idle(aRole(READ_PODS), { creationTimestamp: ago(WEEK - 1) })),
      of(
        'for others to add to their own',
        idle(aClusterRole(READ_PODS), { ...OLD, labels: { [`${FEEDS}view`]: 'true' } }),
      ),
      { ...of('added to another', idle(aClusterRole(READ_PODS), { ...OLD, labels: TEAM })), world: [all] },
      of(
        'one that the cluster ships',
        idle(aClusterRole(READ_PODS), { ...OLD, labels: { 'kubernetes.io/bootstrapping': 'rbac-defaults' } }),
      ),
    ],
  };
}
