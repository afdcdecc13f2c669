import { CHECKS } from '#checks/index.ts';
import { AREAS, areaOf, type Check } from '#model/check.ts';
import { KINDS } from '#model/kinds.ts';
import { atLeast } from '#model/severity.ts';
import { fitted, padded } from '#report/formats/columns.ts';
import type { Look } from '#report/formats/look.ts';
import { counted } from '#report/formats/scan.ts';
import { EXIT, UsageError } from '../exit.ts';
import { lookOf, print } from '../output/terminal.ts';
import { frameworkNamed, isAbout, severityNamed } from '../scan/select.ts';

/** The flags of `checks list`, as they were typed. */
export interface ListFlags {
  readonly output: string;
  readonly area?: string;
  readonly kind?: string;
  readonly severity?: string;
  readonly framework?: string;
}

/** `kubeposture checks list`. */
export async function listChecks(words: readonly string[], flags: ListFlags): Promise<number> {
  const { output } = flags;
  if (output !== 'json' && output !== 'table') throw new UsageError(`--output: "${output}" is not one of table, json`);
  const filters = [...filtersOf(flags), ...words.map(saying)];
  const checks = CHECKS.filter((check) => filters.every((fits) => fits(check)));
  if (output === 'json') await print(`${JSON.stringify(checks.map(rowOf), undefined, 2)}\n`);
  else await print(tableOf(checks, lookOf(process.stdout)));
  return EXIT.done;
}

type Filter = (check: Check) => boolean;

function filtersOf({ area, kind, severity, framework }: ListFlags): readonly Filter[] {
  return [
    ...(area === undefined ? [] : [inArea(oneOf('--area', area, AREAS))]),
    ...(kind === undefined ? [] : [judging(oneOf('--kind', kind, Object.keys(KINDS)))]),
    ...(severity === undefined ? [] : [asBadAs(severityNamed(severity))]),
    ...(framework === undefined ? [] : [isAbout(frameworkNamed(framework))]),
  ];
}

const inArea =
  (area: string): Filter =>
  (check) =>
    areaOf(check.id) === area;
const judging =
  (kind: string): Filter =>
  (check) =>
    check.judges.some(({ subject }) => subject === kind);
const asBadAs =
  (severity: Check['severity']): Filter =>
  (check) =>
    atLeast(check.severity, severity);

function saying(word: string): Filter {
  return ({ id, name, title, why, fix }) =>
    [id, name, title, why, fix].join(' ').toLowerCase().includes(word.toLowerCase());
}

function oneOf(flag: string, word: string, known: readonly string[]): string {
  const found = known.find((each) => each.toLowerCase() === word.toLowerCase());
  if (found === undefined) throw new UsageError(`${flag}: "${word}" is not one of ${known.join(', ')}`);
  return found;
}

function rowOf({ id, name, title, severity, evidence, refs, judges, aspects = {} }: Check): object {
  const kinds = judges.map(({ subject }) => subject);
  return { id, name, title, severity, evidence, kinds, aspects: Object.keys(aspects), refs };
}

function tableOf(checks: readonly Check[], look: Look): string {
  const idWidth = Math.max(...CHECKS.map(({ id }) => id.length));
  const rows = checks.map(({ id, severity, name, title }) => {
    const start = `${padded(id, idWidth)}  ${look.paint(padded(severity, 8), severity)}  `;
    return `${start}${fitted(`${name}: ${title}`, look.width - idWidth - 12)}\n`;
  });
  return `${rows.join('')}${counted(checks.length, 'check')}\n`;
}
