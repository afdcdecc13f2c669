import { imagesOf, isValidDigest, parseImage } from '#facts/image.ts';
import { defineCheck, ifKnown } from '#model/check.ts';
import { imagesOfSiblings } from '#relations/siblings.ts';
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
  inputs: { running: ifKnown(imagesOfSiblings) },

  *evaluate({ spec }, { running = [] }) {
    for (const { at, who, image, container } of imagesOf(spec)) {
      if (image === undefined || image === '') {
        yield { unknown: `${who} states no image` };
        continue;
      }
      const { digest } = parseImage(image);
      const digests = new Set(
        running.filter((each) => each.container === container && each.image === image).map((each) => each.digest),
      );
      // Where replicas differ nobody can say which is meant: KP-IMG-007.
      const now = digests.size === 1 ? `; it runs ${[...digests].join()}` : '';
      if (digest === undefined)
        yield { at, aspect: 'noDigest', message: `${who} uses ${image}, without a digest${now}` };
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
        name: 'a tag, and what was pulled for it',
        subject: {
          ...aPod({ container: aContainer({ image: 'nginx:1.27.3' }) }),
          status: {
            containerStatuses: [{ name: 'app', imageID: `docker.io/library/nginx@sha256:${'ab'.repeat(32)}` }],
          },
        },
        finds: [{ at: 'spec.containers[0].image', aspect: 'noDigest' }],
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
