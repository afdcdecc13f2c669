import { createHash } from 'node:crypto';
import { expect } from 'chai';
import type { CheckId } from '#model/check.ts';
import type { Finding } from '#model/verdict.ts';
import { hasReport, reportOf, type Contents } from '#report/body.ts';

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
const ENGINE = { catalogue: '2026.11.0', scoring: 1 };
const SUMMARY = { critical: 0, high: 1, medium: 0, low: 0, info: 0, passed: 3, suppressed: 0, accepted: 0, unknown: 1 };

function finding(tweak: Partial<Finding> = {}): Finding {
  return {
    check: 'KP-POD-001',
    name: 'privileged-container',
    severity: 'high',
    status: 'fail',
    path: 'spec.containers[0]',
    message: 'container app runs privileged',
    evidence: 'observed',
    because: [],
    pods: 2,
    ...tweak,
  };
}

function contents(tweak: Partial<Contents> = {}): Contents {
  return {
    subject: { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'shop', name: 'web', uid: 'u-1' },
    pods: 2,
    findings: [finding()],
    notEvaluated: [{ check: 'KP-NET-002', reason: 'list networkpolicies: forbidden' }],
    summary: SUMMARY,
    score: { exact: 73.9, grade: 'C', cappedBy: { check: 'KP-POD-001', severity: 'high' }, topFixes: [] },
    ...tweak,
  };
}

const of = (tweak: Partial<Contents> = {}): ReturnType<typeof reportOf> => reportOf(contents(tweak), ENGINE, sha256);
const many = (count: number): readonly Finding[] =>
  Array.from({ length: count }, (_, index) => finding({ path: `spec.containers[${String(index)}]` }));

describe('[unit] body of a report', () => {
  it('holds all that is known, and nothing else', () => {
    const { ref, digest, body } = of();
    expect(ref).to.deep.equal({ kind: 'SecurityReport', namespace: 'shop', name: 'deployment-web' });
    expect(body).to.deep.equal({
      apiVersion: 'kubeposture.io/v1alpha1',
      kind: 'SecurityReport',
      metadata: {
        name: 'deployment-web',
        namespace: 'shop',
        labels: {
          'app.kubernetes.io/managed-by': 'kubeposture',
          'kubeposture.io/subject-kind': 'Deployment',
          'kubeposture.io/subject-uid': 'u-1',
          'kubeposture.io/grade': 'C',
          'kubeposture.io/worst-severity': 'high',
        },
        annotations: { 'kubeposture.io/digest': digest },
        ownerReferences: [{ apiVersion: 'apps/v1', kind: 'Deployment', name: 'web', uid: 'u-1' }],
      },
      subject: { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'shop', name: 'web', uid: 'u-1', pods: 2 },
      grade: 'C',
      score: 73,
      scoreExact: 73.9,
      summary: SUMMARY,
      cappedBy: { check: 'KP-POD-001', severity: 'high' },
      topFixes: [],
      findings: [
        {
          check: 'KP-POD-001',
          name: 'privileged-container',
          severity: 'high',
          status: 'fail',
          path: 'spec.containers[0]',
          message: 'container app runs privileged',
          evidence: 'observed',
          pods: 2,
          fingerprint: sha256('["u-1","KP-POD-001","","spec.containers[0]"]').slice(0, 16),
        },
      ],
      unknown: [{ check: 'KP-NET-002', reason: 'list networkpolicies: forbidden' }],
      truncated: { findings: 0, unknown: 0 },
      engine: ENGINE,
    });
  });

  it('the digest moves with what is said and with what judged, and with nothing else', () => {
    const { digest } = of();
    expect(digest).to.match(/^sha256:[0-9a-f]{64}$/);
    expect(of().digest).to.equal(digest);
    expect(of({ pods: 3 }).digest).to.not.equal(digest);
    expect(of({ findings: [finding({ message: 'else' })] }).digest).to.not.equal(digest);
    expect(reportOf(contents(), { ...ENGINE, catalogue: '2026.12.0' }, sha256).digest).to.not.equal(digest);
  });

  it('a fingerprint is of subject, check, aspect and path: a new message or severity keeps it', () => {
    const print = (tweak: Partial<Finding>): unknown =>
      of({ findings: [finding(tweak)] }).body.findings[0]?.fingerprint;
    const known = print({});
    expect(print({ message: 'else', severity: 'low', pods: 9, status: 'accepted', accepted: 'x' })).to.equal(known);
    expect(
      new Set([known, print({ aspect: 'a' }), print({ path: 'p' }), print({ check: 'KP-POD-002' })]).size,
    ).to.equal(4);
  });

  it('without a uid there is no owner and no label of it', () => {
    const { metadata } = of({ subject: { apiVersion: 'x/v1', kind: 'Foo', namespace: 'shop', name: 'web' } }).body;
    expect([metadata.ownerReferences, metadata.labels['kubeposture.io/subject-uid']]).to.deep.equal([
      undefined,
      undefined,
    ]);
  });

  it('labels that the API server would refuse are left out', () => {
    const subject = { apiVersion: 'x/v1', kind: `K${'x'.repeat(63)}`, namespace: 'shop', name: 'web', uid: 'a b' };
    expect(Object.keys(of({ subject }).body.metadata.labels)).to.deep.equal([
      'app.kubernetes.io/managed-by',
      'kubeposture.io/grade',
      'kubeposture.io/worst-severity',
    ]);
  });

  it('the worst severity is none where nothing is open', () => {
    const { labels } = of({ findings: [], summary: { ...SUMMARY, high: 0 } }).body.metadata;
    expect(labels['kubeposture.io/worst-severity']).to.equal('none');
  });

  it('the first hundred findings are shown, the rest is counted', () => {
    const { findings, ['truncated']: truncated } = of({ findings: many(101) }).body;
    expect([findings.length, truncated]).to.deep.equal([100, { findings: 1, unknown: 0 }]);
  });

  it('the first 250 doubts are shown, the rest is counted', () => {
    const notEvaluated = Array.from({ length: 251 }, (_, index) => ({
      check: `KP-POD-${String(index)}` as CheckId,
      reason: 'r',
    }));
    const { ['unknown']: unknown, ['truncated']: truncated } = of({ notEvaluated }).body;
    expect([(unknown as readonly unknown[]).length, truncated]).to.deep.equal([250, { findings: 0, unknown: 1 }]);
  });

  it('long and hostile text is made harmless and short, and says so', () => {
    const [shown] = of({ findings: [finding({ message: `\u001b[2J${'x'.repeat(600)}`, path: 'p'.repeat(600) })] }).body
      .findings;
    expect([shown?.['message'], shown?.['path']]).to.deep.equal([
      `\ufffd[2J${'x'.repeat(507)}…`,
      `${'p'.repeat(511)}…`,
    ]);
  });

  it('says how a workload is exposed and isolated, with the ways that were left out counted', () => {
    const way = { kind: 'Ingress', namespace: 'shop', name: 'web', level: 'internet', ports: ['TCP/80'] } as const;
    const stands = { exposure: 'internet', ingress: 'isolated', egress: 'open', enforced: 'yes' } as const;
    const told = (ways: readonly (typeof way)[]): unknown =>
      of({ traits: { network: { ...stands, ways } } }).body['network'];
    expect([told([]), told([way]), told(Array.from({ length: 18 }, () => way))]).to.deep.equal([
      stands,
      { ...stands, ways: [way] },
      { ...stands, ways: Array.from({ length: 16 }, () => way), moreWays: 2 },
    ]);
  });

  it('the digest covers what its service account can do', () => {
    const access = { who: 'ServiceAccount shop/web', everywhere: 'read Secrets', inNamespaces: 'nothing of note' };
    const told = [{}, { access }, { access: { ...access, everywhere: 'nothing of note' } }].map((traits) =>
      of({ traits }),
    );
    expect(told.map(({ body }) => body['access'] !== undefined)).to.deep.equal([false, true, true]);
    expect(new Set(told.map(({ digest }) => digest)).size).to.equal(3);
  });

  it('the digest covers how a workload is exposed', () => {
    const network = { exposure: 'cluster', ways: [], ingress: 'open', egress: 'open', enforced: 'no' } as const;
    const digests = [{}, { network }, { network: { ...network, ingress: 'isolated' as const } }].map(
      (traits) => of({ traits }).digest,
    );
    expect(new Set(digests).size).to.equal(3);
  });

  it('a report is for every workload, and for others that have something to show', () => {
    const score = { exact: 100, grade: 'A', topFixes: [] } as const;
    const verdict = { subject: contents().subject, pods: 0, notEvaluated: [], passed: 1, score };
    expect([
      hasReport({ ...verdict, isWorkload: true, findings: [] }),
      hasReport({ ...verdict, isWorkload: false, findings: [] }),
      hasReport({ ...verdict, isWorkload: false, findings: [finding()] }),
      hasReport({ ...verdict, isWorkload: false, findings: [], traits: {} }),
    ]).to.deep.equal([true, false, true, true]);
  });
});
