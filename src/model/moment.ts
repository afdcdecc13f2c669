/* eslint-disable no-restricted-globals -- reading and writing a time asks no clock */

/** RFC 3339 as the API writes it, with or without fractions. */
const RFC_3339 = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)$/i;

/** Seconds since 1970, cut to whole ones; undefined for what is no time of RFC 3339. */
export function momentOf(text: string): number | undefined {
  const at = RFC_3339.test(text) ? Date.parse(text) : NaN;
  return Number.isNaN(at) ? undefined : Math.floor(at / 1000);
}

/** `2026-06-01T12:00:00Z` of seconds since 1970. */
export function momentText(seconds: number): string {
  return new Date(seconds * 1000).toISOString().replace('.000Z', 'Z');
}
