import { readFileSync } from 'node:fs';
import { Ajv } from 'ajv';
import { expect } from 'chai';
import fc from 'fast-check';
import { loadAll } from 'js-yaml';
import { parse } from 'yaml';
import { validateXML } from 'xmllint-wasm';
import { UNSAFE } from '#model/text.ts';
import type { FormatName } from '#report/formats/index.ts';
import type { DeclaredControl } from '#settings/controls.ts';
import { OUTPUTS, printed, scanOf } from '../../support/scan-of.ts';

interface Sarif {
  readonly runs: readonly [
    {
      readonly tool: { readonly driver: { readonly rules: readonly object[] } };
      readonly results: readonly { readonly message: { readonly text: string } }[];
      readonly invocations: readonly object[];
    },
  ];
}

const CHECKS = ['KP-POD-001', 'KP-IMG-001', 'KP-NS-001'];

/** No name holds a slash: such an object is refused. Other words do. */
const named = (word: string): string => word.replaceAll('/', '÷');

/** A pod that two checks find something in, with a word wherever a manifest may have one. */
function pod(word: string): string {
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: named(word), namespace: named(word), labels: { [word]: word } },
    spec: { containers: [{ name: word, image: 'web', securityContext: { privileged: true } }] },
  });
}

/** An exception for everything in the namespace of the pod. */
function accepting(word: string, checks: readonly string[]): string {
  return JSON.stringify({
    apiVersion: 'kubeposture.io/v1alpha1',
    kind: 'ClusterSecurityException',
    metadata: { name: named(word) },
    spec: { checks, reason: word, owner: word, subjects: { names: ['*'] } },
  });
}

/** A kind without checks, a document that is none, a field of the wrong type, and a Namespace: every part of the output has something to say. */
function everything(word: string): string {
  return [
    pod(word),
    JSON.stringify({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: named(word) } }),
    accepting(word, ['KP-IMG-001']),
    accepting(`${word}3`, [word]),
    JSON.stringify({ apiVersion: `${word}/v1`, kind: word, metadata: { name: named(word) } }),
    JSON.stringify({ apiVersion: 'v1', kind: word }),
    JSON.stringify({ apiVersion: 'v1', kind: 'Pod', metadata: { name: `${named(word)}2` }, spec: { hostPID: word } }),
  ].join('\n---\n');
}

/** Of the pod that is not read in full. */
function declared(reason: string): Readonly<Record<string, DeclaredControl>> {
  return { 'KP-IMG-001': { status: 'pass', reason, expires: '2999-01-01T00:00:00Z' } };
}

const HOSTILE: Readonly<Record<string, string>> = {
  'escapes of a terminal': '\u001b[2J\u001b]0;owned\u0007\u009b31m',
  'marks that turn text': 'a\u202egnp.exe\u2066b\u200f',
  pipes: 'a|b\\|c||',
  quotes: `"a' "b`,
  HTML: `<img src=x onerror=alert(1)>&lt;</testcase></testsuites><!--`,
  'CDATA and XML': ']]><failure/>\u0000\ufffe\uffff',
  'lines of a table': 'x\ncritical  KP-POD-001  forged\r\n\r\n| 🔴 critical | forged |\u2028forged\u0085forged',
  Markdown: '`*_[a](https://evil.example)_*` ![x](y) @team #1 ~~x~~',
  'more backticks': '``` a ```` b',
  'links of SARIF': '[click](https://evil.example) {0}',
  YAML: "yes: - *a &b !c %d # e: 'f",
  'lone surrogates': '\ud800x\udfff',
  'keys of objects': '__proto__',
  'nothing to see': '\u200b\u00ad\ufeff',
  'a very long word': 'x'.repeat(20_000),
};

/** What is wrong with a file, beside a pod that is read all the same. */
const BAD: readonly { readonly name: string; readonly text: string; readonly says: string }[] = [
  {
    name: 'a syntax error',
    text: 'kind: Pod\nmetadata: {name: broken\nspec: {}',
    says: 'missed comma between flow collection entries',
  },
  { name: 'an unknown kind', text: '{apiVersion: x/v1, kind: Widget, metadata: {name: w}}', says: '' },
  {
    name: 'a List in a List',
    text: `{apiVersion: v1, kind: List, items: [{apiVersion: v1, kind: List, items: [${pod('inner')}, 3]}]}`,
    says: 'not an object',
  },
  {
    name: 'a ConfigMap of 5 MB',
    text: `{apiVersion: v1, kind: ConfigMap, metadata: {name: big}, data: {x: ${'y'.repeat(5_000_000)}}}`,
    says: '',
  },
  { name: 'an object without metadata', text: '{apiVersion: v1, kind: Pod}', says: 'Pod has no metadata' },
  {
    name: 'labels with control characters and __proto__',
    text: '{"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "l", "labels": {"__proto__": "\\u0000\\u001b[2J", "constructor": "\\u202e"}}, "spec": {"hostPID": "\\u0007"}}',
    says: 'expected boolean',
  },
];

const ajv = new Ajv({
  strict: false,
  unicodeRegExp: false,
  formats: { uri: true, 'uri-reference': true, 'date-time': true },
});
const isSarif = ajv.compile(JSON.parse(readFileSync('test/schemas/sarif-2.1.0.json', 'utf8')) as object);

/** What is wrong with a text by the schema of JUnit. */
async function junitErrors(xml: string): Promise<readonly unknown[]> {
  const schema = readFileSync('test/schemas/junit.xsd', 'utf8');
  const { errors } = await validateXML({ xml: [{ fileName: 'out.xml', contents: xml }], schema: [schema] });
  return errors;
}

const count = (text: string, pattern: RegExp): number => (text.match(pattern) ?? []).length;

describe('[unit] output formats', function () {
  this.timeout(60_000);

  it('wide: how workloads are exposed and isolated, and what bindings open', () => {
    const service =
      '{apiVersion: v1, kind: Service, metadata: {name: s}, spec: {type: NodePort, selector: {}, ports: [{port: 80}]}}';
    const at = (name: string): string =>
      `{apiVersion: v1, kind: Pod, metadata: {name: ${name}, labels: {at: ${name}}}, spec: {containers: [{name: c, image: i}]}}`;
    const binding =
      '{apiVersion: rbac.authorization.k8s.io/v1, kind: RoleBinding, metadata: {name: b}, roleRef: {kind: ClusterRole, name: cluster-admin}, subjects: [{kind: Group, name: ops}]}';
    const text = [at('web'), at('db'), service.replace('selector: {}', 'selector: {at: web}'), binding].join('\n---\n');
    const { result, ...rest } = scanOf(text, ['KP-POD-001']);
    const lines = printed('wide', { result, ...rest }).split('\n');
    expect(lines.slice(0, 7).map((line) => line.replace(/: .*/, ': …'))).to.deep.equal([
      'WORKLOAD         EXPOSURE  INGRESS  EGRESS  THROUGH',
      'Pod/default/db   cluster   open     open    -',
      'Pod/default/web  node      open     open    NodePort:default/s TCP/80',
      'ACCESS                 WHO                             EVERYWHERE       IN NAMESPACES',
      'Pod/default/db         ServiceAccount default/default  nothing of note  nothing of note',
      'Pod/default/web        ServiceAccount default/default  nothing of note  nothing of note',
      'RoleBinding/default/b  Group ops                       nothing of note  default: …',
    ]);
  });

  for (const [name, word] of Object.entries(HOSTILE)) {
    const scan = scanOf(everything(word), CHECKS, {}, declared(word));
    const tame = scanOf(everything('word'), CHECKS, {}, declared('word'));

    describe(name, () => {
      for (const format of OUTPUTS) {
        it(`${format}: nothing in it steers what shows it`, () => {
          const text = printed(format, scan);
          expect(text.replaceAll('\n', '').match(UNSAFE)).to.equal(null);
        });
      }

      it('finds what it finds under a tame name', () => {
        expect(scan.result.findings.length).to.equal(tame.result.findings.length);
        expect(scan.result.findings.length).to.be.above(2);
        expect(scan.result.notEvaluated.length).to.equal(tame.result.notEvaluated.length);
        expect(scan.result.errors.length).to.equal(tame.result.errors.length);
      });

      it('json, yaml and jsonl give every word back as it was', () => {
        const {
          findings,
          notEvaluated,
          declared: told = [],
          workloads = [],
          bindings = [],
          exceptions = [],
          errors,
          ...summary
        } = scan.result;
        expect(told.map(({ reason }) => reason)).to.deep.equal([word]);
        expect(exceptions.map(({ state }) => state)).to.deep.equal(['Active', 'Invalid']);
        const plain = JSON.parse(JSON.stringify(scan.result)) as object;
        expect(JSON.parse(printed('json', scan))).to.deep.equal(plain);
        expect(parse(printed('yaml', scan))).to.deep.equal(plain);
        expect(loadAll(printed('yaml', scan))).to.deep.equal([plain]);
        const lines = printed('jsonl', scan).trimEnd().split('\n');
        expect(lines.map((line) => JSON.parse(line) as object)).to.deep.equal([
          ...findings.map((each) => ({ type: 'finding', ...each })),
          ...notEvaluated.map((each) => ({ type: 'notEvaluated', ...each })),
          ...told.map((each) => ({ type: 'declared', ...each })),
          ...workloads.map((each) => ({ type: 'workload', ...each })),
          ...bindings.map((each) => ({ type: 'binding', ...each })),
          ...exceptions.map((each) => ({ type: 'exception', ...each })),
          ...errors.map((each) => ({ type: 'error', ...each })),
          { type: 'summary', ...summary },
        ]);
      });

      it('sarif is valid and holds as many results; no message is a link', () => {
        const log = JSON.parse(printed('sarif', scan)) as Sarif;
        isSarif(log);
        expect(isSarif.errors).to.equal(null);
        const [{ results }] = log.runs;
        expect(results).to.have.length(scan.result.findings.length);
        for (const { message } of results) expect(message.text).not.to.match(/\]\(/);
      });

      it('junit is valid and holds as many tests and lines as under a tame name', async () => {
        const text = printed('junit', scan);
        expect(await junitErrors(text)).to.deep.equal([]);
        for (const tag of [/<testsuite /g, /<testcase /g, /<failure /g, /<error /g, /<skipped>/g, /\n/g])
          expect(count(text, tag)).to.equal(count(printed('junit', tame), tag));
      });

      it('markdown has the rows and headings of a tame name, and neither HTML nor a mention', () => {
        const text = printed('markdown', scan);
        for (const line of [/^\| /gm, /^#+ /gm, /^- /gm])
          expect(count(text, line)).to.equal(count(printed('markdown', tame), line));
        const outside = text.replaceAll(/(`+)(?!`).*?[^`]\1(?!`)/g, '');
        expect(outside).not.to.match(/[<@]/);
        for (const row of text.match(/^\| .*$/gm) ?? []) expect(count(row, /(?<!\\)(?:\\\\)*\|/g), row).to.equal(5);
      });

      it('table and wide forge no line', () => {
        expect(count(printed('table', scan), /^(?:critical|high|medium|low|info|suppressed) /gm)).to.equal(
          scan.result.findings.length,
        );
        expect(printed('wide', scan).split('\n')).to.have.length(printed('wide', tame).split('\n').length);
      });
    });
  }

  for (const { name, text, says } of BAD) {
    const scan = scanOf(`${text}\n---\n${pod('good')}`, ['KP-POD-001']);

    for (const format of OUTPUTS)
      it(`${name}: ${format} has the rest${says === '' ? '' : ', and what is wrong where it lists that'}`, async () => {
        const all = printed(format, scan);
        expect(all).to.include('KP-POD-001');
        expect(all.replaceAll('\n', '').match(UNSAFE)).to.equal(null);
        if (!['table', 'wide'].includes(format)) expect(all).to.include(says);
        if (format === 'junit') expect(await junitErrors(all)).to.deep.equal([]);
        if (format !== 'sarif') return;
        isSarif(JSON.parse(all));
        expect(isSarif.errors).to.equal(null);
      });
  }

  it('any word at all comes back', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', minLength: 1, maxLength: 30 }), (word) => {
        const scan = scanOf(pod(word), CHECKS);
        const plain = JSON.parse(JSON.stringify(scan.result)) as object;
        expect(JSON.parse(printed('json', scan))).to.deep.equal(plain);
        expect(loadAll(printed('yaml', scan))).to.deep.equal([plain]);
        for (const format of OUTPUTS) expect(printed(format, scan).replaceAll('\n', '').match(UNSAFE)).to.equal(null);
      }),
      { numRuns: 200 },
    );
  });

  it('what is declared is told, where a person or a machine looks for what was not seen', () => {
    const controls = {
      'KP-API-001': { status: 'pass', reason: 'by the provider', expires: '2999-01-01T00:00:00Z' },
      'KP-IMG-003/notAllowed': { status: 'notApplicable', reason: 'no registry of our own' },
      'KP-NET-006': { status: 'fail', reason: 'the old plugin' },
    } as const;
    const scan = scanOf('', ['KP-API-001', 'KP-IMG-003', 'KP-NET-006'], {}, controls);
    const saying = (format: FormatName): readonly string[] =>
      printed(format, scan)
        .split('\n')
        .filter((line) => /declared|by the provider|no registry/.test(line))
        .map((line) => line.trim());
    expect(scan.result.summary).to.include({ passed: 1, unknown: 0, high: 1 });
    expect(scan.result.declared).to.deep.equal([
      { check: 'KP-API-001', status: 'pass', reason: 'by the provider', expires: '2999-01-01T00:00:00Z' },
      { check: 'KP-IMG-003', aspect: 'notAllowed', status: 'notApplicable', reason: 'no registry of our own' },
    ]);
    expect(saying('table')).to.deep.equal([
      'high      KP-NET-006  declared to fail: the old plugin',
      'declared',
      '1  KP-API-001: declared to pass: by the provider, until',
      '1  KP-IMG-003/notAllowed: declared not applicable: no registry of our own',
    ]);
    expect(saying('wide')).to.deep.equal([
      'high      KP-NET-006  cni-does-not-enforce  Cluster/cluster  -     metadata.name  declared to fail: the old plugin',
    ]);
    expect(saying('junit')).to.deep.equal([
      '<testcase name="the cluster, declared: by the provider" classname="KP-API-001 anonymous-auth-enabled"/>',
      '<skipped>declared not applicable: no registry of our own</skipped>',
      '<failure message="declared to fail: the old plugin" type="high">declared to fail: the old plugin',
    ]);
    expect(saying('markdown')).to.deep.equal([
      '| 🔴 high | KP-NET-006 cni-does-not-enforce | declared to fail: the old plugin | `metadata.name` |',
      '- 1 × KP-API-001: declared to pass: by the provider, until 2999-01-01T00:00:00Z',
      '- 1 × KP-IMG-003/notAllowed: declared not applicable: no registry of our own',
    ]);
    const { runs } = JSON.parse(printed('sarif', scan)) as Sarif;
    expect(runs[0].invocations).to.deep.equal([
      {
        executionSuccessful: true,
        toolExecutionNotifications: [
          'KP-API-001: declared to pass: by the provider, until 2999-01-01T00:00:00Z',
          'KP-IMG-003/notAllowed: declared not applicable: no registry of our own',
        ].map((text) => ({ level: 'note', message: { text } })),
      },
    ]);
  });

  it('an empty scan is an output too', async () => {
    const scan = scanOf('', CHECKS);
    const log = JSON.parse(printed('sarif', scan)) as Sarif;
    isSarif(log);
    expect(isSarif.errors).to.equal(null);
    expect(log.runs[0].results).to.deep.equal([]);
    expect(JSON.parse(printed('json', scan))).to.deep.equal(scan.result);
    expect(parse(printed('yaml', scan))).to.deep.equal(scan.result);
    expect(await junitErrors(printed('junit', scan))).to.deep.equal([]);
    expect(count(printed('junit', scan), /<testcase name="no finding"/g)).to.equal(CHECKS.length);
    expect(printed('table', scan)).to.include('nothing was judged');
  });

  it('table says the same words about several places of a subject once', () => {
    const rules = ['get', 'list'].map((verb) => ({ apiGroups: [''], resources: ['secrets'], verbs: [verb] }));
    const role = {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'ClusterRole',
      metadata: { name: 'reader' },
      rules,
    };
    const lines = printed('table', scanOf(JSON.stringify(role), ['KP-RBAC-005'])).split('\n');
    expect(lines.slice(2, 6)).to.deep.equal([
      'info      KP-RBAC-005  would give the right to read Secrets; bound to nobody',
      '          rules[0]',
      '          rules[1]',
      '          fix: Drop list/watch, name the secrets, or mount them as files so tha…',
    ]);
  });
});
