import { isPrivateBalancer } from '#analysis/exposure/services.ts';
import { sourceRangesOf, typeOf } from '#facts/service.ts';
import { defineCheck } from '#model/check.ts';
import { fitsAny } from '#model/pattern.ts';
import { aService } from '../samples.ts';

const EVERYBODY = ['0.0.0.0/0', '::/0'];

export const loadbalancerOpen = defineCheck({
  id: 'KP-NET-008',
  name: 'loadbalancer-open',
  title: 'Load balancer without source limits',
  severity: 'medium',
  why: 'A load balancer without source ranges lets the whole internet try what stands behind it.',
  fix: 'State `loadBalancerSourceRanges`, or make the load balancer internal; list shared entry points in `publicEntryPoints`.',
  refs: ['OWASP2022:K07', 'OWASP2025:K05', 'OWASP2025:K06', 'NSA:N8', 'MITRE:T1133', 'MITRE:T1190'],
  subject: 'Service',
  applies: (service) => typeOf(service) === 'LoadBalancer',

  *evaluate(service, _given, { parameters }) {
    const ranges = sourceRangesOf(service);
    const isOpen = ranges.length === 0 || ranges.some((range) => EVERYBODY.includes(range));
    const { namespace, name } = service.metadata;
    if (!isOpen || fitsAny(`${namespace}/${name}`, parameters.publicEntryPoints)) return;
    const isPrivate = isPrivateBalancer(service);
    const who = isPrivate ? 'the whole private network' : 'everybody';
    yield {
      at: 'spec.loadBalancerSourceRanges',
      severity: isPrivate ? 'low' : 'medium',
      message: `the load balancer lets ${who} in`,
    };
  },

  examples: () => ({
    bad: [
      {
        name: 'no ranges',
        subject: aService({ type: 'LoadBalancer' }),
        finds: [{ at: 'spec.loadBalancerSourceRanges' }],
        also: ['KP-NET-007', 'KP-NET-014'],
      },
      {
        name: 'ranges that leave nobody out',
        subject: aService({ type: 'LoadBalancer', loadBalancerSourceRanges: ['10.0.0.0/8', '::/0'] }),
        finds: [{ at: 'spec.loadBalancerSourceRanges' }],
        also: ['KP-NET-007', 'KP-NET-014'],
      },
      {
        name: 'an internal one',
        subject: {
          ...aService({ type: 'LoadBalancer' }),
          metadata: {
            name: 'web',
            namespace: 'shop',
            annotations: { 'networking.gke.io/load-balancer-type': 'Internal' },
          },
        },
        finds: [{ at: 'spec.loadBalancerSourceRanges', severity: 'low' }],
        also: ['KP-NET-007', 'KP-NET-014'],
      },
    ],
    good: [
      { name: 'ClusterIP', subject: aService() },
      {
        name: 'ranges',
        subject: aService({ type: 'LoadBalancer', loadBalancerSourceRanges: ['203.0.113.0/24'] }),
      },
      {
        name: 'ranges in the old annotation',
        subject: {
          ...aService({ type: 'LoadBalancer' }),
          metadata: {
            name: 'web',
            namespace: 'shop',
            annotations: {
              'service.beta.kubernetes.io/load-balancer-source-ranges': '203.0.113.0/24, 198.51.100.0/24',
            },
          },
        },
      },
    ],
  }),
});
