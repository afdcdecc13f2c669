import lodash from 'lodash';
import { roleText, type BindingEntry } from '#analysis/rbac/entries.ts';
import { Escalation } from '#analysis/rbac/escalation.ts';
import { RBAC_ENGINE } from '#analysis/rbac/engine.ts';
import { MASTERS, accountOfKey, type Identity } from '#analysis/rbac/identity.ts';
import { notesOn } from '#analysis/rbac/notes.ts';
import { capabilitiesOf, namedWords, primitiveWords } from '#analysis/rbac/primitives.ts';
import type { RbacIndex, Reason } from '#analysis/rbac/rbac-index.ts';
import type { Request } from '#analysis/rbac/request.ts';
import { Rights } from '#analysis/rbac/rights.ts';
import { Surroundings } from '#analysis/rbac/surroundings.ts';
import { rbacView } from '#analysis/rbac/view.ts';
import { connectsByGet } from '#facts/pod-connect.ts';
import type { Account } from '#facts/rbac.ts';
import type { Store } from '#inventory/store.ts';
import { TEMPLATE_KINDS, type Kind } from '#model/kinds.ts';
import { shown } from '#report/formats/columns.ts';
import { counted } from '#report/formats/scan.ts';
import { subjectText } from '#model/ref.ts';
import { EXIT, InputFailure } from '../exit.ts';
import { startOf, type Start, type StartFlags } from '../input/start.ts';
import { complain } from '../output/terminal.ts';
import { outputNamed, tell, type Branch } from './output.ts';
import { identityNamed, questionOf, requestText, type Question, type Where } from './words.ts';

interface Flags extends StartFlags, Where {
  readonly output: string;
}

export interface CanFlags extends Flags {
  readonly as: string;
  readonly asGroup: readonly string[];
}

/** What the words of a command line ask. */
interface Asked {
  readonly verb: string;
  readonly resource: string;
  readonly name?: string;
}

/** On a cluster the controller has aggregated; on manifests nobody has, and they seldom hold the roles that every cluster has. */
const LIVE = rbacView({ aggregation: 'stored' });
const STATED = rbacView({ aggregation: 'computed', assumeShipped: true });

/** What decides who may do what. */
const RBAC_KINDS = ['ClusterRole', 'ClusterRoleBinding', 'Role', 'RoleBinding'] as const;
/** And what tells which resources there are to ask about. */
const ASKED_KINDS = [...RBAC_KINDS, 'ApiResource'] as const;
/** What says beside where rights lead. */
const NEIGHBOURS = ['Namespace', 'ServiceAccount', 'Secret', 'Pod', ...TEMPLATE_KINDS, 'Node'] as const;

async function begin(
  flags: StartFlags,
  command: string,
  kinds: readonly Kind[] = ASKED_KINDS,
): Promise<Start & { readonly index: RbacIndex }> {
  const start = await startOf(flags, command, kinds);
  // An API server has refused such things.
  if (!start.isLive) for (const note of notesOn(start.store)) complain(shown(note));
  return { ...start, index: start.store.view(start.isLive ? LIVE : STATED) };
}

/** What is asked in the end; what of it was not taken as it was said is told. */
function resolved(question: Question, store: Store): Request {
  const { request, notes } = question(store.list('ApiResource'));
  for (const note of notes) complain(shown(note));
  return request;
}

/** `kubeposture who-can`. Answers the exit status. */
export async function whoCan(asked: Asked, flags: Flags): Promise<number> {
  const output = outputNamed(flags.output);
  const question = questionOf(asked, flags);
  const { index, store, status } = await begin(flags, 'who-can');
  const request = resolved(question, store);
  const found = index.whoCan(request);
  if ('unknown' in found)
    throw new InputFailure(`who can ${requestText(request)} is not known: ${found.unknown.join('; ')}`);
  const reasons = index
    .allowedBy(request)
    .flatMap((reason) => reason.grant.subjects.map(({ label }) => ({ subject: label, ...reasonOf(index, reason) })));
  const bySubject = Map.groupBy(reasons, ({ subject }) => subject);
  const rows = found.subjects.flatMap((label) => bySubject.get(label) ?? []);
  await tell(
    {
      json: { request, subjects: found.subjects, because: rows },
      rows: [
        ['SUBJECT', 'BINDING', 'ROLE', 'RULE'],
        ...rows.map(({ subject, binding, role, rule }) => [subject, binding, role, rule]),
      ],
      tree: found.subjects.map((text) => ({
        text,
        below: (bySubject.get(text) ?? []).map(({ binding, role, rule }) => ({
          text: binding,
          below: [{ text: `${role} ${rule}` }],
        })),
      })),
      summary: `${found.subjects.length === 0 ? 'nobody' : String(found.subjects.length)} can ${requestText(request)}; members of ${MASTERS} can do everything`,
    },
    output,
  );
  return status;
}

/** `kubeposture can-i`. Status 1 is no. */
export async function canI(asked: Asked, flags: CanFlags): Promise<number> {
  const identity = identityNamed(flags.as, flags.asGroup);
  const output = outputNamed(flags.output);
  const question = questionOf(asked, flags);
  const { index, store, status } = await begin(flags, 'can-i');
  const request = resolved(question, store);
  if (identity.groups.includes(MASTERS)) {
    await tell(
      {
        json: { request, allowed: true, because: [MASTERS] },
        rows: [],
        tree: [],
        summary: `yes: ${MASTERS} is let through before RBAC`,
      },
      output,
    );
    return status;
  }
  const decision = index.can(identity, request);
  if ('unknown' in decision) throw new InputFailure(`it is not known: ${decision.unknown.join('; ')}`);
  const because = decision.allowed ? [reasonOf(index, decision.because)] : [];
  await tell(
    {
      json: { request, allowed: decision.allowed, because },
      rows: [['BINDING', 'ROLE', 'RULE'], ...because.map(({ binding, role, rule }) => [binding, role, rule])],
      tree: because.map(({ binding, role, rule }) => ({ text: binding, below: [{ text: `${role} ${rule}` }] })),
      summary: `${decision.allowed ? 'yes' : 'no'}: ${flags.as} ${decision.allowed ? 'can' : 'cannot'} ${requestText(request)}`,
    },
    output,
  );
  return status === EXIT.done && !decision.allowed ? EXIT.findings : status;
}

/** `kubeposture access`: what a subject is granted, what that amounts to, and whether it leads to cluster-admin. */
export async function access(word: string, flags: Flags): Promise<number> {
  const output = outputNamed(flags.output);
  const identity = identityNamed(word);
  const start = await begin(flags, 'access', [...RBAC_KINDS, ...NEIGHBOURS]);
  const { index, status, store } = start;
  const execRequiresCreate = !connectsByGet(start);
  const { held, named } = capabilitiesOf(index.rightsOf(identity), execRequiresCreate);
  const grants = index.grantsOf(identity);
  const way = new Escalation(index, new Surroundings(store), identity, { execRequiresCreate }).way({
    clusterAdmin: true,
  });
  const all = [...held.map((each) => ({ ...each, names: [] as readonly string[] })), ...named];
  const unknown = [...index.doubtsOf(identity), ...NEIGHBOURS.flatMap((kind) => store.missing(kind) ?? [])];
  await tell(
    {
      json: {
        subject: word,
        held,
        named,
        grants: grants.map((grant) => grantedBy(index, grant)),
        clusterAdmin: way ?? (unknown.length > 0 ? 'unknown' : false),
        unknown,
      },
      rows: [
        ['SCOPE', 'CAN', 'OF'],
        ...all.map(({ id, scope, names }) => [
          scope,
          names.length === 0 ? primitiveWords(id) : namedWords(id),
          names.length === 0 ? 'all' : names.join(', '),
        ]),
      ],
      tree: [
        ...grants.map((grant) => branchOf(grantedBy(index, grant), grant, execRequiresCreate)),
        ...(way ?? []).map(({ from, to, by, scope }) => ({
          text: `${from} -> ${to}`,
          below: [{ text: `${by} (${scope})` }],
        })),
      ],
      summary: [
        summaryOf(word, identity, { grants, isAdmin: way !== undefined, unknown }),
        ...(way === undefined && !start.isLive ? nearness(identity, start) : []),
        ...absence(identity, start),
      ].join('\n'),
    },
    output,
  );
  return unknown.length > 0 ? EXIT.input : status;
}

const NEARNESS = {
  direct: ['on a cluster, where the controllers of kube-system are, it is as good as cluster-admin'],
  step: ['on a cluster, where the controllers of kube-system are, it is one step from cluster-admin'],
  none: [],
} as const;

/** Manifests hold no controllers of the control plane, which every cluster has: what checks take for granted. */
function nearness(identity: Identity, { store, ...terms }: Start): readonly string[] {
  const engine = store.view(RBAC_ENGINE);
  const account = accountOf(identity);
  const reading = { seen: 'known', byGet: connectsByGet(terms) } as const;
  if (account !== undefined) return NEARNESS[engine.strengthOf(account, reading)];
  const { user, groups } = identity;
  return NEARNESS[engine.strengthOfKey(user === '' ? `g:${groups[0] ?? ''}` : `u:${user}`, reading)];
}

function accountOf({ user }: Identity): Account | undefined {
  return accountOfKey(`u:${user}`);
}

/** Files often hold a binding and not the account. */
function absence(identity: Identity, { store, isLive }: Start): readonly string[] {
  const account = accountOf(identity);
  if (account === undefined || !isLive || store.missing('ServiceAccount') !== undefined) return [];
  if (store.get({ kind: 'ServiceAccount', ...account }) !== undefined) return [];
  return ['there is no such service account: whoever makes it has all this'];
}

interface Sum {
  readonly grants: readonly BindingEntry[];
  readonly isAdmin: boolean;
  readonly unknown: readonly string[];
}

function summaryOf(word: string, { user, groups }: Identity, { grants, isAdmin, unknown }: Sum): string {
  const of = user === '' || groups.length === 0 ? '' : ` with its groups ${groups.join(', ')}`;
  const no = unknown.length > 0 ? 'whether that leads to cluster-admin is not known' : 'does not lead to cluster-admin';
  const lines = [`${word}${of}: ${counted(grants.length, 'grant')}; ${isAdmin ? 'leads to cluster-admin' : no}`];
  return [...lines, ...unknown.map((reason) => `not known: ${reason}`)].join('\n');
}

interface Granted extends ReturnType<typeof grantOf> {
  /** The roles that its rules are aggregated from. */
  readonly from: readonly string[];
}

function grantedBy(index: RbacIndex, grant: BindingEntry): Granted {
  const rules = grant.role.rules ?? [];
  return { ...grantOf(grant), from: lodash.uniq(rules.flatMap((_, rule) => index.originsOf({ grant, rule }))).sort() };
}

/** A binding, the role that it grants, and what that amounts to. */
function branchOf({ binding, role, from }: Granted, grant: BindingEntry, execRequiresCreate: boolean): Branch {
  const rights = new Rights();
  rights.grant(grant.role, grant.scope);
  const { held, named } = capabilitiesOf(rights, execRequiresCreate);
  const below = [
    ...held.map(({ id, scope }) => ({ text: `${primitiveWords(id)} (${scope})` })),
    ...named.map(({ id, scope, names }) => ({ text: `${namedWords(id)} (${scope}: ${names.join(', ')})` })),
  ];
  const origin = from.length === 0 ? '' : `, aggregated from ${from.join(', ')}`;
  return { text: binding, below: [{ text: `${role}${origin}`, below }] };
}

function grantOf({ binding, role }: BindingEntry): { readonly binding: string; readonly role: string } {
  const { kind, metadata } = binding;
  return { binding: subjectText({ kind, ...metadata }), role: roleText(role) };
}

function reasonOf(index: RbacIndex, reason: Reason): ReturnType<typeof grantOf> & { readonly rule: string } {
  const origins = index.originsOf(reason);
  const from = origins.length === 0 ? '' : ` of ${origins.join(', ')}`;
  return { ...grantOf(reason.grant), rule: `rules[${String(reason.rule)}]${from}` };
}
