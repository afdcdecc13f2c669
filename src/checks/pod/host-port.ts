import { containersOf, named } from '#facts/containers.ts';
import { definePodCheck } from '../pod-check.ts';
import { aContainer, aPod } from '../samples.ts';

export const hostPort = definePodCheck({
  id: 'KP-POD-008',
  name: 'host-port',
  title: 'Container binds a port on the node',
  severity: 'medium',
  why: 'Whoever reaches the node reaches the container, past Services and often past NetworkPolicies.',
  fix: 'Remove `hostPort` and publish with a Service or a Gateway.',
  refs: [
    'CIS:5.2.12',
    'PSS:hostPorts',
    'OWASP2022:K01',
    'OWASP2022:K07',
    'OWASP2025:K01',
    'OWASP2025:K05',
    'NSA:N8',
    'MITRE:T1133',
  ],
  aspects: { implied: 'the pod is on the network of the node, where every declared port is a port of the node' },

  *evaluate({ spec }) {
    const implied = spec.hostNetwork === true ? ({ aspect: 'implied', severity: 'low' } as const) : {};
    for (const slot of containersOf(spec)) {
      for (const [index, { hostPort: port = 0 }] of (slot.container.ports ?? []).entries()) {
        if (port === 0) continue;
        const at = `${slot.at}.ports[${String(index)}].hostPort`;
        yield { at, message: `${named(slot)} binds port ${String(port)} of the node`, pss: 'baseline', ...implied };
      }
    }
  },

  examples: () => ({
    bad: [
      {
        name: 'one of two ports',
        subject: aPod({ container: serving({ containerPort: 8080 }, { containerPort: 80, hostPort: 80 }) }),
        finds: [{ at: 'spec.containers[0].ports[1].hostPort' }],
        also: ['KP-NET-014'],
      },
      {
        name: 'implied by the network of the node',
        subject: aPod({ container: serving({ containerPort: 8080 }), spec: { hostNetwork: true } }),
        finds: [{ at: 'spec.containers[0].ports[0].hostPort', aspect: 'implied', severity: 'low' }],
        also: ['KP-NET-002', 'KP-NET-014', 'KP-POD-004'],
      },
    ],
    good: [
      { name: 'a port of the pod', subject: aPod({ container: serving({ containerPort: 8080 }) }) },
      { name: 'zero is none', subject: aPod({ container: serving({ containerPort: 8080, hostPort: 0 }) }) },
      { name: 'the network of the node without a declared port', subject: aPod({ spec: { hostNetwork: true } }) },
    ],
  }),
});

function serving(...ports: readonly Readonly<Record<string, unknown>>[]): Readonly<Record<string, unknown>> {
  return aContainer({ ports });
}
