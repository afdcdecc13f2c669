/**
 * `npm run build`: compiles src to dist, for Node does not strip types in node_modules. Imports that begin with # are kept as they are written;
 * dist has a package.json of its own that resolves them there.
 */
import { spawnSync } from 'node:child_process';
import { chmodSync, readFileSync, rmSync, writeFileSync } from 'node:fs';

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
  writeFileSync('dist/package.json', `${JSON.stringify({ type: 'module', imports: { '#*.ts': './*.js' } })}\n`);
  writeFileSync('dist/bin.cjs', BIN);
  chmodSync('dist/bin.cjs', 0o755);
}
process.exitCode = status ?? 1;
