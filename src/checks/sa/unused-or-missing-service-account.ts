import { isShippedAccount } from '#facts/shipped.ts';
import { accountOf, lastUseOf } from '#facts/token.ts';
import {
  defineCheckOfMany,
  ifKnown,
  judge,
  type Context,
  type Examples,
  type Problem,
  type Word,
} from '#model/check.ts';
import type { ObjectOf } from '#model/objects.ts';
import { refOf, subjectText } from '#model/ref.ts';
import { controllerOf } from '#model/metadata.ts';
import { isMirror } from '#model/workload.ts';
import { grantsOfAccount, ownRights } from '#relations/grants.ts';
import { namedAccountOfPod, tokensOfAccount, useOfAccount } from '#relations/tokens.ts';
import { READ_PODS, aDeployment, aPod, aRole, aRoleBinding, aServiceAccount, ago } from '../samples.ts';
import { aTokenSecret } from '../token-samples.ts';

const ofAccount = judge({
  subject: 'ServiceAccount',
  inputs: { uses: useOfAccount, grants: ifKnown(grantsOfAccount), tokens: ifKnown(tokensOfAccount) },
  applies: ({ metadata }) => metadata.name !== 'default' && !isShippedAccount(metadata),

  *evaluate(account, { uses, grants, tokens }, context) {
    if (uses.length > 0) return;
    const waits = wait(account, tokens, context);
    if (waits !== undefined) {
      yield waits;
      return;
    }
    const { kind, from } = ownRights(grants ?? []);
    if (grants === undefined) yield { aspect: 'unused', unknown: 'which rights the service account has' };
    const message = `no pod and no pod template runs as ${subjectText(refOf(account))}`;
    yield {
      at: 'metadata.name',
      aspect: 'unused',
      ...weighed(message, kind !== 'none', tokens ?? []),
      because: from.map(({ binding }) => refOf(binding)),
    };
  },
});

/** A pod that runs had its account when it was made: what is missing stands in the way of the next. */
const ofPod = judge({
  subject: 'Pod',
  inputs: { named: namedAccountOfPod },
  applies: (pod) =>
    !isMirror(pod) &&
    controllerOf(pod) !== undefined &&
    accountOf(pod).name !== 'default' &&
    !isShippedAccount(accountOf(pod)),

  *evaluate(pod, { named: [named] }, { complete }) {
    if (named === undefined || named.isThere) return;
    if (!complete && !named.hasOthers)
      yield { aspect: 'missing', unknown: 'the files hold no service account of the namespace' };
    else
      yield {
        at: 'spec.serviceAccountName',
        aspect: 'missing',
        severity: 'info',
        message: `there is no ${subjectText({ kind: 'ServiceAccount', ...accountOf(pod) })}: no pod can be made until somebody makes it, and decides what it may do`,
      };
  },
});

export const unusedOrMissingServiceAccount = defineCheckOfMany({
  id: 'KP-SA-007',
  name: 'unused-or-missing-service-account',
  title: 'Service account nobody uses, or a missing one',
  severity: 'low',
  why: 'Rights that nobody uses are missed by nobody when somebody else does; of a missing account whoever makes it decides what the pods may do.',
  fix: 'Delete its bindings first, then the service account; make the one that is missing.',
  refs: ['CIS:5.1.6', 'OWASP2022:K03', 'OWASP2025:K02', 'NSA:N18', 'MITRE:T1078'],
  aspects: {
    unused: 'no pod and no pod template names it, and none of its tokens was used of late',
    missing: 'a pod template names it, and it does not exist',
  },
  judges: [ofAccount, ofPod],
  examples,
});

/** Why it is not said yet that nobody uses the account, or never can be. */
function wait(
  { metadata }: ObjectOf<'ServiceAccount'>,
  tokens: readonly ObjectOf<'Secret'>[] | undefined,
  { complete, now, parameters }: Context,
): Word | undefined {
  const aspect = 'unused';
  const made = metadata.creationTimestamp;
  if (!complete || now === undefined || made === undefined)
    return { aspect, unknown: 'files do not tell who else runs as the service account' };
  if (now() < made + parameters.unusedGrace) return { until: made + parameters.unusedGrace };
  if (tokens === undefined) return { aspect, unknown: 'whether a token of the service account is in use' };
  const used = Math.max(...tokens.map((token) => lastUseOf(token) ?? -Infinity)) + parameters.tokenUseWindow;
  return now() < used ? { until: used } : undefined;
}

function weighed(
  message: string,
  hasRights: boolean,
  tokens: readonly unknown[],
): Pick<Problem, 'message' | 'severity'> {
  if (hasRights) return { message: `${message}, and it has rights` };
  return tokens.length > 0 ? { message: `${message}, and a Secret holds its token` } : { severity: 'info', message };
}

const DAY = 24 * 3600;

function made(days: number): ReturnType<typeof aServiceAccount> {
  const metadata = { name: 'idle', namespace: 'shop', creationTimestamp: ago(days * DAY) };
  return aServiceAccount({ metadata, automountServiceAccountToken: false });
}

function examples(): Examples {
  const live = { context: { complete: true } };
  const granted = [aRole(READ_PODS), aRoleBinding({ subjects: [{ kind: 'ServiceAccount', name: 'idle' }] })];
  const used = (days: number): Readonly<Record<string, string>> => ({
    'kubernetes.io/legacy-token-last-used': ago(days * DAY).slice(0, 10),
  });
  const unused = { at: 'metadata.name', aspect: 'unused' };
  const missing = { at: 'spec.template.spec.serviceAccountName', aspect: 'missing', severity: 'info' } as const;
  return {
    bad: [
      { name: 'unused, with rights', subject: made(8), world: granted, ...live, finds: [unused] },
      {
        name: 'unused, with a token',
        subject: made(8),
        world: [aTokenSecret('idle', used(31))],
        ...live,
        finds: [unused],
        also: ['KP-SA-005'],
      },
      { name: 'unused and harmless', subject: made(8), ...live, finds: [{ ...unused, severity: 'info' }] },
      {
        name: 'a name that is wrong',
        subject: aDeployment({ spec: { serviceAccountName: 'wep' } }),
        world: [aServiceAccount()],
        finds: [missing],
      },
    ],
    good: [
      { name: 'not old enough', subject: made(6), world: granted, ...live },
      { name: 'in use', subject: made(8), world: [aPod({ spec: { serviceAccountName: 'idle' } })], ...live },
      { name: 'its token is in use', subject: made(8), world: [aTokenSecret('idle', used(29))], ...live },
      { name: 'the account is there', subject: aDeployment(), world: [aServiceAccount()] },
      {
        name: 'every namespace has the default one',
        subject: aDeployment({ spec: { serviceAccountName: 'default' } }),
      },
    ],
  };
}
