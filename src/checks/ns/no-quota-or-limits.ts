import { isSystemNamespace } from '#facts/namespace.ts';
import { BOTH_ENDS, ROOM, boundContainers, givesDefaults, openIn, unboundedOf } from '#facts/resources.ts';
import { defineCheckOfMany, judge, type Examples } from '#model/check.ts';
import { isFinished } from '#model/workload.ts';
import { limitRangesBeside, limitRangesOfNamespace, quotasBeside, quotasOfNamespace } from '#relations/bounds.ts';
import { podsOfNamespace } from '#relations/namespace.ts';
import { aContainer, aDeployment, aLimitRange, aNamespace, aQuota } from '../samples.ts';

const ofNamespace = judge({
  subject: 'Namespace',
  inputs: { pods: podsOfNamespace, quotas: quotasOfNamespace, limitRanges: limitRangesOfNamespace },
  applies: ({ metadata }, { parameters }) => !isSystemNamespace(metadata.name, parameters),

  *evaluate(_namespace, { pods, quotas, limitRanges }, { minor }) {
    const users = pods.filter((pod) => !isFinished(pod));
    if (users.length === 0) return;
    const open = openIn(quotas, ROOM);
    if (open.length > 0)
      yield { at: 'metadata.name', aspect: 'quota', message: `no quota of the namespace bounds ${open.join(', ')}` };
    const isUnbounded = users.some(({ spec }) => unboundedOf(spec, minor).length > 0);
    if (isUnbounded && !limitRanges.some(givesDefaults))
      yield {
        at: 'metadata.name',
        aspect: 'limitRange',
        message: 'pods of the namespace have no bounds of their own, and no LimitRange gives them any',
      };
  },
});

const ofQuota = judge({
  subject: 'ResourceQuota',
  inputs: { quotas: quotasBeside },

  *evaluate(_quota, { quotas }) {
    const open = openIn(quotas, BOTH_ENDS);
    if (open.length === 0) return;
    const message = `the quotas of the namespace together leave ${open.join(', ')} open`;
    yield { at: 'spec.hard', aspect: 'partialQuota', message };
  },
});

const ofLimitRange = judge({
  subject: 'LimitRange',
  inputs: { limitRanges: limitRangesBeside },

  *evaluate(_limitRange, { limitRanges }) {
    if (boundContainers(limitRanges)) return;
    const message =
      'no item of the LimitRanges of the namespace gives containers default, defaultRequest (cpu and memory) and max';
    yield { at: 'spec.limits', aspect: 'partialLimitRange', message };
  },
});

export const noQuotaOrLimits = defineCheckOfMany({
  id: 'KP-NS-006',
  name: 'no-quota-or-limits',
  title: 'Namespace has no ResourceQuota or LimitRange',
  severity: 'low',
  why: 'One namespace can then take the cpu and memory of the whole cluster, by mistake or on purpose.',
  fix: 'Add a ResourceQuota for pods, requests and limits of cpu and memory, and a LimitRange with `default`, `defaultRequest` and `max` for containers.',
  refs: ['OWASP2022:K01', 'OWASP2022:K04', 'OWASP2025:K01', 'OWASP2025:K04', 'NSA:N9', 'MITRE:T1496', 'MITRE:T1499'],
  aspects: {
    quota: 'pods, cpu or memory of the namespace have no quota',
    limitRange: 'pods without bounds get none from a LimitRange',
    partialQuota: 'the quotas leave requests or limits of cpu or memory open',
    partialLimitRange: 'the LimitRanges leave containers without a default or without a highest amount',
  },
  judges: [ofNamespace, ofQuota, ofLimitRange],
  examples: () => ({ bad: bad(), good: good() }),
});

const at = 'metadata.name';

function unbounded(): ReturnType<typeof aDeployment> {
  return aDeployment({ container: aContainer({ resources: {} }) });
}

function bad(): Examples['bad'] {
  return [
    {
      name: 'a quota for something else',
      subject: aNamespace(),
      world: [aQuota({ hard: { 'count/configmaps': '100' } }), aDeployment()],
      finds: [{ at, aspect: 'quota' }],
    },
    {
      name: 'a quota for some of the pods only',
      subject: aNamespace(),
      world: [aQuota({ scopes: ['BestEffort'] }), aDeployment()],
      finds: [{ at, aspect: 'quota' }],
    },
    {
      name: 'pods without bounds and no LimitRange',
      subject: aNamespace(),
      world: [aQuota(), aLimitRange({ type: 'PersistentVolumeClaim' }), unbounded()],
      finds: [{ at, aspect: 'limitRange' }],
      also: ['KP-POD-027'],
    },
    {
      name: 'a quota that leaves limits open',
      subject: aQuota({ hard: { pods: '9', cpu: '4', memory: '8Gi' } }),
      finds: [{ at: 'spec.hard', aspect: 'partialQuota' }],
    },
    {
      name: 'a LimitRange without a highest amount',
      subject: aLimitRange({ max: undefined }),
      finds: [{ at: 'spec.limits', aspect: 'partialLimitRange' }],
    },
    {
      name: 'a LimitRange for the pods as a whole',
      subject: aLimitRange({ type: 'Pod' }),
      finds: [{ at: 'spec.limits', aspect: 'partialLimitRange' }],
    },
  ];
}

function good(): Examples['good'] {
  return [
    { name: 'a quota', subject: aNamespace(), world: [aQuota(), aDeployment()] },
    { name: 'nobody lives there', subject: aNamespace() },
    { name: 'a namespace of the system', subject: aNamespace({ name: 'kube-system' }) },
    {
      name: 'pods without bounds, and a LimitRange for those that come',
      subject: aNamespace(),
      world: [aQuota(), aLimitRange(), unbounded()],
    },
    {
      name: 'two quotas that leave nothing open together',
      subject: aQuota({ hard: { pods: '9', 'requests.cpu': '4', 'requests.memory': '8Gi' } }),
      world: [
        {
          ...aQuota({ hard: { 'limits.cpu': '8', 'limits.memory': '16Gi' } }),
          metadata: { name: 'limits', namespace: 'shop' },
        },
      ],
    },
    { name: 'a LimitRange that bounds every container', subject: aLimitRange() },
  ];
}
