import type { Network, PortAt } from '#analysis/network/engine.ts';
import type { Explanation } from '#analysis/network/explain.ts';
import { LAST_PORT, PROTOCOLS, isProtocol, type PortRange } from '#analysis/network/ports.ts';
import { exposureOf } from '#analysis/exposure/exposure.ts';
import type { Way } from '#analysis/exposure/ways.ts';
import type { Store } from '#inventory/store.ts';
import { shown, wrapped } from '#report/formats/columns.ts';
import { safeJson } from '#report/formats/json.ts';
import { exposureOfPod } from '#relations/exposure.ts';
import { subjectText, type Ref } from '#model/ref.ts';
import { UsageError } from '../exit.ts';
import { NETWORK_KINDS } from '#analysis/network/view.ts';
import type { StartFlags } from '../input/start.ts';
import { complain, lookOf, print } from '../output/terminal.ts';
import { begin } from './begin.ts';
import { portsOf, wayText } from './exposed.ts';
import { dot, mermaid, type Edge } from './picture.ts';
import { placeNamed, workloadsIn, type Place } from './places.ts';
import { rowsText } from '../output/rows.ts';
import { networkIn } from '#relations/cni.ts';

/** The flags of `reach`, as they were typed. */
export interface ReachFlags extends StartFlags {
  readonly port?: string;
  readonly output: string;
}

const INTERNET = 'internet';
const OUTPUTS = ['table', 'json', 'mermaid', 'dot'];

interface Passage {
  readonly from: Place;
  readonly to: Place;
  /** The ports that are open; of one port that was asked for that one, or none. */
  readonly ports: readonly PortRange[];
  /** From the internet to pods: what leads there. Where nothing does, policies that let it in say little. */
  readonly through?: readonly Way[];
}

/** `kubeposture reach FROM [TO]`: whether, or whom, somebody may connect to. Answers the exit status. */
export async function reach(from: string, to: string | undefined, flags: ReachFlags): Promise<number> {
  if (!OUTPUTS.includes(flags.output))
    throw new UsageError(`--output: "${flags.output}" is not one of ${OUTPUTS.join(', ')}`);
  const at = flags.port === undefined ? undefined : portOf(flags.port);
  const { store, status } = await begin(flags, 'reach', from === INTERNET ? exposureOfPod.reads : NETWORK_KINDS);
  const engine = networkIn(store);
  for (const { ref, note } of engine.notes()) complain(`${subjectText(ref)}: ${shown(note)}`);
  const source = placeNamed(from, store);
  const others = workloadsIn(store).filter(({ name }) => name !== source.name);
  const targets = to === undefined ? [...others, placeNamed(INTERNET, store)] : [placeNamed(to, store)];
  const passages = targets
    .filter(({ name }) => name !== INTERNET || source.name !== INTERNET)
    .map((target): Passage => {
      const found = passage(engine, source, target, at);
      return from === INTERNET ? { ...found, through: waysTo(target, store, engine, at) } : found;
    });
  await print(textOf(passages, flags.output, to === undefined ? undefined : { engine, at }));
  return status;
}

/** What leads from the internet to a place, on a port if one was asked for. */
function waysTo({ ends }: Place, store: Store, engine: Network, at: PortAt | undefined): readonly Way[] {
  const pods = ends.flatMap((end) => ('pod' in end ? (store.get(podRef(end.pod)) ?? []) : []));
  return exposureOf(pods, store, engine).ways.filter(
    ({ level, ports }) =>
      level === INTERNET &&
      (at === undefined || ports.some(({ protocol, port }) => protocol === at.protocol && port === at.port)),
  );
}

function podRef(key: string): Ref<'Pod'> {
  // The pod that a template would make has slashes in its name.
  const slash = key.indexOf('/');
  return { kind: 'Pod', namespace: key.slice(0, slash), name: key.slice(slash + 1) };
}

/** `443`, `tcp/443`, `53/udp`. */
function portOf(text: string): PortAt {
  const words = text.toUpperCase().split('/');
  const protocol = words.find((word) => isProtocol(word)) ?? 'TCP';
  const [port, ...rest] = words.filter((word) => word !== protocol);
  if (port === undefined || rest.length > 0 || !/^\d{1,5}$/.test(port) || Number(port) < 1 || Number(port) > LAST_PORT)
    throw new UsageError(`--port: "${text}" is no port: say 443, tcp/443 or udp/53`);
  return { protocol: isProtocol(protocol) ? protocol : 'TCP', port: Number(port) };
}

function passage(engine: Network, from: Place, to: Place, at: PortAt | undefined): Passage {
  if (at === undefined) return { from, to, ports: engine.portsBetween(from.ends, to.ends) };
  const isOpen = from.ends.some((source) => to.ends.some((target) => engine.reaches(source, target, at) === true));
  return { from, to, ports: isOpen ? [{ protocol: at.protocol, first: at.port, last: at.port }] : [] };
}

export function portsText(ports: readonly PortRange[]): string {
  if (ports.length === 0) return 'none';
  const isAll = PROTOCOLS.every((protocol) =>
    ports.some((each) => each.protocol === protocol && each.first === 1 && each.last === LAST_PORT),
  );
  if (isAll) return 'all';
  return ports
    .map(({ protocol, first, last }) => `${protocol}/${String(first)}${first === last ? '' : `-${String(last)}`}`)
    .join(', ');
}

interface Asked {
  readonly engine: Network;
  readonly at: PortAt | undefined;
}

function textOf(passages: readonly Passage[], output: string, asked: Asked | undefined): string {
  if (output === 'json')
    return `${safeJson(
      passages.map((each) => jsonOf(each, asked)),
      2,
    )}\n`;
  if (output === 'table') return tableOf(passages, asked);
  const open = passages.filter(({ ports, through = ports }) => through.length > 0);
  const places = new Map(open.flatMap(({ from, to }) => [from, to]).map((place) => [place.name, place]));
  const edges = open.map(({ from, to, ports, through }): Edge => ({
    from: from.name,
    to: to.name,
    label: through === undefined ? portsText(ports) : throughText(through),
  }));
  return (output === 'dot' ? dot : mermaid)([...places.values()], edges);
}

function throughText(through: readonly Way[]): string {
  if (through.length === 0) return 'nothing leads in';
  return through.map((way) => `${wayText(way)} ${portsOf(way)}`).join(', ');
}

function jsonOf({ from, to, ports, through }: Passage, asked: Asked | undefined): object {
  return {
    from: from.name,
    to: to.name,
    ports,
    ...(through === undefined
      ? {}
      : { through: through.map(({ kind, ref, ports: open }) => ({ kind, ...placed(ref), ports: open })) }),
    ...(asked === undefined ? {} : { because: sidesOf({ from, to, ports }, asked) }),
  };
}

function placed({ namespace, name }: Ref): Pick<Ref, 'namespace' | 'name'> {
  return { namespace, name };
}

function tableOf(passages: readonly Passage[], asked: Asked | undefined): string {
  const { width } = lookOf(process.stdout);
  const isFromOutside = passages.some(({ through }) => through !== undefined);
  const table = rowsText(
    ['FROM', 'TO', ...(isFromOutside ? ['POLICIES ADMIT', 'THROUGH'] : ['PORTS'])],
    passages.map(({ from, to, ports, through }) => [
      from.name,
      to.name,
      portsText(ports),
      ...(through === undefined ? [] : [throughText(through)]),
    ]),
    width,
  );
  const sides = asked === undefined ? [] : passages.flatMap((each) => sidesOf(each, asked));
  const lines = sides.flatMap((side) => wrapped(sideText(side), width));
  return table + lines.map((line) => `${line}\n`).join('');
}

/** Why, told for the port that was asked for, or for one that is open; and of two ends with several pods for the first of each. */
function sidesOf({ from, to, ports }: Passage, { engine, at }: Asked): readonly Explanation[] {
  const [source] = from.ends;
  const [target] = to.ends;
  const [range] = ports;
  const port =
    at ??
    (range === undefined ? { protocol: 'TCP' as const, port: 80 } : { protocol: range.protocol, port: range.first });
  return source === undefined || target === undefined ? [] : engine.explain(source, target, port);
}

function sideText({ direction, allowed, policies, rules }: Explanation): string {
  const word = direction.toLowerCase();
  if (policies.length === 0) return `${word}: no policy has a say`;
  const deciding = rules.map(({ policy, rule }) => `rule ${String(rule)} of ${subjectText(policy)}`);
  const why =
    deciding.length === 0
      ? `no rule of ${policies.map((ref) => subjectText(ref)).join(', ')} matches`
      : deciding.join(', ');
  return shown(`${word}: ${allowed ? 'allowed' : 'denied'}, ${why}`);
}
