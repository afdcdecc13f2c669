import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { shippedFlags } from '../../support/child.ts';

describe('[unit] how Node is started', () => {
  it('the image and `npm start` give it the same small young generation', () => {
    const { scripts } = JSON.parse(readFileSync('package.json', 'utf8')) as {
      readonly scripts: Readonly<Record<string, string>>;
    };
    const young = /--max-semi-space-size=\d+/.exec(scripts['start'] ?? '')?.[0];
    expect(shippedFlags()).to.deep.equal([young, '--max-old-space-size-percentage=70']);
  });
});
