import type { Account, AnyBinding } from '#facts/rbac.ts';
import { isShippedBinding } from '#facts/shipped.ts';
import { listed } from '#model/text.ts';
import type { RbacEngine } from './engine.ts';
import { accountIdentity } from './identity.ts';
import { capabilitiesOf, namedWords, primitiveWords, wordsOfPrimitives, type Capabilities } from './primitives.ts';
import { Rights } from './rights.ts';
import type { Strength } from './strength.ts';
import type { Reading } from './strengths.ts';

/** What rights amount to, in words. */
export interface Access {
  readonly who: string;
  readonly everywhere: string;
  readonly inNamespaces: string;
}

/** Said where no right is more than it looks. */
export const NOTHING = 'nothing of note';
const NOTHING_MORE = 'nothing more of note';

const NEARNESS: Readonly<Record<Strength, string>> = {
  direct: ', as good as cluster-admin',
  step: ', one step from cluster-admin',
  none: '',
};

const NAMES_AT_MOST = 3;
const SUBJECTS_AT_MOST = 5;
const RIGHTS_AT_MOST = 12;

/** What a service account may do, by its own name and by its groups. */
export function accessOfAccount(engine: RbacEngine, account: Account, execRequiresCreate: boolean): Access {
  return engine.kept(`${account.namespace}/${account.name} ${String(execRequiresCreate)}`, () => {
    const identity = accountIdentity(account);
    const doubts = engine.index.doubtsAbout(identity, account.namespace);
    const who = `ServiceAccount ${account.namespace}/${account.name}${NEARNESS[engine.strengthOf(account, readingBy(execRequiresCreate))]}`;
    return {
      who: doubts.length === 0 ? who : `${who}; not all is known: ${doubts.join('; ')}`,
      ...wordsOf(capabilitiesOf(engine.index.rightsOf(identity), execRequiresCreate)),
    };
  });
}

/** What a binding opens, and to whom; undefined where that is nothing of note, or what every cluster has. */
export function accessOfBinding(
  engine: RbacEngine,
  binding: AnyBinding,
  execRequiresCreate: boolean,
): Access | undefined {
  const entry = engine.index.state.binding(binding);
  if (entry === undefined || entry.subjects.length === 0 || isShippedBinding(binding)) return undefined;
  const rights = new Rights();
  rights.grant(entry.role, entry.scope);
  const capabilities = capabilitiesOf(rights, execRequiresCreate);
  if (capabilities.held.length + capabilities.named.length === 0) return undefined;
  const subjects = listed(
    entry.subjects.map(({ label }) => label.replace(':', ' ')),
    SUBJECTS_AT_MOST,
  );
  return {
    who: `${subjects}${NEARNESS[engine.strengthOfGrant(entry, readingBy(execRequiresCreate))]}`,
    ...wordsOf(capabilities),
  };
}

function readingBy(execRequiresCreate: boolean): Reading {
  return { seen: 'known', byGet: !execRequiresCreate };
}

/** Namespaces with the same rights are told together, the most first. */
function wordsOf({ held, named }: Capabilities): Omit<Access, 'who'> {
  const rightsOf = (at: string): string =>
    rightsIn([
      ...wordsOfPrimitives(held.filter(({ scope }) => scope === at).map(({ id }) => id)),
      ...named
        .filter(({ scope }) => scope === at)
        .map(({ id, names }) => `${namedWords(id)} (only ${listed(names, NAMES_AT_MOST)})`),
    ]);
  const scopes = new Set([...held, ...named].map(({ scope }) => scope));
  scopes.delete('cluster');
  const groups = [...Map.groupBy(scopes, rightsOf)].sort(([, a], [, b]) => b.length - a.length);
  const lines = groups.map(([words, alike]) => {
    const namespaces = alike.map((scope) => scope.slice('ns:'.length)).sort();
    return `${listed(namespaces, NAMES_AT_MOST)}: ${words}`;
  });
  const everywhere = rightsOf('cluster');
  const nothing = everywhere === NOTHING ? NOTHING : NOTHING_MORE;
  return { everywhere, inNamespaces: lines.length === 0 ? nothing : lines.join('; ') };
}

const EVERYTHING = primitiveWords('cluster-admin');

function rightsIn(words: readonly string[]): string {
  if (words.length === 0) return NOTHING;
  return words.includes(EVERYTHING) ? EVERYTHING : listed(words, RIGHTS_AT_MOST);
}
