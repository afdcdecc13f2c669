import { DANGEROUS, plainCapability } from '#facts/capabilities.ts';
import { containersOf, named } from '#facts/containers.ts';
import { definePodCheck } from '../pod-check.ts';
import { aPod, confined } from '../samples.ts';

export const dangerousCapability = definePodCheck({
  id: 'KP-POD-009',
  name: 'dangerous-capability',
  title: 'Container adds a capability that breaks isolation',
  severity: 'high',
  why: 'Each of these capabilities is a known way from the container to the node: loading a module, tracing its processes, mounting its disks.',
  fix: 'Remove the capability; for packet filtering or tracing use a dedicated node agent.',
  refs: [
    'CIS:5.2.9',
    'PSS:capabilities_baseline',
    'OWASP2022:K01',
    'OWASP2025:K01',
    'NSA:N4',
    'MITRE:T1611',
    'MITRE:T1068',
  ],

  *evaluate({ spec }) {
    for (const slot of containersOf(spec)) {
      const added = (slot.container.securityContext?.capabilities?.add ?? []).filter((name) =>
        DANGEROUS.has(plainCapability(name)),
      );
      if (added.length === 0) continue;
      const isConfined = spec.hostUsers === false;
      const message = `${named(slot)} adds ${added.join(', ')}${isConfined ? ', confined to the user namespace of the pod' : ''}`;
      const at = `${slot.at}.securityContext.capabilities.add`;
      yield { at, message, pss: 'baseline', severity: isConfined ? 'medium' : 'high' };
    }
  },

  examples: () => ({
    bad: [
      {
        name: 'SYS_ADMIN',
        subject: aPod({ container: adding('SYS_ADMIN') }),
        finds: [{ at: 'spec.containers[0].securityContext.capabilities.add' }],
        also: ['KP-POD-010', 'KP-POD-011'],
      },
      {
        name: 'spellings that one runtime grants',
        subject: aPod({ container: adding('cap_net_admin') }),
        finds: [{ at: 'spec.containers[0].securityContext.capabilities.add' }],
        also: ['KP-POD-010', 'KP-POD-011'],
      },
      {
        name: 'ALL, in a user namespace',
        subject: aPod({ container: adding('ALL'), spec: { hostUsers: false } }),
        finds: [{ at: 'spec.containers[0].securityContext.capabilities.add', severity: 'medium' }],
        also: ['KP-POD-010', 'KP-POD-011', 'KP-POD-012'],
      },
    ],
    good: [
      { name: 'nothing added', subject: aPod() },
      { name: 'a low port', subject: aPod({ container: adding('NET_BIND_SERVICE') }) },
    ],
  }),
});

function adding(...add: readonly string[]): Readonly<Record<string, unknown>> {
  return confined({ capabilities: { drop: ['ALL'], add } });
}
