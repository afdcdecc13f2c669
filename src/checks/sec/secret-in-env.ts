import { containersOf, named } from '#facts/containers.ts';
import { defineCheck } from '#model/check.ts';
import { aContainer, aPod } from '../samples.ts';

export const secretInEnv = defineCheck({
  id: 'KP-SEC-001',
  name: 'secret-in-env',
  title: 'Secret delivered as environment variable',
  severity: 'low',
  why: 'The environment of a process is inherited by its children, shown by debug pages and written into crash dumps and logs.',
  fix: 'Mount the Secret as a read-only volume, or use a CSI secret driver.',
  refs: ['CIS:5.4.1', 'OWASP2022:K08', 'OWASP2025:K03', 'NSA:N15', 'MITRE:T1552'],
  subject: 'Pod',
  alsoFinished: true,

  *evaluate({ spec }) {
    for (const slot of containersOf(spec)) {
      for (const [index, { name, valueFrom }] of (slot.container.env ?? []).entries()) {
        const secret = valueFrom?.secretKeyRef?.name;
        if (secret === undefined) continue;
        const at = `${slot.at}.env[${String(index)}].valueFrom.secretKeyRef`;
        yield { at, message: `${named(slot)} has Secret ${secret} in variable ${name}` };
      }
      for (const [index, { secretRef }] of (slot.container.envFrom ?? []).entries()) {
        if (secretRef === undefined) continue;
        yield {
          at: `${slot.at}.envFrom[${String(index)}].secretRef`,
          message: `${named(slot)} has all of Secret ${secretRef.name} in its environment`,
        };
      }
    }
  },

  examples: () => ({
    bad: [
      {
        name: 'one key',
        subject: aPod({
          container: aContainer({
            env: [
              { name: 'A', value: 'b' },
              { name: 'PASSWORD', valueFrom: { secretKeyRef: { name: 'db', key: 'password' } } },
            ],
          }),
        }),
        finds: [{ at: 'spec.containers[0].env[1].valueFrom.secretKeyRef' }],
      },
      {
        name: 'all keys, optional, in an init container',
        subject: aPod({
          spec: { initContainers: [aContainer({ envFrom: [{ secretRef: { name: 'db', optional: true } }] })] },
        }),
        finds: [{ at: 'spec.initContainers[0].envFrom[0].secretRef' }],
      },
    ],
    good: [
      {
        name: 'a ConfigMap',
        subject: aPod({ container: aContainer({ envFrom: [{ configMapRef: { name: 'settings' } }] }) }),
      },
      {
        name: 'a Secret as a volume',
        subject: aPod({ spec: { volumes: [{ name: 'db', secret: { secretName: 'db' } }] } }),
      },
    ],
  }),
});
