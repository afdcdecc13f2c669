/** What the reflector believes the server holds: names and versions only. Turns sightings into puts and removes. */
import type { Logger } from '#log/logger.ts';
import type { Identity, Raw } from './codec.ts';
import type { Deliveries } from './deliveries.ts';

interface Entry {
  readonly uid: string;
  /** `''` when it could not be projected: then the next sighting counts as a change. */
  resourceVersion: string;
  /** The relist that last saw it. */
  round: number;
}

interface Staged<T> {
  readonly at: Identity;
  readonly object: T;
}

const keyOf = ({ namespace, name }: Pick<Identity, 'namespace' | 'name'>): string => `${namespace}/${name}`;

const placeOf = (key: string): Pick<Identity, 'namespace' | 'name'> => {
  const slash = key.indexOf('/');
  return { namespace: key.slice(0, slash), name: key.slice(slash + 1) };
};

export class Mirror<T> {
  readonly #entries = new Map<string, Entry>();
  readonly #project: (raw: Raw) => T;
  readonly #deliveries: Pick<Deliveries<T>, 'put' | 'remove'>;
  readonly #logger: Logger;
  #staged = new Map<string, Staged<T>>();
  #round = 0;
  #complete = false;
  #failures = 0;

  constructor(project: (raw: Raw) => T, deliveries: Pick<Deliveries<T>, 'put' | 'remove'>, logger: Logger) {
    this.#project = project;
    this.#deliveries = deliveries;
    this.#logger = logger;
  }

  get size(): number {
    return this.#entries.size;
  }

  /** Exceptions of the projection so far. */
  get failures(): number {
    return this.#failures;
  }

  /** A live event says that the object is so. */
  put(at: Identity, raw: Raw): void {
    if (!this.#changed(at)) return;
    this.#projected(at, raw, (object) => {
      this.#apply({ at, object });
    });
  }

  /** A live event says that nothing of this name is left; a stream is ordered, so whatever we hold of it is gone. */
  remove(at: Identity): void {
    const held = this.#entries.get(keyOf(at));
    if (held !== undefined) this.#drop(at, held.uid, held.uid !== at.uid);
  }

  /** A full account of the server's state begins; an unfinished earlier one is void. */
  begin(): void {
    this.#round += 1;
    this.#staged = new Map();
  }

  /** The account names this object. The first account ever goes straight on; later ones wait for `commit` (W2). */
  seen(at: Identity, raw: Raw): void {
    const key = keyOf(at);
    if (!this.#changed(at)) {
      const entry = this.#entries.get(key);
      if (entry !== undefined) entry.round = this.#round;
      this.#staged.delete(key);
    } else if (this.#complete) {
      this.#projected(at, raw, (object) => {
        this.#staged.set(key, { at, object });
      });
    } else this.put(at, raw);
  }

  /** The account takes back an object: it went while the account was being given. */
  unseen(at: Identity): void {
    if (!this.#complete) this.remove(at);
    this.#staged.delete(keyOf(at));
    const entry = this.#entries.get(keyOf(at));
    if (entry !== undefined) entry.round = 0;
  }

  /** The account is complete: what it did not name is gone, what it named anew or changed is put. One synchronous step. */
  commit(): void {
    for (const [key, entry] of this.#entries) {
      if (entry.round === this.#round || this.#staged.has(key)) continue;
      this.#drop(placeOf(key), entry.uid, true);
    }
    for (const staged of this.#staged.values()) this.#apply(staged);
    this.#staged = new Map();
    this.#complete = true;
  }

  /** Everything held is forgotten, and told to nobody: the next account is a first one. */
  clear(): void {
    this.#entries.clear();
    this.#staged = new Map();
    this.#complete = false;
  }

  /** UID and version of what is held under a name: for audits. */
  held(at: Pick<Identity, 'namespace' | 'name'>): Pick<Entry, 'uid' | 'resourceVersion'> | undefined {
    return this.#entries.get(keyOf(at));
  }

  *names(): Generator<Pick<Identity, 'namespace' | 'name'>, void, undefined> {
    for (const key of this.#entries.keys()) yield placeOf(key);
  }

  /** W6: the same version twice is no event. Equality only, versions have no order (W7). */
  #changed(at: Identity): boolean {
    const held = this.#entries.get(keyOf(at));
    return held?.uid !== at.uid || held.resourceVersion !== at.resourceVersion;
  }

  #apply({ at, object }: Staged<T>): void {
    const key = keyOf(at);
    const held = this.#entries.get(key);
    // W5: the same name with another UID is another object.
    if (held !== undefined && held.uid !== at.uid) this.#drop(at, held.uid, true);
    this.#entries.set(key, { uid: at.uid, resourceVersion: at.resourceVersion, round: this.#round });
    this.#deliveries.put(key, object, at);
  }

  #drop(at: Pick<Identity, 'namespace' | 'name'>, uid: string, finalStateUnknown: boolean): void {
    const key = keyOf(at);
    this.#entries.delete(key);
    this.#deliveries.remove(key, { namespace: at.namespace, name: at.name, uid, finalStateUnknown });
  }

  /** What the projection throws stays here. Nothing raw is kept for another try: it may hold what nobody shall keep (W10). */
  #projected(at: Identity, raw: Raw, then: (object: T) => void): void {
    let object: T;
    try {
      object = this.#project(raw);
    } catch (error) {
      this.#failures += 1;
      this.#logger.error('projection failed', { error });
      this.#forget(at);
      return;
    }
    then(object);
  }

  /** The object stays known by name, so that its deletion is told, but counts as changed when it is next seen. */
  #forget(at: Identity): void {
    const key = keyOf(at);
    const held = this.#entries.get(key);
    if (held === undefined) this.#entries.set(key, { uid: at.uid, resourceVersion: '', round: this.#round });
    else {
      held.resourceVersion = '';
      held.round = this.#round;
    }
  }
}
