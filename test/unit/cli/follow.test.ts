import { renameSync, writeFileSync } from 'node:fs';
import { expect } from 'chai';
import { followFile, type Look } from '#settings/follow.ts';
import { MountedConfig } from '../../support/mounted-config.ts';
import { waitFor } from '../../support/wait.ts';

describe('[unit] following a file', () => {
  it('tells what is in it, what else comes to be in it however that comes, and when it is gone', async () => {
    const mounted = new MountedConfig('one');
    const { file } = mounted;
    const told: Look[] = [];
    const end = followFile(file, (look) => told.push(look));
    const steps: readonly (readonly [string, () => void, Look])[] = [
      ['the first text', () => undefined, { text: 'one' }],
      [
        'another text by swapped links',
        () => {
          mounted.write('two');
        },
        { text: 'two' },
      ],
      [
        'none',
        () => {
          renameSync(file, `${file}.away`);
        },
        { problem: `${file}: cannot be read (ENOENT)` },
      ],
      [
        'a plain file in its place',
        () => {
          writeFileSync(file, 'three');
        },
        { text: 'three' },
      ],
    ];
    try {
      for (const [index, [what, change, look]] of steps.entries()) {
        change();
        await waitFor(what, () => told.length > index);
        expect(told[index]).to.deep.equal(look);
      }
      expect(told).to.have.length(steps.length);
    } finally {
      end();
      mounted.remove();
    }
  });
});
