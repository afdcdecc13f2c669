import { plainCapability } from '#facts/capabilities.ts';
import { containersOf, named } from '#facts/containers.ts';
import type { Problem } from '#model/check.ts';
import { defineLinuxCheck } from '../pod-check.ts';
import { aPod, aWindowsNode, confined } from '../samples.ts';

/** Either names raw sockets. */
const NAMES: ReadonlySet<string> = new Set(['ALL', 'NET_RAW']);

export const netRawKept = defineLinuxCheck({
  id: 'KP-POD-012',
  name: 'net-raw-kept',
  title: 'Container keeps raw network sockets',
  severity: 'medium',
  why: 'With raw sockets a container forges packets: it can pass for the DNS server or for its neighbours on the pod network.',
  fix: 'Drop ALL, or at least NET_RAW, spelled without `CAP_`.',
  refs: ['CIS:5.2.8', 'OWASP2022:K01', 'OWASP2022:K07', 'OWASP2025:K01', 'NSA:N4', 'MITRE:T1557', 'MITRE:T1040'],
  aspects: { capPrefix: '`drop` spells it with `CAP_`, by which a runtime drops nothing' },

  *evaluate({ spec }) {
    for (const slot of containersOf(spec)) {
      const { add = [], drop = [] } = slot.container.securityContext?.capabilities ?? {};
      const problem = keeping(add, drop);
      if (problem === undefined) continue;
      const { list, how, ...rest } = problem;
      yield { at: `${slot.at}.securityContext.capabilities.${list}`, message: `${named(slot)} ${how}`, ...rest };
    }
  },

  examples: () => ({
    bad: [
      {
        name: 'another one dropped',
        subject: aPod({ container: confined({ capabilities: { drop: ['CHOWN'] } }) }),
        finds: [{ at: 'spec.containers[0].securityContext.capabilities.drop' }],
        also: ['KP-POD-011'],
      },
      {
        name: 'dropped in a spelling that drops nothing',
        subject: aPod({ container: confined({ capabilities: { drop: ['CAP_NET_RAW'] } }) }),
        finds: [{ at: 'spec.containers[0].securityContext.capabilities.drop', aspect: 'capPrefix' }],
        also: ['KP-POD-011'],
      },
      {
        name: 'dropped with all and added again',
        subject: aPod({ container: confined({ capabilities: { drop: ['ALL'], add: ['cap_net_raw'] } }) }),
        finds: [{ at: 'spec.containers[0].securityContext.capabilities.add' }],
        also: ['KP-POD-010', 'KP-POD-011'],
      },
    ],
    good: [
      { name: 'all dropped', subject: aPod() },
      {
        name: 'it alone, in lower case',
        subject: aPod({ container: confined({ capabilities: { drop: ['net_raw'] } }) }),
      },
      {
        name: 'Windows',
        subject: aPod({
          container: confined({ capabilities: {} }),
          spec: { nodeSelector: { 'kubernetes.io/os': 'windows' } },
        }),
      },
      {
        name: 'a Node that runs Windows',
        subject: aPod({ container: confined({ capabilities: {} }), spec: { nodeName: 'n1' } }),
        world: [aWindowsNode()],
      },
    ],
  }),
});

type Keeping = Pick<Problem, 'aspect'> & { readonly list: 'add' | 'drop'; readonly how: string };

function keeping(add: readonly string[], drop: readonly string[]): Keeping | undefined {
  const added = add.filter((name) => NAMES.has(plainCapability(name)));
  if (added.length > 0) return { list: 'add', how: `adds ${added.join(', ')}` };
  if (drop.some((name) => NAMES.has(name.toUpperCase()))) return undefined;
  const misspelled = drop.filter((name) => NAMES.has(plainCapability(name)));
  return misspelled.length > 0
    ? { list: 'drop', how: `drops ${misspelled.join(', ')}, which drops nothing`, aspect: 'capPrefix' }
    : { list: 'drop', how: 'drops neither ALL nor NET_RAW' };
}
