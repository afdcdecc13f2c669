/**
 * `npm run build`: bundles src to dist, and writes its types. Node does not strip types in node_modules, and a program in a few files starts in
 * half the time of one in hundreds. Packages stay packages. Imports that begin with # are kept in the types; these have a package.json of
 * their own that resolves them there.
 */
import { spawnSync } from 'node:child_process';
import { chmodSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { PARSER, bundle } from './bundle.ts';

const { engines } = JSON.parse(readFileSync('package.json', 'utf8')) as { readonly engines: { readonly node: string } };
const oldest = /\d+/.exec(engines.node)?.[0] ?? '';

/** In words that any Node understands: whoever has an old one shall read a line, not a stack. */
const BIN = `#!/usr/bin/env node
'use strict';
if (Number(process.versions.node.split('.')[0]) >= ${oldest}) {
  // Beside the code, where only who may change the code may write: not in the shared folder for temporary files.
  require('node:module').enableCompileCache(require('node:path').join(__dirname, '.cache'));
  import('./main.js');
} else {
  process.stderr.write('kubeposture needs Node ${oldest} or newer, this is v' + process.versions.node + '\\n');
  process.exitCode = 2;
}
`;

rmSync('dist', { recursive: true, force: true });
const { status } = spawnSync('node_modules/.bin/tsc', ['-p', 'test/tsconfig.build.json'], { stdio: 'inherit' });
if (status === 0) {
  writeFileSync('dist/types/package.json', `${JSON.stringify({ imports: { '#*.ts': './*.js' } })}\n`);
  await bundle('dist', 'src/main.ts', 'src/index.ts', 'src/kube.ts', PARSER);
  writeFileSync('dist/bin.cjs', BIN);
  chmodSync('dist/bin.cjs', 0o755);
}
process.exitCode = status ?? 1;
