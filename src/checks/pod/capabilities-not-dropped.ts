import { containersOf, isWaivedForWindows, named } from '#facts/containers.ts';
import { defineCheck } from '#model/check.ts';
import { aPod, confined } from '../samples.ts';

export const capabilitiesNotDropped = defineCheck({
  id: 'KP-POD-011',
  name: 'capabilities-not-dropped',
  title: 'Container does not drop all capabilities',
  severity: 'low',
  why: 'Runtimes give a container about fourteen capabilities that hardly any program needs; each is kernel surface that an intruder can reach.',
  fix: 'Set `capabilities: {drop: [ALL]}`, and add NET_BIND_SERVICE only for ports below 1024.',
  refs: [
    'CIS:5.2.9',
    'CIS:5.6.3',
    'PSS:capabilities_restricted',
    'OWASP2022:K01',
    'OWASP2025:K01',
    'NSA:N4',
    'MITRE:T1611',
  ],
  aspects: {
    notDropped: '`drop` does not list `ALL`',
    wrongCase: '`drop` lists ALL in a spelling that Pod Security admission does not know',
    addedBack: '`add` holds more than NET_BIND_SERVICE',
  },
  subject: 'Pod',
  applies: (pod, context) => !isWaivedForWindows(pod, context),

  *evaluate({ spec }) {
    for (const slot of containersOf(spec)) {
      const { drop = [], add = [] } = slot.container.securityContext?.capabilities ?? {};
      const at = `${slot.at}.securityContext.capabilities`;
      if (!drop.includes('ALL')) {
        const aspect = drop.some((name) => name.toUpperCase() === 'ALL') ? 'wrongCase' : 'notDropped';
        const how =
          aspect === 'wrongCase' ? `drops ${drop.join(', ')} instead of ALL` : 'does not drop ALL capabilities';
        yield { at: `${at}.drop`, aspect, message: `${named(slot)} ${how}`, pss: 'restricted' };
      }
      const addedBack = add.filter((name) => name !== 'NET_BIND_SERVICE');
      if (addedBack.length > 0) {
        yield {
          at: `${at}.add`,
          aspect: 'addedBack',
          message: `${named(slot)} adds back ${addedBack.join(', ')}`,
          pss: 'restricted',
        };
      }
    }
  },

  examples: () => ({
    bad: [
      {
        name: 'nothing said',
        subject: aPod({ container: confined({ capabilities: {} }) }),
        finds: [{ at: 'spec.containers[0].securityContext.capabilities.drop', aspect: 'notDropped' }],
        also: ['KP-POD-012'],
      },
      {
        name: 'all in lower case',
        subject: aPod({ container: confined({ capabilities: { drop: ['all'] } }) }),
        finds: [{ at: 'spec.containers[0].securityContext.capabilities.drop', aspect: 'wrongCase' }],
      },
      {
        name: 'one added back',
        subject: aPod({ container: confined({ capabilities: { drop: ['ALL'], add: ['CHOWN'] } }) }),
        finds: [{ at: 'spec.containers[0].securityContext.capabilities.add', aspect: 'addedBack' }],
      },
    ],
    good: [
      { name: 'all dropped', subject: aPod() },
      {
        name: 'a low port added back',
        subject: aPod({ container: confined({ capabilities: { drop: ['ALL'], add: ['NET_BIND_SERVICE'] } }) }),
      },
      {
        name: 'Windows has no capabilities',
        subject: aPod({ container: confined({ capabilities: {} }), spec: { os: { name: 'windows' } } }),
      },
    ],
  }),
});
