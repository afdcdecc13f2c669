import type { Advisory, Flaw, ShippedRight, VersionRange } from '#model/advisories.ts';
import { fitsGlob } from '#model/glob.ts';
import { fitsAny } from '#model/pattern.ts';
import type { PolicyRule } from '#model/policy.ts';
import { isOneOf, parseImage } from './image.ts';
import { isBefore, parseVersion, type Version } from './version.ts';

/** What is looked up of a table for each image. */
interface Words {
  /** Last segments of all repositories that are known. */
  readonly last: ReadonlySet<string>;
  /** Those that suffice on their own. */
  readonly distinctive: readonly string[];
}

const WORDS = new WeakMap<readonly Advisory[], Words>();

function wordsOf(table: readonly Advisory[]): Words {
  const known = WORDS.get(table);
  if (known !== undefined) return known;
  const words = {
    last: new Set(table.flatMap(({ images }) => images.map(lastSegment))),
    distinctive: table.flatMap(({ distinctive = [] }) => distinctive),
  };
  WORDS.set(table, words);
  return words;
}

function lastSegment(repository: string): string {
  return repository.slice(repository.lastIndexOf('/') + 1);
}

/** Whether an image is worth a closer look: most are not. */
export function isSuspect(image: string, table: readonly Advisory[]): boolean {
  const last = lastSegment(parseImage(image).repository);
  const { last: segments, distinctive } = wordsOf(table);
  return segments.has(last) || fitsAny(last, distinctive);
}

/** Whether an image is of the component. */
export function isOf(image: string, { images, distinctive = [] }: Advisory): boolean {
  return isOneOf(image, images) || fitsAny(lastSegment(parseImage(image).repository), distinctive);
}

/** Whether a version has a flaw; without a version only what all have. */
export function hasFlaw({ in: ranges }: Flaw, version: Version | undefined): boolean {
  return ranges === undefined || (version !== undefined && ranges.some((range) => isWithin(version, range)));
}

function isWithin(version: Version, { from, below }: VersionRange): boolean {
  const [least, end] = [from, below].map((word) => parseVersion(word ?? ''));
  return !(least !== undefined && isBefore(version, least)) && (end === undefined || isBefore(version, end));
}

/** Where a rule is given to a service account, as seen from there. */
export type GivenAt = 'everywhere' | 'home' | 'elsewhere';

/** Whether all that a rule gives there comes with the component. */
export function isShipped(rule: PolicyRule, at: GivenAt, shipped: readonly ShippedRight[]): boolean {
  const { verbs, apiGroups = [], resources = [], nonResourceURLs = [] } = rule;
  const rights = shipped.filter(({ everywhere }) => at === 'home' || (at === 'everywhere' && everywhere === true));
  const isOne = (verb: string, group: string, resource: string): boolean =>
    rights.some(
      (right) =>
        right.verbs.includes(verb) &&
        right.apiGroup === group &&
        right.resources.includes(resource) &&
        isNamed(rule, right),
    );
  return (
    nonResourceURLs.length === 0 &&
    verbs.every((verb) => apiGroups.every((group) => resources.every((resource) => isOne(verb, group, resource))))
  );
}

function isNamed({ resourceNames = [] }: PolicyRule, { names }: ShippedRight): boolean {
  if (names === undefined) return true;
  return resourceNames.length > 0 && resourceNames.every((name) => names.some((each) => fitsGlob(name, each, 'name')));
}
