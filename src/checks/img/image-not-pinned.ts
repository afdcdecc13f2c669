import { imagesOf, isValidDigest, parseImage } from '#facts/image.ts';
import { defineCheck } from '#model/check.ts';
import { aContainer, aDeployment, aPod } from '../samples.ts';

export const imageNotPinned = defineCheck({
  id: 'KP-IMG-002',
  name: 'image-not-pinned',
  title: 'Image is not pinned by digest',
  severity: 'low',
  why: 'A tag is what the registry says it is today: only a digest names the bytes that were tested.',
  fix: 'Pin `image@sha256:…`, with automated updates.',
  refs: ['OWASP2022:K02', 'OWASP2025:K04', 'NSA:N3', 'MITRE:T1525'],
  aspects: {
    noDigest: 'the reference has no digest',
    malformed: 'the reference has a digest that names no image',
  },
  subject: 'Pod',
  alsoFinished: true,

  *evaluate({ spec }) {
    for (const { at, who, image } of imagesOf(spec)) {
      if (image === undefined || image === '') {
        yield { unknown: `${who} states no image` };
        continue;
      }
      const { digest } = parseImage(image);
      if (digest === undefined) yield { at, aspect: 'noDigest', message: `${who} uses ${image}, without a digest` };
      else if (!isValidDigest(digest))
        yield { at, aspect: 'malformed', message: `${who} uses ${image}, whose digest is none` };
    }
  },

  examples: () => ({
    bad: [
      {
        name: 'a tag alone',
        subject: aDeployment({ container: aContainer({ image: 'nginx:1.27.3' }) }),
        finds: [{ at: 'spec.template.spec.containers[0].image', aspect: 'noDigest' }],
      },
      {
        name: 'half a digest',
        subject: aPod({ container: aContainer({ image: 'nginx:1.27.3@sha256:0123' }) }),
        finds: [{ at: 'spec.containers[0].image', aspect: 'malformed' }],
      },
      {
        name: 'a volume',
        subject: aPod({ spec: { volumes: [{ name: 'data', image: { reference: 'registry.example/data:1' } }] } }),
        finds: [{ at: 'spec.volumes[0].image.reference', aspect: 'noDigest' }],
      },
    ],
    good: [
      { name: 'a digest', subject: aPod() },
      {
        name: 'a digest of another length',
        subject: aPod({ container: aContainer({ image: `nginx@sha512:${'0123abcd'.repeat(16)}` }) }),
      },
    ],
  }),
});
