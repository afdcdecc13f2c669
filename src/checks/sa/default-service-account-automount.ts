import { defineCheck } from '#model/check.ts';
import { aServiceAccount } from '../samples.ts';

export const defaultServiceAccountAutomount = defineCheck({
  id: 'KP-SA-002',
  name: 'default-service-account-automount',
  title: 'Default service account hands out tokens',
  severity: 'low',
  why: 'The next pod of the namespace that says nothing gets a token for the API server that it never asked for.',
  fix: 'Set `automountServiceAccountToken: false` on every default service account.',
  refs: [
    'CIS:5.1.5',
    'CIS:5.1.6',
    'OWASP2022:K03',
    'OWASP2022:K06',
    'OWASP2025:K01',
    'OWASP2025:K09',
    'NSA:N5',
    'MITRE:T1528',
  ],
  subject: 'ServiceAccount',
  applies: ({ metadata }) => metadata.name === 'default',

  *evaluate({ metadata, automountServiceAccountToken }) {
    if (automountServiceAccountToken === false) return;
    const message = `every pod of namespace ${metadata.namespace} that names no service account gets its token`;
    yield { at: 'automountServiceAccountToken', message };
  },

  examples: () => ({
    bad: [
      { name: 'nothing said', subject: aDefault(), finds: [{ at: 'automountServiceAccountToken' }] },
      {
        name: 'stated',
        subject: aDefault({ automountServiceAccountToken: true }),
        finds: [{ at: 'automountServiceAccountToken' }],
      },
    ],
    good: [
      { name: 'switched off', subject: aDefault({ automountServiceAccountToken: false }) },
      { name: 'another account', subject: aServiceAccount() },
    ],
  }),
});

function aDefault(tweak: Readonly<Record<string, unknown>> = {}): ReturnType<typeof aServiceAccount> {
  return aServiceAccount({ metadata: { name: 'default', namespace: 'shop' }, ...tweak });
}
