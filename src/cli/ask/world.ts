import { podsOfWorkload } from '#analysis/exposure/workloads.ts';
import type { Network, PortAt } from '#analysis/network/engine.ts';
import { LAST_PORT, PROTOCOLS, isProtocol } from '#analysis/network/ports.ts';
import { podKey, type NetworkAssumptions } from '#analysis/network/sources.ts';
import type { Endpoint } from '#analysis/network/spots.ts';
import { NETWORK_KINDS } from '#analysis/network/view.ts';
import type { Store } from '#inventory/store.ts';
import type { Kind } from '#model/kinds.ts';
import type { Pod } from '#model/objects.ts';
import {
  AskError,
  optionalTextAt,
  placeAt,
  recordAt,
  textAt,
  type Answer,
  type Answerer,
  type Asked,
  type Question,
} from './question.ts';
import { networkIn } from '#relations/cni.ts';

/** What a network question is asked about. */
export interface World {
  readonly store: Store;
  readonly network: Network;
  readonly assume: Question;
}

/** An answer that rests on these kinds: unknown where one of them may not be read. */
export function inWorld(
  answer: (question: Question, world: World) => Answer,
  kinds: readonly Kind[] = NETWORK_KINDS,
): Answerer {
  return (question, { store, assume }: Asked) => {
    const reasons = new Set(kinds.flatMap((kind) => store.missing(kind) ?? []));
    if (reasons.size > 0) return { unknown: [...reasons].join('; ') };
    return answer(question, { store, assume, network: networkIn(store, assumptionsOf(assume)) });
  };
}

/** The engine parameters of a case; a word that means nothing is said, not passed over. */
function assumptionsOf(assume: Question): Partial<NetworkAssumptions> {
  const { ipBlockSelectsPods, ownNodeAlwaysAllowed, hostNetwork } = assume;
  for (const [name, value] of Object.entries({ ipBlockSelectsPods, ownNodeAlwaysAllowed }))
    if (value !== undefined && typeof value !== 'boolean') throw new AskError(`assume.${name}: must be true or false`);
  if (hostNetwork !== undefined && hostNetwork !== 'node-ip' && hostNetwork !== 'policy-applies')
    throw new AskError('assume.hostNetwork: must be node-ip or policy-applies');
  return {
    ...(typeof ipBlockSelectsPods === 'boolean' ? { ipBlockSelectsPods } : {}),
    ...(typeof ownNodeAlwaysAllowed === 'boolean' ? { ownNodeAlwaysAllowed } : {}),
    ...(hostNetwork === undefined ? {} : { hostNetwork }),
  };
}

/** `{"pod": "ns/name"}`, `{"workload": "ns/Kind/name"}`, `{"ip"}`, `{"node"}` or `{"internet": true}`; of a workload each pod. */
export function endsAt(question: Question, field: string, { store }: World): readonly Endpoint[] {
  const end = recordAt(question, field);
  if ('pod' in end) {
    const { namespace, name } = placeAt(end, 'pod');
    return [{ pod: `${namespace}/${name}` }];
  }
  if ('workload' in end) return podsAt(textAt(end, 'workload'), store).map((pod) => ({ pod: podKey(pod) }));
  if ('ip' in end) return [{ ip: textAt(end, 'ip') }];
  if ('node' in end) return [{ node: textAt(end, 'node') }];
  if (end['internet'] === true) return [{ internet: true }];
  throw new AskError(`${field}: must have pod, workload, ip, node or internet`);
}

export function podsAt(workload: string, store: Store): readonly Pod[] {
  const pods = podsOfWorkload(workload, store);
  if (pods === undefined) throw new AskError(`workload: "${workload}" is not namespace/Kind/name`);
  if (pods.length === 0) throw new AskError(`there is no workload ${workload}`);
  return pods;
}

export function portAt(question: Question): PortAt {
  const protocol = optionalTextAt(question, 'protocol') ?? 'TCP';
  if (!isProtocol(protocol)) throw new AskError(`protocol: must be one of ${PROTOCOLS.join(', ')}`);
  const { port } = question;
  if (typeof port !== 'number' || !Number.isInteger(port) || port < 1 || port > LAST_PORT)
    throw new AskError('port: must be a whole number from 1 to 65535');
  return { protocol, port };
}
