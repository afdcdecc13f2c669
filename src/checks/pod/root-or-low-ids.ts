import { containersOf, named } from '#facts/containers.ts';
import type { Examples, Problem } from '#model/check.ts';
import type { PodSpec } from '#model/pod.ts';
import { defineLinuxCheck } from '../pod-check.ts';
import { aPod, aWindowsNode, confined } from '../samples.ts';

/** Below lie the users and groups of the node itself. */
const LOWEST = 10_000;

export const rootOrLowIds = defineLinuxCheck({
  id: 'KP-POD-016',
  name: 'root-or-low-ids',
  title: 'Root group or host-range numeric ids',
  severity: 'low',
  why: 'Ids are the same numbers on the node: after a breakout the process owns what the user or group of that number owns there.',
  fix: 'Use ids of 10000 and above and a primary group other than 0.',
  refs: ['OWASP2022:K01', 'OWASP2025:K01', 'NSA:N1'],
  aspects: {
    rootGroup: 'a group is 0',
    lowUid: 'the user id is one that the node may have given to a user of its own',
    lowGid: 'a group id is one that the node may have given to a group of its own',
  },
  applies: ({ spec }) => spec.hostUsers !== false,

  *evaluate({ spec }) {
    for (const { at, who, id, isGroup } of idsOf(spec)) {
      const aspect = aspectOf(id, isGroup);
      if (aspect === undefined) continue;
      yield { at, aspect, message: `${who} runs with ${isGroup ? 'group' : 'user'} id ${String(id)}` };
    }
  },

  examples,
});

function examples(): Examples {
  return {
    bad: [
      {
        name: 'the root group, and a low one beside it',
        subject: aPod({
          spec: { securityContext: { ...SAFE, runAsGroup: 0, fsGroup: 2000, supplementalGroups: [10001, 0] } },
        }),
        finds: [
          { at: 'spec.securityContext.runAsGroup', aspect: 'rootGroup' },
          { at: 'spec.securityContext.fsGroup', aspect: 'lowGid' },
          { at: 'spec.securityContext.supplementalGroups[1]', aspect: 'rootGroup' },
        ],
      },
      {
        name: 'a low user id',
        subject: aPod({ container: confined({ runAsUser: 1000, runAsGroup: 9999 }) }),
        finds: [
          { at: 'spec.containers[0].securityContext.runAsUser', aspect: 'lowUid' },
          { at: 'spec.containers[0].securityContext.runAsGroup', aspect: 'lowGid' },
        ],
      },
    ],
    good: [
      {
        name: 'high ids',
        subject: aPod({ spec: { securityContext: { ...SAFE, runAsGroup: 10001, fsGroup: 10000 } } }),
      },
      {
        name: 'a low id that every container overrides',
        subject: aPod({
          container: confined({ runAsUser: 10001, runAsGroup: 10001 }),
          spec: { securityContext: { ...SAFE, runAsUser: 1000, runAsGroup: 0 } },
        }),
      },
      { name: 'unset ids', subject: aPod({ spec: { securityContext: { ...SAFE, runAsUser: undefined } } }) },
      {
        name: 'a user namespace',
        subject: aPod({ container: confined({ runAsUser: 1000 }), spec: { hostUsers: false } }),
      },
      {
        name: 'a Node that runs Windows',
        subject: aPod({ container: confined({ runAsUser: 1000 }), spec: { nodeName: 'n1' } }),
        world: [aWindowsNode()],
      },
    ],
  };
}

const SAFE = { runAsNonRoot: true, runAsUser: 10001, seccompProfile: { type: 'RuntimeDefault' } };

interface Id {
  readonly at: string;
  readonly who: string;
  readonly id: number | undefined;
  readonly isGroup: boolean;
}

/** The ids that some container runs with, each where it is stated. */
function idsOf(spec: PodSpec): readonly Id[] {
  const { runAsUser, runAsGroup, fsGroup, supplementalGroups = [] } = spec.securityContext ?? {};
  const slots = containersOf(spec);
  const inherits = (field: 'runAsUser' | 'runAsGroup'): boolean =>
    slots.some(({ container }) => container.securityContext?.[field] === undefined);
  const ofPod = (field: string, id: number | undefined): Id => ({
    at: `spec.securityContext.${field}`,
    who: 'the pod',
    id,
    isGroup: field !== 'runAsUser',
  });
  return [
    ...(inherits('runAsUser') ? [ofPod('runAsUser', runAsUser)] : []),
    ...(inherits('runAsGroup') ? [ofPod('runAsGroup', runAsGroup)] : []),
    ofPod('fsGroup', fsGroup),
    ...supplementalGroups.map((id, index) => ofPod(`supplementalGroups[${String(index)}]`, id)),
    ...slots.flatMap((slot) =>
      (['runAsUser', 'runAsGroup'] as const).map((field) => ({
        at: `${slot.at}.securityContext.${field}`,
        who: named(slot),
        id: slot.container.securityContext?.[field],
        isGroup: field === 'runAsGroup',
      })),
    ),
  ];
}

function aspectOf(id: number | undefined, isGroup: boolean): NonNullable<Problem['aspect']> | undefined {
  if (id === undefined || id >= LOWEST || id < 0) return undefined;
  if (id === 0) return isGroup ? 'rootGroup' : undefined;
  return isGroup ? 'lowGid' : 'lowUid';
}
