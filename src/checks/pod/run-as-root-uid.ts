import { contextsOf, rootIsConfined } from '#facts/containers.ts';
import { definePodCheck } from '../pod-check.ts';
import { aPod, confined } from '../samples.ts';

export const runAsRootUid = definePodCheck({
  id: 'KP-POD-014',
  name: 'run-as-root-uid',
  title: 'UID 0 is requested explicitly',
  severity: 'medium',
  why: 'Root in a container is root on the node as soon as one wall fails, and here nobody left it to the image.',
  fix: 'Set a `runAsUser` other than 0, or move the pod into a user namespace with `hostUsers: false`.',
  refs: ['CIS:5.2.7', 'PSS:runAsUser', 'OWASP2022:K01', 'OWASP2025:K01', 'NSA:N1', 'MITRE:T1611'],
  applies: ({ spec }, { minor }) => !rootIsConfined(spec, minor),

  *evaluate({ spec }) {
    const severity = spec.hostUsers === false ? 'low' : 'medium';
    for (const { context, at, who } of contextsOf(spec)) {
      if (context.runAsUser !== 0) continue;
      yield { at: `${at}.runAsUser`, severity, message: `${who} asks for user 0`, pss: 'restricted' };
    }
  },

  examples: () => ({
    bad: [
      {
        name: 'of one container',
        subject: aPod({ container: confined({ runAsUser: 0 }) }),
        finds: [{ at: 'spec.containers[0].securityContext.runAsUser' }],
        also: ['KP-POD-030'],
      },
      {
        name: 'of the pod, although the container overrides it',
        subject: aPod({
          container: confined({ runAsUser: 10001 }),
          spec: { securityContext: { ...SAFE, runAsUser: 0 } },
        }),
        finds: [{ at: 'spec.securityContext.runAsUser' }],
        also: ['KP-POD-030'],
      },
      {
        name: 'in a user namespace, on a server whose rules do not count it',
        subject: aPod({ container: confined({ runAsUser: 0 }), spec: { hostUsers: false } }),
        context: { minor: 34 },
        finds: [{ at: 'spec.containers[0].securityContext.runAsUser', severity: 'low' }],
      },
    ],
    good: [
      { name: 'another user', subject: aPod() },
      {
        name: 'in a user namespace',
        subject: aPod({ container: confined({ runAsUser: 0 }), spec: { hostUsers: false } }),
      },
    ],
  }),
});

const SAFE = { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } };
