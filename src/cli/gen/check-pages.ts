import { EVIDENCE, type BadExample, type Check } from '#model/check.ts';
import { SEVERITIES } from '#model/severity.ts';
import { difference, documentsOf, repairOf, type Repair } from './repair.ts';
import { FRAMEWORKS } from '#model/frameworks.ts';
import { aSubject, subjectsText } from '../checks/subjects.ts';
import { HEADER, type GeneratedFile } from './files.ts';

/** The name of a list of controls by how references to it begin; both levels of Pod Security Standards are one list. */
const TITLES = new Map<string, string>(
  FRAMEWORKS.map(({ refs, title }) => [refs.slice(0, -1), title.replace(/, restricted$/, '')]),
);

/** A page for every check and their index. */
export function checkPages(checks: readonly Check[]): readonly GeneratedFile[] {
  return [indexPage(checks), ...checks.map((check) => ({ path: `docs/checks/${check.id}.md`, text: page(check) }))];
}

function indexPage(checks: readonly Check[]): GeneratedFile {
  const rows = checks.map(
    ({ id, name, title, severity }) => `| [${id}](${id}.md) | \`${name}\` | ${title} | ${severity} |`,
  );
  const head = ['| Id | Name | What it finds | Severity |', '| --- | --- | --- | --- |'];
  const text = [
    `<!-- ${HEADER} -->`,
    '',
    '# Checks',
    '',
    `${String(checks.length)} checks.`,
    '',
    ...head,
    ...rows,
    '',
  ].join('\n');
  return { path: 'docs/checks/README.md', text };
}

function page(check: Check): string {
  const { bad, good } = check.examples();
  const repair = repairOf(check);
  const sections = [
    `<!-- ${HEADER} -->`,
    `# ${check.id} ${check.name}`,
    `${check.title}. Severity: **${check.severity}**${othersOf(check)}. Evidence: ${evidenceOf(check)}. Judges: ${kindsOf(check)}.`,
    `## Why it matters\n\n${check.why}`,
    `## How to fix it\n\n${check.fix}`,
    ...(repair === undefined ? [] : [repairText(check, repair)]),
    ...aspectsOf(check),
    `## What it looks at\n\n${inputsOf(check)}`,
    `## All examples\n\n${[...bad.map((example) => `- fails: ${example.name}`), ...good.map((example) => `- passes: ${example.name}`)].join('\n')}`,
    `## References\n\n${referencesOf(check)}`,
  ];
  return `${sections.join('\n\n')}\n`;
}

function kindsOf({ judges }: Check): string {
  return judges.map(({ subject }) => subjectsText(subject)).join(', ');
}

function aspectsOf({ aspects }: Check): readonly string[] {
  if (aspects === undefined) return [];
  return [
    `## Aspects\n\n${Object.entries(aspects)
      .map(([name, what]) => `- \`${name}\`: ${what}`)
      .join('\n')}`,
  ];
}

const OPTIONAL = ' (where it may read them)';
const INCIDENTAL = ' (where they are read anyway, as in files)';

function inputsOf({ judges }: Check): string {
  const inputs = judges.flatMap(({ subject, inputs: given }) =>
    given.map(
      ({ relation, optional, isIncidental }) =>
        `- for ${aSubject(subject)}: the ${relation.name}${isIncidental ? INCIDENTAL : optional ? OPTIONAL : ''}`,
    ),
  );
  return inputs.length === 0 ? 'The object alone.' : `The object, and\n\n${[...new Set(inputs)].join('\n')}`;
}

function repairText(check: Check, { before, after }: Repair): string {
  const text = difference(documentsOf(before), documentsOf(after));
  const found = `What it finds before (${before.name}):\n\n${foundBy(check, before)}`;
  return `## Before and after\n\n\`\`\`diff\n${text}\n\`\`\`\n\n${found}`;
}

/** How what it finds is known, as its examples show it. */
export function evidenceOf(check: Check): string {
  const shown = check.examples().bad.flatMap(({ finds }) => finds.map(({ evidence = check.evidence }) => evidence));
  const others = EVIDENCE.filter((evidence) => evidence !== check.evidence && shown.includes(evidence));
  return others.length === 0 ? check.evidence : `${check.evidence} (some findings: ${others.join(', ')})`;
}

/** The severities that some of its findings have instead. */
function othersOf(check: Check): string {
  const shown = check.examples().bad.flatMap(({ finds }) => finds.map(({ severity = check.severity }) => severity));
  const others = SEVERITIES.filter((severity) => severity !== check.severity && shown.includes(severity));
  return others.length === 0 ? '' : ` (some findings: ${others.join(', ')})`;
}

function foundBy(check: Check, { finds }: BadExample): string {
  return finds
    .map(
      ({ at, aspect, severity = check.severity }) =>
        `- \`${at}\`, ${severity}${aspect === undefined ? '' : ` (${aspect})`}`,
    )
    .join('\n');
}

function referencesOf({ refs }: Check): string {
  const byFramework = Map.groupBy(refs, (ref) => ref.slice(0, ref.indexOf(':')));
  return [...byFramework]
    .map(
      ([framework, list]) =>
        `- ${TITLES.get(framework) ?? framework}: ${list.map((ref) => ref.slice(ref.indexOf(':') + 1)).join(', ')}`,
    )
    .join('\n');
}
