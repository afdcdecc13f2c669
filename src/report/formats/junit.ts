import type { Check } from '#model/check.ts';
import { harmless } from '#model/text.ts';
import { excuseOf } from './exceptions.ts';
import {
  subjectTitle,
  type Format,
  type Scan,
  type ScanDeclared,
  type ScanFinding,
  type ScanGap,
  type ScanSubject,
} from './scan.ts';

interface Case {
  readonly name: string;
  /** What the test holds; nothing when it passed. */
  readonly holds?: {
    readonly tag: 'failure' | 'skipped' | 'error';
    readonly text: string;
    readonly type?: string;
    /** What is said beside the text, a line each. */
    readonly more?: readonly string[];
  };
}

/** `--output junit`: a suite a check, a test a finding; a check without findings is one test that passed. */
export const junit: Format = function* (scan) {
  const { checks, result } = scan;
  const findings = Map.groupBy(result.findings, ({ check }) => check);
  const declared = Map.groupBy(result.declared ?? [], ({ check }) => check);
  const gaps = Map.groupBy(result.notEvaluated, ({ check }) => check);
  yield '<?xml version="1.0" encoding="UTF-8"?>\n<testsuites name="kubeposture">\n';
  for (const check of checks) {
    const cases = [
      ...(findings.get(check.id) ?? []).map((finding) => caseOf(finding, check, scan)),
      ...(gaps.get(check.id) ?? []).map(skipped),
      ...(declared.get(check.id) ?? []).map(stated),
    ];
    yield* suite(`${check.id} ${check.name}`, cases.length === 0 ? [{ name: 'no finding' }] : cases);
  }
  yield* suite('not judged', (gaps.get('*') ?? []).map(skipped));
  yield* suite(
    'input',
    result.errors.map(({ file, line, message }) => ({
      name: `${file}:${String(line)}`,
      holds: { tag: 'error', text: message },
    })),
  );
  yield '</testsuites>\n';
};

function caseOf(finding: ScanFinding, { fix }: Check, { counts, sources }: Scan): Case {
  const { subject, path, severity, status, message, known } = finding;
  const name = `${subjectTitle(subject)} ${path}`.trim();
  if (counts(finding)) {
    const place = sources.placeOf(subject);
    const where = place === undefined ? [] : [`${place.file}:${String(place.line)}`];
    return { name, holds: { tag: 'failure', type: severity, text: message, more: [...where, `fix: ${fix}`] } };
  }
  const why =
    status === 'fail'
      ? known === true
        ? 'known to the baseline'
        : 'does not fail the scan'
      : `${status}: ${excuseOf(finding) ?? ''}`;
  return { name, holds: { tag: 'skipped', text: `${severity}: ${message} (${why})` } };
}

/** What is declared to pass has passed, and says by whose word. */
function stated({ subject, aspect, status, reason }: ScanDeclared): Case {
  const word = `${titleOf(subject)}${aspect === undefined ? '' : ` ${aspect}`}`;
  if (status === 'pass') return { name: `${word}, declared: ${reason}` };
  return { name: word, holds: { tag: 'skipped', text: `declared not applicable: ${reason}` } };
}

function titleOf(subject: ScanSubject | undefined): string {
  return subject === undefined ? 'the cluster' : subjectTitle(subject);
}

function skipped({ subject, reason }: ScanGap): Case {
  return {
    name: titleOf(subject),
    holds: { tag: 'skipped', text: `not evaluated: ${reason}` },
  };
}

function* suite(name: string, cases: readonly Case[]): Iterable<string> {
  if (cases.length === 0) return;
  const count = (tag: string): string => String(cases.filter(({ holds }) => holds?.tag === tag).length);
  const numbers = `tests="${String(cases.length)}" failures="${count('failure')}" errors="${count('error')}" skipped="${count('skipped')}"`;
  yield `  <testsuite name="${xml(name)}" ${numbers}>\n`;
  for (const each of cases) yield caseText(name, each);
  yield '  </testsuite>\n';
}

function caseText(suiteName: string, { name, holds }: Case): string {
  const start = `    <testcase name="${xml(name)}" classname="${xml(suiteName)}"`;
  if (holds === undefined) return `${start}/>\n`;
  const { tag, text, type, more = [] } = holds;
  const attributes = tag === 'skipped' ? '' : ` message="${xml(text)}"${type === undefined ? '' : ` type="${type}"`}`;
  return `${start}>\n      <${tag}${attributes}>${[text, ...more].map(xml).join('\n')}</${tag}>\n    </testcase>\n`;
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
};

/** Text for an attribute or an element. What XML 1.0 cannot hold at all is replaced like what a terminal would obey. */
function xml(text: string): string {
  return harmless(text)
    .replaceAll(/[\ufffe\uffff]/g, '\ufffd')
    .replaceAll(/[&<>"']/g, (mark) => ENTITIES[mark] ?? mark);
}
