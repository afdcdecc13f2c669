import type { Submission, Outcome } from '#kube/writer.ts';
import type { ExceptionStatus } from '#model/exception.ts';
import { KINDS, apiVersionOf } from '#model/kinds.ts';
import { momentText } from '#model/moment.ts';
import { keyOf, refOf, subjectOf, type Subject } from '#model/ref.ts';
import type { Right } from '#model/right.ts';
import type { AnyException, Standing } from '#model/standing.ts';
import { nextTurn, saysTheSame, statusOf } from '#report/exception-status.ts';
import type { News } from './news.ts';

/** In the whole cluster. The spec belongs to who accepts the risk: of an exception nothing but the status is written. */
export const EXCEPTION_RIGHTS: readonly Right[] = [
  {
    group: 'kubeposture.io',
    resources: ['clustersecurityexceptions/status', 'securityexceptions/status'],
    verbs: ['patch'],
    why: 'say how exceptions stand',
  },
];

interface StatusesOptions {
  /** To the writer. Its outcomes come back through `settled`. */
  readonly submit: (submission: Submission) => void;
  /** How every exception stands at a moment: seconds since 1970. */
  readonly standings: (now: number) => Iterable<Standing>;
  /** Another one when a standing may be, but for the time. */
  readonly revision: () => number;
  /** Whether it is our turn to write, and everything that is known is judged: half of a judgement is no standing. */
  readonly isReady: () => boolean;
  /** Seconds since 1970. */
  readonly now: () => number;
  readonly tell: (subject: Subject, news: News) => void;
  /** An exception that was told of is gone. */
  readonly gone: (subject: Subject) => void;
}

/** What was handed to the writer for an exception as we held it then. */
interface Sent {
  readonly of: AnyException;
  readonly status: ExceptionStatus;
}

/**
 * Keeps the status of exceptions as it should be. Laws: what says the same is not written again; a status that somebody else wrote is put right;
 * an end is told once a week ahead and once when it is there, however often the process starts anew.
 */
export class ExceptionStatuses {
  readonly #options: StatusesOptions;
  readonly #sent = new Map<string, Sent>();
  readonly #told = new Map<string, Subject>();
  #revision: number | undefined;
  #next = Infinity;

  constructor(options: StatusesOptions) {
    this.#options = options;
  }

  /** Looks whether anything is to be written. Cheap where nothing has changed and no moment has come: to be called once in a while. */
  look(): void {
    const { isReady, revision, now: clock, standings } = this.#options;
    if (!isReady()) return;
    const now = clock();
    if (this.#revision === revision() && now < this.#next) return;
    this.#revision = revision();
    this.#next = Infinity;
    const there = new Set<string>();
    for (const standing of standings(now)) {
      there.add(placeOf(standing.exception));
      this.#next = Math.min(this.#next, nextTurn(standing, now));
      this.#consider(standing, now);
    }
    for (const place of [...this.#sent.keys()]) if (!there.has(place)) this.#sent.delete(place);
    for (const [place, subject] of [...this.#told]) {
      if (there.has(place)) continue;
      this.#told.delete(place);
      this.#options.gone(subject);
    }
  }

  /** What became of a write. What was lost is looked at again; what was refused for its content is not sent again as it is. */
  settled(place: string, outcome: Outcome): void {
    if (outcome.status === 'dropped') this.#sent.delete(place);
  }

  #consider(standing: Standing, now: number): void {
    const { exception } = standing;
    const place = placeOf(exception);
    const status = statusOf(standing, now);
    const sent = this.#sent.get(place);
    if (saysTheSame(exception.status, status)) this.#sent.delete(place);
    else if (sent?.of !== exception || !saysTheSame(sent.status, status)) {
      this.#sent.set(place, { of: exception, status });
      this.#tellOfEnd(exception, sent?.status ?? exception.status, status);
      this.#options.submit({ key: place, build: () => this.#request(place) });
    }
  }

  #request(place: string): ReturnType<Submission['build']> {
    const sent = this.#sent.get(place);
    if (sent === undefined) return undefined;
    const { kind, metadata } = sent.of;
    const { namespace, name, uid } = metadata;
    const identity = { name, ...(namespace === '' ? {} : { namespace }), ...(uid === undefined ? {} : { uid }) };
    return {
      method: 'applyStatus',
      resource: KINDS[kind],
      namespace,
      name,
      body: { apiVersion: apiVersionOf(KINDS[kind]), kind, metadata: identity, status: sent.status },
    };
  }

  #tellOfEnd(exception: AnyException, before: ExceptionStatus | undefined, after: ExceptionStatus): void {
    const { checks, reason, expires } = exception.spec;
    if (expires === undefined) return;
    const what = `${checks.join(', ')}, accepted for: ${reason}`;
    const tell = (news: News): void => {
      this.#told.set(placeOf(exception), subjectOf(exception));
      this.#options.tell(subjectOf(exception), news);
    };
    if (isExpiring(after) && !isExpiring(before))
      tell({ reason: 'ExceptionExpiring', topic: 'end', text: `ends at ${momentText(expires)}: ${what}` });
    if (after.state === 'Expired' && before?.state !== undefined && before.state !== 'Expired')
      tell({ reason: 'ExceptionExpired', topic: 'end', text: `ended, what it covered is open again: ${what}` });
  }
}

function isExpiring(status: ExceptionStatus | undefined): boolean {
  return status?.conditions?.some(({ type, status: is }) => type === 'Expiring' && is === 'True') ?? false;
}

function placeOf(exception: AnyException): string {
  const ref = refOf(exception);
  return `${ref.kind} ${keyOf(ref)}`;
}
