/** Major, minor and patch. */
export type Version = readonly [major: number, minor: number, patch: number];

/**
 * The version that a tag names: a leading `v` and what follows the three numbers are cut (`v1.12.0-chroot`, `9.2.3-alpine`). Undefined for
 * what is none.
 */
export function parseVersion(tag: string): Version | undefined {
  const [, major, minor, patch = '0'] = /^v?(\d{1,9})\.(\d{1,9})(?:\.(\d{1,9}))?(?:[-+.].*)?$/s.exec(tag) ?? [];
  return major === undefined || minor === undefined ? undefined : [Number(major), Number(minor), Number(patch)];
}

export function isBefore(a: Version, b: Version): boolean {
  const place = a.findIndex((number, index) => number !== b[index]);
  return place >= 0 && (a[place] ?? 0) < (b[place] ?? 0);
}
