import { placeName, subjectName, type AnyBinding } from '#facts/rbac.ts';
import type { PolicyRule } from '#model/policy.ts';
import { subjectText, type Ref } from '#model/ref.ts';
import { shortened } from '#model/text.ts';
import type { Weighed } from './weighing.ts';

const NAMES_AT_MOST = 3;
/** Users and groups may have any name. */
const LETTERS_AT_MOST = 100;

/** Some names in a sentence, the first of so many, none of which fills it: `a and b`, `a, b, c and 2 more`. */
export function namesText(names: readonly string[], of = names.length): string {
  const some = names.slice(0, NAMES_AT_MOST).map((name) => shortened(name, LETTERS_AT_MOST));
  const last = of > some.length ? `${String(of - some.length)} more` : some.pop();
  return [some.join(', '), last ?? ''].filter((part) => part !== '').join(' and ');
}

/** `User alice, Group ops and 2 more`: whom a binding names. */
export function holdersOf({ subjects, metadata }: AnyBinding): string {
  const first = subjects.slice(0, NAMES_AT_MOST).map((subject) => subjectName(subject, metadata.namespace));
  return namesText(first, subjects.length);
}

/** `read Secrets (only web)`. */
function whatOf({ as: { says }, rule }: Weighed): string {
  const what = typeof says === 'string' ? says : says(rule);
  const { resourceNames = [] } = rule;
  return resourceNames.length === 0 ? what : `${what} (only ${namesText(resourceNames)})`;
}

/** Who can do what where: of the binding that gives most. */
function whoCan(found: Weighed, binding: AnyBinding): string {
  return `${found.holder === undefined ? holdersOf(binding) : namesText([found.holder])} can ${whatOf(found)} ${placeName(binding.metadata.namespace)}`;
}

function besides(others: readonly Ref[]): string {
  return others.length === 0 ? '' : `, together with ${namesText(others.map(subjectText))}`;
}

/** What a role is found to give, and to whom by which binding. */
export function grantedByRole(found: Weighed): string {
  const { binding, bindings, others } = found;
  if (binding === undefined) return `would give the right to ${whatOf(found)}; bound to nobody`;
  const more = bindings > 1 ? ` and ${String(bindings - 1)} more` : '';
  const by = subjectText({ kind: binding.kind, ...binding.metadata });
  return `${whoCan(found, binding)}, through ${by}${more}${besides(others)}`;
}

/** What a binding is found to give, and by which role. */
export function grantedByBinding(found: Weighed, binding: AnyBinding): string {
  const { kind, name } = binding.roleRef;
  return `${whoCan(found, binding)}, through ${kind} ${name}${besides(found.others)}`;
}

/** `pods, jobs.batch`: the resources of a rule as a sentence names them. */
export function resourcesText({ resources = [], apiGroups = [] }: PolicyRule): string {
  const [group = ''] = apiGroups;
  const suffix = apiGroups.length === 1 && group !== '' && group !== '*' ? `.${group}` : '';
  return namesText(resources.map((resource) => (resource === '*' ? everyOf(apiGroups) : `${resource}${suffix}`)));
}

function everyOf(apiGroups: readonly string[]): string {
  if (apiGroups.includes('*')) return 'every resource';
  const groups = apiGroups.map((group) => (group === '' ? 'core' : group));
  return `every resource of ${groups.length > 1 ? 'the groups' : 'group'} ${namesText(groups)}`;
}
