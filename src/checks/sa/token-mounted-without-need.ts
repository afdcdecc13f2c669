import { accountOf, mountedToken } from '#facts/token.ts';
import { isMirror } from '#model/workload.ts';
import { refOf } from '#model/ref.ts';
import { accountOfPod, grantsOfPod, ownRights } from '#relations/grants.ts';
import { definePodCheck } from '../pod-check.ts';
import { READ_PODS, aContainer, aPod, aRole, aRoleBinding, aServiceAccount } from '../samples.ts';

export const tokenMountedWithoutNeed = definePodCheck({
  id: 'KP-SA-004',
  name: 'token-mounted-without-need',
  title: 'API token mounted but of no use, or by accident',
  severity: 'low',
  why: 'Whoever reads a file in the container holds the token and can ask the API server in its name.',
  fix: 'Set `automountServiceAccountToken: false`; mount a projected token only in the container that needs it.',
  refs: ['CIS:5.1.6', 'OWASP2022:K01', 'OWASP2022:K03', 'OWASP2025:K01', 'NSA:N5', 'MITRE:T1528', 'MITRE:T1552.007'],
  aspects: {
    noRights: 'the service account has no right beyond those that every account has',
    implicit: 'it has rights, and neither the pod nor the service account says that the token is wanted',
  },
  inputs: { account: accountOfPod, grants: grantsOfPod },
  applies: (pod) => !isMirror(pod),

  *evaluate(pod, { account: [account], grants }) {
    const token = mountedToken(pod, account);
    if (token === undefined) return;
    const { at, isStated } = token;
    const { namespace, name } = accountOf(pod);
    const rights = ownRights(grants);
    if (rights.kind === 'none') {
      const message = `the token of ServiceAccount ${namespace}/${name} is mounted, which has no rights but those of every account`;
      yield { at, aspect: 'noRights', message };
    } else if (!isStated) {
      const message = `the token of ServiceAccount ${namespace}/${name} is mounted by default: nothing says that it is wanted`;
      yield { at, aspect: 'implicit', message, because: rights.from.map(({ binding }) => refOf(binding)) };
    } else if (rights.kind === 'unresolved') {
      yield { unknown: 'a role of the service account cannot be resolved', aspect: 'noRights' };
    }
  },

  examples: () => ({
    bad: [
      {
        name: 'mounted by default, without rights',
        subject: aPod({ spec: MOUNTS_BY_DEFAULT }),
        world: [aServiceAccount()],
        finds: [{ at: 'spec.automountServiceAccountToken', aspect: 'noRights' }],
      },
      {
        name: 'mounted by default, with rights',
        subject: aPod({ spec: MOUNTS_BY_DEFAULT }),
        world: [aServiceAccount(), aRole(READ_PODS), aRoleBinding()],
        finds: [{ at: 'spec.automountServiceAccountToken', aspect: 'implicit' }],
      },
      {
        name: 'wanted, but without rights',
        subject: aPod({
          spec: { ...MOUNTS_BY_DEFAULT, automountServiceAccountToken: true, serviceAccountName: 'idle' },
        }),
        finds: [{ at: 'spec.automountServiceAccountToken', aspect: 'noRights' }],
      },
      {
        name: 'a projected token without rights',
        subject: aPod({
          spec: { volumes: [PROJECTED], serviceAccountName: 'idle' },
          container: aContainer({ volumeMounts: [{ name: 'token', mountPath: '/t' }] }),
        }),
        finds: [{ at: 'spec.volumes[0].projected', aspect: 'noRights' }],
      },
    ],
    good: [
      { name: 'not mounted', subject: aPod() },
      {
        name: 'not mounted, says the account',
        subject: aPod({ spec: MOUNTS_BY_DEFAULT }),
        world: [aServiceAccount({ automountServiceAccountToken: false })],
      },
      {
        name: 'wanted and with rights',
        subject: aPod({ spec: { automountServiceAccountToken: true } }),
        world: [aServiceAccount(), aRole(READ_PODS), aRoleBinding()],
      },
      {
        name: 'a token for another audience',
        subject: aPod({
          spec: { volumes: [FOREIGN] },
          container: aContainer({ volumeMounts: [{ name: 'token', mountPath: '/t' }] }),
        }),
      },
    ],
  }),
});

const MOUNTS_BY_DEFAULT = { automountServiceAccountToken: undefined };
const PROJECTED = { name: 'token', projected: { sources: [{ serviceAccountToken: { path: 'token' } }] } };
const FOREIGN = {
  name: 'token',
  projected: { sources: [{ serviceAccountToken: { path: 'token', audience: 'vault' } }] },
};
