import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { Ajv, type ValidateFunction } from 'ajv';
import { expect } from 'chai';
import fc from 'fast-check';
import { parse } from 'yaml';
import { scoreOf } from '#engine/score.ts';
import { Tally } from '#engine/tally.ts';
import { byWorst } from '#engine/subject.ts';
import type { CheckId } from '#model/check.ts';
import type { Subject } from '#model/ref.ts';
import { SEVERITIES } from '#model/severity.ts';
import type { Traits } from '#model/trait.ts';
import type { Finding, Verdict } from '#model/verdict.ts';
import { REPORT_BYTES, reportOf, type Contents, type Report, type ReportBody } from '#report/body.ts';

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
const ENGINE = { catalogue: '2026.11.0', scoring: 1 };

interface Crd {
  readonly spec: { readonly versions: readonly [{ readonly schema: { readonly openAPIV3Schema: object } }] };
}

function validator(file: string): ValidateFunction {
  const crd = parse(readFileSync(`crds/${file}.yaml`, 'utf8')) as Crd;
  const ajv = new Ajv({ strict: false, formats: { 'date-time': true } });
  // The server drops fields that the schema does not know: here they are a mistake.
  return ajv.compile(sealed(crd.spec.versions[0].schema.openAPIV3Schema, true) as object);
}

function sealed(schema: unknown, isRoot = false): unknown {
  if (Array.isArray(schema)) return schema.map((item) => sealed(item));
  if (typeof schema !== 'object' || schema === null) return schema;
  const inner = Object.fromEntries(Object.entries(schema).map(([key, value]) => [key, sealed(value)]));
  return 'properties' in inner && !isRoot && inner['type'] === 'object'
    ? { ...inner, additionalProperties: false }
    : inner;
}

const VALIDATORS: Readonly<Record<string, ValidateFunction>> = {
  SecurityReport: validator('securityreports'),
  ClusterSecurityReport: validator('clustersecurityreports'),
};

const SUBDOMAIN = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;
const LABEL = /^([A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?)?$/;

function bytesOf(body: ReportBody): number {
  return Buffer.byteLength(JSON.stringify(body));
}

/** What is wrong with a report, in the eyes of the API server. */
function faults({ ref, body }: Report): readonly string[] {
  const { name, namespace = '', labels, ownerReferences = [] } = body.metadata;
  const valid = VALIDATORS[body.kind];
  if (valid === undefined) return [`kind ${body.kind}`];
  return [
    ...(valid(body) ? [] : (valid.errors ?? []).map(({ instancePath, message = '' }) => `${instancePath} ${message}`)),
    ...(name.length <= 253 && SUBDOMAIN.test(name) ? [] : [`name ${name}`]),
    ...(ref.name === name && ref.namespace === namespace && ref.kind === body.kind ? [] : ['place']),
    ...Object.values(labels).filter((value) => !LABEL.test(value)),
    ...ownerReferences.filter((owner) => Object.values(owner).some((word) => word === '')).map(() => 'owner'),
    ...(bytesOf(body) <= REPORT_BYTES ? [] : [`${String(bytesOf(body))} bytes`]),
  ];
}

const nasty = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 60 }),
  fc.constantFrom(
    '',
    'x',
    '\u001b[2J',
    '\ud800',
    '😀'.repeat(300),
    'ü'.repeat(600),
    '"\\\n'.repeat(400),
    '\u2028',
    '<b>',
  ),
  fc
    .tuple(fc.constantFrom('a', '漢', '\u0000', '"', '\ud83d\ude00'), fc.nat({ max: 3000 }))
    .map(([unit, times]) => unit.repeat(times)),
);
/** What the API server takes as a name of a namespaced object or of an owner, and what a hostile owner reference may say. */
const kind = fc.oneof(fc.constantFrom('Deployment', 'Pod', 'Rollout', 'Foo'), nasty);
const subject: fc.Arbitrary<Subject> = fc.record(
  {
    apiVersion: fc.oneof(fc.constantFrom('apps/v1', 'v1', 'argoproj.io/v1alpha1'), nasty),
    kind,
    namespace: fc.constantFrom('', 'shop', 'a'.repeat(63)),
    name: fc.oneof(fc.constantFrom('web', 'a'.repeat(253), 'system:node:x'), nasty),
    uid: fc.oneof(fc.constant('0f6e2c1a-3f63-4a43-9d0a-1f0b8f1f6f10'), nasty),
  },
  { requiredKeys: ['apiVersion', 'kind', 'namespace', 'name'] },
);

const finding: fc.Arbitrary<Finding> = fc
  .record({
    check: fc.constantFrom<CheckId>('KP-POD-001', 'KP-RBAC-003', 'KP-KUBELET-011'),
    severity: fc.constantFrom(...SEVERITIES),
    accepted: fc.option(nasty, { nil: undefined }),
    aspect: fc.constantFrom(undefined, 'ingress'),
    path: nasty,
    message: nasty,
    pods: fc.nat({ max: 9 }),
    pss: fc.constantFrom(undefined, 'baseline' as const),
    because: fc.array(
      fc.record({ kind: fc.constantFrom('Role', 'Secret'), namespace: fc.constantFrom('', 'a'), name: nasty }),
      {
        maxLength: 20,
      },
    ),
  })
  .map(({ accepted, aspect, pss, ...rest }) => ({
    ...rest,
    name: 'some-check',
    status: accepted === undefined ? ('fail' as const) : ('accepted' as const),
    evidence: 'observed' as const,
    ...(accepted === undefined ? {} : { accepted }),
    ...(aspect === undefined ? {} : { aspect }),
    ...(pss === undefined ? {} : { pss }),
  }));

const judged = fc.constantFrom<CheckId>('KP-POD-001', 'KP-NET-002');
const aspect = fc.constantFrom('ingress', 'egress');
const notEvaluated = fc.record({ check: judged, aspect, reason: nasty }, { requiredKeys: ['check', 'reason'] });
const declared = fc.record(
  {
    check: judged,
    aspect,
    status: fc.constantFrom('pass', 'notApplicable'),
    reason: nasty,
    expires: fc.constantFrom(0, 4_102_444_800),
  },
  { requiredKeys: ['check', 'status', 'reason'] },
);
const cluster = { apiVersion: 'kubeposture.io/v1alpha1', kind: 'Cluster', namespace: '', name: 'cluster' };

const network: fc.Arbitrary<NonNullable<Traits['network']>> = fc.record(
  {
    exposure: fc.constantFrom('internet', 'cluster', 'unknown'),
    assumed: nasty,
    ways: fc.array(
      fc.record({
        kind: fc.constantFrom('LoadBalancer', 'HTTPRoute'),
        namespace: fc.constantFrom('', 'a'.repeat(63)),
        name: nasty,
        level: fc.constantFrom('internet', 'node'),
        ports: fc.array(fc.constantFrom('TCP/65535', 'SCTP/1'), { maxLength: 30 }),
      }),
      { maxLength: 30 },
    ),
    ingress: fc.constantFrom('isolated', 'partly'),
    egress: fc.constantFrom('open', 'unknown'),
    enforced: fc.constantFrom('yes', 'unknown'),
  },
  { requiredKeys: ['exposure', 'ways', 'ingress', 'egress', 'enforced'] },
);
const access = fc.record({ who: nasty, everywhere: nasty, inNamespaces: nasty });

interface Drawn {
  readonly traits: Traits | undefined;
  readonly subject: Subject;
  readonly findings: readonly Finding[];
  /** How often the findings come: thousands are not drawn one by one. */
  readonly times: number;
  readonly notEvaluated: readonly Verdict['notEvaluated'][number][];
  readonly declared: NonNullable<Contents['declared']>;
  readonly coverage: Contents['coverage'] | undefined;
}

const drawn: fc.Arbitrary<Drawn> = fc.record({
  traits: fc.option(fc.record({ network, access }, { requiredKeys: [] }), { nil: undefined }),
  subject,
  findings: fc.array(finding, { maxLength: 12 }),
  times: fc.constantFrom(1, 1, 5, 20, 800),
  notEvaluated: fc.array(notEvaluated, { maxLength: 300, size: 'max', depthIdentifier: 'few' }),
  declared: fc.oneof(fc.constant([]), fc.array(declared, { maxLength: 300, size: 'max' })),
  coverage: fc.option(
    fc.record({
      ratio: fc.double({ min: 0, max: 1, noNaN: true }),
      kinds: fc.array(fc.record({ kind: fc.constant('Pod'), state: fc.constant('forbidden'), reason: nasty }), {
        maxLength: 30,
      }),
    }),
    { nil: undefined, freq: 4 },
  ),
});

function contentsOf({
  subject: named,
  findings,
  times,
  notEvaluated: doubts,
  coverage,
  traits,
  ...rest
}: Drawn): Contents {
  const all = Array.from({ length: times }, (_, index) =>
    findings.map((each) => ({ ...each, path: `${String(index)} ${each.path}` })),
  )
    .flat()
    .sort(byWorst);
  const score = { exact: 100, grade: 'A', topFixes: [] } as const;
  const tally = new Tally();
  tally.add({ subject: named, isWorkload: true, pods: 3, findings: all, notEvaluated: doubts, passed: 1, score });
  return {
    subject: coverage === undefined ? named : cluster,
    pods: 3,
    findings: all,
    notEvaluated: doubts,
    declared: rest.declared,
    summary: tally.summary,
    score: scoreOf(tally.open, 'resource'),
    ...(traits === undefined || coverage !== undefined
      ? {}
      : { traits: named.namespace === '' ? noNetwork(traits) : traits }),
    ...(coverage === undefined ? {} : { coverage, rollup: { objects: 1, workloads: 1, worst: [] } }),
  };
}

/** Of what has no namespace: a binding. */
function noNetwork({ network: _, ...traits }: Traits): Traits {
  return traits;
}

const report = (contents: Contents): Report => reportOf(contents, ENGINE, sha256);

describe('[law] report', () => {
  it('is what the API server takes: schema, names, labels, at most 64 KiB', () => {
    fc.assert(
      fc.property(drawn, (given) => {
        expect(faults(report(contentsOf(given)))).to.deep.equal([]);
      }),
      { numRuns: 150, endOnFailure: true },
    );
  });

  it('same contents, same bytes', () => {
    fc.assert(
      fc.property(drawn, (given) => {
        const [first, second] = [report(contentsOf(given)), report(structuredClone(contentsOf(given)))];
        expect(JSON.stringify(first)).to.equal(JSON.stringify(second));
      }),
      { numRuns: 60, endOnFailure: true },
    );
  });

  it('what is left out is the mildest, and is counted', () => {
    fc.assert(
      fc.property(drawn, (given) => {
        const contents = contentsOf(given);
        const { body } = report(contents);
        const { findings: left } = body['truncated'] as { readonly findings: number };
        expect(body.findings.length + left).to.equal(contents.findings.length);
        expect(body.findings.map((each) => each['severity'])).to.deep.equal(
          contents.findings.slice(0, body.findings.length).map(({ severity }) => severity),
        );
      }),
      { numRuns: 60, endOnFailure: true },
    );
  });

  it('ten thousand findings with the longest texts stay in the budget', () => {
    const worst: Finding = {
      check: 'KP-KUBELET-011',
      name: 'x'.repeat(63),
      severity: 'critical',
      status: 'accepted',
      path: '漢'.repeat(5000),
      message: '\u0001😀'.repeat(5000),
      evidence: 'heuristic',
      because: Array.from({ length: 50 }, () => ({ kind: 'Role', namespace: 'a'.repeat(63), name: '漢'.repeat(500) })),
      pods: 1,
      accepted: '"'.repeat(5000),
    };
    const findings = Array.from({ length: 10_000 }, () => worst);
    const given = {
      subject: { ...cluster, kind: 'Pod', apiVersion: 'v1' },
      findings,
      times: 1,
      notEvaluated: [],
      declared: [],
      coverage: undefined,
      traits: undefined,
    };
    expect(faults(report(contentsOf(given)))).to.deep.equal([]);
  });
});
