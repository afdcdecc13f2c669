import { CHECKS } from '#checks/index.ts';
import type { BadExample, Check, Example } from '#model/check.ts';
import { FRAMEWORKS } from '#model/frameworks.ts';
import { wrapped } from '#report/formats/columns.ts';
import type { Look } from '#report/formats/look.ts';
import { counted } from '#report/formats/scan.ts';
import { EXIT } from '../exit.ts';
import { lookOf, print } from '../output/terminal.ts';
import { evidenceOf } from '../gen/check-pages.ts';
import { documentsOf } from '../gen/repair.ts';
import { checkNamed } from '../scan/select.ts';
import { aSubject, subjectsText } from './subjects.ts';

/** `kubeposture checks explain`. */
export async function explainCheck(word: string, { all = false }: { readonly all?: boolean }): Promise<number> {
  await print(explanation(checkNamed(word, CHECKS), all ? Infinity : 1, lookOf(process.stdout)));
  return EXIT.done;
}

/** Everything about a check, with at most so many examples that fail and as many that pass. */
function explanation(check: Check, examples: number, look: Look): string {
  const { bad, good } = check.examples();
  const heading = (text: string): string => look.paint(text, 'bold');
  const block = (text: string): string => indented(wrapped(text, look.width - 2));
  const kinds = check.judges.map(({ subject }) => subjectsText(subject));
  const sections = [
    `${heading(`${check.id} ${check.name}`)}\n${block(`${check.title}.`)}`,
    `severity  ${look.paint(check.severity, check.severity)}\nevidence  ${evidenceOf(check)}\njudges    ${kinds.join(', ')}`,
    `${heading('Why it matters')}\n${block(check.why)}`,
    `${heading('How to fix it')}\n${block(check.fix)}`,
    ...aspectsOf(check, heading, block),
    `${heading('What it looks at')}\n${inputsOf(check).map(block).join('\n')}`,
    ...bad
      .slice(0, examples)
      .map((example) => `${heading('Fails')}: ${example.name}\n${yamlOf(example)}\n${foundBy(example)}`),
    ...good.slice(0, examples).map((example) => `${heading('Passes')}: ${example.name}\n${yamlOf(example)}`),
    ...moreExamples(bad.length + good.length - Math.min(bad.length, examples) - Math.min(good.length, examples), check),
    `${heading('References')}\n${referencesOf(check).map(block).join('\n')}`,
  ];
  return `${sections.join('\n\n')}\n`;
}

function moreExamples(count: number, { id }: Check): readonly string[] {
  return count === 0 ? [] : [`${counted(count, 'more example')}: kubeposture checks explain ${id} --all`];
}

/** The controls of each list, by its title. */
function referencesOf({ refs }: Check): readonly string[] {
  const byList = Map.groupBy(refs, (ref) => ref.slice(0, ref.indexOf(':') + 1));
  return Array.from(byList, ([list, own]) => {
    const title = FRAMEWORKS.find((framework) => framework.refs === list)?.title.replace(/, baseline$/, '') ?? list;
    return `${title}: ${own.map((ref) => ref.slice(list.length)).join(', ')}`;
  });
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
    given.map(
      ({ relation, optional }) =>
        `for ${aSubject(subject)}: the ${relation.name}${optional ? ' (where it may read them)' : ''}`,
    ),
  );
  return ['the object itself', ...new Set(inputs)];
}

function yamlOf(example: Example): string {
  return indented([...circumstancesOf(example), ...documentsOf(example).trimEnd().split('\n')]);
}

/** What holds beside the objects, where it is not the usual: comments above them. */
function circumstancesOf({ context = {} }: Example): readonly string[] {
  const { minor, complete, parameters = {}, declared = new Map<string, { readonly status: string }>() } = context;
  return [
    ...(minor === undefined ? [] : [`Kubernetes 1.${String(minor)}`]),
    ...(complete === true ? ['all that is in the cluster'] : []),
    ...Object.entries(parameters).map(([name, value]) => `checks.parameters.${name}: ${JSON.stringify(value)}`),
    ...Array.from(declared, ([control, { status }]) => `controlPlane.declaredControls: ${control} ${status}`),
  ].map((line) => `# ${line}`);
}

function foundBy({ finds }: BadExample): string {
  return indented(finds.map(({ at, aspect }) => `finds ${at}${aspect === undefined ? '' : ` (${aspect})`}`));
}

function indented(lines: readonly string[]): string {
  return lines.map((line) => (line === '' ? '' : `  ${line}`)).join('\n');
}
