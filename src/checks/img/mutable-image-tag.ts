import { named } from '#facts/containers.ts';
import { isMutable, parseImage } from '#facts/image.ts';
import { defineCheck } from '#model/check.ts';
import { ofEachImage } from '../image-check.ts';
import { aContainer, aDeployment, aPod } from '../samples.ts';

export const mutableImageTag = defineCheck({
  id: 'KP-IMG-001',
  name: 'mutable-image-tag',
  title: 'Image has no tag or a floating tag',
  severity: 'medium',
  why: 'A floating tag names another image tomorrow: what was tested is not what runs, and whoever can push the tag can run code here.',
  fix: 'Use a version tag, better a digest.',
  refs: ['OWASP2022:K02', 'OWASP2025:K04', 'NSA:N3', 'MITRE:T1525', 'MITRE:T1195.002'],
  subject: 'Pod',
  alsoFinished: true,

  *evaluate({ spec }, _given, { parameters }) {
    yield* ofEachImage(spec, function* (image, slot) {
      if (!isMutable(image, parameters.floatingTags)) return;
      const { tag } = parseImage(image);
      yield {
        at: `${slot.at}.image`,
        message: `${named(slot)} uses ${image}, ${tag === undefined ? 'without a tag' : `a floating tag`}`,
      };
    });
  },

  examples: () => ({
    bad: [
      {
        name: 'latest',
        subject: aPod({ container: of('nginx:latest') }),
        finds: [{ at: 'spec.containers[0].image' }],
        also: ['KP-IMG-002'],
      },
      {
        name: 'no tag',
        subject: aDeployment({ container: of('nginx') }),
        finds: [{ at: 'spec.template.spec.containers[0].image' }],
        also: ['KP-IMG-002'],
      },
      {
        name: 'a port is no tag',
        subject: aPod({ container: of('registry.example:5000/shop/web') }),
        finds: [{ at: 'spec.containers[0].image' }],
        also: ['KP-IMG-002'],
      },
      {
        name: 'case does not matter',
        subject: aPod({ container: of('nginx:Latest') }),
        finds: [{ at: 'spec.containers[0].image' }],
        also: ['KP-IMG-002', 'KP-IMG-004'],
      },
      {
        name: 'a digest that is none',
        subject: aPod({ container: of('nginx:latest@sha256:abc') }),
        finds: [{ at: 'spec.containers[0].image' }],
        also: ['KP-IMG-002', 'KP-IMG-004'],
      },
    ],
    good: [
      { name: 'a version', subject: aPod({ container: of('registry.example:5000/shop/web:1.2.3') }) },
      {
        name: 'a digest, whatever the tag',
        subject: aPod({ container: of(`nginx:latest@sha256:${'ab'.repeat(32)}`) }),
      },
      { name: 'a tag that only begins like a floating one', subject: aPod({ container: of('nginx:stable-1.27.3') }) },
    ],
  }),
});

function of(image: string): Readonly<Record<string, unknown>> {
  return aContainer({ image });
}
