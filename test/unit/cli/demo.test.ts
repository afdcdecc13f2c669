import { expect } from 'chai';
import { newsOf } from '#cli/demo/news.ts';
import type { Table } from '#cli/demo/reports.ts';
import { tableLines } from '#cli/demo/table.ts';
import type { ReportBody } from '#report/body.ts';

const look = (width: number): { readonly width: number; readonly paint: (text: string) => string } => ({
  width,
  paint: (text) => text,
});

const TITLES = ['Name', 'Kind', 'Subject', 'Grade', 'Score', 'Critical', 'High', 'Medium', 'Low', 'Age'];
const TABLE: Table = {
  columnDefinitions: [...TITLES.map((name) => ({ name, priority: 0 })), { name: 'Worst', priority: 1 }],
  rows: ['web', 'a-name-that-is-longer-than-the-line-has-room-for'].map((name) => ({
    cells: [`deployment-${name}`, 'Deployment', name, 'D', 63, 0, 1, 5, null, '3m', 'KP-POD-001'],
    object: { metadata: { name: `deployment-${name}`, namespace: 'shop' } },
  })),
};

describe('[unit] demo: the table', () => {
  it('is that of kubectl where there is room', () => {
    const [header, row] = tableLines({ ...TABLE, rows: TABLE.rows.slice(0, 1) }, true, look(120));
    expect(header).to.equal(
      'NAMESPACE   NAME             KIND         SUBJECT   GRADE   SCORE   CRITICAL   HIGH   MEDIUM   LOW      AGE',
    );
    expect(row).to.equal(
      'shop        deployment-web   Deployment   web       D       63      0          1      5        <none>   3m',
    );
  });

  it('leaves out what the name says where there is not, and cuts names at last', () => {
    expect(tableLines(TABLE, false, look(60))).to.deep.equal([
      'NAME                   GRADE  SCORE  CRIT  HIGH  MED  LOW',
      'deployment-web         D      63     0     1     5    <none>',
      'deployment-a-name-th…  D      63     0     1     5    <none>',
    ]);
  });
});

function report(score: number, grade: string, checks: readonly string[], tweak: object = {}): ReportBody {
  const findings = checks.map((check, index) => ({ check, fingerprint: `${check} ${String(index)}` }));
  const summary = { critical: 0, high: 1, medium: 2, low: 3, info: 0, passed: 9 };
  return { score, grade, findings, summary, subject: { pods: 3 }, ...tweak } as unknown as ReportBody;
}

describe('[unit] demo: what has become of a report', () => {
  const before = report(63, 'D', ['KP-A-001', 'KP-A-001', 'KP-B-002']);
  const line = (after: ReportBody | undefined): string | undefined =>
    newsOf('shop/deployment-web', before, after, look(100));

  it('fixed and found', () => {
    expect(line(report(89, 'B', []))).to.equal('shop/deployment-web  D 63 -> B 89  fixed: KP-A-001 x2, KP-B-002');
    expect(line(report(63, 'D', ['KP-C-003', 'KP-A-001', 'KP-B-002']))).to.equal(
      'shop/deployment-web  D 63  fixed: KP-A-001  found: KP-C-003',
    );
  });

  it('as many checks as fit the line', () => {
    const many = Array.from({ length: 12 }, (_, index) => `KP-POD-0${String(index + 10)}`);
    const text = newsOf('shop/deployment-web', report(40, 'F', many), report(100, 'A', []), look(80));
    expect(text).to.equal('shop/deployment-web  F 40 -> A 100  fixed: KP-POD-010, KP-POD-011 and 10 more');
  });

  it('new and gone', () => {
    expect(newsOf('shop/deployment-web', undefined, before, look(100))).to.equal(
      'shop/deployment-web  D 63  new report  found: KP-A-001 x2, KP-B-002',
    );
    expect(line(undefined)).to.equal('shop/deployment-web  D 63  gone');
    expect(newsOf('x', undefined, undefined, look(80))).to.equal(undefined);
  });

  it('pods, counts of a sum, and what is neither', () => {
    const checks = ['KP-A-001', 'KP-A-001', 'KP-B-002'];
    expect(line(report(63, 'D', checks, { subject: { pods: 5 } }))).to.match(/ {2}3 -> 5 pods$/);
    expect(line(report(63, 'D', checks, { network: { exposure: 'internet' } }))).to.match(
      / {2}exposure unknown -> internet$/,
    );
    expect(line(report(63, 'D', checks, { summary: { critical: 0, high: 0, medium: 4, low: 3, info: 0 } }))).to.match(
      / {2}high 1 -> 0, medium 2 -> 4$/,
    );
    expect(line(report(63, 'D', checks))).to.match(/ {2}details$/);
  });
});
