import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { load } from 'js-yaml';
import type { Manifest } from '#model/check.ts';
import { EXCEPTION_STATES } from '#model/exception.ts';
import { parseConfig } from '#settings/config.ts';
import { World } from '../../support/world.ts';

const page = readFileSync('docs/exceptions.md', 'utf8');
const [exception = '', settings = ''] = Array.from(page.matchAll(/```yaml\n(.*?)```/gs), ([, text = '']) => text);

describe('[unit] docs/exceptions.md', () => {
  it('its example can be honoured', () => {
    const world = new World([load(exception) as Manifest]);
    expect(world.standings()).to.deep.equal(['SecurityException shop/legacy-net NeverMatched 0/0']);
  });

  it('its settings can be set', () => {
    expect(parseConfig(settings, 'page').exceptions).to.deep.equal({ maxDays: 180, nonSuppressible: ['KP-RBAC-022'] });
  });

  it('has every state', () => {
    const rows = Array.from(page.matchAll(/^\| `([A-Z]\w+)` /gm), ([, state]) => state);
    expect(rows.sort()).to.deep.equal([...EXCEPTION_STATES].sort());
  });
});
