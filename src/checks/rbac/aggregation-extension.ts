import { isShipped } from '#analysis/rbac/shipped.ts';
import { connectsByGet } from '#facts/pod-connect.ts';
import { isOfKubernetes } from '#facts/rbac.ts';
import { defineCheck, type Context, type Examples, type Manifest } from '#model/check.ts';
import type { PolicyRule } from '#model/policy.ts';
import { refOf } from '#model/ref.ts';
import { boundAggregatesOfClusterRole } from '#relations/aggregates.ts';
import { rulesOfAClusterRole } from '#relations/grants.ts';
import { WRITE, anyOf, reaching } from '../right.ts';
import { READ_PODS, aClusterRole, aClusterRoleBinding, user } from '../samples.ts';

const LABEL = 'rbac.authorization.k8s.io/aggregate-to-';

/** What makes a role that others are bound to much more than it was. */
const GRAVE = anyOf(
  reaching(['get', 'list', 'watch', ...WRITE, 'delete'], '', 'secrets'),
  (rule, context) => reaching(connectsByGet(context) ? ['create', 'get'] : ['create'], '', 'pods/exec')(rule, context),
  reaching(WRITE, 'rbac.authorization.k8s.io', 'roles', 'clusterroles', 'rolebindings', 'clusterrolebindings'),
);

export const aggregationExtension = defineCheck({
  id: 'KP-RBAC-027',
  name: 'aggregation-extension',
  title: 'Custom role feeds admin, edit or view',
  severity: 'medium',
  why: 'Everybody who was bound to the other role, in whatever namespace, has these rights too, and no binding shows it.',
  fix: 'Remove the label or restrict the rules; review what charts ship.',
  refs: ['CIS:5.1.3', 'OWASP2022:K03', 'OWASP2025:K02', 'NSA:N18', 'MITRE:T1098.006'],
  subject: 'ClusterRole',
  inputs: { rules: rulesOfAClusterRole, aggregates: boundAggregatesOfClusterRole },

  *evaluate(role, { rules, aggregates }, context) {
    if (isShipped(role) || isOfOneCrdGroup(rules)) return;
    const labels = LABELLED.filter((name) => role.metadata.labels[LABEL + name] === 'true');
    const others = aggregates.filter(({ metadata }) => !labels.includes(metadata.name));
    const severity = rules.some((rule) => isGrave(rule, context)) ? 'high' : 'medium';
    for (const name of labels) {
      const at = `metadata.labels['${LABEL}${name}']`;
      yield { at, severity, message: addedTo(name, severity) };
    }
    for (const aggregate of others) {
      const message = addedTo(aggregate.metadata.name, severity);
      yield { at: 'metadata.labels', severity, because: [refOf(aggregate)], message };
    }
  },

  examples,
});

const LABELLED = ['admin', 'edit', 'view'];

function addedTo(name: string, severity: 'high' | 'medium'): string {
  const grave = severity === 'high' ? ', Secrets, shells in pods or RBAC objects among them' : '';
  return `whoever is bound to ClusterRole ${name} has its rights too${grave}`;
}

/** An operator that lets its own kinds be used is what aggregation is for. */
function isOfOneCrdGroup(rules: readonly PolicyRule[]): boolean {
  const groups = new Set(
    rules.flatMap(({ apiGroups = [], nonResourceURLs }) => (nonResourceURLs === undefined ? apiGroups : ['*'])),
  );
  return groups.size <= 1 && ![...groups].some(isOfKubernetes);
}

function isGrave(rule: PolicyRule, context: Context): boolean {
  return GRAVE(rule, context) !== undefined;
}

const SECRETS = { apiGroups: [''], resources: ['secrets'], verbs: ['get'] };
const EXEC = { apiGroups: [''], resources: ['pods/exec'], verbs: ['create'] };
const GET_EXEC = { ...EXEC, verbs: ['get'] };
const OWN = { apiGroups: ['example.com'], resources: ['widgets'], verbs: ['get', 'create'] };

function labelled(labels: object, ...rules: readonly (typeof READ_PODS)[]): Manifest {
  return { ...aClusterRole(...rules), metadata: { name: 'web', labels } };
}

/** A ClusterRole that takes the rules of those of a team. */
const OF_TEAM: Manifest = {
  ...aClusterRole(),
  metadata: { name: 'shop' },
  aggregationRule: { clusterRoleSelectors: [{ matchLabels: { team: 'shop' } }] },
};

function examples(): Examples {
  const view = `metadata.labels['${LABEL}view']`;
  return {
    bad: [
      { name: 'more to view', subject: labelled({ [`${LABEL}view`]: 'true' }, READ_PODS), finds: [{ at: view }] },
      {
        name: 'Secrets to view, and to edit',
        subject: labelled({ [`${LABEL}view`]: 'true', [`${LABEL}edit`]: 'true' }, OWN, SECRETS),
        finds: [
          { at: `metadata.labels['${LABEL}edit']`, severity: 'high' },
          { at: view, severity: 'high' },
        ],
        also: ['KP-RBAC-005'],
      },
      {
        name: 'shells to a role of our own that somebody is bound to',
        subject: labelled({ team: 'shop' }, EXEC),
        world: [
          OF_TEAM,
          aClusterRoleBinding({ role: { kind: 'ClusterRole', name: 'shop' }, subjects: [user('alice')] }),
        ],
        finds: [{ at: 'metadata.labels', severity: 'high' }],
        also: ['KP-RBAC-008'],
      },
      {
        name: 'to get shells, which alone opens none since 1.35',
        subject: labelled({ [`${LABEL}view`]: 'true' }, GET_EXEC),
        finds: [{ at: view }],
      },
      {
        name: 'to get shells, which before was enough',
        subject: labelled({ [`${LABEL}view`]: 'true' }, GET_EXEC),
        context: { minor: 34 },
        finds: [{ at: view, severity: 'high' }],
        also: ['KP-RBAC-008'],
      },
    ],
    good: [
      { name: 'the kinds of one operator', subject: labelled({ [`${LABEL}view`]: 'true' }, OWN) },
      { name: 'a label that says no', subject: labelled({ [`${LABEL}view`]: 'false' }, READ_PODS) },
      {
        name: 'into a role that nobody is bound to',
        subject: labelled({ team: 'shop' }, READ_PODS),
        world: [OF_TEAM],
      },
      {
        name: 'what the cluster ships',
        subject: {
          ...aClusterRole(),
          metadata: {
            name: 'system:aggregate-to-view',
            labels: { [`${LABEL}view`]: 'true', 'kubernetes.io/bootstrapping': 'rbac-defaults' },
          },
        },
      },
    ],
  };
}
