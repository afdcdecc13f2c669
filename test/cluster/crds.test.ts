import { expect } from 'chai';
import { ourCrds } from '#report/schema.ts';
import type { ControlPlane } from '../support/control-plane.ts';
import { CLUSTER_REPORT, DEPLOYMENT_REPORT, NAMESPACE_REPORT } from '../support/example-reports.ts';
import { waitFor } from '../support/wait.ts';
import { newNamespace, sharedControlPlane } from '../support/shared-control-plane.ts';

const STRICT = ['--server-side', '--validate=strict', '--warnings-as-errors', '-f', '-'] as const;

describe('[cluster] custom resource definitions', function () {
  this.timeout(60_000);
  let plane: ControlPlane;
  let isApplied = false;
  let namespace: string;

  const apply = (report: object): Promise<string> =>
    plane.kubectlWithInput(JSON.stringify(report), 'apply', '-n', namespace, ...STRICT);
  const refusalOf = (report: object): Promise<string> =>
    plane
      .kubectlWithInput(JSON.stringify(report), 'create', '-n', namespace, '--dry-run=server', '-f', '-')
      .then(() => 'accepted', String);

  before(async function () {
    plane = await sharedControlPlane(this);
    await plane.kubectl('apply', '--server-side', '--validate=strict', '--warnings-as-errors', '-f', 'crds');
    await plane.kubectl('wait', '--for=condition=Established', '--timeout=30s', '-f', 'crds');
    namespace = await newNamespace(plane);
    for (const report of [DEPLOYMENT_REPORT, NAMESPACE_REPORT, CLUSTER_REPORT]) await apply(report);
    isApplied = true;
  });

  after(async () => {
    if (!isApplied) return;
    await plane.kubectl('delete', 'csecrep', 'cluster');
    await plane.kubectl('delete', 'secrep', '--all', '-n', namespace);
  });

  it('have schemas without structural faults', async () => {
    const faults = await plane.kubectl(
      'get',
      '-f',
      'crds',
      '-o=jsonpath={.items[*].status.conditions[?(@.type=="NonStructuralSchema")]}',
    );
    expect(faults).to.equal('');
  });

  for (const report of [DEPLOYMENT_REPORT, NAMESPACE_REPORT, CLUSTER_REPORT]) {
    it(`keep every field of ${report.kind} ${report.metadata.name}`, async () => {
      const read = await plane.kubectl('get', report.kind, report.metadata.name, '-n', namespace, '-o=json');
      expect({ ...(JSON.parse(read) as typeof report), metadata: report.metadata }).to.deep.equal(report);
    });
  }

  it('explain every field', async () => {
    // The server publishes what it explains a moment after the kind is established.
    for (const { names } of ourCrds().map((crd) => (crd as Crd).spec)) {
      await waitFor(`kubectl explain ${names.singular}`, () => plane.kubectl('explain', names.singular));
    }
    const described = await Promise.all(
      ourCrds().flatMap((crd) => {
        const { names, versions } = (crd as Crd).spec;
        return [...objectsIn(names.singular, versions[0].schema.openAPIV3Schema)].map(async ({ path, fields }) => {
          const said = (await plane.kubectl('explain', path)).replaceAll(/\s+/g, ' ');
          return fields.filter(
            ([name, { description }]) => !said.includes(name) || !said.includes(spaced(description)),
          );
        });
      }),
    );
    expect(described.flat().map(([name]) => name)).to.deep.equal([]);
  });

  it('explain a finding field by field', async () => {
    const said = await plane.kubectl('explain', 'securityreport.findings');
    const fields = [...said.matchAll(/^ {2}(\w+)\t<([^>]+)>( -required-)?$/gm)].map(
      ([, name, type, required]) => `${name!} ${type!}${required === undefined ? '' : ' required'}`,
    );
    expect(fields).to.deep.equal([
      'accepted string',
      'aspect string',
      'because []Object',
      'check string required',
      'evidence string required',
      'exception Object',
      'fingerprint string required',
      'firstSeen string',
      'message string required',
      'name string required',
      'path string required',
      'pods integer',
      'pss string',
      'severity string required',
      'status string required',
    ]);
  });

  it('print their columns', async () => {
    expect(await tableOf(plane, 'get', 'securityreports', '-n', namespace)).to.deep.equal([
      ['NAME', 'KIND', 'SUBJECT', 'GRADE', 'SCORE', 'CRITICAL', 'HIGH', 'MEDIUM', 'LOW', 'AGE'],
      ['deployment-web', 'Deployment', 'web', 'D', '54', '0', '1', '6', '5', 'AGE'],
      ['namespace-shop', 'Namespace', 'shop', 'D', '54', '0', '1', '6', '5', 'AGE'],
    ]);
    const wide = await tableOf(plane, 'get', 'secrep', '-n', namespace, '-o=wide');
    expect(wide.map((row) => row.slice(10).filter((cell) => cell !== ''))).to.deep.equal([
      ['SUPPRESSED', 'UNKNOWN', 'WORST', 'EXPOSURE', 'INGRESS', 'EGRESS'],
      ['1', '2', 'KP-POD-001'],
      ['1', '2', 'KP-POD-001'],
    ]);
  });

  it('are all in the category posture', async () => {
    const names = await plane.kubectl('get', 'posture', '-A', '-o=name');
    expect(names.trim().split('\n')).to.include.members([
      'securityreport.kubeposture.io/deployment-web',
      'securityreport.kubeposture.io/namespace-shop',
      'clustersecurityreport.kubeposture.io/cluster',
    ]);
  });

  const [finding] = DEPLOYMENT_REPORT.findings;
  const cases: readonly { readonly name: string; readonly report: object; readonly says: string }[] = [
    {
      name: 'an unknown grade',
      report: { ...DEPLOYMENT_REPORT, grade: 'E' },
      says: 'grade: Unsupported value: "E": supported values: "A", "B", "C", "D", "F"',
    },
    {
      name: 'a score above 100',
      report: { ...DEPLOYMENT_REPORT, score: 101 },
      says: 'score: Invalid value: 101: score in body should be less than or equal to 100',
    },
    {
      name: 'a 101st finding',
      report: { ...DEPLOYMENT_REPORT, findings: Array.from({ length: 101 }, () => finding) },
      says: 'findings: Too many: 101: must have at most 100 items',
    },
    {
      name: 'a message of 513 characters',
      report: { ...DEPLOYMENT_REPORT, findings: [{ ...finding, message: 'x'.repeat(513) }] },
      says: 'findings[0].message: Too long: may not be more than 512 bytes',
    },
    {
      name: 'a check that has no such id',
      report: { ...DEPLOYMENT_REPORT, findings: [{ ...finding, check: 'privileged' }] },
      says: 'findings[0].check in body should match',
    },
    {
      name: 'a summary without a count',
      report: { ...DEPLOYMENT_REPORT, summary: { critical: 0 } },
      says: 'summary.passed: Required value',
    },
    {
      name: 'a suppressed finding without exception',
      report: { ...DEPLOYMENT_REPORT, findings: [{ ...finding, status: 'suppressed' }] },
      says: 'a suppressed finding, and no other, names its exception',
    },
    {
      name: 'a reason to accept an open finding',
      report: { ...DEPLOYMENT_REPORT, findings: [{ ...finding, accepted: 'because' }] },
      says: 'an accepted finding, and no other, says why',
    },
    {
      name: 'the rollup of a Deployment',
      report: { ...DEPLOYMENT_REPORT, rollup: NAMESPACE_REPORT.rollup },
      says: 'only the report of the Namespace has a rollup',
    },
    {
      name: 'the coverage of a Node',
      report: { ...CLUSTER_REPORT, metadata: { name: 'node-a' } },
      says: 'only the report named cluster has rollup and coverage',
    },
    { name: 'a field of another time', report: { ...DEPLOYMENT_REPORT, spec: {} }, says: 'unknown field "spec"' },
  ];
  for (const { name, report, says } of cases) {
    it(`refuse ${name}`, async () => {
      expect(await refusalOf(report)).to.include(says);
    });
  }
});

describe('[cluster] exceptions as the API server takes them', function () {
  this.timeout(60_000);
  let plane: ControlPlane;
  let namespace: string;

  before(async function () {
    plane = await sharedControlPlane(this);
    await plane.kubectl('apply', '--server-side', '-f', 'crds');
    await plane.kubectl('wait', '--for=condition=Established', '--timeout=30s', '-f', 'crds');
    namespace = await newNamespace(plane);
  });

  const answerTo = (kind: string, spec: object): Promise<string> =>
    plane
      .kubectlWithInput(
        JSON.stringify({ apiVersion: 'kubeposture.io/v1alpha1', kind, metadata: { name: 'tried' }, spec }),
        'create',
        ...(kind === 'SecurityException' ? ['-n', namespace] : []),
        '--dry-run=server',
        '--validate=strict',
        '-f',
        '-',
      )
      .then(() => 'taken', String);

  const good = { checks: ['KP-POD-001'], reason: 'a migration' };
  const cases: readonly {
    readonly name: string;
    readonly spec: object;
    readonly says: string;
    readonly kind?: 'ClusterSecurityException';
  }[] = [
    { name: 'a check and a reason', spec: good, says: 'taken' },
    {
      name: 'everything that can be said',
      spec: {
        checks: ['KP-NET-002', 'pod-not-isolated', 'KP-NET-002/hostNetwork'],
        subjects: {
          kinds: ['Deployment'],
          names: ['legacy-*', 'system:x'],
          matchLabels: { 'example.com/app': 'web' },
          containers: ['app'],
        },
        reason: 'a migration',
        owner: 'team-shop',
        expires: '2026-12-31T00:00:00Z',
      },
      says: 'taken',
    },
    {
      name: 'every check with an end',
      spec: { ...good, checks: ['*'], expires: '2026-12-31T00:00:00Z' },
      says: 'taken',
    },
    {
      name: 'namespaces of the kind that is cluster-scoped',
      kind: 'ClusterSecurityException',
      spec: { ...good, subjects: { kinds: ['Namespace'], namespaces: ['kube-*'] } },
      says: 'taken',
    },
    { name: 'no reason', spec: { checks: ['KP-POD-001'] }, says: 'spec.reason: Required value' },
    { name: 'a blank reason', spec: { ...good, reason: '  ' }, says: 'spec.reason in body should match' },
    { name: 'no check', spec: { ...good, checks: [] }, says: 'spec.checks in body should have at least 1 items' },
    { name: 'a glob of checks', spec: { ...good, checks: ['KP-POD-*'] }, says: 'spec.checks[0] in body should match' },
    {
      name: 'every check without an end',
      spec: { ...good, checks: ['*'] },
      says: 'who accepts every check says until when: expires',
    },
    { name: 'a day', spec: { ...good, expires: '2026-12-31' }, says: 'spec.expires in body must be of type date-time' },
    {
      name: 'a kind that is in no namespace',
      spec: { ...good, subjects: { kinds: ['Pod', 'ClusterRole'] } },
      says: 'a SecurityException covers objects of its own namespace',
    },
    {
      name: 'namespaces of the kind that is in one',
      spec: { ...good, subjects: { namespaces: ['shop'] } },
      says: 'unknown field "spec.subjects.namespaces"',
    },
    {
      name: 'a slip in the name of a selector',
      spec: { ...good, subjects: { name: ['web'] } },
      says: 'unknown field "spec.subjects.name"',
    },
    {
      name: 'a thousand names',
      spec: { ...good, subjects: { names: Array.from({ length: 1000 }, () => 'x') } },
      says: 'spec.subjects.names: Too many: 1000: must have at most 100 items',
    },
    {
      name: 'a novel',
      spec: { ...good, reason: 'x'.repeat(513) },
      says: 'spec.reason: Too long: may not be more than 512 bytes',
    },
  ];
  for (const { name, spec, says, kind = 'SecurityException' } of cases)
    it(`${name}: ${says === 'taken' ? says : 'refused'}`, async () => {
      expect(await answerTo(kind, spec)).to.include(says);
    });
});

interface Schema {
  readonly description: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
}

interface Crd {
  readonly spec: {
    readonly names: { readonly singular: string };
    readonly versions: readonly [{ readonly schema: { readonly openAPIV3Schema: Schema } }];
  };
}

interface Described {
  readonly path: string;
  readonly fields: readonly (readonly [string, Schema])[];
}

/** Every object within a schema that kubectl explain has a page for, with its fields. */
function* objectsIn(path: string, { properties, items }: Schema): Generator<Described> {
  if (items !== undefined) yield* objectsIn(path, items);
  if (properties === undefined) return;
  const fields = Object.entries(properties);
  yield { path, fields };
  for (const [name, schema] of fields) yield* objectsIn(`${path}.${name}`, schema);
}

function spaced(words: string): string {
  return words.replaceAll(/\s+/g, ' ');
}

/** The cells of a table, with ages made equal. */
async function tableOf(plane: ControlPlane, ...args: readonly string[]): Promise<readonly (readonly string[])[]> {
  const lines = (await plane.kubectl(...args)).trim().split('\n');
  return lines.map((line) => line.split(/\s+/).map((cell) => (/^\d+m?\d*s$/.test(cell) ? 'AGE' : cell)));
}
