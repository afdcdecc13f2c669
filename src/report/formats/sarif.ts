import type { Check } from '#model/check.ts';
import type { Severity } from '#model/severity.ts';
import { harmless } from '#model/text.ts';
import { excuseOf } from './exceptions.ts';
import { safeJson } from './json.ts';
import { sortedBy } from './order.ts';
import {
  declaredText,
  subjectTitle,
  type Format,
  type Scan,
  type ScanFinding,
  type ScanResult,
  type ScanSubject,
  type Spot,
} from './scan.ts';

/** Where the page of a check is published. */
export const PAGES = 'https://kubeposture.io/checks';

const LEVELS: Readonly<Record<Severity, 'error' | 'warning' | 'note'>> = {
  critical: 'error',
  high: 'error',
  medium: 'warning',
  low: 'note',
  info: 'note',
};

/** What code hosts sort by: from 9.0 they call it critical, from 7.0 high, from 4.0 medium. */
const SECURITY_SEVERITY: Readonly<Record<Severity, string>> = {
  critical: '9.5',
  high: '8.0',
  medium: '5.5',
  low: '2.5',
  info: '0.0',
};

/** `--output sarif`: SARIF 2.1.0, in the order of files, so that one file at a time is looked into for lines. */
export const sarif: Format = function* (scan) {
  const { checks, result, sources, version } = scan;
  const rules = new Map(checks.map(({ id }, index) => [id, index]));
  const driver = { name: 'kubeposture', version, semanticVersion: version, rules: checks.map(ruleOf) };
  yield `{"$schema":"https://json.schemastore.org/sarif-2.1.0.json","version":"2.1.0","runs":[{"tool":{"driver":${safeJson(driver)}},\n`;
  yield `"columnKind":"utf16CodeUnits","originalUriBaseIds":{"SRCROOT":{"description":{"text":"the folder in which the scan was run"}}},\n"results":[`;
  const inOrder = sortedBy(result.findings, ({ subject }) => [sources.placeOf(subject)?.file ?? '']);
  for (const [index, finding] of inOrder.entries())
    yield `${index === 0 ? '\n' : ',\n'}${safeJson(resultOf(finding, rules.get(finding.check) ?? -1, scan))}`;
  yield `\n],"invocations":[${safeJson(invocationOf(result))}]}]}\n`;
};

function ruleOf({ id, name, title, why, fix, severity, evidence, refs }: Check): object {
  return {
    id,
    name: name.replaceAll(/(?:^|-)(.)/g, (_, letter: string) => letter.toUpperCase()),
    shortDescription: { text: `${title}.` },
    fullDescription: { text: why },
    help: {
      text: `${why}\n\nHow to fix it: ${fix}`,
      markdown: `${why}\n\n**How to fix it:** ${fix}\n\n${refs.join(' · ')}`,
    },
    helpUri: `${PAGES}/${id}`,
    defaultConfiguration: { level: LEVELS[severity] },
    properties: {
      'security-severity': SECURITY_SEVERITY[severity],
      precision: evidence === 'heuristic' ? 'medium' : 'high',
      tags: ['security', ...refs],
    },
  };
}

function resultOf(finding: ScanFinding, ruleIndex: number, { sources, fingerprint, hasBaseline }: Scan): object {
  const { check, aspect, severity, status, subject, path, message, evidence, known } = finding;
  return {
    ruleId: check,
    ruleIndex,
    level: LEVELS[severity],
    message: { text: plain(`${subjectTitle(subject)}: ${message}`) },
    locations: [{ ...physical(sources.spotOf(subject, path)), logicalLocations: [logical(subject, path)] }],
    partialFingerprints: { 'kubeposture/v1': fingerprint(finding) },
    ...(hasBaseline ? { baselineState: known === true ? 'unchanged' : 'new' } : {}),
    ...(status === 'fail'
      ? {}
      : { suppressions: [{ kind: 'external', status: 'accepted', justification: plain(excuseOf(finding) ?? '') }] }),
    properties: { severity, evidence, ...(aspect === undefined ? {} : { aspect }) },
  };
}

/** In a message `[a](b)` is a link: a name must not make one. */
function plain(text: string): string {
  return harmless(text).replaceAll('](', ']\u200b(');
}

function physical(spot: Spot | undefined): object {
  if (spot === undefined) return {};
  const { file, line, column, endLine, endColumn } = spot;
  const region = { startLine: line, startColumn: column, endLine, endColumn };
  return { physicalLocation: { artifactLocation: artifact(file), region } };
}

/** A file below the working directory is named from there; any other by its whole path. */
function artifact(file: string): object {
  const uri = file.split('/').map(encodeURIComponent).join('/');
  return file.startsWith('/') ? { uri: `file://${uri}` } : { uri, uriBaseId: 'SRCROOT' };
}

function logical(subject: ScanSubject, path: string): object {
  const title = harmless(subjectTitle(subject));
  return {
    name: harmless(subject.name),
    kind: 'resource',
    fullyQualifiedName: `${title}${path === '' ? '' : ` ${harmless(path)}`}`,
  };
}

function note(text: string): object {
  return { level: 'note', message: { text: plain(text) } };
}

function on(subject: ScanSubject | undefined): string {
  return subject === undefined ? '' : ` on ${subjectTitle(subject)}`;
}

function invocationOf({ errors, notEvaluated, declared = [] }: ScanResult): object {
  return {
    executionSuccessful: true,
    toolExecutionNotifications: [
      ...errors.map(({ file, line, message }) => ({
        level: 'error',
        message: { text: plain(message) },
        locations: [
          {
            physicalLocation: {
              artifactLocation: artifact(file),
              ...(line === 0 ? {} : { region: { startLine: line } }),
            },
          },
        ],
      })),
      ...notEvaluated.map(({ check, subject, reason }) => note(`${check}: not evaluated${on(subject)}: ${reason}`)),
      ...declared.map((each) => note(`${declaredText(each)}${on(each.subject)}`)),
    ],
  };
}
