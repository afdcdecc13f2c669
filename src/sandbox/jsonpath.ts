import { isList, isRecord, own } from './json.ts';

type Step = (values: readonly unknown[]) => readonly unknown[];

const field =
  (name: string): Step =>
  (values) =>
    values.map((value) => own(value, name)).filter((value) => value !== undefined);

const every: Step = (values) =>
  values.flatMap((value) => (isList(value) ? [...value] : isRecord(value) ? Object.values(value) : []));

const index =
  (position: number): Step =>
  (values) =>
    values.flatMap((value) => (isList(value) && value.length > 0 ? [value.at(position)] : []));

const literal = (text: string): unknown => {
  const quoted = /^(['"])(.*)\1$/.exec(text);
  return quoted === null ? (JSON.parse(text) as unknown) : quoted[2];
};

const filter =
  (path: string, operator: string, wanted: unknown): Step =>
  (values) =>
    values
      .flatMap((value) => (isList(value) ? [...value] : []))
      .filter((item) => {
        const [found] = compilePath(path)(item);
        return operator === '' ? found !== undefined : (found === wanted) === (operator === '==');
      });

const TOKEN =
  /\.\.?((?:[\w$\u0000\/-])+|\*)|\[(?:(\*)|(-?\d+)|(['"])(.*?)\4|\?\(\s*@((?:\.[\w-]+)+)\s*(?:(==|!=)\s*([^)]+?))?\s*\))\]/gy;

function stepOf(match: RegExpMatchArray): Step {
  const [, name, star, position, , quoted, path, operator, value] = match;
  if (name === '*' || star !== undefined) return every;
  if (name !== undefined) return field(name);
  if (position !== undefined) return index(Number(position));
  if (quoted !== undefined) return field(quoted);
  return filter(path ?? '', operator ?? '', value === undefined ? undefined : literal(value));
}

const known = new Map<string, (value: unknown) => readonly unknown[]>();

/** The JSONPath of Kubernetes: fields, indexes, `*`, and filters with `==` and `!=`. A path that it cannot read finds nothing. */
export function compilePath(path: string): (value: unknown) => readonly unknown[] {
  const compiled = known.get(path);
  if (compiled !== undefined) return compiled;
  const text = path.replace(/\\\./g, '\u0000');
  const steps: Step[] = [];
  let end = 0;
  for (const match of text.matchAll(TOKEN)) {
    steps.push(
      stepOf(match.map((part) => (part as string | undefined)?.replaceAll('\u0000', '.')) as RegExpMatchArray),
    );
    end = match.index + match[0].length;
  }
  const evaluate = (value: unknown): readonly unknown[] =>
    end === text.length ? steps.reduce<readonly unknown[]>((values, step) => step(values), [value]) : [];
  known.set(path, evaluate);
  return evaluate;
}
