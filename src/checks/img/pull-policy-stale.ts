import { containersOf, named } from '#facts/containers.ts';
import { isMutable } from '#facts/image.ts';
import { defineCheck } from '#model/check.ts';
import { aContainer, aPod } from '../samples.ts';

export const pullPolicyStale = defineCheck({
  id: 'KP-IMG-004',
  name: 'pull-policy-stale',
  title: 'Cached image may be reused without a registry check',
  severity: 'low',
  why: 'A floating tag and a cached image: each node runs what the tag was when it last pulled, and nobody knows which content that is.',
  fix: 'Set `imagePullPolicy: Always` for such tags, or pin the image by digest.',
  refs: ['OWASP2022:K02', 'OWASP2025:K04', 'NSA:N3', 'MITRE:T1525'],
  subject: 'Pod',
  alsoFinished: true,

  *evaluate({ spec }, _given, { parameters }) {
    for (const slot of containersOf(spec)) {
      const { image = '', imagePullPolicy = '' } = slot.container;
      if (image === '') {
        yield { unknown: `${named(slot)} states no image` };
      } else if (imagePullPolicy !== 'Always' && isMutable(image, parameters.floatingTags)) {
        const message = `${named(slot)} pulls ${image} by policy ${imagePullPolicy}`;
        yield { at: `${slot.at}.imagePullPolicy`, message };
      }
    }
  },

  examples: () => ({
    bad: [
      {
        name: 'stated',
        subject: aPod({ container: aContainer({ image: 'nginx:latest', imagePullPolicy: 'IfNotPresent' }) }),
        finds: [{ at: 'spec.containers[0].imagePullPolicy' }],
        also: ['KP-IMG-001', 'KP-IMG-002'],
      },
      {
        name: 'the default of a floating tag other than latest',
        subject: aPod({ container: aContainer({ image: 'nginx:stable' }) }),
        finds: [{ at: 'spec.containers[0].imagePullPolicy' }],
        also: ['KP-IMG-001', 'KP-IMG-002'],
      },
    ],
    good: [
      { name: 'the default of latest', subject: aPod({ container: aContainer({ image: 'nginx:latest' }) }) },
      {
        name: 'a version',
        subject: aPod({ container: aContainer({ image: 'nginx:1.27.3', imagePullPolicy: 'Never' }) }),
      },
      { name: 'a digest', subject: aPod({ container: aContainer({ imagePullPolicy: 'IfNotPresent' }) }) },
    ],
  }),
});
