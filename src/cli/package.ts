import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const [, folder = ''] = /^(.*\/)(?:src|dist)\//.exec(import.meta.url) ?? [];

/** The folder of the package: the sources lie below its `src`, what is built from them in its `dist`. */
export const PACKAGE = fileURLToPath(folder);

/** The version in package.json. */
export function version(): string {
  return (JSON.parse(readFileSync(`${PACKAGE}package.json`, 'utf8')) as { readonly version: string }).version;
}
