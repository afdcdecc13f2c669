import { stringify } from 'yaml';
import { CHECKS } from '#checks/index.ts';
import type { BadExample, Check, Example, Manifest } from '#model/check.ts';
import { EXIT, UsageError } from './exit.ts';
import { fitted, padded, wrapped } from '#report/formats/columns.ts';
import type { Look } from '#report/formats/look.ts';
import { lookOf, print } from './output/terminal.ts';
import { checkNamed } from './scan/select.ts';

/** `kubeposture checks list`. */
export async function listChecks({ output }: { readonly output: string }): Promise<number> {
  if (output === 'json') await print(`${JSON.stringify(CHECKS.map(rowOf), undefined, 2)}\n`);
  else if (output === 'table') await print(tableOf(lookOf(process.stdout)));
  else throw new UsageError(`--output: "${output}" is not one of table, json`);
  return EXIT.done;
}

function rowOf({ id, name, title, severity, evidence, refs, judges }: Check): object {
  return { id, name, title, severity, evidence, kinds: judges.map(({ subject }) => subject), refs };
}

function tableOf(look: Look): string {
  const idWidth = Math.max(...CHECKS.map(({ id }) => id.length));
  const rows = CHECKS.map(({ id, severity, name, title }) => {
    const start = `${padded(id, idWidth)}  ${look.paint(padded(severity, 8), severity)}  `;
    return `${start}${fitted(`${name}: ${title}`, look.width - idWidth - 12)}\n`;
  });
  return `${rows.join('')}${String(CHECKS.length)} checks\n`;
}

/** `kubeposture checks explain`. */
export async function explainCheck(word: string): Promise<number> {
  await print(explanation(checkNamed(word, CHECKS), lookOf(process.stdout)));
  return EXIT.done;
}

function explanation(check: Check, look: Look): string {
  const { bad, good } = check.examples();
  const heading = (text: string): string => look.paint(text, 'bold');
  const block = (text: string): string => indented(wrapped(text, look.width - 2));
  const kinds = check.judges.map(({ subject }) => (subject === 'Pod' ? 'pods and pod templates' : `${subject}s`));
  const sections = [
    `${heading(`${check.id} ${check.name}`)}\n${block(`${check.title}.`)}`,
    `severity  ${look.paint(check.severity, check.severity)}\nevidence  ${check.evidence}\njudges    ${kinds.join(', ')}`,
    `${heading('Why it matters')}\n${block(check.why)}`,
    `${heading('How to fix it')}\n${block(check.fix)}`,
    ...aspectsOf(check, heading, block),
    `${heading('What it looks at')}\n${inputsOf(check).map(block).join('\n')}`,
    ...bad
      .slice(0, 1)
      .map((example) => `${heading('Fails')}: ${example.name}\n${yamlOf(example)}\n${foundBy(example)}`),
    ...good.slice(0, 1).map((example) => `${heading('Passes')}: ${example.name}\n${yamlOf(example)}`),
    `${heading('References')}\n${block(check.refs.join(', '))}`,
  ];
  return `${sections.join('\n\n')}\n`;
}

function aspectsOf(
  { aspects = {} }: Check,
  heading: (text: string) => string,
  block: (text: string) => string,
): readonly string[] {
  const lines = Object.entries(aspects).map(([name, what]) => block(`${name}: ${what}`));
  return lines.length === 0 ? [] : [`${heading('Aspects')}\n${lines.join('\n')}`];
}

function inputsOf({ judges }: Check): readonly string[] {
  const inputs = judges.flatMap(({ subject, inputs: given }) =>
    Object.values(given).map(
      ({ relation, optional }) =>
        `for a ${subject}: the ${relation.name}${optional ? ' (where it may read them)' : ''}`,
    ),
  );
  return ['the object itself', ...new Set(inputs)];
}

function yamlOf({ subject, world = [] }: Example): string {
  const text = (manifest: Manifest): string =>
    stringify(JSON.parse(JSON.stringify(manifest)), { lineWidth: 0 }).trimEnd();
  return indented([subject, ...world].map(text).join('\n---\n').split('\n'));
}

function foundBy({ finds }: BadExample): string {
  return indented(finds.map(({ at, aspect }) => `finds ${at}${aspect === undefined ? '' : ` (${aspect})`}`));
}

function indented(lines: readonly string[]): string {
  return lines.map((line) => (line === '' ? '' : `  ${line}`)).join('\n');
}
