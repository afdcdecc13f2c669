import type { Direction } from '#facts/policy.ts';
import { exposureOf, type Exposure } from '#analysis/exposure/exposure.ts';
import { targetsOf, type Service, type Target } from '#analysis/exposure/targets.ts';
import type { Way } from '#analysis/exposure/ways.ts';
import { workloadOf } from '#analysis/exposure/workloads.ts';
import type { Network, PortAt } from '#analysis/network/engine.ts';
import type { Explanation } from '#analysis/network/explain.ts';
import { podKey } from '#analysis/network/sources.ts';
import type { Endpoint } from '#analysis/network/spots.ts';
import { subjectText } from '#model/ref.ts';
import { exposureOfPod } from '#relations/exposure.ts';
import { AskError, placeAt, textAt, textsAt, type Answer, type Answerer, type Question } from './question.ts';
import { connectivity } from './connectivity.ts';
import { endsAt, inWorld, podsAt, portAt, type World } from './world.ts';

export const NETWORK_QUESTIONS = {
  reach: inWorld(reach),
  matrix: inWorld(matrix),
  connectivity: inWorld(connectivity),
  isolation: inWorld(isolation),
  exposure: inWorld(exposure, exposureOfPod.reads),
  serviceTargets: inWorld(serviceTargets, exposureOfPod.reads),
  reachService: inWorld(reachService, exposureOfPod.reads),
} as const satisfies Readonly<Record<string, Answerer>>;

/** Policies in a language that is not read may say otherwise about these pods. */
function further(ends: readonly Endpoint[], { store }: World): string | undefined {
  const namespaces = ends.flatMap((end) => ('pod' in end ? [end.pod.split('/')[0] ?? ''] : []));
  if (namespaces.length === 0) return undefined;
  const found = [
    ...store.list('CiliumClusterwideNetworkPolicy'),
    ...store.list('CalicoGlobalNetworkPolicy'),
    ...namespaces.flatMap((each) => [
      ...store.list('CiliumNetworkPolicy', each),
      ...store.list('CalicoNetworkPolicy', each),
    ]),
  ];
  const [policy] = found;
  return policy === undefined
    ? undefined
    : `${subjectText({ kind: policy.kind, ...policy.metadata })} is a further policy, which is not read`;
}

function reach(question: Question, world: World): Answer {
  const [from, to] = [endsAt(question, 'from', world), endsAt(question, 'to', world)];
  const at = portAt(question);
  const unknown = further([...from, ...to], world);
  if (unknown !== undefined) return { unknown };
  const { network } = world;
  const answers = from.flatMap((source) =>
    to.map((target) => ({ source, target, passes: passes(network, source, target, at) })),
  );
  const chosen = answers.find((each) => each.passes) ?? answers[0];
  if (chosen === undefined) throw new AskError('there is nobody at one end');
  return { answer: chosen.passes, because: network.explain(chosen.source, chosen.target, at).map(sideText) };
}

function passes(network: Network, from: Endpoint, to: Endpoint, at: PortAt): boolean {
  const answer = network.reaches(from, to, at);
  if (answer !== undefined) return answer;
  const lost = [from, to].find((end) => !network.knows(end));
  throw new AskError(`there is no ${lost === undefined ? 'such end' : endText(lost)}`);
}

function endText(end: Endpoint): string {
  if ('pod' in end) return `pod ${end.pod}`;
  if ('ip' in end) return `address ${end.ip}`;
  return 'node' in end ? `node ${end.node}` : 'such end';
}

function sideText({ direction, allowed, policies, rules }: Explanation): object {
  return {
    direction: direction.toLowerCase(),
    allowed,
    ...(policies.length === 0
      ? { why: 'no policy selects it' }
      : {
          policies: policies.map((ref) => subjectText(ref)),
          rules: rules.map(({ policy, rule, action }) => ({ policy: subjectText(policy), rule, action })),
        }),
  };
}

/** The ordered pairs of pods that may not connect; a pod to itself is not asked. */
function matrix(question: Question, world: World): Answer {
  const pods = textsAt(question, 'pods');
  const at = portAt(question);
  const pairs = pods.flatMap((from) => pods.filter((to) => to !== from).map((to) => [from, to] as const));
  return { answer: { deny: pairs.filter(([from, to]) => !passes(world.network, { pod: from }, { pod: to }, at)) } };
}

function isolation(question: Question, { network }: World): Answer {
  const { namespace, name } = placeAt(question, 'pod');
  const answer = (direction: Direction): boolean => {
    const isolated = network.isIsolated(`${namespace}/${name}`, direction);
    if (isolated === undefined) throw new AskError(`there is no pod ${namespace}/${name}`);
    return isolated;
  };
  return { answer: { ingress: answer('Ingress'), egress: answer('Egress') } };
}

function exposure(question: Question, { store, network, assume }: World): Answer {
  const name = textAt(question, 'workload');
  const found = podsAt(name, store).map((pod) => exposureOf([pod], store, network));
  const ways = found.flatMap(({ ways: each }) => each).filter((way) => isTaken(way, assume));
  return { answer: exposureText({ ways, level: undefined }) };
}

/** What no object says is taken for the worst, unless the case assumes otherwise. */
function isTaken(
  { kind, assumed }: Way,
  { gatewayWithoutObject = 'public', ingressControllerUnknown = 'public' }: Question,
): boolean {
  if (assumed === undefined) return true;
  if (kind.endsWith('Route')) return gatewayWithoutObject === 'public';
  return kind !== 'Ingress' || ingressControllerUnknown !== 'none';
}

function exposureText({ ways }: Exposure): object {
  const names = ways.map(({ kind, ref }) => `${kind}:${ref.namespace}/${ref.name}`);
  const ports = ways.flatMap((way) => way.ports.map(({ protocol, port }) => `${protocol}/${String(port)}`));
  const sources = ways.flatMap((way) => way.sources ?? []);
  const isPrivate = ways.length > 0 && ways.every(({ level }) => level !== 'internet');
  return {
    external: ways.length > 0,
    via: [...new Set(names)].sort(),
    ports: [...new Set(ports)].sort(),
    ...(isPrivate ? { scope: 'private' } : {}),
    ...(sources.length === 0 ? {} : { sources: [...new Set(sources)].sort() }),
  };
}

function serviceAt(question: Question, { store }: World): Service {
  const { namespace, name } = placeAt(question, 'service');
  const service = store.get({ kind: 'Service', namespace, name });
  if (service === undefined) throw new AskError(`there is no service ${namespace}/${name}`);
  return service;
}

function serviceTargets(question: Question, world: World): Answer {
  const service = serviceAt(question, world);
  const { externalName } = service.spec ?? {};
  const isAlias = service.spec?.type === 'ExternalName';
  const found = new Map<string, { target: object; ports: Set<string> }>();
  for (const { pod, ip, ports } of targetsOf(service, world.store)) {
    const target = pod === undefined ? { ip } : { workload: workloadOf(pod) };
    const key = JSON.stringify(target);
    const known = found.get(key) ?? { target, ports: new Set() };
    found.set(key, known);
    for (const port of ports) known.ports.add(`${port.protocol}/${String(port.target)}`);
  }
  const targets = [...found.entries()]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, { target, ports }]) => ({ ...target, ports: [...ports].sort() }));
  return { answer: { targets, ...(isAlias && externalName !== undefined ? { externalName } : {}) } };
}

/** Whether a connection to a port of the Service ends at some pod behind it: policies see the port of the pod. */
function reachService(question: Question, world: World): Answer {
  const service = serviceAt(question, world);
  const from = endsAt(question, 'from', world);
  const { protocol, port } = portAt(question);
  const unknown = further(from, world);
  if (unknown !== undefined) return { unknown };
  if (service.spec?.type === 'ExternalName')
    return { unknown: 'an ExternalName is an alias: where it leads is not known here' };
  const hits = targetsOf(service, world.store).flatMap((target) =>
    target.ports
      .filter((each) => each.protocol === protocol && each.port === port)
      .map((each) => ({ target, at: { protocol, port: each.target } })),
  );
  return { answer: hits.some(({ target, at }) => from.some((end) => passes(world.network, end, endOf(target), at))) };
}

function endOf({ pod, ip = '' }: Target): Endpoint {
  return pod === undefined ? { ip } : { pod: podKey(pod) };
}
