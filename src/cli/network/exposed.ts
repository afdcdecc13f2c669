import { exposureOf } from '#analysis/exposure/exposure.ts';
import { podsOfWorkload } from '#analysis/exposure/workloads.ts';
import { LEVELS, type Level, type Way } from '#analysis/exposure/ways.ts';
import type { Store } from '#inventory/store.ts';
import { shown, wrapped } from '#report/formats/columns.ts';
import { safeJson } from '#report/formats/json.ts';
import { UsageError } from '../exit.ts';
import { exposureOfPod } from '#relations/exposure.ts';
import type { StartFlags } from '../input/start.ts';
import { lookOf, print } from '../output/terminal.ts';
import { begin } from './begin.ts';
import { dot, mermaid, type Edge, type Vertex } from './picture.ts';
import { workloadsIn } from './places.ts';
import { rowsText } from '../output/rows.ts';
import { networkIn } from '#relations/cni.ts';

/** The flags of `exposed`, as they were typed. */
export interface ExposedFlags extends StartFlags {
  readonly output: string;
}

const OUTPUTS = ['table', 'json', 'mermaid', 'dot'];

interface Line {
  readonly workload: string;
  readonly namespace: string;
  readonly level: Level;
  readonly ways: readonly Way[];
}

/** `kubeposture exposed`: the workloads that can be reached from outside, as far as policies admit it. Answers the exit status. */
export async function exposed(flags: ExposedFlags): Promise<number> {
  if (!OUTPUTS.includes(flags.output))
    throw new UsageError(`--output: "${flags.output}" is not one of ${OUTPUTS.join(', ')}`);
  const { store, status } = await begin(flags, 'exposed', exposureOfPod.reads);
  await print(textOf(linesOf(store), flags.output));
  return status;
}

/** Widest first. */
function linesOf(store: Store): readonly Line[] {
  const lines = workloadsIn(store).flatMap(({ name, namespace }): readonly Line[] => {
    const { level, ways } = exposureOf(podsOfWorkload(name, store) ?? [], store, networkIn(store));
    return level === undefined ? [] : [{ workload: name, namespace, level, ways }];
  });
  return lines.toSorted(
    (a, b) => LEVELS.indexOf(a.level) - LEVELS.indexOf(b.level) || (a.workload < b.workload ? -1 : 1),
  );
}

function textOf(lines: readonly Line[], output: string): string {
  if (output === 'json') return `${safeJson(lines.map(jsonOf), 2)}\n`;
  if (output === 'table') {
    if (lines.length === 0) return 'nothing is exposed\n';
    return tableText(lines);
  }
  const outside = [...new Set(lines.map(({ level }) => level))].map((level): Vertex => ({
    name: level,
    namespace: '',
  }));
  const inside = lines.map(({ workload, namespace }): Vertex => ({ name: workload, namespace }));
  const edges = lines.flatMap(({ workload, ways }) =>
    ways.map((way): Edge => ({ from: way.level, to: workload, label: `${wayText(way)} ${portsOf(way)}` })),
  );
  const narrower = edges.map(({ from }) => from).filter((from) => !outside.some(({ name }) => name === from));
  const all = [...outside, ...[...new Set(narrower)].map((name): Vertex => ({ name, namespace: '' })), ...inside];
  return (output === 'dot' ? dot : mermaid)(all, edges);
}

/** What is assumed of a way stands below the table, once: beside it nobody would see the ends of the lines. */
function tableText(lines: readonly Line[]): string {
  const { width } = lookOf(process.stdout);
  const notes = [...new Set(lines.flatMap(({ ways }) => ways.flatMap(({ assumed }) => assumed ?? [])))];
  const rows = lines.flatMap(({ workload, level, ways }) =>
    ways.map((way) => {
      const mark = way.assumed === undefined ? '' : ` (${String(notes.indexOf(way.assumed) + 1)})`;
      return [workload, level + mark, wayText(way), portsOf(way)];
    }),
  );
  const below = notes
    .flatMap((note, at) => wrapped(`(${String(at + 1)}) ${shown(note)}`, width))
    .map((line) => `${line}\n`)
    .join('');
  return rowsText(['WORKLOAD', 'LEVEL', 'THROUGH', 'PORTS'], rows, width) + (below === '' ? '' : `\n${below}`);
}

export function wayText({ kind, ref }: Way): string {
  return `${kind} ${ref.namespace}/${ref.name}`;
}

export function portsOf({ ports }: Pick<Way, 'ports'>): string {
  return ports.map(({ protocol, port }) => `${protocol}/${String(port)}`).join(', ');
}

function jsonOf({ workload, level, ways }: Line): object {
  return {
    workload,
    level,
    ways: ways.map(({ kind, ref, level: width, ports, assumed, sources }) => ({
      kind,
      namespace: ref.namespace,
      name: ref.name,
      level: width,
      ports,
      ...(assumed === undefined ? {} : { assumed }),
      ...(sources === undefined ? {} : { sources }),
    })),
  };
}
