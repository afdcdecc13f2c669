import { SCANNED_IMAGE } from '#model/metadata.ts';
import type { ObjectOf, Pod } from '#model/objects.ts';
import { containersOf, type ContainerSlot } from './containers.ts';
import { fullRepository, isValidDigest, parseImage, runningDigestsOf } from './image.ts';

/**
 * An image by which scanners and nodes know it too: `docker.io/library/nginx@sha256:…`, or where nothing pins it `docker.io/library/nginx:1.27`,
 * which may be another content elsewhere.
 */
export type ImageKey = string;

function keysOf(
  repository: string,
  { tag, digest }: { readonly tag?: string; readonly digest?: string },
): readonly ImageKey[] {
  const named = (tag ?? '') === '' ? [] : [`${repository}:${String(tag)}`];
  return (digest ?? '') === '' ? named : [...named, `${repository}@${String(digest)}`];
}

/** Whether a key names one content, wherever it is met. */
export function isContent(key: ImageKey): boolean {
  return key.includes('@');
}

interface Running {
  readonly slot: ContainerSlot;
  readonly keys: readonly ImageKey[];
}

/** The last answer: each kind of report asks for the same. */
let last: { readonly pod: Pod; readonly running: readonly Running[] } | undefined;

/** What each container of a pod runs, or would run. A tag beside a digest means nothing. */
export function imageKeysOf(pod: Pod): readonly Running[] {
  if (last?.pod !== pod) last = { pod, running: runningIn(pod) };
  return last.running;
}

function runningIn(pod: Pod): readonly Running[] {
  const running = new Map(runningDigestsOf(pod).map(({ container, digest }) => [container, digest]));
  return containersOf(pod.spec).map((slot) => {
    const { name, image = '' } = slot.container;
    if (image === '') return { slot, keys: [] };
    const { tag = 'latest', digest = '' } = parseImage(image);
    const now = running.get(name);
    const stated = isValidDigest(digest) ? { digest } : { tag };
    const keys = [stated, ...(now === undefined ? [] : [{ digest: now }])].flatMap((each) =>
      keysOf(fullRepository(image), each),
    );
    return { slot, keys: [...new Set(keys)] };
  });
}

export type ScanReport = ObjectOf<'VulnerabilityReport' | 'ExposedSecretReport' | 'VulnerabilityManifestSummary'>;

/** The image that a report is about. */
export function keysOfReport(object: ScanReport): readonly ImageKey[] {
  if (object.kind === 'VulnerabilityManifestSummary') {
    const image = object.metadata.annotations[SCANNED_IMAGE] ?? '';
    return image === '' ? [] : keysOf(fullRepository(image), parseImage(image));
  }
  const { registry, artifact } = object.report ?? {};
  const { repository = '', ...named } = artifact ?? {};
  const { server = '' } = registry ?? {};
  return repository === '' ? [] : keysOf(fullRepository(server === '' ? repository : `${server}/${repository}`), named);
}

/** The images that a Node says are large, with how large: by each of their names. */
export function largeImagesOf({ status }: ObjectOf<'Node'>): ReadonlyMap<ImageKey, number> {
  const large = (status?.images ?? []).flatMap(({ names, sizeBytes }) =>
    names
      .filter((name) => !name.includes('<none>'))
      .flatMap((name) => keysOf(fullRepository(name), parseImage(name)).map((key) => [key, sizeBytes] as const)),
  );
  return new Map(large);
}
