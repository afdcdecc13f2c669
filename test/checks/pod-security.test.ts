/** The fixtures with which Kubernetes tests its own admission plugin: LEVEL/vX.Y/{pass,fail}/CONTROL<n>.yaml, one pod a file. */
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { load } from 'js-yaml';
import type { Manifest, PssLevel } from '#model/check.ts';
import { CHECKS_OF_CONTROL, judged, meets } from '../support/pod-security.ts';

const FOLDER = process.env['POD_SECURITY_FIXTURES'] ?? '../shared/conformance/pod-security';
const LEVELS: readonly PssLevel[] = ['baseline', 'restricted'];

interface Fixture {
  readonly file: string;
  readonly control: string;
  readonly pod: Manifest;
}

function fixtures(...path: readonly string[]): readonly Fixture[] {
  const folder = join(FOLDER, ...path);
  return readdirSync(folder).map((file) => ({
    file: join(...path, file),
    control: file.replace(/\d*\.yaml$/, ''),
    pod: load(readFileSync(join(folder, file), 'utf8')) as Manifest,
  }));
}

describe('[checks] Pod Security fixtures', () => {
  if (!existsSync(FOLDER)) {
    it(`skipped: there is no ${FOLDER}; POD_SECURITY_FIXTURES names another folder`);
    return;
  }
  let ran = 0;
  for (const level of LEVELS) {
    for (const version of readdirSync(join(FOLDER, level))) {
      const minor = Number(/^v1\.(\d+)$/.exec(version)?.[1]);

      it(`${level} ${version}: what fails is caught by the check of its control`, () => {
        const missed = fixtures(level, version, 'fail').flatMap(({ file, control, pod }) => {
          ran += 1;
          const { level: met, broken } = judged(pod, minor);
          const isCaught = broken.some(({ check }) => CHECKS_OF_CONTROL[control]?.includes(check));
          return isCaught && !meets(met, level) ? [] : [file];
        });
        expect(missed).to.deep.equal([]);
      });

      it(`${level} ${version}: what passes breaks nothing`, () => {
        const blamed = fixtures(level, version, 'pass').flatMap(({ file, pod }) => {
          ran += 1;
          const { level: met, broken } = judged(pod, minor);
          return meets(met, level)
            ? []
            : [`${file}: ${broken.map(({ check, path }) => `${check} ${path}`).join(', ')}`];
        });
        expect(blamed).to.deep.equal([]);
      });
    }
  }

  after(() => {
    console.log(`    ${String(ran)} fixtures judged`);
  });
});
