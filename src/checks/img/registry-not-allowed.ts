import { named } from '#facts/containers.ts';
import { fullRepository, isWithin } from '#facts/image.ts';
import { defineCheck } from '#model/check.ts';
import { ofEachImage } from '../image-check.ts';
import { aContainer, aDeployment, aPod } from '../samples.ts';

export const registryNotAllowed = defineCheck({
  id: 'KP-IMG-003',
  name: 'registry-not-allowed',
  title: 'Image comes from a registry that is not approved',
  severity: 'medium',
  why: 'Whoever runs the registry decides what runs here; of one that nobody chose nobody knows who that is.',
  fix: 'Mirror the image into an approved registry, and enforce the same list by admission policy.',
  refs: ['OWASP2022:K02', 'OWASP2022:K04', 'OWASP2025:K04', 'NSA:N3', 'MITRE:T1195.002', 'MITRE:T1204.003'],
  aspects: {
    notAllowed: 'it is in none of `allowedRegistries`; says nothing while that list is empty',
    deprecated: 'it is in one of `retiredRegistries`, which get no updates or are about to vanish',
  },
  unsaid: ({ parameters }) =>
    parameters.allowedRegistries.length > 0
      ? undefined
      : { aspect: 'notAllowed', unknown: 'no registry is named in the parameter allowedRegistries' },
  subject: 'Pod',
  alsoFinished: true,

  *evaluate({ spec }, _given, { parameters: { allowedRegistries, retiredRegistries } }) {
    yield* ofEachImage(spec, function* (image, slot) {
      const repository = fullRepository(image);
      const at = `${slot.at}.image`;
      const of = `${named(slot)} uses ${repository}, from a registry that`;
      if (allowedRegistries.length > 0 && !isWithin(repository, allowedRegistries))
        yield { at, aspect: 'notAllowed', message: `${of} is not allowed` };
      if (isWithin(repository, retiredRegistries))
        yield { at, aspect: 'deprecated', severity: 'low', message: `${of} is retired` };
    });
  },

  examples: () => ({
    bad: [
      {
        name: 'a hub that is not on the list',
        subject: aPod({ container: of('nginx') }),
        context: ALLOWED,
        finds: [{ at: 'spec.containers[0].image', aspect: 'notAllowed' }],
      },
      {
        name: 'a name that only begins alike',
        subject: aPod({ container: of('ghcr.io/acme-evil/web') }),
        context: ALLOWED,
        finds: [{ at: 'spec.containers[0].image', aspect: 'notAllowed' }],
      },
      {
        name: 'a retired registry',
        subject: aDeployment({ container: of('k8s.gcr.io/pause') }),
        finds: [{ at: 'spec.template.spec.containers[0].image', aspect: 'deprecated', severity: 'low' }],
      },
    ],
    good: [
      { name: 'no list', subject: aPod({ container: of('nginx') }) },
      { name: 'on the list', subject: aPod({ container: of('ghcr.io/acme/shop/web') }), context: ALLOWED },
      {
        name: 'on the list, written short',
        subject: aPod({ container: of('nginx') }),
        context: { parameters: { allowedRegistries: ['docker.io/library'] } },
      },
    ],
  }),
});

const ALLOWED = { parameters: { allowedRegistries: ['ghcr.io/acme', 'registry.example'] } };

function of(repository: string): Readonly<Record<string, unknown>> {
  return aContainer({ image: `${repository}:1.4.2@sha256:${'ab'.repeat(32)}` });
}
