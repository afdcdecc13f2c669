import { expect } from 'chai';
import { humanDuration } from '../../../src/sandbox/cells.ts';
import { decode, encode, pathsOf } from '../../../src/sandbox/fieldset.ts';
import { compilePath } from '../../../src/sandbox/jsonpath.ts';
import { mergePatch } from '../../../src/sandbox/patch.ts';
import { labelSelector } from '../../../src/sandbox/selectors.ts';
import { Storage } from '../../../src/sandbox/storage.ts';

const SECOND = 1000;
const HOUR = 3600 * SECOND;
const DAY = 24 * HOUR;

describe('[unit] sandbox: pieces', () => {
  const durations: readonly (readonly [milliseconds: number, text: string])[] = [
    [-5 * SECOND, '<invalid>'],
    [0, '0s'],
    [119 * SECOND, '119s'],
    [150 * SECOND, '2m30s'],
    [11 * 60 * SECOND, '11m'],
    [3.5 * HOUR, '3h30m'],
    [20 * HOUR, '20h'],
    [3 * DAY, '3d'],
    [3.5 * DAY, '3d12h'],
    [400 * DAY, '400d'],
    [800 * DAY, '2y70d'],
  ];
  for (const [milliseconds, text] of durations)
    it(`shows ${String(milliseconds / SECOND)} s as ${text}`, () => {
      expect(humanDuration(milliseconds)).to.equal(text);
    });

  const OBJECT = {
    spec: {
      list: [
        { name: 'a', value: 1 },
        { name: 'b', value: 2 },
      ],
      'dotted.key': 'x',
    },
    status: { conditions: [{ type: 'Ready', status: 'True' }] },
  };
  const paths: readonly (readonly [path: string, found: readonly unknown[]])[] = [
    ['.spec.list[1].value', [2]],
    ['.spec.list[*].name', ['a', 'b']],
    ['.spec.list[-1].name', ['b']],
    ['.status.conditions[?(@.type=="Ready")].status', ['True']],
    ['.status.conditions[?(@.type=="Other")].status', []],
    ['.spec.dotted\\.key', ['x']],
    ["['spec']['dotted.key']", ['x']],
    ['.none.at.all', []],
    ['.spec.list[', []],
  ];
  for (const [path, found] of paths)
    it(`finds ${path}`, () => {
      expect(compilePath(path)(OBJECT)).to.deep.equal(found);
    });

  const labels = { app: 'web', tier: 'front' };
  const selectors: readonly (readonly [selector: string, matches: boolean])[] = [
    ['', true],
    ['app=web,tier==front', true],
    ['app!=web', false],
    ['app in (web, db),!gone', true],
    ['tier notin (front)', false],
    ['none notin (x)', true],
    ['none', false],
  ];
  for (const [selector, matches] of selectors)
    it(`selects by "${selector}": ${String(matches)}`, () => {
      expect(labelSelector(selector)({ metadata: { labels } })).to.equal(matches);
    });

  it('reads and writes fieldsV1, and names its paths as conflicts do', () => {
    const fields = {
      'f:spec': { 'f:list': { 'k:{"name":"a"}': { '.': {}, 'f:value': {} } }, 'f:set': { 'v:"x"': {} } },
    };
    const set = decode(fields);
    expect(encode(set)).to.deep.equal(fields);
    expect(pathsOf(set)).to.deep.equal(['.spec.list[name="a"]', '.spec.list[name="a"].value', '.spec.set[="x"]']);
  });

  it('merges as RFC 7386 says', () => {
    expect(mergePatch({ a: 'b', c: { d: 'e', f: 'g' } }, { a: 'z', c: { f: null } })).to.deep.equal({
      a: 'z',
      c: { d: 'e' },
    });
    expect(mergePatch({ a: [1] }, { a: { b: null, c: 1 } })).to.deep.equal({ a: { c: 1 } });
  });

  it('forgets the oldest changes first, and says so', () => {
    const storage = new Storage(2);
    const kind = { group: '', plural: 'things' };
    for (const name of ['a', 'b', 'c', 'd']) storage.write(kind, { metadata: { name } });
    expect(storage.since('/things', 1)).to.equal(undefined);
    expect(storage.since('/things', storage.version - 1)?.map(({ key }) => key)).to.deep.equal(['d']);
    expect(storage.list(kind).length).to.equal(4);
  });
});
