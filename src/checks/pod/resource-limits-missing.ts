import { named } from '#facts/containers.ts';
import { givesDefaults, unboundedOf } from '#facts/resources.ts';
import { ifKnown, type Examples, type Expected } from '#model/check.ts';
import { refOf } from '#model/ref.ts';
import { limitRangesOfPod } from '#relations/bounds.ts';
import { definePodCheck } from '../pod-check.ts';
import { BOUNDED, aContainer, aLimitRange, aPod } from '../samples.ts';

export const resourceLimitsMissing = definePodCheck({
  id: 'KP-POD-027',
  name: 'resource-limits-missing',
  title: 'Resources are not bounded',
  severity: 'medium',
  why: 'A container without a memory limit can use up the memory of its node, and the kernel then kills whom it likes; without requests the scheduler cannot know when a node is full.',
  fix: 'Set requests for cpu and memory, and limits, a memory limit before all; add a LimitRange to the namespace, so that new pods inherit defaults.',
  refs: ['OWASP2022:K01', 'OWASP2025:K01', 'NSA:N9', 'MITRE:T1499', 'MITRE:T1496'],
  aspects: {
    memoryLimit: 'nothing limits the memory of a container',
    cpuLimit: 'nothing limits the cpu of a container',
    requests: 'cpu or memory is not requested, and no limit stands for the request',
    ephemeralStorage: 'nothing limits what a container writes to the disk of the node',
  },
  inputs: { limitRanges: ifKnown(limitRangesOfPod) },

  *evaluate({ spec }, { limitRanges = [] }, { minor }) {
    const giving = limitRanges.filter(givesDefaults);
    const note = giving.length === 0 ? '' : '; new pods get what a LimitRange of the namespace gives by default';
    for (const { aspect, slot, at, what } of unboundedOf(spec, minor)) {
      const severity = aspect === 'memoryLimit' ? 'medium' : 'low';
      yield { at, aspect, severity, message: `${named(slot)} has no ${what}${note}`, because: giving.map(refOf) };
    }
  },

  examples: () => ({ bad: bad(), good: good() }),
});

const { limits, requests } = BOUNDED;
const AT = 'spec.containers[0].resources';

function low(at: string, aspect: string): Expected {
  return { at, aspect, severity: 'low' };
}

function withResources(resources: object | undefined): ReturnType<typeof aPod> {
  return aPod({ container: aContainer({ resources }) });
}

function bad(): Examples['bad'] {
  return [
    {
      name: 'no memory limit',
      subject: withResources({ requests, limits: { ...limits, memory: undefined } }),
      finds: [{ at: `${AT}.limits.memory`, aspect: 'memoryLimit' }],
    },
    {
      name: 'nothing stated',
      subject: withResources(undefined),
      finds: [
        { at: `${AT}.limits.memory`, aspect: 'memoryLimit' },
        low(`${AT}.limits.cpu`, 'cpuLimit'),
        low(`${AT}.requests`, 'requests'),
        low(`${AT}.limits.ephemeral-storage`, 'ephemeralStorage'),
      ],
    },
    {
      name: 'zero bounds nothing, and a stated zero is no copy of the limit',
      subject: withResources({ requests: { cpu: '0' }, limits: { ...limits, 'ephemeral-storage': '0Gi' } }),
      finds: [low(`${AT}.requests`, 'requests'), low(`${AT}.limits.ephemeral-storage`, 'ephemeralStorage')],
    },
    {
      name: 'of an init container memory alone is asked, of a sidecar all',
      subject: aPod({
        spec: {
          initContainers: [
            aContainer({ name: 'init', resources: undefined }),
            aContainer({ name: 'sidecar', restartPolicy: 'Always', resources: { limits: { memory: '1Gi' } } }),
          ],
        },
      }),
      finds: [
        { at: 'spec.initContainers[0].resources.limits.memory', aspect: 'memoryLimit' },
        low('spec.initContainers[1].resources.limits.cpu', 'cpuLimit'),
        low('spec.initContainers[1].resources.requests', 'requests'),
        low('spec.initContainers[1].resources.limits.ephemeral-storage', 'ephemeralStorage'),
      ],
    },
    {
      name: 'resources of the pod as a whole, on a server that does not count them',
      subject: aPod({
        container: aContainer({ resources: { limits: { cpu: 1, 'ephemeral-storage': '1Gi' } } }),
        spec: { resources: { limits: { memory: '1Gi' } } },
      }),
      context: { minor: 33 },
      finds: [{ at: `${AT}.limits.memory`, aspect: 'memoryLimit' }, low(`${AT}.requests`, 'requests')],
    },
    {
      name: 'a pod that is older than the LimitRange of its namespace',
      subject: withResources({ requests, limits: { ...limits, cpu: undefined } }),
      world: [aLimitRange()],
      finds: [low(`${AT}.limits.cpu`, 'cpuLimit')],
    },
  ];
}

function good(): Examples['good'] {
  return [
    { name: 'requests and limits', subject: withResources({ requests, limits }) },
    { name: 'a limit is the request too', subject: withResources({ limits }) },
    {
      name: 'resources of the pod as a whole',
      subject: aPod({
        container: aContainer({ resources: { limits: { 'ephemeral-storage': '1Gi' } } }),
        spec: { resources: { limits: { cpu: 1, memory: '1Gi' } } },
      }),
    },
    {
      name: 'an ephemeral container cannot have any',
      subject: aPod({ spec: { ephemeralContainers: [aContainer({ name: 'debug', resources: undefined })] } }),
    },
  ];
}
