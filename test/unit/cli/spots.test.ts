import { expect } from 'chai';
import { Intake } from '#cli/input/intake.ts';
import { fileSources } from '#cli/input/spots.ts';

interface Case {
  readonly name: string;
  readonly text: string;
  readonly path: string;
  /** What stands there in the text, and where it begins: `line:column`. */
  readonly is: string;
  readonly at: string;
}

const POD = 'apiVersion: v1\nkind: Pod\nmetadata: {name: p, namespace: shop}\n';
const LIST = `apiVersion: v1\nkind: List\nitems:\n- {apiVersion: v1, kind: Pod, metadata: {name: q}}\n`;

const CASES: readonly Case[] = [
  {
    name: 'a field and its value',
    text: `${POD}spec: {hostPID: true}\n`,
    path: 'spec.hostPID',
    is: 'hostPID: true',
    at: '4:8',
  },
  {
    name: 'an item of a list',
    text: `${POD}spec:\n  containers:\n  - name: a\n  - name: b\n    image: web\n`,
    path: 'spec.containers[1].image',
    is: 'image: web',
    at: '8:5',
  },
  {
    name: 'the nearest that is written, where the field is not',
    text: `${POD}spec:\n  containers:\n  - name: a\n`,
    path: 'spec.containers[0].securityContext.runAsNonRoot',
    is: 'n',
    at: '6:5',
  },
  { name: 'the object, where not even its first field is', text: POD, path: 'spec.hostPID', is: 'a', at: '1:1' },
  {
    name: 'a field that holds more',
    text: `${POD}spec:\n  hostAliases: [{ip: x}]\n`,
    path: 'spec.hostAliases',
    is: 'hostAliases',
    at: '5:3',
  },
  {
    name: 'a field in a line that YAML wants indented',
    text: `${POD}spec: {\nhostPID: true,\nhostIPC: true\n}\n`,
    path: 'spec.hostIPC',
    is: 'hostIPC: true',
    at: '6:1',
  },
  {
    name: 'a key in quotes',
    text: `${POD}spec: {}\n`.replace('namespace: shop', `namespace: shop, annotations: {"x.y/z": "v"}`),
    path: "metadata.annotations['x.y/z']",
    is: `"x.y/z": "v"`,
    at: '3:52',
  },
  {
    name: 'the last of two equal keys',
    text: `${POD}spec:\n  hostPID: false\n  hostPID: true\n`,
    path: 'spec.hostPID',
    is: 'hostPID: true',
    at: '6:3',
  },
  {
    name: 'what an alias stands for',
    text: `${POD}x: &s {hostPID: true}\nspec: *s\n`,
    path: 'spec.hostPID',
    is: 'hostPID: true',
    at: '4:8',
  },
  {
    name: 'what is merged in',
    text: `${POD}x: &s {hostPID: true}\nspec: {<<: *s, hostIPC: true}\n`,
    path: 'spec.hostPID',
    is: 'hostPID: true',
    at: '4:8',
  },
  {
    name: 'a block of text',
    text: `${POD}spec:\n  nodeName: |\n    a\n    b\n`,
    path: 'spec.nodeName',
    is: 'nodeName: |\n    a\n    b',
    at: '5:3',
  },
  {
    name: 'the second document',
    text: `a: 1\n---\n# c\n${POD}spec: {hostPID: true}\n`,
    path: 'spec.hostPID',
    is: 'hostPID: true',
    at: '7:8',
  },
  {
    name: 'a document after a broken one',
    text: `{\n---\n${POD}spec: {hostPID: true}\n`,
    path: 'spec.hostPID',
    is: 'hostPID: true',
    at: '6:8',
  },
  {
    name: 'lines that end as on Windows',
    text: `${POD}spec: {hostPID: true}\n`.replaceAll('\n', '\r\n'),
    path: 'spec.hostPID',
    is: 'hostPID: true',
    at: '4:8',
  },
  {
    name: 'an item of a List',
    text: `${LIST}- apiVersion: v1\n  kind: Pod\n  metadata: {name: p, namespace: shop}\n  spec: {hostPID: true}\n`,
    path: 'spec.hostPID',
    is: 'hostPID: true',
    at: '8:10',
  },
  {
    name: 'JSON',
    text: `{"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "p", "namespace": "shop"},\n "spec": {"hostPID": true}}`,
    path: 'spec.hostPID',
    is: '"hostPID": true',
    at: '2:11',
  },
  {
    name: 'a List in JSON',
    text: `{"apiVersion": "v1", "kind": "PodList", "items": [{"metadata": {"name": "q"}},\n{"metadata": {"name": "p", "namespace": "shop"},\n"spec": {"hostPID": true}}]}`,
    path: 'spec.hostPID',
    is: '"hostPID": true',
    at: '3:10',
  },
];

describe('[unit] where a field stands in a file', () => {
  for (const { name, text, path, is, at } of CASES) {
    it(name, () => {
      const intake = new Intake();
      intake.addText('-', text);
      const sources = fileSources({ originOf: (kind, key) => intake.originOf(kind, key), stdin: text });
      const spot = sources.spotOf({ apiVersion: 'v1', kind: 'Pod', namespace: 'shop', name: 'p' }, path)!;
      const starts = [0, ...Array.from(text.matchAll(/\n/g), ({ index }) => index + 1)];
      const offset = (line: number, column: number): number => starts[line - 1]! + column - 1;
      expect(text.slice(offset(spot.line, spot.column), offset(spot.endLine, spot.endColumn))).to.equal(is);
      expect(`${String(spot.line)}:${String(spot.column)}`).to.equal(at);
    });
  }

  it('an owner of a foreign group with the same kind and name is another object', () => {
    const intake = new Intake();
    intake.addText('-', POD);
    const sources = fileSources({ originOf: (kind, key) => intake.originOf(kind, key), stdin: POD });
    expect(sources.placeOf({ apiVersion: 'other.example/v1', kind: 'Pod', namespace: 'shop', name: 'p' })).to.equal(
      undefined,
    );
  });
});
