import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** A file or folder of the package: the sources lie below its `src`, what is built from them in its `dist`. */
export function packagePath(...way: readonly string[]): string {
  const [, folder = ''] = /^(.*\/)(?:src|dist)\//.exec(import.meta.url) ?? [];
  return join(fileURLToPath(folder), ...way);
}

/** The version in package.json. */
export function version(): string {
  return (JSON.parse(readFileSync(packagePath('package.json'), 'utf8')) as { readonly version: string }).version;
}
