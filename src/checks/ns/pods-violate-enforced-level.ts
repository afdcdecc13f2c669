import { isWeaker, levelOfLabels, pinnedMinor, pssLabelPath } from '#facts/pss.ts';
import { defineCheck, type Examples } from '#model/check.ts';
import { refOf } from '#model/ref.ts';
import { isFinished, isTemplate } from '#model/workload.ts';
import { podsOfNamespace } from '#relations/namespace.ts';
import { podLevel } from '../pod-level.ts';
import { aDeployment, aNamespace, aPod, confined } from '../samples.ts';

/** So many pods are named; the others are counted. */
const NAMED = 5;
const BLAMED = 16;

export const podsViolateEnforcedLevel = defineCheck({
  id: 'KP-NS-003',
  name: 'pods-violate-enforced-level',
  title: 'Running pods break the level their namespace enforces',
  severity: 'low',
  why: 'Admission looks at new pods only: these are older than the label or were let through by an exemption, and will not come back after a restart where nothing exempts them.',
  fix: 'Repair the workloads of these pods and restart them, so that they are admitted anew; remove exemptions from the admission configuration.',
  refs: ['CIS:5.2.1', 'OWASP2022:K04', 'OWASP2025:K04', 'NSA:N4', 'MITRE:T1562.001'],
  subject: 'Namespace',
  inputs: { pods: podsOfNamespace },

  *evaluate({ metadata: { labels } }, { pods }, { minor }) {
    const enforced = levelOfLabels(labels, 'enforce');
    const rules = Math.min(pinnedMinor(labels, 'enforce') ?? minor, minor);
    const breaking = pods
      .filter((pod) => !isTemplate(pod) && !isFinished(pod) && isWeaker(podLevel(pod, rules), enforced))
      .sort((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1));
    if (breaking.length === 0) return;
    const names = breaking.slice(0, NAMED).map(({ metadata: { name } }) => name);
    const more = breaking.length > NAMED ? [`${String(breaking.length - NAMED)} more`] : [];
    const message = `pods break the enforced level ${enforced}: ${[...names, ...more].join(', ')}`;
    yield { at: pssLabelPath('enforce'), message, because: breaking.slice(0, BLAMED).map(refOf) };
  },

  examples,
});

function examples(): Examples {
  const rootful = aPod({ container: confined({ runAsNonRoot: false }) });
  const at = "metadata.labels['pod-security.kubernetes.io/enforce']";
  return {
    bad: [
      {
        name: 'a pod that is older than the label',
        subject: aNamespace(),
        world: [rootful],
        finds: [{ at }],
        also: ['KP-POD-015'],
      },
    ],
    good: [
      { name: 'every pod meets it', subject: aNamespace(), world: [aPod()] },
      {
        name: 'a pod that meets the lower level that is enforced',
        subject: aNamespace({ labels: { 'pod-security.kubernetes.io/enforce': 'baseline' } }),
        world: [rootful],
      },
      {
        name: 'a pod that has run to its end',
        subject: aNamespace(),
        world: [{ ...rootful, status: { phase: 'Failed' } }],
      },
      {
        name: 'a template is no pod: admission refuses what it would make',
        subject: aNamespace(),
        world: [aDeployment({ container: confined({ runAsNonRoot: false }) })],
      },
    ],
  };
}
