import type { Known } from '#analysis/rbac/engine.ts';
import { accountOf, accountOfSecret, isInvalidated } from '#facts/token.ts';
import { defineCheckOfMany, ifKnown, judge, type Examples, type Problem, type Word } from '#model/check.ts';
import { isMirror } from '#model/workload.ts';
import { strengthOfPod, strengthOfSecret } from '#relations/strength.ts';
import { doubts } from '../doubts.ts';
import { aDeployment, aPod, aServiceAccount, strongAccount } from '../samples.ts';
import { aTokenSecret } from '../token-samples.ts';

const ofSecret = judge({
  subject: 'Secret',
  inputs: { strength: ifKnown(strengthOfSecret) },

  *evaluate(secret, { strength }) {
    const account = accountOfSecret(secret);
    if (account === undefined) return;
    const problem = { at: 'type', aspect: 'secretToken' };
    const message = `it holds a token of ServiceAccount ${account.namespace}/${account.name} that never expires`;
    if (isInvalidated(secret))
      yield { ...problem, severity: 'low', message: `${message}; the API server takes it no longer` };
    else yield* weighed({ ...problem, message }, strength);
  },
});

const ofPod = judge({
  subject: 'Pod',
  inputs: { strength: ifKnown(strengthOfPod) },
  applies: (pod) => !isMirror(pod),

  *evaluate(pod, { strength }, { parameters }) {
    for (const [index, { projected }] of (pod.spec.volumes ?? []).entries()) {
      for (const [place, { serviceAccountToken }] of (projected?.sources ?? []).entries()) {
        const seconds = serviceAccountToken?.expirationSeconds ?? 0;
        if (seconds <= parameters.maxTokenSeconds) continue;
        const at = `spec.volumes[${String(index)}].projected.sources[${String(place)}].serviceAccountToken.expirationSeconds`;
        const { namespace, name } = accountOf(pod);
        const message = `the pod asks for a token of ServiceAccount ${namespace}/${name} that is good for ${String(seconds)} seconds`;
        yield* weighed({ at, aspect: 'longProjected', message }, strength);
      }
    }
  },
});

export const longLivedToken = defineCheckOfMany({
  id: 'KP-SA-005',
  name: 'long-lived-token',
  title: 'Service account token that does not expire soon',
  severity: 'medium',
  why: 'A token that leaks, in a backup, a log or a repository, opens the API server as long as it is good; nobody notices that it is used elsewhere.',
  fix: 'Delete the Secret and let whoever needs a token ask for one (`kubectl create token`, a projected volume); set `expirationSeconds` to an hour.',
  refs: [
    'CIS:3.1.2',
    'CIS:5.1.6',
    'OWASP2022:K06',
    'OWASP2025:K09',
    'NSA:N5',
    'NSA:N17',
    'MITRE:T1528',
    'MITRE:T1550.001',
  ],
  aspects: {
    secretToken: 'a Secret holds a token that never expires',
    longProjected: 'a pod asks for a token that is good for longer than the parameter maxTokenSeconds',
  },
  judges: [ofSecret, ofPod],
  examples,
});

/** High where the account is as good as cluster-admin, or one step from it. */
function* weighed(problem: Problem, [isStrong]: readonly Known<boolean>[] = []): Iterable<Word> {
  if (isStrong?.answer === true) {
    const message = `${problem.message}, and the account is as good as cluster-admin or one step from that`;
    yield { ...problem, severity: 'high', message };
  } else {
    yield problem;
    yield* doubts(isStrong);
  }
}

function asking(expirationSeconds: number, serviceAccountName = 'web'): Parameters<typeof aPod>[0] {
  const sources = [{ serviceAccountToken: { path: 'token', audience: 'vault', expirationSeconds } }];
  return { spec: { serviceAccountName, volumes: [{ name: 'token', projected: { sources } }] } };
}

function examples(): Examples {
  const at = 'spec.volumes[0].projected.sources[0].serviceAccountToken.expirationSeconds';
  return {
    bad: [
      {
        name: 'in a Secret',
        subject: aTokenSecret('web'),
        world: [aServiceAccount()],
        finds: [{ at: 'type', aspect: 'secretToken' }],
      },
      {
        name: 'in a Secret, of an account that is as good as cluster-admin',
        subject: aTokenSecret('robot'),
        world: [...strongAccount('shop')],
        finds: [{ at: 'type', aspect: 'secretToken', severity: 'high' }],
        also: ['KP-RBAC-002', 'KP-RBAC-011'],
      },
      {
        name: 'in a Secret that the cluster takes no longer',
        subject: aTokenSecret('web', { 'kubernetes.io/legacy-token-invalid-since': '2026-05-01' }),
        finds: [{ at: 'type', aspect: 'secretToken', severity: 'low' }],
      },
      {
        name: 'of a pod, for a month',
        subject: aDeployment(asking(30 * 86_400)),
        finds: [{ at: `spec.template.${at}`, aspect: 'longProjected' }],
      },
      {
        name: 'of a pod, for longer than a day, and it is as good as cluster-admin',
        subject: aPod(asking(86_401, 'robot')),
        world: [...strongAccount('shop')],
        finds: [{ at, aspect: 'longProjected', severity: 'high' }],
        also: ['KP-RBAC-002', 'KP-RBAC-011'],
      },
    ],
    good: [
      { name: 'of a pod, for a day', subject: aPod(asking(86_400)) },
      { name: 'another Secret', subject: { ...aTokenSecret('web'), type: 'Opaque' } },
    ],
  };
}
