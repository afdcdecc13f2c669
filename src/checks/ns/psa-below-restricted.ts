import { isWeaker, levelOfLabels, pinnedMinor, pssLabelPath, statedLevel, type Level } from '#facts/pss.ts';
import { defineCheck, type Examples } from '#model/check.ts';
import { isFinished, isTemplate } from '#model/workload.ts';
import { podsOfNamespace } from '#relations/namespace.ts';
import { podLevel } from '../pod-level.ts';
import { RESTRICTED, aDeployment, aNamespace, aPod, confined } from '../samples.ts';

/** So many minors behind the server the rules may be. */
const BEHIND_AT_MOST = 3;

export const psaBelowRestricted = defineCheck({
  id: 'KP-NS-002',
  name: 'psa-below-restricted',
  title: 'Pod Security labels leave room',
  severity: 'low',
  why: 'A level that is weaker than what all pods meet anyway protects less than it could for nothing; rules of an old version do not know what was found since.',
  fix: 'Raise `pod-security.kubernetes.io/enforce` to restricted where every pod meets it; set the version to `latest` or let it follow the upgrades of the server; set `audit` and `warn` to restricted.',
  refs: ['CIS:5.2.1', 'CIS:5.2.6', 'CIS:5.2.7', 'CIS:5.2.9', 'OWASP2022:K04', 'OWASP2025:K04', 'NSA:N4'],
  aspects: {
    notRestricted: 'every pod meets the restricted level, and a weaker one or none is enforced',
    versionPinned: 'the enforced rules are more than three minor versions older than the server',
    noFeedback:
      'neither `audit` nor `warn` is set to the enforced level or a stricter one, so nobody hears of what it would refuse',
  },
  subject: 'Namespace',
  inputs: { pods: podsOfNamespace },
  applies: ({ assumed }) => assumed !== true,

  *evaluate({ metadata: { labels } }, { pods }, { minor, complete }) {
    const enforced = levelOfLabels(labels, 'enforce');
    const pinned = pinnedMinor(labels, 'enforce');
    // On a cluster the pods say what is needed; in files the templates must.
    const running = pods.filter((pod) => !isFinished(pod) && !(complete && isTemplate(pod)));
    const rules = Math.min(pinned ?? minor, minor);
    if (
      enforced !== 'restricted' &&
      running.length > 0 &&
      running.every((pod) => podLevel(pod, rules) === 'restricted')
    )
      yield {
        at: pssLabelPath('enforce'),
        aspect: 'notRestricted',
        message: `every pod of the namespace meets the restricted level, and ${enforced} is enforced`,
      };
    if (pinned !== undefined && pinned < minor - BEHIND_AT_MOST)
      yield {
        at: pssLabelPath('enforce', '-version'),
        aspect: 'versionPinned',
        message: `the rules of 1.${String(pinned)} are enforced by a server of 1.${String(minor)}`,
      };
    if (isSilent(labels, 'audit', enforced) && isSilent(labels, 'warn', enforced))
      yield {
        at: pssLabelPath('warn'),
        aspect: 'noFeedback',
        severity: 'info',
        message: 'neither audit nor warn is set to the enforced Pod Security level or a stricter one',
      };
  },

  examples,
});

/** Whether a mode that only tells tells nothing of what the enforced level refuses. */
function isSilent(labels: Readonly<Record<string, string>>, mode: 'audit' | 'warn', enforced: Level): boolean {
  return statedLevel(labels, mode) === undefined || isWeaker(levelOfLabels(labels, mode), enforced);
}

function examples(): Examples {
  const rootful = aPod({ container: confined({ runAsNonRoot: false }) });
  return {
    bad: [
      {
        name: 'every pod meets more than is enforced',
        subject: labelled({ enforce: 'baseline' }),
        world: [aDeployment()],
        finds: [{ at: ENFORCE, aspect: 'notRestricted' }],
      },
      {
        name: 'nothing is enforced, and every pod would meet the rules of today',
        subject: labelled({ enforce: undefined }),
        world: [aPod()],
        finds: [{ at: ENFORCE, aspect: 'notRestricted' }],
        also: ['KP-NS-001'],
      },
      {
        name: 'rules of four versions ago',
        subject: labelled({ 'enforce-version': 'v1.30' }),
        context: { minor: 34 },
        finds: [{ at: `${ENFORCE.slice(0, -2)}-version']`, aspect: 'versionPinned' }],
      },
      {
        name: 'nobody is told',
        subject: labelled({ audit: undefined, warn: 'baseline' }),
        finds: [{ at: "metadata.labels['pod-security.kubernetes.io/warn']", aspect: 'noFeedback', severity: 'info' }],
      },
    ],
    good: [
      { name: 'restricted', subject: aNamespace() },
      {
        name: 'baseline, because a pod needs it',
        subject: labelled({ enforce: 'baseline' }),
        world: [aDeployment(), rootful],
      },
      { name: 'baseline, and no pods yet', subject: labelled({ enforce: 'baseline' }) },
      {
        name: 'what has run to its end does not count',
        subject: labelled({ enforce: 'baseline' }),
        world: [{ ...aPod(), status: { phase: 'Succeeded' } }],
      },
      {
        name: 'rules of three versions ago',
        subject: labelled({ 'enforce-version': 'v1.31' }),
        context: { minor: 34 },
      },
      { name: 'one of the two tells', subject: labelled({ audit: undefined }) },
    ],
  };
}

const ENFORCE = "metadata.labels['pod-security.kubernetes.io/enforce']";

/** The clean namespace with some of its labels changed. */
function labelled(changes: Readonly<Record<string, string | undefined>>): ReturnType<typeof aNamespace> {
  const changed = Object.entries(changes).map(([mode, level]) => [`pod-security.kubernetes.io/${mode}`, level]);
  return aNamespace({ labels: { ...RESTRICTED, ...Object.fromEntries(changed) } });
}
