import type { Network } from '#analysis/network/engine.ts';
import type { NetworkAssumptions } from '#analysis/network/sources.ts';
import { networkView, type NetworkKinds } from '#analysis/network/view.ts';
import { blocksSelectPods, distributionOf, enforcement, pluginOf, type Recognised } from '#facts/cni.ts';
import { TO_CLUSTER } from '#model/cluster.ts';
import { sides, type ChangeOf, type Index, type Inventory, type View } from '#model/inventory.ts';
import type { Pod } from '#model/objects.ts';
import type { AnyObject } from '#model/objects.ts';
import { refOf, type Ref } from '#model/ref.ts';
import { defineRelation } from '#model/relation.ts';
import { byWord } from '#model/text.ts';

const agents: Index<'Pod'> = {
  kind: 'Pod',
  name: 'network plugin',
  of: (pod) => {
    const plugin = pluginOf(pod);
    return plugin === undefined ? [] : [ANY, keyOf(plugin)];
  },
};

const distributions: Index<'Node'> = {
  kind: 'Node',
  name: 'distribution with a network plugin',
  of: (node) => (distributionOf(node) === undefined ? [] : [ANY]),
};

const ANY = '*';

function keyOf({ name, enforces }: Recognised): string {
  return `${name} ${String(enforces)}`;
}

/** The pods of the agents of network plugins. */
export function agentsIn(inventory: Inventory<'Pod'>): readonly Pod[] {
  return inventory.by(agents, ANY);
}

interface Counted {
  readonly plugin: Recognised;
  readonly count: number;
}

interface Plugins {
  readonly counts: Map<string, Counted>;
  /** In order of their names; undefined until it is asked for. */
  found?: readonly Recognised[] | undefined;
}

/** How often each plugin is there: its agents run on every node, and every pod that is judged asks. */
const plugins: View<'Node' | 'Pod', Plugins> = {
  name: 'network plugins',
  kinds: ['Node', 'Pod'],
  open: (inventory) => {
    const state: Plugins = { counts: new Map() };
    for (const object of [...inventory.list('Node'), ...inventory.list('Pod')]) tally(state, object, 1);
    return state;
  },
  apply: (state, { before, after }) => {
    if (before !== undefined) tally(state, before, -1);
    if (after !== undefined) tally(state, after, 1);
  },
};

function tally(state: Plugins, object: AnyObject, sign: 1 | -1): void {
  const plugin = object.kind === 'Pod' ? pluginOf(object) : object.kind === 'Node' ? distributionOf(object) : undefined;
  if (plugin === undefined) return;
  const key = keyOf(plugin);
  const count = (state.counts.get(key)?.count ?? 0) + sign;
  if (count === 0) state.counts.delete(key);
  else state.counts.set(key, { plugin, count });
  state.found = undefined;
}

/** The network plugins of the cluster, as far as their agents are known. */
export function pluginsIn(inventory: Inventory<'Pod' | 'Node'>): readonly Recognised[] {
  const state = inventory.view(plugins);
  state.found ??= [...state.counts].sort(([a], [b]) => byWord(a, b)).map(([, { plugin }]) => plugin);
  return state.found;
}

/** Whether the network plugins enforce policies; undefined: it cannot be told. */
export function isEnforced(inventory: Inventory<'Pod' | 'Node'>): boolean | undefined {
  return enforcement(pluginsIn(inventory));
}

/** Who may connect to whom, an `ipBlock` read as the network plugin of the cluster reads it. What is assumed goes before that. */
export function networkIn(inventory: Inventory<NetworkKinds>, assumed: Partial<NetworkAssumptions> = {}): Network {
  return inventory.view(networkView({ ipBlockSelectsPods: blocksSelectPods(pluginsIn(inventory)), ...assumed }));
}

/** Whether a change of a pod makes a plugin appear or vanish: its agents run on every node, and one more tells nothing. */
export function movesPlugins(change: ChangeOf<'Pod'>, inventory: Inventory<'Pod'>): boolean {
  const keys = sides(change).map((pod) => agents.of(pod).at(-1));
  if (keys.every((key) => key === undefined) || (keys.length === 2 && keys[0] === keys[1])) return false;
  return keys.some((key) => key !== undefined && others(key, change.ref, inventory) === 0);
}

function others(key: string, ref: Ref, inventory: Inventory<'Pod'>): number {
  return inventory
    .by(agents, key)
    .filter((pod) => refOf(pod).name !== ref.name || pod.metadata.namespace !== ref.namespace).length;
}

/** Whether a change of a node makes a distribution appear or vanish. */
export function movesDistributions(change: ChangeOf<'Node'>, inventory: Inventory<'Node'>): boolean {
  const known = sides(change).filter((node) => distributionOf(node) !== undefined);
  if (known.length === 0 || known.length === 2) return false;
  return inventory.by(distributions, ANY).every(({ metadata }) => metadata.name === change.ref.name);
}

export const pluginsBesidePod = defineRelation({
  subject: 'Pod',
  name: 'agents of network plugins, and Nodes of distributions that bring one',
  related: (_pod, inventory) => pluginsIn(inventory),
  affected: {
    Pod: (change, inventory) => (movesPlugins(change, inventory) ? inventory.by(agents, ANY).map(refOf) : []),
    Node: (change, inventory) => (movesDistributions(change, inventory) ? inventory.by(agents, ANY).map(refOf) : []),
  },
});

export const agentsSeen = defineRelation({
  subject: 'Cluster',
  name: 'agents of network plugins',
  related: (_cluster, inventory) => agentsIn(inventory),
  affected: { Pod: (change) => (sides(change).some((pod) => pluginOf(pod) !== undefined) ? TO_CLUSTER : []) },
});

export const enforcementAroundPod = defineRelation({
  subject: 'Pod',
  name: 'whether network policies are enforced, by agents of network plugins and Nodes of distributions that bring one',
  related: (_pod, inventory): readonly boolean[] => {
    const enforced = isEnforced(inventory);
    return enforced === undefined ? [] : [enforced];
  },
  affected: {
    Pod: (change, inventory) => (movesPlugins(change, inventory) ? inventory.list('Pod').map(refOf) : []),
    Node: (change, inventory) => (movesDistributions(change, inventory) ? inventory.list('Pod').map(refOf) : []),
  },
});
