import { NOT_TOLD, REFUSED, apiResourceOf } from '#inventory/api-resource.ts';
import { shrinkLive } from '#inventory/shrink.ts';
import { Store } from '#inventory/store.ts';
import { serverVersion } from '#kube/client.ts';
import { Discovery } from '#kube/discovery.ts';
import { ApiError, NetworkError } from '#kube/errors.ts';
import { KubeConfigError, loadCluster } from '#kube/kubeconfig.ts';
import { listPages } from '#kube/list.ts';
import { resourceName } from '#kube/resource.ts';
import { Transport } from '#kube/transport.ts';
import {
  ALL_KINDS,
  EXCEPTION_KINDS,
  KINDS,
  apiVersionOf,
  infoOf,
  placesOf,
  servedAs,
  type Kind,
} from '#model/kinds.ts';
import type { GroupVersion } from '#model/served.ts';
import { NEWEST_MINOR } from '#model/parameters.ts';
import type { AnyObject } from '#model/objects.ts';
import type { Sources } from '#report/formats/scan.ts';
import { InputFailure } from './exit.ts';
import type { ForeignObject } from './input/intake.ts';
import { progressLine } from './output/terminal.ts';
import { contextOf } from './scan/objects.ts';
import { unaskedKinds } from '#settings/checks.ts';
import type { Settings } from '#settings/types.ts';
import type { ScanPlan, Scanned } from './scan/plan.ts';
import { judge } from './scan/result.ts';
import { version } from './package.ts';

/** Objects of a cluster stand in no file. */
const NO_FILES: Sources = { placeOf: () => undefined, spotOf: () => undefined };

/** The kinds that a cluster is asked to list. */
const LISTED = ALL_KINDS.filter((kind) => infoOf(kind).discovered !== true);

/** A list that is older than the server's memory is begun anew, so often. */
const BEGINNINGS = 3;

/** Lists everything that checks read, once, and judges it. What the server refuses or lacks is unknown, never a pass. */
export async function scanCluster(plan: ScanPlan, statesVersion: boolean): Promise<Scanned> {
  const { store, minor } = await readCluster(plan.settings, 'scan');
  return judged(store, statesVersion ? plan.minor : minor, plan);
}

/** The kinds that are asked for, listed once, with the minor of the server's version. `command` is what the server's log shows. */
export async function readCluster(
  where: ClusterPlace,
  command: string,
  kinds: readonly Kind[] = ALL_KINDS,
): Promise<{ readonly store: Store; readonly minor: number }> {
  const transport = transportOf(where, command);
  try {
    const minor = await serverMinor(transport);
    const store = new Store();
    const reading = progressLine('reading the cluster: objects');
    const unasked = unaskedKinds(where);
    for (const kind of ALL_KINDS)
      if (!kinds.includes(kind)) store.setMissing(kind, 'not asked for');
      else if (unasked.has(kind)) store.setMissing(kind, unasked.get(kind));
      else if (infoOf(kind).discovered === true) await discover(store, transport);
      else await take(kind, store, transport, reading.at);
    reading.end();
    const reasons = kinds.filter((kind) => LISTED.includes(kind)).map((kind) => store.missing(kind));
    if (!reasons.includes(undefined)) throw new InputFailure(`the cluster lets nothing be read: ${reasons.join('; ')}`);
    return { store, minor };
  } catch (error) {
    throw failureOf(error);
  } finally {
    transport.close();
  }
}

function judged(store: Store, minor: number, plan: ScanPlan): Scanned {
  const { checks, traits = [], scope, isPart, beside = [], unread } = plan;
  for (const exception of beside) store.put(exception);
  const judging = progressLine('judging: subjects');
  const context = contextOf({ ...plan, minor }, true);
  const all = judge({ inventory: store, checks, traits, context, progress: judging.at });
  judging.end();
  const objects = objectsIn(store);
  return {
    judged: all,
    told: { objects, foreign: unreadExceptions(store), errors: unread, scope, isPart },
    sources: NO_FILES,
    isPartial: unread.length > 0,
  };
}

/** Who may not read what is accepted finds everything open: that is said. */
function unreadExceptions(store: Store): readonly ForeignObject[] {
  return EXCEPTION_KINDS.flatMap((kind) => {
    const reason = store.missing(kind);
    return reason === undefined
      ? []
      : [{ apiVersion: apiVersionOf(KINDS[kind]), kind, namespace: '', name: '*', reason }];
  });
}

/** Where the cluster is: the current context of the usual kubeconfig where nothing is said. */
export type ClusterPlace = Pick<Settings, 'kubeconfig' | 'context' | 'secrets'>;

function transportOf({ kubeconfig, context }: Omit<ClusterPlace, 'secrets'>, command: string): Transport {
  try {
    const cluster = loadCluster({
      userAgent: `kubeposture/${version()} (${command})`,
      ...(kubeconfig === undefined ? {} : { kubeconfig }),
      ...(context === undefined ? {} : { context }),
    });
    return new Transport({ cluster });
  } catch (error) {
    throw failureOf(error);
  }
}

async function serverMinor(transport: Transport): Promise<number> {
  const minor = /^v?1\.(\d+)/.exec(await serverVersion(transport))?.[1];
  return minor === undefined ? NEWEST_MINOR : Number(minor);
}

async function take(kind: Kind, store: Store, transport: Transport, progress: (done: number) => void): Promise<void> {
  const refusals: number[] = [];
  for (const place of placesOf(kind)) {
    try {
      for (const object of await listed(kind, place, transport)) store.put(object);
      refusals.length = 0;
      break;
    } catch (error) {
      if (!(error instanceof ApiError) || (error.code !== 403 && error.code !== 404)) throw error;
      refusals.push(error.code);
    }
  }
  const isForbidden = refusals.includes(403);
  if (isForbidden || (refusals.length > 0 && infoOf(kind).optional !== true))
    store.setMissing(kind, `list ${resourceName(KINDS[kind])}: ${isForbidden ? 'forbidden' : 'not found'}`);
  progress(objectsIn(store));
}

/** What discovery tells is no object of the cluster. */
function objectsIn(store: Store): number {
  return LISTED.reduce((sum, kind) => sum + store.count(kind), 0);
}

/** Which resources the API has, as it tells everybody. */
async function discover(store: Store, transport: Transport): Promise<void> {
  try {
    const { resources } = await new Discovery(transport).served([]);
    for (const resource of resources ?? []) store.put(apiResourceOf(resource));
    if (resources === undefined) store.setMissing('ApiResource', NOT_TOLD);
  } catch (error) {
    if (!(error instanceof ApiError) || error.code !== 403) throw error;
    store.setMissing('ApiResource', REFUSED);
  }
}

async function listed(kind: Kind, place: GroupVersion, transport: Transport): Promise<readonly AnyObject[]> {
  for (let beginning = 1; ; beginning += 1) {
    try {
      return await listedOnce(kind, place, transport);
    } catch (error) {
      if (!(error instanceof ApiError) || !error.expired || beginning === BEGINNINGS) throw error;
    }
  }
}

/** Each object is shrunk as it comes: a page of raw ones is all that is ever held. */
async function listedOnce(kind: Kind, place: GroupVersion, transport: Transport): Promise<readonly AnyObject[]> {
  const objects: AnyObject[] = [];
  for await (const { items } of listPages({ transport, resource: servedAs(kind, place) })) {
    for (const { raw } of items) objects.push(shrinkLive(kind, raw));
  }
  return objects;
}

function failureOf(error: unknown): unknown {
  if (error instanceof KubeConfigError) return new InputFailure(error.message);
  if (error instanceof NetworkError) return new InputFailure(`the cluster cannot be reached: ${error.message}`);
  if (error instanceof ApiError) return new InputFailure(`the cluster answers ${String(error.code)}: ${error.message}`);
  return error;
}
