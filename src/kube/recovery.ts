/** Where a reflector goes on after a failure: the resource versions it may use, and how long it waits first. */
import type { Backoff } from './backoff.ts';
import { BadEvent } from './codec.ts';
import { ApiError, NetworkError } from './errors.ts';

export interface Step {
  readonly delayMs: number;
  /** Why the state must be read anew; undefined: the watch is resumed. */
  readonly relist: string | undefined;
  readonly denied: 'forbidden' | 'missing' | undefined;
  /** Happens in every cluster now and then: not worth a warning. */
  readonly expected: boolean;
}

const BAD_IN_A_ROW = 3;
const SILENT_IN_A_ROW = 2;
const UNFINISHED_IN_A_ROW = 2;
const UNMARKED_IN_A_ROW = 2;

export class Recovery {
  readonly #backoff: Backoff;
  readonly #deniedMs: number;
  readonly #random: () => number;
  #resume: string | undefined;
  #atLeast = '';
  #paged: 'no' | 'once' | 'always' = 'no';
  #initial = true;
  #badEvents = 0;
  #badInRow = 0;
  #silentInRow = 0;
  #unfinishedInRow = 0;
  #unmarkedInRow = 0;
  readonly #relists: Record<string, number> = {};

  /** @param deniedMs about how long to leave a refused kind alone */
  constructor(backoff: Backoff, deniedMs: number, random: () => number) {
    this.#backoff = backoff;
    this.#deniedMs = deniedMs;
    this.#random = random;
  }

  /** The version to resume the watch from; undefined: the state must be read first. */
  get resume(): string | undefined {
    return this.#resume;
  }

  /** W8: a new account of the state must be at least this new; `''` asks for the newest. */
  get atLeast(): string {
    return this.#atLeast;
  }

  /** W28: the state is read page by page: for good when the server refuses WatchList, once when it was only slow to end it. */
  get paged(): boolean {
    return this.#paged !== 'no';
  }

  get badEvents(): number {
    return this.#badEvents;
  }

  get relists(): Readonly<Record<string, number>> {
    return this.#relists;
  }

  begin(initial: boolean): void {
    this.#initial = initial;
  }

  /** Bytes came: the server is there. */
  heard(): void {
    this.#silentInRow = 0;
  }

  /** W7, W27: a live event or a bookmark moves the version on. */
  reached(resourceVersion: string): void {
    this.#resume = resourceVersion;
    this.#atLeast = resourceVersion;
    this.#badInRow = 0;
  }

  synced(resourceVersion: string): void {
    this.#initial = false;
    this.#unfinishedInRow = 0;
    if (this.#paged === 'no') this.#unmarkedInRow = 0;
    else if (this.#paged === 'once') this.#paged = 'no';
    this.reached(resourceVersion);
  }

  after(error: unknown): Step {
    if (error instanceof ApiError) return this.#afterApi(error);
    if (error instanceof BadEvent) return this.#afterBad();
    if (error instanceof NetworkError) return this.#afterNetwork(error);
    return this.#later(undefined);
  }

  #afterApi(error: ApiError): Step {
    const wait = error.retryAfterMs ?? 0;
    // W19, W20: what we resume from is gone; W21: what we ask for is not there yet, or never will be.
    if (error.expired) return this.#anew('expired', wait);
    if (error.tooLargeResourceVersion) return this.#anew('tooLarge', wait);
    if (error.code === 403) return this.#denied('forbidden');
    if (error.code === 404) {
      this.#resume = undefined;
      return this.#denied('missing');
    }
    const refusesWatchList = this.#initial && !this.paged && (error.code === 400 || error.code === 422);
    return refusesWatchList ? this.#fallBack('refused') : this.#later(undefined, wait);
  }

  /** W23: resumed from the last good version, nothing is skipped; when that does not help, the state is read anew. */
  #afterBad(): Step {
    this.#badEvents += 1;
    this.#badInRow += 1;
    if (this.#badInRow < BAD_IN_A_ROW || this.#resume === undefined) return this.#later(undefined);
    this.#badInRow = 0;
    this.#resume = undefined;
    return this.#later(this.#relist('badLines'));
  }

  #afterNetwork(error: NetworkError): Step {
    switch (error.code) {
      case 'IDLE':
        return this.#initial && !this.paged ? this.#fallBack('noEndMark') : this.#afterSilence();
      case 'OVERDUE':
        return { delayMs: 0, relist: undefined, denied: undefined, expected: true };
      case 'UNFINISHED':
        this.#unfinishedInRow += 1;
        return this.#unfinishedInRow < UNFINISHED_IN_A_ROW ? this.#later(undefined) : this.#fallBack('noEndMark');
      default:
        return this.#later(undefined);
    }
  }

  /** A watch from a version that the server never reaches (a restored etcd) is accepted and silent for ever: find out by a relist. */
  #afterSilence(): Step {
    this.#silentInRow += 1;
    if (this.#silentInRow < SILENT_IN_A_ROW)
      return { delayMs: 0, relist: undefined, denied: undefined, expected: false };
    this.#silentInRow = 0;
    this.#resume = undefined;
    return this.#later(this.#relist('silent'));
  }

  /** A stream may stall once without end mark for its own reasons; twice in a row, and this server never sends one. */
  #fallBack(cause: 'refused' | 'noEndMark'): Step {
    if (cause === 'noEndMark') this.#unmarkedInRow += 1;
    this.#paged = cause === 'refused' || this.#unmarkedInRow >= UNMARKED_IN_A_ROW ? 'always' : 'once';
    this.#unfinishedInRow = 0;
    this.#relist(`paged:${cause}`);
    return { delayMs: 0, relist: cause, denied: undefined, expected: true };
  }

  #anew(cause: string, wait: number): Step {
    this.#resume = undefined;
    this.#atLeast = '';
    return this.#later(this.#relist(cause), wait);
  }

  #denied(denied: 'forbidden' | 'missing'): Step {
    const delayMs = this.#deniedMs * (0.8 + 0.4 * this.#random());
    return { delayMs, relist: undefined, denied, expected: false };
  }

  #later(relist: string | undefined, atLeast = 0): Step {
    return { delayMs: this.#backoff.next(atLeast), relist, denied: undefined, expected: relist !== undefined };
  }

  #relist(cause: string): string {
    this.#relists[cause] = (this.#relists[cause] ?? 0) + 1;
    return cause;
  }
}
