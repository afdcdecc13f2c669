import { readsOf, OWN_READS, readKinds } from '#engine/reads.ts';
import { leaseRights } from '#kube/lease-store.ts';
import { areaOf, type Check } from '#model/check.ts';
import { KINDS, groupsOf, infoOf, isExceptionKind, type Kind } from '#model/kinds.ts';
import type { KindInfo } from '#model/served.ts';
import type { Right } from '#model/right.ts';
import { LEASE } from '#operator/run.ts';
import { EVENT_RIGHTS } from '#sinks/events.ts';
import { EXCEPTION_RIGHTS } from '#sinks/exception-statuses.ts';
import { REPORT_RIGHTS } from '#sinks/reports.ts';

const MANY = 6;

/** Every right of the operator, by where it is granted. */
export interface Rights {
  /** In the whole cluster: what is watched, but for Secrets. */
  readonly read: readonly Right[];
  /** Apart, because one may want to go without: the checks that look at Secrets say `unknown` then. */
  readonly secrets: readonly Right[];
  readonly reports: readonly Right[];
  /** Apart, because one may want to go without: `events.enabled`. */
  readonly events: readonly Right[];
  /** In the operator's own namespace. */
  readonly own: readonly Right[];
}

/** The rights that these checks and the sinks declare, and nothing more. */
export function rightsFor(checks: readonly Check[]): Rights {
  // Discovery is open to everybody who is authenticated (`system:discovery`).
  const kinds = readKinds(checks).filter((kind) => infoOf(kind).discovered !== true);
  const rights = (kind: Kind): readonly Right[] =>
    groupsOf(kind).map((group) => ({
      group,
      resources: [KINDS[kind].plural],
      verbs: ['list', 'watch'],
      why: whyRead(kind, checks),
    }));
  return {
    read: kinds.filter((kind) => kind !== 'Secret').flatMap(rights),
    secrets: kinds.filter((kind) => kind === 'Secret').flatMap(rights),
    reports: [...REPORT_RIGHTS, ...EXCEPTION_RIGHTS],
    events: EVENT_RIGHTS,
    own: leaseRights(LEASE),
  };
}

function whyRead(kind: Kind, checks: readonly Check[]): string {
  if (isExceptionKind(kind)) return 'know what is accepted, and until when';
  const readers = checks.filter((check) => readsOf(check).has(kind));
  const what = { ...KINDS[kind] } as KindInfo;
  return [
    ...(OWN_READS.includes(kind) ? ['find what is reported on'] : []),
    ...(readers.length === 0 ? [] : [`run ${namesOf(readers)}`]),
    ...(what.metadataOnly === true ? ['only metadata is asked for'] : []),
  ].join('; ');
}

/** The ids, or where they are many the areas. */
function namesOf(checks: readonly Check[]): string {
  if (checks.length <= MANY) return checks.map(({ id }) => id).join(', ');
  return `checks of ${[...new Set(checks.map(({ id }) => areaOf(id)))].join(', ')}`;
}

/** A rule of a role. */
export interface Rule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly resourceNames?: readonly string[];
  readonly verbs: readonly string[];
}

/** The rights as rules: those of one group with the same verbs and names are one. */
export function rulesOf(rights: readonly Right[]): readonly Rule[] {
  const alike = Map.groupBy(rights, ({ group, verbs, names }) => JSON.stringify([group, verbs, names]));
  return [...alike.values()].flatMap((group) =>
    group.slice(0, 1).map(({ group: apiGroup, verbs, names }) => ({
      apiGroups: [apiGroup],
      resources: group.flatMap(({ resources }) => resources).sort(),
      ...(names === undefined ? {} : { resourceNames: names }),
      verbs,
    })),
  );
}
