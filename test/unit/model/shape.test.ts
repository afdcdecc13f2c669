import { expect } from 'chai';
import { labels } from '#model/metadata.ts';
import {
  flag,
  list,
  map,
  number,
  or,
  pathText,
  portRef,
  present,
  said,
  slots,
  struct,
  text,
  type Reader,
} from '#model/shape.ts';

/** What a reader makes of a value, with its notes. */
function read(reader: Reader<unknown>, raw: unknown): { readonly value: unknown; readonly notes: readonly string[] } {
  const trail = { path: [], notes: [] };
  return { value: reader(raw, trail), notes: trail.notes };
}

const container = struct({ name: or(text, ''), tty: flag, uid: number, port: portRef, drop: list(text) });
const spec = struct({ containers: slots(container, { name: '' }), labels: map(text), secret: present });

const CASES: readonly {
  readonly name: string;
  readonly reader: Reader<unknown>;
  readonly given: unknown;
  readonly value: unknown;
  readonly notes?: readonly string[];
}[] = [
  {
    name: 'keeps what is named and drops the rest unseen',
    reader: container,
    given: { name: 'a', tty: true, uid: 0, port: 'http', drop: ['ALL'], image: { any: 'thing' } },
    value: { name: 'a', tty: true, uid: 0, port: 'http', drop: ['ALL'] },
  },
  {
    name: 'null is absent',
    reader: container,
    given: { name: null, tty: null, uid: null, port: null, drop: null },
    value: { name: '' },
  },
  ...[{}, { a: {}, b: [], c: [{ d: null }] }].map((given) => ({
    name: `what says nothing is absent: ${JSON.stringify(given)}`,
    reader: said(container),
    given,
    value: undefined,
  })),
  {
    name: 'a value that nobody named says something',
    reader: said(container),
    given: { a: { b: [false] } },
    value: { name: '' },
  },
  { name: 'null at the root is absent', reader: container, given: null, value: undefined },
  {
    name: 'a wrong type is left out and noted with its path',
    reader: spec,
    given: { containers: [{ name: 'a' }, { name: 5, tty: 'true', uid: '0', port: {}, drop: 'ALL' }] },
    value: { containers: [{ name: 'a' }, { name: '' }] },
    notes: [
      'containers[1].name: expected string, found number',
      'containers[1].tty: expected boolean, found string',
      'containers[1].uid: expected number, found string',
      'containers[1].port: expected integer or string, found object',
      'containers[1].drop: expected list, found string',
    ],
  },
  {
    name: 'a list where an object is expected',
    reader: spec,
    given: { containers: {}, labels: [] },
    value: {},
    notes: ['containers: expected list, found object', 'labels: expected object, found list'],
  },
  {
    name: 'a wrong root',
    reader: spec,
    given: 'pod',
    value: undefined,
    notes: [': expected object, found string'],
  },
  {
    name: 'slots keep the places of their items',
    reader: spec,
    given: { containers: [null, 'x', { name: 'c' }] },
    value: { containers: [{ name: '' }, { name: '' }, { name: 'c' }] },
    notes: ['containers[1]: expected object, found string'],
  },
  {
    name: 'a list drops what it cannot read',
    reader: list(text),
    given: ['a', null, 5, 'b'],
    value: ['a', 'b'],
    notes: ['[2]: expected string, found number'],
  },
  {
    name: 'a presence says nothing of what is there',
    reader: list(present),
    given: [{ password: 'x' }, 'x', 0, false],
    value: [true, true, true, true],
  },
  {
    name: 'fields are own fields: names of the language are none',
    reader: struct({ constructor: text, toString: text, valueOf: present }),
    given: {},
    value: {},
  },
  {
    name: 'an inherited field does not count',
    reader: container,
    given: JSON.parse('{"__proto__":{"name":"inherited","tty":true}}'),
    value: { name: '' },
  },
  {
    name: 'a label without a value is an empty one, as for the API server',
    reader: labels,
    given: { app: null, tier: 'web' },
    value: { app: '', tier: 'web' },
  },
  {
    name: 'a label of the wrong type is noted and equals no other',
    reader: labels,
    given: { app: 5 },
    value: { app: '' },
    notes: ['app: expected string, found number'],
  },
];

describe('[unit] shape', () => {
  for (const { name, reader, given, value, notes = [] } of CASES) {
    it(name, () => {
      expect(read(reader, given)).to.deep.equal({ value, notes });
    });
  }

  it('gives every map without entries as one object, which nobody can change', () => {
    const [none, noText] = [{}, { a: 1 }].map((raw) => read(map(text), raw).value);
    expect(none).to.equal(noText).and.to.deep.equal(Object.create(null)).and.to.be.frozen;
  });

  it('a map takes any key, those of the language too, and has no prototype', () => {
    const { value } = read(map(text), JSON.parse('{"__proto__":"a","constructor":"b","app":"c"}'));
    expect(Object.getPrototypeOf(value)).to.equal(null);
    expect(Object.entries(value as object)).to.deep.equal([
      ['__proto__', 'a'],
      ['constructor', 'b'],
      ['app', 'c'],
    ]);
  });

  it('a hostile object cannot fill a report: at most twenty notes', () => {
    const given = Array.from({ length: 1000 }, () => 5);
    expect(read(list(text), given).notes).to.have.length(20);
  });

  it('paths are those that kubectl users know', () => {
    const label = ['metadata', 'labels', 'app.kubernetes.io/name'];
    expect([
      pathText([]),
      pathText(['spec', 'containers', 0, 'image']),
      pathText(label),
      pathText([2, 'a-b', ' ']),
    ]).to.deep.equal(['', 'spec.containers[0].image', "metadata.labels['app.kubernetes.io/name']", "[2].a-b[' ']"]);
  });
});
