import { lately } from '#model/lately.ts';
import type { Pod } from '#model/objects.ts';
import type { PodSpec } from '#model/pod.ts';
import { containersOf, named } from './containers.ts';

/** The parts of an image reference as a runtime reads them. */
export interface ImageReference {
  /** Registry and repository as written, without tag and digest. */
  readonly repository: string;
  readonly tag?: string;
  /** What follows the last `@`, valid or not. */
  readonly digest?: string;
}

const HEX_LENGTH: Readonly<Record<string, number>> = { sha256: 64, blake3: 64, sha384: 96, sha512: 128 };
/** The digest grammar of the OCI image specification ("Digests"). */
const OCI_DIGEST = /^[a-z0-9]+(?:[+._-][a-z0-9]+)*:[a-zA-Z0-9=_-]+$/;

/** Cuts the digest at the last `@` and the tag at the last colon after the last slash: an earlier colon is a registry's port. */
export const parseImage = lately(readImage);

function readImage(image: string): ImageReference {
  const at = image.lastIndexOf('@');
  const name = at < 0 ? image : image.slice(0, at);
  const colon = name.indexOf(':', name.lastIndexOf('/') + 1);
  return {
    repository: colon < 0 ? name : name.slice(0, colon),
    ...(colon < 0 || colon === name.length - 1 ? {} : { tag: name.slice(colon + 1) }),
    ...(at < 0 ? {} : { digest: image.slice(at + 1) }),
  };
}

/** Whether a digest names exactly one image: of the length of its algorithm, or fitting the OCI grammar where the algorithm is another. */
export function isValidDigest(digest: string): boolean {
  const algorithm = digest.slice(0, Math.max(0, digest.indexOf(':')));
  const length = Object.hasOwn(HEX_LENGTH, algorithm) ? HEX_LENGTH[algorithm] : undefined;
  if (length === undefined) return OCI_DIGEST.test(digest);
  const hex = digest.slice(algorithm.length + 1);
  return hex.length === length && /^[0-9a-f]+$/.test(hex);
}

/** The pull policy that the API server fills in: a reference that it cannot read counts as one with a tag. */
export function pullPolicyOf(image: string): 'Always' | 'IfNotPresent' {
  // Asked of the text of a file, which nobody may hold on to.
  const { tag, digest } = readImage(image);
  const named = tag ?? (digest === undefined ? 'latest' : undefined);
  return named === 'latest' && (digest === undefined || isValidDigest(digest)) ? 'Always' : 'IfNotPresent';
}

/** Whether a reference may name another image tomorrow: no digest that holds it, and no tag or a floating one. */
export function isMutable(image: string, floatingTags: readonly string[]): boolean {
  const { tag, digest } = parseImage(image);
  if (digest !== undefined && isValidDigest(digest)) return false;
  return tag === undefined || floatingTags.includes(tag.toLowerCase());
}

/** Registry and repository in full: `nginx` is docker.io/library/nginx. */
export const fullRepository = lately((image): string => {
  const { repository } = parseImage(image);
  const [first = '', ...rest] = repository.split('/');
  if (rest.length === 0) return `docker.io/library/${repository}`;
  const isRegistry = first.includes('.') || first.includes(':') || first === 'localhost';
  if (!isRegistry) return `docker.io/${repository}`;
  return first === 'index.docker.io' ? ['docker.io', ...rest].join('/') : repository;
});

/** How the pattern of a policy may spell an image: as written or in full, with the tag, the digest, both or neither. */
export function spellingsOf(image: string): readonly string[] {
  const { repository, tag, digest } = parseImage(image);
  const full = fullRepository(image);
  const onHub = full.startsWith(HUB) ? [`index.${full}`, full.replace(`${HUB}library/`, HUB)] : [];
  const tagged = tag === undefined ? [] : [`:${tag}`];
  const pinned = digest === undefined ? [] : [`@${digest}`];
  const named = tagged.length + pinned.length === 0 ? [':latest'] : [...tagged, ...pinned];
  const ends = ['', ...named, ...(named.length === 2 ? [named.join('')] : [])];
  return [...new Set([repository, full, ...onHub])].flatMap((each) => ends.map((end) => `${each}${end}`));
}

const HUB = 'docker.io/';

/** Whether a repository is one of these or lies below one, by whole segments. */
export function isWithin(repository: string, places: readonly string[]): boolean {
  return places.some((place) => repository === place || repository.startsWith(`${place}/`));
}

/** Lists of repositories as sets: the tables that name them are asked about every image. */
const sets = new WeakMap<readonly string[], ReadonlySet<string>>();

/** Whether an image is of one of these repositories: whole segments at the end of its own, below any registry. */
export function isOneOf(image: string, repositories: readonly string[]): boolean {
  let known = sets.get(repositories);
  if (known === undefined) sets.set(repositories, (known = new Set(repositories)));
  for (const tail of tailsOf(image)) if (known.has(tail)) return true;
  return false;
}

/** The repository of an image, and what is left of it without its first segments. */
const tailsOf = lately((image): readonly string[] => {
  const { repository } = parseImage(image);
  const tails = [repository];
  for (let slash = repository.indexOf('/'); slash >= 0; slash = repository.indexOf('/', slash + 1))
    tails.push(repository.slice(slash + 1));
  return tails;
});

/** What the containers of a pod run: the reference that they were told, and the digest that was pulled for it. */
export function runningDigestsOf({
  spec,
  status = {},
}: Pod): readonly { readonly container: string; readonly image: string; readonly digest: string }[] {
  const { containerStatuses = [], initContainerStatuses = [], ephemeralContainerStatuses = [] } = status;
  const images = new Map(containersOf(spec).map(({ container }) => [container.name, container.image ?? '']));
  return [...containerStatuses, ...initContainerStatuses, ...ephemeralContainerStatuses].flatMap(
    ({ name, imageID: digest }) =>
      digest === undefined ? [] : [{ container: name, image: images.get(name) ?? '', digest }],
  );
}

interface ImageSlot {
  readonly at: string;
  readonly who: string;
  readonly image: string | undefined;
  /** The container; undefined for a volume. */
  readonly container?: string;
}

/** Every image of a pod: of its containers and of its volumes. */
export function imagesOf(spec: PodSpec): readonly ImageSlot[] {
  return [
    ...containersOf(spec).map((slot) => ({
      at: `${slot.at}.image`,
      who: named(slot),
      image: slot.container.image,
      container: slot.container.name,
    })),
    ...(spec.volumes ?? []).flatMap(({ name, image }, index) =>
      image === undefined
        ? []
        : [{ at: `spec.volumes[${String(index)}].image.reference`, who: `volume ${name}`, image: image.reference }],
    ),
  ];
}
