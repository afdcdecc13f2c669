import type { Exposure } from '#analysis/exposure/exposure.ts';
import { LEVELS, assumptionOf, wider, type Level, type Way } from '#analysis/exposure/ways.ts';
import type { Direction } from '#facts/policy.ts';
import { ifKnown, type Given } from '#model/check.ts';
import { teller, type Isolation, type NetworkTrait, type Seen, type Trait } from '#model/trait.ts';
import { enforcementAroundPod } from '#relations/cni.ts';
import { exposureOfPod } from '#relations/exposure.ts';
import { clusterPoliciesDenyingPod, isolationOf, policiesOfPlugins } from '#relations/network.ts';
import { policiesSelectingPod } from '#relations/policies.ts';

const INPUTS = {
  exposure: ifKnown(exposureOfPod),
  policies: ifKnown(policiesSelectingPod),
  denials: ifKnown(clusterPoliciesDenyingPod),
  foreign: ifKnown(policiesOfPlugins),
  enforced: ifKnown(enforcementAroundPod),
} as const;

type Look = Seen<'Pod', Given<typeof INPUTS>>;

export const networkTrait: Trait<'network'> = {
  id: 'network',
  judges: [
    teller({
      subject: 'Pod',
      inputs: INPUTS,
      tell: (seen) => ({
        ...exposureIn(seen),
        ingress: isolationIn(seen, 'Ingress'),
        egress: isolationIn(seen, 'Egress'),
        enforced: enforcedIn(seen),
      }),
    }),
  ],
};

/** As wide as the widest look: each may stand behind Services of its own. */
function exposureIn(seen: readonly Look[]): Pick<NetworkTrait, 'exposure' | 'assumed' | 'ways'> {
  const known: Exposure[] = seen.flatMap(({ given: { exposure = [] } }) => exposure);
  if (known.length < seen.length) return { exposure: 'unknown', ways: [] };
  const ways = known.flatMap((each) => each.ways);
  const level = ways.map((way) => way.level).reduce<Level | undefined>(widest, undefined);
  if (level === undefined) return { exposure: 'cluster', ways: [] };
  const assumed = assumptionOf(ways.filter((way) => way.level === level));
  return { exposure: level, ways: waysIn(ways), ...(assumed === undefined ? {} : { assumed }) };
}

function widest(known: Level | undefined, level: Level): Level {
  return known === undefined ? level : wider(known, level);
}

/** Each way once, with the ports that it has on any look. */
function waysIn(ways: readonly Way[]): NetworkTrait['ways'] {
  const found = new Map<string, NetworkTrait['ways'][number]>();
  for (const { kind, ref, level, ports } of ways) {
    const key = `${String(LEVELS.indexOf(level))} ${kind} ${ref.namespace}/${ref.name}`;
    const open = ports.map(({ protocol, port }) => `${protocol}/${String(port)}`);
    const all = [...new Set([...(found.get(key)?.ports ?? []), ...open])].sort();
    found.set(key, { kind, namespace: ref.namespace, name: ref.name, level, ports: all });
  }
  return [...found].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, way]) => way);
}

function isolationIn(seen: readonly Look[], direction: Direction): Isolation {
  const [first = 'unknown', ...others] = new Set(seen.map((look) => isolationSeen(look, direction)));
  if (others.length === 0) return first;
  return first === 'unknown' || others.includes('unknown') ? 'unknown' : 'partly';
}

function isolationSeen({ object, given }: Look, direction: Direction): Isolation {
  const { policies, denials, foreign } = given;
  if (policies === undefined || denials === undefined || foreign === undefined) return 'unknown';
  return isolationOf(object, direction, { policies, denials, foreign });
}

function enforcedIn([look]: readonly Look[]): NetworkTrait['enforced'] {
  const [enforced] = look?.given.enforced ?? [];
  if (enforced === undefined) return 'unknown';
  return enforced ? 'yes' : 'no';
}
