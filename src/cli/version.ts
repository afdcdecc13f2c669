import { readFileSync } from 'node:fs';

/** The version in package.json, which stands at the same distance from the sources and from what is compiled. */
export function version(): string {
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
  return (JSON.parse(text) as { readonly version: string }).version;
}
