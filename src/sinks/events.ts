import { createHash } from 'node:crypto';
import type { Clock } from '#kube/clock.ts';
import { TokenBucket } from '#kube/pace.ts';
import type { Outcome, Submission, WriteRequest } from '#kube/writer.ts';
import { subjectKey, type Subject } from '#model/ref.ts';
import type { Right } from '#model/right.ts';
import { harmless } from '#model/text.ts';
import type { Verdict } from '#model/verdict.ts';
import { newsOf, toldBy, type News } from './news.ts';

/** In the whole cluster: an Event lies in the namespace of what it is about. Nothing is read. */
export const EVENT_RIGHTS: readonly Right[] = [
  { group: '', resources: ['events'], verbs: ['create', 'patch'], why: 'tell of findings on the workload itself' },
];
const EVENTS = { group: '', version: 'v1', plural: 'events' };

/** What changes within this time is told once, as it stands then; what goes again is not told. Milliseconds. */
const SETTLE_MS = 5000;
/** What is told again within this time is counted on the Event that there is: API servers keep one for an hour (--event-ttl). Milliseconds. */
const SERIES_MS = 3_600_000;
/** An Event that could not be sent for so long is no news any more. Milliseconds. */
const STALE_MS = 600_000;
/** An object may be told of 25 times, then once in five minutes: as client-go bounds its recorders. */
const PER_OBJECT = { rate: 1 / 300, burst: 25 };
/** The longest message that events.k8s.io/v1 allows. Bytes. */
const MESSAGE_BYTES = 1024;

interface EventSettings {
  readonly enabled: boolean;
  /** Events a second, of all objects together. */
  readonly rate: number;
  readonly burst: number;
}

interface EventSinkOptions {
  /** To the writer. Its outcomes come back through `settled`. */
  readonly submit: (submission: Submission) => void;
  readonly verdict: (subject: Subject) => Verdict | undefined;
  /** Whether it is our turn to tell: the leader alone does. */
  readonly isSpeaking: () => boolean;
  readonly settings: EventSettings;
  /** The replica that tells. */
  readonly instance: string;
  readonly clock: Clock;
  /** Told of each piece of news that a limit left out. */
  readonly onThrottled: () => void;
}

/** One Event on the API server, and how often it was told. */
interface Series {
  readonly name: string;
  readonly subject: Subject;
  news: News;
  count: number;
  /** As people read it. */
  readonly first: Date;
  last: Date;
  /** On the clock that never goes back. */
  toldAt: number;
  isMade: boolean;
}

/** What was told of one object. */
interface Told {
  readonly bucket: TokenBucket;
  readonly series: Map<string, Series>;
}

/**
 * Tells of new critical and high findings on workloads, and of their end, as Events. Laws: what is known is not told, however often it is
 * judged; what a replica without the lease sees is known to it as well; no cluster makes more Events than the limits allow.
 */
export class EventSink {
  readonly #options: EventSinkOptions;
  /** The verdicts as they were told, or were no news: the objects of the ledger themselves, but while something waits to be told. */
  readonly #known = new Map<string, Verdict>();
  readonly #waiting = new Map<string, () => void>();
  readonly #told = new Map<string, Told>();
  readonly #byName = new Map<string, Series>();
  #settings: EventSettings;
  #bucket: TokenBucket;

  constructor(options: EventSinkOptions) {
    this.#options = options;
    this.#settings = options.settings;
    this.#bucket = bucketOf(options.clock, options.settings);
  }

  /** Takes over other settings, with a full bucket. */
  configure(settings: EventSettings): void {
    this.#settings = settings;
    this.#bucket = bucketOf(this.#options.clock, settings);
  }

  /** The verdict of a subject is another one now, or another object. `isNews`: because the cluster changed, and not what we know of it or judge it by. */
  changed(subject: Subject, isNews: boolean): void {
    const key = subjectKey(subject);
    const verdict = this.#options.verdict(subject);
    if (verdict?.isWorkload !== true) this.#forget(key);
    else if (this.#waiting.has(key)) return;
    else if (!isNews || newsOf(this.#known.get(key), verdict).length === 0) this.#know(key, verdict);
    else {
      const cancel = this.#options.clock.after(SETTLE_MS, () => {
        this.#look(subject, key);
      });
      this.#waiting.set(key, cancel);
    }
  }

  /** What became of the write of an Event. */
  settled(name: string, outcome: Outcome): void {
    const series = this.#byName.get(name);
    if (series === undefined) return;
    // The API server had let the Event go: it is made anew. One whose place is gone is not.
    const isLost = outcome.status === 'dropped' && series.isMade;
    if (outcome.status === 'written') series.isMade = true;
    if (outcome.status === 'dropped') series.isMade = false;
    if (isLost) this.#submit(series);
  }

  /** Tells nothing from now on. */
  stop(): void {
    for (const cancel of this.#waiting.values()) cancel();
    this.#waiting.clear();
  }

  #know(key: string, verdict: Verdict): void {
    this.#known.set(key, toldBy(this.#known.get(key), verdict));
  }

  #forget(key: string): void {
    this.#waiting.get(key)?.();
    this.#waiting.delete(key);
    this.#known.delete(key);
    for (const { name } of this.#told.get(key)?.series.values() ?? []) this.#byName.delete(name);
    this.#told.delete(key);
  }

  #look(subject: Subject, key: string): void {
    this.#waiting.delete(key);
    const verdict = this.#options.verdict(subject);
    if (verdict === undefined) return;
    const news = newsOf(this.#known.get(key), verdict);
    this.#know(key, verdict);
    for (const one of news) this.tell(verdict.subject, one);
  }

  /** Tells of an object, within the limits. */
  tell(subject: Subject, news: News): void {
    if (!this.#settings.enabled || !this.#options.isSpeaking()) return;
    const { bucket, series } = this.#toldOf(subjectKey(subject));
    if (bucket.wait() > 0 || this.#bucket.wait() > 0) {
      this.#options.onThrottled();
      return;
    }
    bucket.take();
    this.#bucket.take();
    this.#submit(this.#counted(series, subject, news));
  }

  /** The Event that the news is told by: the one that told of it of late, or a new one. */
  #counted(series: Map<string, Series>, subject: Subject, news: News): Series {
    const { clock } = this.#options;
    const topic = `${news.reason} ${news.topic}`;
    const known = series.get(topic);
    const isOn = known?.subject.uid === subject.uid && clock.now() - (known?.toldAt ?? 0) < SERIES_MS;
    if (known !== undefined && !isOn) this.#byName.delete(known.name);
    const one = known !== undefined && isOn ? known : this.#newSeries(subject, topic, news);
    Object.assign(one, { news, count: one.count + 1, last: clock.wall(), toldAt: clock.now() });
    series.set(topic, one);
    this.#byName.set(one.name, one);
    return one;
  }

  #toldOf(key: string): Told {
    const told = this.#told.get(key) ?? {
      bucket: new TokenBucket(this.#options.clock, PER_OBJECT.rate, PER_OBJECT.burst),
      series: new Map<string, Series>(),
    };
    this.#told.set(key, told);
    return told;
  }

  #newSeries(subject: Subject, topic: string, news: News): Series {
    const { clock } = this.#options;
    const first = clock.wall();
    const identity = JSON.stringify([subjectKey(subject), subject.uid, topic, first]);
    const name = `kubeposture.${createHash('sha256').update(identity).digest('hex').slice(0, 16)}`;
    return { name, subject, news, count: 0, first, last: first, toldAt: clock.now(), isMade: false };
  }

  #submit(series: Series): void {
    const { submit, clock, instance } = this.#options;
    submit({
      key: series.name,
      build: () => (clock.now() - series.toldAt > STALE_MS ? undefined : requestOf(series, instance)),
    });
  }
}

function bucketOf(clock: Clock, { rate, burst }: EventSettings): TokenBucket {
  return new TokenBucket(clock, rate, burst);
}

function requestOf({ name, subject, news, count, first, last, isMade }: Series, instance: string): WriteRequest {
  const { apiVersion, kind, uid } = subject;
  const namespace = subject.namespace === '' ? 'default' : subject.namespace;
  const said = { message: fitting(harmless(news.text)), count, lastTimestamp: last.toISOString() };
  const place = { resource: EVENTS, namespace, name };
  if (isMade) return { method: 'patch', ...place, body: said };
  const regarding = subject.namespace === '' ? {} : { namespace };
  const body = {
    apiVersion: 'v1',
    kind: 'Event',
    metadata: { name, namespace },
    involvedObject: { apiVersion, kind, ...regarding, name: subject.name, ...(uid === undefined ? {} : { uid }) },
    type: news.reason === 'FindingResolved' ? 'Normal' : 'Warning',
    reason: news.reason,
    ...said,
    firstTimestamp: first.toISOString(),
    source: { component: 'kubeposture' },
    reportingComponent: 'kubeposture.io/operator',
    reportingInstance: instance,
  };
  return { method: 'create', ...place, body };
}

/** At most as many bytes as a message may have; never half a character. */
function fitting(text: string): string {
  const bytes = Buffer.from(text);
  if (bytes.length <= MESSAGE_BYTES) return text;
  const cut = bytes.subarray(0, MESSAGE_BYTES - Buffer.byteLength('…'));
  // Streaming: the decoder keeps an unfinished character to itself.
  return `${new TextDecoder().decode(cut, { stream: true })}…`;
}
