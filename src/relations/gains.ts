import { RBAC_ENGINE, STRENGTH_KINDS, type Clue, type Known, type RbacKind } from '#analysis/rbac/engine.ts';
import type { SubjectEntry } from '#analysis/rbac/entries.ts';
import { accountsOfKey, namedBy } from '#analysis/rbac/identity.ts';
import type { AnyBinding, BindingKind } from '#facts/rbac.ts';
import type { ChangeOf, Inventory } from '#model/inventory.ts';
import type { RbacSubject } from '#model/policy.ts';
import { refOf, type Ref } from '#model/ref.ts';
import { defineRelation, sameFor, type Relation } from '#model/relation.ts';
import { subjectsBeside } from './companions.ts';
import { bindingsMovedBy } from './grants.ts';

type Read = RbacKind | Clue;
type Held = Inventory<RbacKind>;

/** Whether a binding makes one of its subjects as good as cluster-admin, or brings it a step from it: alone, or with all else that it is given. */
export type Gains = (subject: RbacSubject) => Known<boolean>;

const NOTHING: Known<boolean> = { answer: false, unseen: [] };

/** Of the subjects that nobody chose one by one: groups of accounts, everybody, and default accounts. */
function gainsOf<K extends BindingKind>(subject: K): Relation<K, Gains> {
  return defineRelation<K, Read, Gains>({
    subject,
    name: 'other bindings of those whom the binding names, and what these lead to together',
    related: (object, inventory, terms) => {
      const binding = object as AnyBinding;
      const engine = inventory.view(RBAC_ENGINE);
      const entry = engine.index.state.binding(binding);
      return [
        (each) => {
          const key = namedBy(each, binding.metadata.namespace)?.key;
          return entry === undefined || key === undefined
            ? NOTHING
            : engine.known(terms, (reading) => engine.isStrengthenedBy(entry, key, reading));
        },
      ];
    },
    affected: sameFor(STRENGTH_KINDS, (change: ChangeOf<Read>, inventory: Held) => [
      ...bindingsMovedBy(subject, change, inventory),
      ...bindingsBeside(subject, change, inventory),
    ]),
    mayLack: RBAC_ENGINE.also,
  });
}

export const gainsOfRoleBinding = gainsOf('RoleBinding');
export const gainsOfClusterRoleBinding = gainsOf('ClusterRoleBinding');

/** The other bindings of those whose rights or strength may be others after a change. */
function bindingsBeside<K extends BindingKind>(kind: K, change: ChangeOf<Read>, inventory: Held): readonly Ref<K>[] {
  const engine = inventory.view(RBAC_ENGINE);
  const { state } = engine.index;
  const subjects = engine.movesStrength(change)
    ? [...state.subjects()]
    : [...engine.shiftOf(change).subjects].flatMap(({ key }) => subjectsBeside(key, state));
  return subjects
    .filter(isOfMany)
    .flatMap(({ grants }) => [...grants.values()].flatMap((each) => [...each]))
    .filter(({ binding }) => binding.kind === kind)
    .map(({ binding }) => refOf(binding) as Ref<K>);
}

function isOfMany({ key }: SubjectEntry): boolean {
  // Of the thousands that bindings name few can be.
  if (!key.startsWith('g:system:') && !key.endsWith(':default')) return false;
  const accounts = accountsOfKey(key);
  return typeof accounts === 'object' && 'name' in accounts ? accounts.name === 'default' : accounts !== undefined;
}
