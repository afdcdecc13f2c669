import { expect } from 'chai';
import { privileged, scanJson, withFiles } from './program.ts';

interface Case {
  readonly name: string;
  readonly files: Readonly<Record<string, string>>;
  /** `file:line: message`. */
  readonly errors: readonly string[];
  /** Pods whose KP-POD-001 was found all the same. */
  readonly found: readonly string[];
  readonly status: number;
  readonly gaps?: readonly string[];
}

const ALIASES = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h']
  .map(
    (name, index, all) =>
      `${name}: &${name} [${Array(10)
        .fill(index === 0 ? 'x' : `*${all[index - 1]!}`)
        .join(',')}]`,
  )
  .join('\n');

const CASES: readonly Case[] = [
  {
    name: 'a syntax error hides neither the other documents nor the other files',
    files: {
      'a.yaml': `${privileged('first')}---\nkind: Pod\nmetadata: {name: broken\nspec: {}\n---\n${privileged('last')}`,
      'b.yaml': privileged('other'),
    },
    errors: ['a.yaml:5: missed comma between flow collection entries'],
    found: ['first', 'last', 'other'],
    status: 3,
  },
  {
    name: 'two of a kind that the API calls otherwise',
    files: {
      'a.yaml': 'apiVersion: kyverno.io/v1\nkind: ClusterPolicy\nmetadata: {name: p}\nspec: {rules: []}\n',
      'b.yaml': 'apiVersion: kyverno.io/v1\nkind: ClusterPolicy\nmetadata: {name: p}\nspec: {rules: []}\n',
    },
    errors: ['a.yaml:1: ClusterPolicy p is overwritten by b.yaml:1'],
    found: [],
    status: 0,
  },
  {
    name: 'a syntax error in JSON',
    files: { 'a.json': '{"apiVersion": "v1",\n"kind": "Pod"\n"metadata": {}}', 'b.yml': privileged('other') },
    errors: ['a.json:3: missed comma between flow collection entries'],
    found: ['other'],
    status: 3,
  },
  {
    name: 'an unknown kind is no error',
    files: { 'a.yaml': `apiVersion: example.com/v1\nkind: Widget\nmetadata: {name: w}\n---\n${privileged('a')}` },
    errors: [],
    found: ['a'],
    status: 0,
    gaps: ['Widget w: kind without checks'],
  },
  {
    name: 'an unknown kind that makes pods',
    files: {
      'a.yaml':
        'apiVersion: example.com/v1\nkind: Runner\nmetadata: {name: r, namespace: ci}\nspec: {template: {spec: {containers: [{image: x}]}}}\n',
      'b.yaml': 'apiVersion: argoproj.io/v1alpha1\nkind: Rollout\nmetadata: {name: r}\n',
    },
    errors: [],
    found: [],
    status: 0,
    gaps: ['Rollout r: kind without a known pod template', 'Runner r: kind without a known pod template'],
  },
  {
    name: 'a template that nobody opens, and one of OpenShift',
    files: {
      'a.yaml':
        'apiVersion: v1\nkind: PodTemplate\nmetadata: {name: t, namespace: ci}\ntemplate: {spec: {containers: [{name: a, securityContext: {privileged: true}}]}}\n',
      'b.yaml':
        'apiVersion: apps.openshift.io/v1\nkind: DeploymentConfig\nmetadata: {name: dc, namespace: ci}\nspec: {template: {spec: {containers: [{name: a, securityContext: {privileged: true}}]}}}\n',
    },
    errors: [],
    found: ['dc'],
    status: 0,
    gaps: ['PodTemplate t: kind without a known pod template'],
  },
  {
    name: 'a List in a List',
    files: {
      'a.yaml': `apiVersion: v1\nkind: List\nitems:\n- apiVersion: v1\n  kind: List\n  items:\n  - ${privileged('inner')}  - {apiVersion: v1, kind: Pod}\n- ${privileged('outer')}`,
    },
    errors: ['a.yaml:8: Pod has no metadata'],
    found: ['inner', 'outer'],
    status: 3,
  },
  {
    name: 'a typed list as the API server sends it',
    files: {
      'a.json':
        '{"apiVersion": "v1", "kind": "PodList", "items": [\n{"metadata": {"name": "typed"}, "spec": {"containers": [{"name": "a", "securityContext": {"privileged": true}}]}},\n{"metadata": {}}]}',
    },
    errors: ['a.json:3: Pod has no metadata.name'],
    found: ['typed'],
    status: 3,
  },
  {
    name: 'documents that are no objects',
    files: {
      'a.yaml': `just text\n---\n- a list\n---\n{}\n---\nkind: Pod\n---\napiVersion: v1\nkind: Pod\n---\napiVersion: v1\nkind: Pod\nmetadata: {labels: {}}\n---\n# nothing\n---\n${privileged('a')}`,
    },
    errors: [
      'a.yaml:1: not an object',
      'a.yaml:3: not an object',
      'a.yaml:5: has no kind',
      'a.yaml:7: Pod has no apiVersion',
      'a.yaml:9: Pod has no metadata',
      'a.yaml:12: Pod has no metadata.name',
    ],
    found: ['a'],
    status: 3,
  },
  {
    name: 'a field of the wrong type is never a pass',
    files: {
      'a.yaml': `---\napiVersion: v1\nkind: Pod\nmetadata: {name: odd}\nspec: {containers: [{name: a, securityContext: {privileged: "true"}}]}\n`,
    },
    errors: [
      'a.yaml:2: Pod default/odd: spec.containers[0].securityContext.privileged: expected boolean, found string',
    ],
    found: [],
    status: 3,
    gaps: ['Pod odd: spec.containers[0].securityContext.privileged: expected boolean, found string'],
  },
  {
    name: 'the same object twice: the last one counts, and it could be read',
    files: {
      'a.yaml': privileged('twice'),
      'b.yaml':
        '\napiVersion: v1\nkind: Pod\nmetadata: {name: twice, namespace: shop}\nspec: {containers: [{name: app}]}\n',
    },
    errors: ['a.yaml:1: Pod shop/twice is overwritten by b.yaml:2'],
    found: [],
    status: 0,
  },
  {
    name: 'a key twice: the last one counts, as with kubectl',
    files: {
      'a.yaml':
        'apiVersion: v1\nkind: Pod\nmetadata: {name: keys}\nspec:\n  containers:\n  - name: a\n    securityContext:\n      privileged: false\n      privileged: true\n',
    },
    errors: ['a.yaml:9: duplicated mapping key'],
    found: ['keys'],
    status: 3,
  },
  {
    name: 'yes is true, as for kubectl',
    files: { 'a.yaml': privileged('affirmed').replace('true', 'yes') },
    errors: [],
    found: ['affirmed'],
    status: 0,
  },
  {
    name: 'merge keys',
    files: {
      'a.yaml':
        'apiVersion: v1\nkind: Pod\nx: &context {privileged: true}\nmetadata: {name: merged}\nspec: {containers: [{name: a, securityContext: {<<: *context}}]}\n',
    },
    errors: [],
    found: ['merged'],
    status: 0,
  },
  {
    name: 'aliases that unfold without end',
    files: {
      'bomb.yaml': `apiVersion: v1\nkind: Pod\nmetadata: {name: bomb}\n${ALIASES}\n`,
      'c.yaml': privileged('c'),
    },
    errors: ['bomb.yaml:1: aliases unfold to more than 1000000 values'],
    found: ['c'],
    status: 3,
  },
  {
    name: 'an alias to itself, a ring',
    files: { 'ring.yaml': `apiVersion: v1\nkind: Pod\nmetadata: {name: ring}\nx: &x [*x]\n---\n${privileged('c')}` },
    errors: ['ring.yaml:1: an alias names what it stands in'],
    found: ['c'],
    status: 3,
  },
  {
    name: 'control characters and the names of prototypes in labels',
    files: {
      'a.yaml': `{apiVersion: v1, kind: Pod, metadata: {name: odd, labels: {__proto__: x, constructor: z, "a\\e[2J": "\\u202e\\u0000"}}, __proto__: {spec: 1}, spec: {containers: [{name: "\\e]0;owned\\a", securityContext: {privileged: true}}]}}\n`,
    },
    errors: [],
    found: ['odd'],
    status: 0,
  },
  {
    name: 'a raw control character',
    files: { 'a.yaml': `kind: "\u0007"\n---\n${privileged('c')}` },
    errors: ['a.yaml:1: expected valid JSON character'],
    found: ['c'],
    status: 3,
  },
  {
    name: 'an unknown tag, a template',
    files: { 'a.yaml': `a: !Ref x\n---\n${privileged('c')}`, 'b.yaml': '{{- if .Values.x }}\nkind: Pod\n{{- end }}\n' },
    errors: [
      'a.yaml:1: unknown scalar tag !<!Ref>',
      'b.yaml:1: missed comma between flow collection entries; is it a template that has to be rendered first?',
    ],
    found: ['c'],
    status: 3,
  },
  {
    name: 'brackets without end',
    files: { 'deep.yaml': `a: ${'['.repeat(50_000)}`, 'c.yaml': privileged('c') },
    errors: ['deep.yaml:1: nesting exceeded maxDepth (500)'],
    found: ['c'],
    status: 3,
  },
  {
    name: 'a ConfigMap of 5 MB',
    files: {
      'big.yaml': `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: big}\ndata:\n  text: |\n${'    0123456789012345678901234567890123456789\n'.repeat(120_000)}`,
      'c.yaml': privileged('c'),
    },
    errors: [],
    found: ['c'],
    status: 0,
  },
  {
    name: 'only manifests of a folder, to any depth, nothing hidden',
    files: {
      'sub/deeper/a.yml': privileged('a'),
      'sub/README.md': '# no manifest',
      '.hidden/b.yaml': 'broken: [',
      'sub/.c.yaml': 'broken: [',
    },
    errors: [],
    found: ['a'],
    status: 0,
  },
  {
    name: 'an empty file',
    files: { 'a.yaml': '', 'b.yaml': '---\n---\n', 'c.json': ' ' },
    errors: [],
    found: [],
    status: 0,
  },
  {
    name: 'pods that let the server name them',
    files: {
      'a.yaml': ['1', '2']
        .map(
          (tag) =>
            `apiVersion: batch/v1\nkind: Job\nmetadata: {generateName: job-}\nspec: {template: {spec: {containers: [{name: a, image: 'i:${tag}', securityContext: {privileged: true}}]}}}\n`,
        )
        .join('---\n'),
    },
    errors: [],
    found: ['job-*', 'job-*2'],
    status: 0,
  },
];

describe('[integration] scan of bad input', function () {
  this.timeout(60_000);

  for (const { name, files, errors, found, status, gaps } of CASES) {
    it(name, () =>
      withFiles(files, async (folder) => {
        const scan = await scanJson('--check', 'KP-POD-001', folder);
        const relative = (text: string): string => text.replaceAll(`${folder}/`, '');
        expect(scan.complaint).to.equal('');
        expect(
          scan.result.errors.map(({ file, line, message }) => relative(`${file}:${String(line)}: ${message}`)),
        ).to.deep.equal(errors);
        expect(scan.result.findings.map(({ subject }) => subject.name)).to.deep.equal(found);
        expect(scan.status).to.equal(status);
        if (gaps !== undefined)
          expect(
            scan.result.notEvaluated.map(({ subject, reason }) => `${subject!.kind} ${subject!.name}: ${reason}`),
          ).to.have.members(gaps);
      }),
    );
  }

  it('a path that is not there, a folder without manifests', () =>
    withFiles({ 'a/README.md': '', 'b.yaml': privileged('b') }, async (folder) => {
      const { result, status } = await scanJson(
        '--check',
        'KP-POD-001',
        `${folder}/nope`,
        `${folder}/a`,
        `${folder}/b.yaml`,
      );
      expect(result.errors).to.deep.equal([
        { file: `${folder}/a`, line: 0, message: 'holds no *.yaml, *.yml or *.json' },
        { file: `${folder}/nope`, line: 0, message: 'no such file or folder' },
      ]);
      expect(result.findings).to.have.length(1);
      expect(status).to.equal(3);
    }));

  const repository = {
    'deploy/web.yaml': privileged('web'),
    'deploy/values.yaml': 'replicas: 3\n',
    'charts/shop/templates/web.yaml': '{{ if }}\n',
    'charts/values.yaml': 'replicas: 3\n',
    'package.json': '{}',
  };
  const excluding: readonly (readonly [excluded: readonly string[], status: number, errors: readonly string[]])[] = [
    [['charts/', 'values.yaml', '*.json'], 0, []],
    [['charts/**', 'deploy/values.yaml', 'package.json'], 0, []],
    [['charts', 'shop', 'values.yaml'], 3, ['package.json:1: has no kind']],
    [['templates', '**/values.yaml', 'package.*'], 0, []],
    [['*'], 3, [':0: holds no *.yaml, *.yml or *.json but what is excluded']],
  ];
  for (const [patterns, status, errors] of excluding)
    it(`leaves out of a folder ${patterns.join(' ')}`, () =>
      withFiles(repository, async (folder) => {
        const flags = patterns.flatMap((pattern) => ['--exclude', pattern]);
        const scanned = await scanJson('--check', 'KP-POD-001', ...flags, folder);
        const said = scanned.result.errors.map(({ file, line, message }) => `${file}:${String(line)}: ${message}`);
        expect(said.map((text) => text.replace(folder, '').replace(/^\//, ''))).to.deep.equal(errors);
        expect(scanned.status).to.equal(status);
      }));

  it('reads a file that is named itself, whatever is excluded', () =>
    withFiles(repository, async (folder) => {
      const { result, status } = await scanJson('--check', 'KP-POD-001', '--exclude', '*', `${folder}/deploy/web.yaml`);
      expect([result.findings.length, status]).to.deep.equal([1, 0]);
    }));
});
