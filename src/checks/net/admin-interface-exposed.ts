import { defineCheckOfMany, judge, type Problem } from '#model/check.ts';
import type { Severity } from '#model/severity.ts';
import {
  interfacesOfHttpRoute,
  interfacesOfIngress,
  interfacesOfService,
  type OpenInterface,
} from '#relations/interfaces.ts';
import { aContainer, aPod, aService, anHttpRoute, anIngress } from '../samples.ts';

export const adminInterfaceExposed = defineCheckOfMany({
  id: 'KP-NET-013',
  name: 'admin-interface-exposed',
  title: 'Administrative interface reachable from outside',
  severity: 'high',
  why: 'Dashboards and consoles command what runs: one that everybody reaches is one password, or none, away from being used.',
  fix: 'Remove the exposure; reach the interface by port-forward or through a proxy that authenticates.',
  refs: ['OWASP2022:K07', 'OWASP2022:K09', 'OWASP2025:K06', 'NSA:N8', 'NSA:N10', 'MITRE:T1190', 'MITRE:T1133'],
  evidence: 'heuristic',
  judges: [
    judge({
      subject: 'Service',
      inputs: { open: interfacesOfService },
      *evaluate(_service, { open }) {
        yield* problems(open, 'spec.ports');
      },
    }),
    judge({
      subject: 'Ingress',
      inputs: { open: interfacesOfIngress },
      *evaluate(_ingress, { open }) {
        yield* problems(open, 'spec.rules');
      },
    }),
    judge({
      subject: 'HTTPRoute',
      inputs: { open: interfacesOfHttpRoute },
      *evaluate(_route, { open }) {
        yield* problems(open, 'spec.rules');
      },
    }),
  ],

  examples: () => ({
    bad: [
      {
        name: 'Prometheus behind a load balancer',
        subject: aService({ type: 'LoadBalancer', ports: [{ port: 9090 }] }),
        world: [aPodOf('docker.io/prom/prometheus')],
        finds: [{ at: 'spec.ports', severity: 'critical' }],
        also: ['KP-NET-007', 'KP-NET-008', 'KP-NET-014'],
      },
      {
        name: 'Grafana behind an Ingress',
        subject: anIngress(),
        world: [aService({ ports: [{ port: 80, targetPort: 3000 }] }), aPodOf('docker.io/grafana/grafana')],
        finds: [{ at: 'spec.rules' }],
        also: ['KP-NET-014'],
      },
      {
        name: 'Jenkins behind a route',
        subject: anHttpRoute(),
        world: [aService({ ports: [{ port: 80, targetPort: 8080 }] }), aPodOf('docker.io/jenkins/jenkins')],
        finds: [{ at: 'spec.rules' }],
        also: ['KP-NET-014'],
      },
    ],
    good: [
      {
        name: 'within the cluster',
        subject: aService({ ports: [{ port: 9090 }] }),
        world: [aPodOf('docker.io/prom/prometheus')],
      },
      {
        name: 'another port of it',
        subject: aService({ type: 'LoadBalancer', ports: [{ port: 8080 }] }),
        world: [aPodOf('docker.io/prom/prometheus')],
      },
    ],
  }),
});

function aPodOf(repository: string): ReturnType<typeof aPod> {
  const image = `${repository}:1.4.2@sha256:${'0123456789abcdef'.repeat(4)}`;
  return aPod({ container: { ...aContainer(), image } });
}

function* problems(open: readonly OpenInterface[], at: string): Generator<Problem> {
  for (const { name, level, needsLogin, port, pod } of open) {
    const severity: Severity = level === 'internet' && !needsLogin ? 'critical' : 'high';
    const login = needsLogin ? 'behind its own login' : 'without a login';
    yield {
      at,
      severity,
      message: `${name} on port ${String(port)} is open to ${WHO[level]}, ${login}`,
      because: [pod],
    };
  }
}

const WHO = { internet: 'the internet', vpc: 'the private network', node: 'the network of the nodes' };
