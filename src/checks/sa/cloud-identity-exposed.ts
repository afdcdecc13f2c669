import type { Exposure } from '#analysis/exposure/exposure.ts';
import { assumptionOf } from '#analysis/exposure/ways.ts';
import { cloudIdentitiesOf } from '#facts/cloud-identity.ts';
import { defineCheck, ifKnown, type Problem } from '#model/check.ts';
import { listed } from '#model/text.ts';
import { exposureOfCloudAccount, workloadsOfCloudAccount } from '#relations/accounts.ts';
import { aDeployment, aPod, aService, aServiceAccount } from '../samples.ts';

export const cloudIdentityExposed = defineCheck({
  id: 'KP-SA-008',
  name: 'cloud-identity-exposed',
  title: 'Cloud role attached to a shared identity',
  severity: 'medium',
  why: 'Whoever gets into one of the pods has the role of the cloud, and what that may do no object of the cluster says.',
  fix: 'Give each workload a service account, and each service account a role of its own; let the trust policy of the role name that account alone.',
  refs: ['OWASP2022:K03', 'OWASP2025:K08', 'NSA:N16', 'MITRE:T1078.004'],
  subject: 'ServiceAccount',
  inputs: { workloads: workloadsOfCloudAccount, exposure: ifKnown(exposureOfCloudAccount) },
  applies: (account) => cloudIdentitiesOf(account).length > 0,

  *evaluate(account, { workloads, exposure }) {
    const shared = sharedBy(account.metadata.name, workloads, exposure?.[0]);
    for (const key of cloudIdentitiesOf(account)) {
      const at = `metadata.annotations['${key}']`;
      const message = `ServiceAccount ${account.metadata.namespace}/${account.metadata.name} is a role of the cloud`;
      if (shared === undefined) yield { at, severity: 'info', message };
      else yield { at, message: `${message}, and ${shared.why}`, ...shared.rest };
    }
    if (shared === undefined && exposure === undefined)
      yield { unknown: 'whether the pods of the service account can be reached from the internet' };
  },

  examples: () => ({
    bad: [
      { name: 'of every pod that says nothing', subject: anAmazonRole('default'), finds: [{ at: ARN }] },
      {
        name: 'of two workloads',
        subject: anAmazonRole('web'),
        world: [aDeployment(), aPod({ metadata: { name: 'batch' } })],
        finds: [{ at: ARN }],
      },
      {
        name: 'of a workload that the internet reaches',
        subject: anAmazonRole('web'),
        world: [aDeployment(), aService({ type: 'LoadBalancer' })],
        finds: [{ at: ARN, evidence: 'heuristic' }],
        also: ['KP-NET-007', 'KP-NET-008', 'KP-NET-014'],
      },
      {
        name: 'of one workload that nobody reaches',
        subject: anAmazonRole('web'),
        world: [aDeployment()],
        finds: [{ at: ARN, severity: 'info' }],
      },
    ],
    good: [
      {
        name: 'no role',
        subject: aServiceAccount({
          metadata: { name: 'default', namespace: 'shop' },
          automountServiceAccountToken: false,
        }),
      },
      { name: 'an empty annotation', subject: anAmazonRole('web', '') },
    ],
  }),
});

const KEY = 'eks.amazonaws.com/role-arn';
const ARN = `metadata.annotations['${KEY}']`;

function anAmazonRole(name: string, arn = 'arn:aws:iam::111122223333:role/web'): ReturnType<typeof aServiceAccount> {
  const metadata = { name, namespace: 'shop', annotations: { [KEY]: arn } };
  return aServiceAccount({ metadata, automountServiceAccountToken: false });
}

interface Shared {
  readonly why: string;
  readonly rest?: Pick<Problem, 'because' | 'evidence'>;
}

const NAMES_AT_MOST = 3;

/** Why the account is not of one workload alone that is out of reach. */
function sharedBy(name: string, workloads: readonly string[], exposure: Exposure | undefined): Shared | undefined {
  if (name === 'default') return { why: 'every pod of the namespace that names no account runs as it' };
  if (workloads.length > 1) return { why: `shared by ${listed(workloads, NAMES_AT_MOST)}` };
  const doors = (exposure?.ways ?? []).filter(({ level }) => level === 'internet');
  if (doors.length === 0) return undefined;
  const evidence = assumptionOf(doors) === undefined ? 'observed' : 'heuristic';
  return { why: 'its pods can be reached from the internet', rest: { because: doors.map(({ ref }) => ref), evidence } };
}
