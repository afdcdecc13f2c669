import { containersOf, named } from '#facts/containers.ts';
import { defineCheck } from '#model/check.ts';
import type { Container, Handler } from '#model/pod.ts';
import { aContainer, aPod } from '../samples.ts';

/** From this minor on it breaks the baseline level. */
const RULED_MINOR = 34;

export const probeOrHookHost = defineCheck({
  id: 'KP-POD-024',
  name: 'probe-or-hook-host',
  title: 'Probe or lifecycle hook targets another host',
  severity: 'medium',
  why: 'The kubelet sends the request from the node: whoever writes the pod asks in its place, past every NetworkPolicy, also what listens on loopback.',
  fix: 'Remove `host`; use an `exec` probe for targets out of the ordinary.',
  refs: ['PSS:hostProbesAndHostLifecycle', 'OWASP2022:K01', 'OWASP2025:K01', 'NSA:N4', 'MITRE:T1090'],
  subject: 'Pod',

  *evaluate({ spec }, _given, { minor }) {
    const weight = minor >= RULED_MINOR ? ({ pss: 'baseline' } as const) : ({ severity: 'low' } as const);
    for (const slot of containersOf(spec)) {
      for (const { at, host } of hostsOf(slot.container))
        yield { at: `${slot.at}.${at}`, message: `${named(slot)} has the kubelet ask ${host}`, ...weight };
    }
  },

  examples: () => ({
    bad: [
      {
        name: 'a probe and a hook',
        subject: aPod({
          container: aContainer({
            startupProbe: { tcpSocket: { host: '10.0.0.1', port: 22 } },
            lifecycle: { preStop: { httpGet: { host: 'metadata.example', port: 80 } } },
          }),
        }),
        finds: [
          { at: 'spec.containers[0].startupProbe.tcpSocket.host' },
          { at: 'spec.containers[0].lifecycle.preStop.httpGet.host' },
        ],
      },
      {
        name: 'loopback is that of the node',
        subject: aPod({ container: aContainer({ livenessProbe: { httpGet: { host: '127.0.0.1', port: 80 } } }) }),
        finds: [{ at: 'spec.containers[0].livenessProbe.httpGet.host' }],
      },
      {
        name: 'on a server without the rule',
        subject: aPod({ container: aContainer({ readinessProbe: { httpGet: { host: 'x.example', port: 80 } } }) }),
        context: { minor: 33 },
        finds: [{ at: 'spec.containers[0].readinessProbe.httpGet.host', severity: 'low' }],
      },
    ],
    good: [
      {
        name: 'the pod itself',
        subject: aPod({ container: aContainer({ livenessProbe: { httpGet: { port: 80 } } }) }),
      },
      {
        name: 'an empty host, and a header of that name',
        subject: aPod({
          container: aContainer({
            livenessProbe: { httpGet: { host: '', port: 80, httpHeaders: [{ name: 'Host', value: 'x.example' }] } },
          }),
        }),
      },
      {
        name: 'other ways to ask',
        subject: aPod({
          container: aContainer({
            livenessProbe: { grpc: { port: 80 } },
            readinessProbe: { exec: { command: ['true'] } },
          }),
        }),
      },
    ],
  }),
});

/** Whom the kubelet asks for a container, where it is not the pod itself. */
function hostsOf(container: Container): readonly { readonly at: string; readonly host: string }[] {
  const { livenessProbe, readinessProbe, startupProbe, lifecycle } = container;
  const handlers: Readonly<Record<string, Handler | undefined>> = {
    livenessProbe,
    readinessProbe,
    startupProbe,
    'lifecycle.postStart': lifecycle?.postStart,
    'lifecycle.preStop': lifecycle?.preStop,
  };
  return Object.entries(handlers).flatMap(([name, handler]) =>
    (['httpGet', 'tcpSocket'] as const).flatMap((way) => {
      const host = handler?.[way]?.host ?? '';
      return host === '' ? [] : [{ at: `${name}.${way}.host`, host }];
    }),
  );
}
