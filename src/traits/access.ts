import { accessOfAccount, accessOfBinding, type Access } from '#analysis/rbac/access.ts';
import type { RbacEngine } from '#analysis/rbac/engine.ts';
import type { AnyBinding } from '#facts/rbac.ts';
import { connectsByGet } from '#facts/pod-connect.ts';
import { accountOf } from '#facts/token.ts';
import { ifKnown, type Context } from '#model/check.ts';
import { teller, type AccessTrait, type Trait } from '#model/trait.ts';
import { accessOfClusterRoleBinding, accessOfPod, accessOfRoleBinding } from '#relations/access.ts';

export const accessTrait: Trait<'access'> = {
  id: 'access',
  judges: [
    teller({
      subject: 'Pod',
      inputs: { engine: ifKnown(accessOfPod) },
      tell: (seen, context) => {
        const told = seen.map(({ object, given: { engine: [engine] = [] } }) => {
          const account = accountOf(object);
          return engine === undefined
            ? unknownOf(`ServiceAccount ${account.namespace}/${account.name}`)
            : accessOfAccount(engine, account, !connectsByGet(context));
        });
        const byWho = new Map(told.map((each) => [each.who, each]));
        return together([...byWho].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, each]) => each));
      },
    }),
    teller({
      subject: 'RoleBinding',
      inputs: { engine: ifKnown(accessOfRoleBinding) },
      tell: ([seen], context) => ofBinding(seen, context),
    }),
    teller({
      subject: 'ClusterRoleBinding',
      inputs: { engine: ifKnown(accessOfClusterRoleBinding) },
      tell: ([seen], context) => ofBinding(seen, context),
    }),
  ],
};

interface SeenBinding {
  readonly object: AnyBinding;
  readonly given: { readonly engine: readonly RbacEngine[] | undefined };
}

function ofBinding(seen: SeenBinding | undefined, context: Context): AccessTrait | undefined {
  const [engine] = seen?.given.engine ?? [];
  return seen === undefined || engine === undefined
    ? undefined
    : accessOfBinding(engine, seen.object, !connectsByGet(context));
}

function unknownOf(who: string): Access {
  return { who, everywhere: 'not known', inNamespaces: 'not known' };
}

/** While a workload changes over to another account its pods run as two: each line says whose it is. */
function together(told: readonly Access[]): AccessTrait | undefined {
  const [first, ...others] = told;
  if (first === undefined || others.length === 0) return first;
  const each = (line: 'everywhere' | 'inNamespaces'): string =>
    told.map((access) => `${access.who}: ${access[line]}`).join('; ');
  return {
    who: told.map(({ who }) => who).join('; '),
    everywhere: each('everywhere'),
    inNamespaces: each('inNamespaces'),
  };
}
