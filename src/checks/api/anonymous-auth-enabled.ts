import { acceptsAnonymous, flagOf, instanceOf, type Instance } from '#facts/control-plane.ts';
import { defineCheck, unlessSeen, type Context } from '#model/check.ts';
import type { Pod } from '#model/objects.ts';
import { isFinished } from '#model/workload.ts';
import { apiServersBesideCluster } from '#relations/control-plane.ts';
import { aContainer, aPod, anApiServer } from '../samples.ts';

export const anonymousAuthEnabled = defineCheck({
  id: 'KP-API-001',
  name: 'anonymous-auth-enabled',
  title: 'API server accepts anonymous requests',
  severity: 'medium',
  why: 'Every request without credentials becomes system:anonymous: one careless binding to it or to system:unauthenticated opens the cluster to the network.',
  fix: 'Set `--anonymous-auth=false`, or allow only health paths in AuthenticationConfiguration `anonymous.conditions`.',
  refs: ['CIS:1.2.1', 'OWASP2022:K06', 'OWASP2022:K09', 'OWASP2025:K09', 'NSA:N10', 'NSA:N17', 'MITRE:T1078.001'],
  withoutSubject: unlessSeen({
    inputs: { subjects: apiServersBesideCluster },
    isSubject: (pod, context) => !isFinished(pod) && apiServer(pod, context) !== undefined,
    unknown: 'no kube-apiserver pod is in sight, as on a managed control plane',
  }),
  subject: 'Pod',
  applies: (pod, context) => apiServer(pod, context) !== undefined,

  *evaluate(pod, _given, context) {
    const instance = apiServer(pod, context);
    if (instance === undefined) return;
    if (instance.flags === undefined) {
      yield { unknown: 'nothing says with which flags the API server was started' };
      return;
    }
    const accepts = acceptsAnonymous(instance.flags);
    if (accepts === false) return;
    if (accepts === undefined) {
      yield {
        unknown:
          '--authentication-config may limit anonymous requests to named paths; say so by `declaredControls` if it does',
      };
      return;
    }
    const value = flagOf(instance.flags, 'anonymous-auth');
    const how = value === undefined ? 'is not set and its default is true' : `is ${value}`;
    yield { at: `${instance.slot.at}.command`, message: `--anonymous-auth ${how}` };
  },

  examples: () => ({
    bad: [
      { name: 'the default', subject: anApiServer(), finds: [{ at: AT }] },
      { name: 'stated', subject: anApiServer('--anonymous-auth=true'), finds: [{ at: AT }] },
      {
        name: 'the last one wins',
        subject: anApiServer('--anonymous-auth=false', '--anonymous-auth'),
        finds: [{ at: AT }],
      },
      {
        name: 'through a shell and a wrapper',
        subject: withCommand(
          '/go-runner',
          '--also-stdout',
          '--',
          'sh',
          '-c',
          'exec /usr/local/bin/kube-apiserver --secure-port=6443',
        ),
        finds: [{ at: AT }],
        also: ['KP-NS-005'],
      },
    ],
    good: [
      { name: 'switched off', subject: anApiServer('--anonymous-auth=false') },
      { name: 'switched off, as two words', subject: anApiServer('--anonymous-auth', 'false') },
      { name: 'a program that only names it', subject: withCommand('kubectl', 'logs', 'kube-apiserver') },
      {
        name: "somebody's hosted control plane in another namespace",
        subject: { ...anApiServer(), metadata: { name: 'tenant', namespace: 'shop', labels: { app: 'web' } } },
      },
    ],
  }),
});

const AT = 'spec.containers[0].command';

function apiServer(pod: Pod, { parameters }: Context): Instance | undefined {
  return instanceOf(pod, 'kube-apiserver', parameters);
}

function withCommand(...command: readonly string[]): ReturnType<typeof aPod> {
  return aPod({ metadata: { name: 'wrapped', namespace: 'kube-system' }, container: aContainer({ command }) });
}
