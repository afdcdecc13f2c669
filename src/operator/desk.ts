import { createHash } from 'node:crypto';
import lodash from 'lodash';
import { CATALOGUE } from '#checks/version.ts';
import type { Engine } from '#engine/engine.ts';
import { objectAt } from '#engine/roots.ts';
import { SCORING } from '#engine/score.ts';
import { isCluster } from '#model/cluster.ts';
import type { Inventory } from '#model/inventory.ts';
import type { Subject } from '#model/ref.ts';
import { atLeast } from '#model/severity.ts';
import type { Verdict } from '#model/verdict.ts';
import { hasReport, reportOf, type Contents, type Report } from '#report/body.ts';
import { CLUSTER_REPORT, reportRef, type ReportRef } from '#report/identity.ts';
import { TRAIT_FIELDS } from '#report/traits.ts';
import { placeOf, type Wanted } from '#sinks/reports.ts';
import { clusterContents, contentsOf, type Known } from './contents.ts';

export const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

const ENGINE = { catalogue: CATALOGUE, scoring: SCORING };

/** Knows which report is about which subject, and writes it out when asked. */
export class Desk {
  readonly #engine: Engine;
  readonly #inventory: Inventory & Known;
  readonly #subjects = new Map<string, Subject>();
  readonly #maxFindings: () => number;
  readonly #leftOut = new Set<string>();

  /** `maxFindings` is asked for each report. */
  constructor(engine: Engine, inventory: Inventory & Known, maxFindings: () => number) {
    this.#engine = engine;
    this.#inventory = inventory;
    this.#maxFindings = maxFindings;
  }

  /** The report that a subject's verdict is in, and those that sum over it. */
  placesOf(subject: Subject): { readonly own: ReportRef; readonly sums: readonly ReportRef[] } {
    const own = reportRef(subject, sha256);
    this.#subjects.set(placeOf(own), subject);
    const namespace = own.namespace === '' ? [] : [this.#namespacePlace(own.namespace)];
    return { own, sums: [...namespace, CLUSTER_REPORT] };
  }

  #namespacePlace(name: string): ReportRef {
    const subject = { apiVersion: 'v1', kind: 'Namespace', namespace: '', name };
    const place = reportRef(subject, sha256);
    this.#subjects.set(placeOf(place), subject);
    return place;
  }

  /** Whether the report of a subject overtakes what waits since the start: alerts are about critical and high findings that are open. */
  isUrgent(subject: Subject): boolean {
    const { findings = [] } = this.#engine.verdict(subject) ?? {};
    return findings.some(({ status, severity }) => status === 'fail' && atLeast(severity, 'high'));
  }

  /** Every place where a report should stand. */
  places(): readonly ReportRef[] {
    const own = [...this.#engine.verdicts()].filter(({ subject }) => !isCluster(subject));
    return [...own.map(({ subject }) => this.placesOf(subject).own), CLUSTER_REPORT];
  }

  /** What should stand at a place now. */
  wanted(ref: ReportRef): Wanted {
    if (placeOf(ref) === placeOf(CLUSTER_REPORT)) return this.#write(clusterContents(this.#engine, this.#inventory));
    const subject = this.#subjects.get(placeOf(ref));
    const verdict = subject === undefined ? undefined : this.#engine.verdict(subject);
    if (verdict === undefined) {
      this.#subjects.delete(placeOf(ref));
      // What is there and not judged, or reported elsewhere, leaves nothing to the garbage collection.
      return subject !== undefined && objectAt(subject, this.#inventory) !== undefined ? 'none' : 'orphan';
    }
    return this.#isReported(verdict) ? this.#write(contentsOf(verdict, this.#engine)) : 'none';
  }

  /** A Namespace always has a report: it sums over what is in it. */
  #isReported(verdict: Verdict): boolean {
    return hasReport(verdict) || verdict.subject.kind === 'Namespace';
  }

  /** Writes reports without a field from now on. Answers whether they can do without it: traits they can, and one of the scores. */
  leaveOut(field: string): boolean {
    if (Object.hasOwn(TRAIT_FIELDS, field) || field === 'scoreWithoutExceptions') this.#leftOut.add(field);
    return this.#leftOut.has(field);
  }

  #write({ traits = {}, ...contents }: Contents): Report {
    const left = [...this.#leftOut];
    const told = { ...(lodash.omit(contents, left) as Contents), traits: lodash.omit(traits, left) };
    return reportOf({ ...told, maxFindings: this.#maxFindings() }, ENGINE, sha256);
  }
}
