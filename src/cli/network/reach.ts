import type { Network, PortAt } from '#analysis/network/engine.ts';
import type { Explanation } from '#analysis/network/explain.ts';
import { LAST_PORT, PROTOCOLS, isProtocol, type PortRange } from '#analysis/network/ports.ts';
import { shown } from '#report/formats/columns.ts';
import { subjectText } from '#model/ref.ts';
import { UsageError } from '../exit.ts';
import { NETWORK_KINDS } from '#analysis/network/view.ts';
import type { StartFlags } from '../input/start.ts';
import { complain, print } from '../output/terminal.ts';
import { begin } from './begin.ts';
import { dot, mermaid, type Edge } from './picture.ts';
import { placeNamed, workloadsIn, type Place } from './places.ts';
import { rowsText } from './rows.ts';
import { networkIn } from '#relations/cni.ts';

/** The flags of `reach`, as they were typed. */
export interface ReachFlags extends StartFlags {
  readonly port?: string;
  readonly output: string;
}

const OUTPUTS = ['table', 'json', 'mermaid', 'dot'];

interface Passage {
  readonly from: Place;
  readonly to: Place;
  /** The ports that are open; of one port that was asked for that one, or none. */
  readonly ports: readonly PortRange[];
}

/** `kubeposture reach FROM [TO]`: whether, or whom, somebody may connect to. Answers the exit status. */
export async function reach(from: string, to: string | undefined, flags: ReachFlags): Promise<number> {
  if (!OUTPUTS.includes(flags.output))
    throw new UsageError(`--output: "${flags.output}" is not one of ${OUTPUTS.join(', ')}`);
  const at = flags.port === undefined ? undefined : portOf(flags.port);
  const { store, status } = await begin(flags, 'reach', NETWORK_KINDS);
  const engine = networkIn(store);
  for (const { ref, note } of engine.notes()) complain(`${subjectText(ref)}: ${shown(note)}`);
  const source = placeNamed(from, store);
  const others = workloadsIn(store).filter(({ name }) => name !== source.name);
  const targets = to === undefined ? [...others, placeNamed('internet', store)] : [placeNamed(to, store)];
  const passages = targets
    .filter(({ name }) => name !== 'internet' || source.name !== 'internet')
    .map((target) => passage(engine, source, target, at));
  await print(textOf(passages, flags.output, to === undefined ? undefined : { engine, at }));
  return status;
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
    return `${JSON.stringify(
      passages.map((each) => jsonOf(each, asked)),
      undefined,
      2,
    )}\n`;
  if (output === 'table') return tableOf(passages, asked);
  const open = passages.filter(({ ports }) => ports.length > 0);
  const places = new Map(open.flatMap(({ from, to }) => [from, to]).map((place) => [place.name, place]));
  const edges = open.map(({ from, to, ports }): Edge => ({ from: from.name, to: to.name, label: portsText(ports) }));
  return (output === 'dot' ? dot : mermaid)([...places.values()], edges);
}

function jsonOf({ from, to, ports }: Passage, asked: Asked | undefined): object {
  return {
    from: from.name,
    to: to.name,
    ports,
    ...(asked === undefined ? {} : { because: sidesOf({ from, to, ports }, asked) }),
  };
}

function tableOf(passages: readonly Passage[], asked: Asked | undefined): string {
  const table = rowsText(
    ['FROM', 'TO', 'PORTS'],
    passages.map(({ from, to, ports }) => [from.name, to.name, portsText(ports)]),
  );
  const sides = asked === undefined ? [] : passages.flatMap((each) => sidesOf(each, asked));
  return table + sides.map((side) => `${sideText(side)}\n`).join('');
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
