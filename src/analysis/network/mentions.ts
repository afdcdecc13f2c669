/** What a policy mentions: what the universe must be able to tell apart for it. */
import type { PortRange } from './ports.ts';
import type { Peer, Policy, Port, Rule } from './rules.ts';

function rulesIn({ Ingress = [], Egress = [] }: Policy): readonly Rule[] {
  return [...Ingress, ...Egress];
}

export function peersIn(policy: Policy): readonly Peer[] {
  return rulesIn(policy).flatMap(({ peers }) => (peers === 'any' ? [] : peers));
}

function portsIn(policy: Policy): readonly Port[] {
  return rulesIn(policy).flatMap(({ ports }) => (ports === 'any' ? [] : ports));
}

/** Whether a rule names a port, which each destination resolves for itself. */
export function hasNames({ ports }: Rule): boolean {
  return ports !== 'any' && ports.some((port) => 'name' in port);
}

/** The names of ports. */
export function namesIn(policy: Policy): readonly string[] {
  return portsIn(policy).flatMap((port) => ('name' in port ? [port.name] : []));
}

export function rangesIn(policy: Policy): readonly PortRange[] {
  return portsIn(policy).flatMap((port) => ('name' in port ? [] : [port]));
}

/** The keys of pods' labels. */
export function keysIn(policy: Policy): readonly string[] {
  const sets = [policy.subject, ...peersIn(policy).flatMap((peer) => ('pods' in peer ? [peer.pods] : []))];
  return sets.flatMap(({ pods }) =>
    pods === undefined
      ? []
      : [...Object.keys(pods.matchLabels), ...(pods.matchExpressions ?? []).map(({ key }) => key)],
  );
}
