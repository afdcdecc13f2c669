import { accountOfSecret, lastUseOf } from '#facts/token.ts';
import { defineCheck } from '#model/check.ts';
import { momentText } from '#model/moment.ts';
import { insideUseOfSecret } from '#relations/tokens.ts';
import { aContainer, aPod, aServiceAccount, ago } from '../samples.ts';
import { aTokenSecret } from '../token-samples.ts';

export const tokenUsedOutsideCluster = defineCheck({
  id: 'KP-SA-006',
  name: 'token-used-outside-cluster',
  title: 'Service account token used from outside',
  severity: 'medium',
  why: 'Somebody asks the API server with a token that never expires and that no pod has: it lies in a pipeline, on a laptop, or with a thief.',
  fix: 'Let the client outside ask for short tokens (`kubectl create token`), or let the cluster trust its identity provider (OIDC); then delete the Secret.',
  refs: ['CIS:3.1.2', 'OWASP2022:K06', 'OWASP2025:K09', 'NSA:N17', 'MITRE:T1078', 'MITRE:T1550.001'],
  subject: 'Secret',
  inputs: { inside: insideUseOfSecret },

  *evaluate(secret, { inside }, { complete, now, parameters }) {
    const account = accountOfSecret(secret);
    const used = lastUseOf(secret);
    if (account === undefined || used === undefined || now === undefined || inside.length > 0) return;
    const until = used + parameters.tokenUseWindow;
    if (now() >= until) return;
    yield { until };
    if (!complete) yield { unknown: 'files do not tell which pods have the token' };
    else
      yield {
        at: `metadata.labels['kubernetes.io/legacy-token-last-used']`,
        message: `the token of ServiceAccount ${account.namespace}/${account.name} was used on ${momentText(used).slice(0, 10)}, and no pod has it`,
        because: [{ kind: 'ServiceAccount', ...account }],
      };
  },

  examples: () => ({
    bad: [
      { name: 'used yesterday, by no pod', subject: used(1), ...LIVE, finds: [{ at: AT }], also: ['KP-SA-005'] },
      {
        name: 'listed by an account whose pods are given no token',
        subject: used(1),
        world: [LISTING, aPod()],
        ...LIVE,
        finds: [{ at: AT }],
        also: ['KP-SA-005'],
      },
    ],
    good: [
      { name: 'used long ago', subject: used(31), ...LIVE },
      { name: 'never used', subject: aTokenSecret('web'), ...LIVE },
      { name: 'mounted', subject: used(1), world: [withVolume({ secret: { secretName: 'token' } })], ...LIVE },
      {
        name: 'mounted among others',
        subject: used(1),
        world: [withVolume({ projected: { sources: [{ secret: { name: 'token' } }] } })],
        ...LIVE,
      },
      { name: 'in an environment', subject: used(1), world: [aPod({ container: WITH_ENV })], ...LIVE },
      {
        name: 'given to the pods of its account',
        subject: used(1),
        world: [LISTING, aPod({ spec: { automountServiceAccountToken: true } })],
        ...LIVE,
      },
    ],
  }),
});

const AT = "metadata.labels['kubernetes.io/legacy-token-last-used']";
const LIVE = { context: { complete: true } };
const DAY = 24 * 3600;
const LISTING = aServiceAccount({ secrets: [{ name: 'token' }], automountServiceAccountToken: false });
const WITH_ENV = aContainer({ env: [{ name: 'T', valueFrom: { secretKeyRef: { name: 'token', key: 'token' } } }] });

function used(days: number): ReturnType<typeof aTokenSecret> {
  return aTokenSecret('web', { 'kubernetes.io/legacy-token-last-used': ago(days * DAY).slice(0, 10) });
}

function withVolume(source: object): ReturnType<typeof aPod> {
  return aPod({ spec: { volumes: [{ name: 'token', ...source }] } });
}
