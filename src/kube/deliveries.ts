/**
 * W30: hands changes to a handler, in order for each object. What the handler throws, or rejects with, costs that object
 * a back-off and nobody else anything; meanwhile the newest state of the object replaces what the handler did not take.
 */
import type { Logger } from '#log/logger.ts';
import { Backoff } from './backoff.ts';
import type { Cancel, Clock } from './clock.ts';
import type { Identity } from './codec.ts';

export interface Removed {
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  /** W4: the deletion itself was not seen, only its result. */
  readonly finalStateUnknown: boolean;
}

export interface Receiver<T> {
  readonly put: (object: T, at: Identity) => unknown;
  readonly remove: (at: Removed) => unknown;
}

interface Put<T> {
  readonly object: T;
  readonly at: Identity;
}

type Delivery<T> = Put<T> | Removed;

/** What the handler has not taken yet of one name: the end of the object that had it, then the state of the one that has it. */
interface Owed<T> {
  removed: Removed | undefined;
  put: Put<T> | undefined;
  /** An asynchronous handler is at work. */
  busy: boolean;
  cancel: Cancel;
  readonly backoff: Backoff;
}

interface DeliveryOptions<T> {
  readonly receiver: Receiver<T>;
  readonly clock: Clock;
  readonly random: () => number;
  readonly logger: Logger;
}

const nothing = (): void => undefined;
const isPut = <T>(delivery: Delivery<T>): delivery is Put<T> => 'object' in delivery;

export class Deliveries<T> {
  readonly #options: DeliveryOptions<T>;
  readonly #owed = new Map<string, Owed<T>>();
  #paused = false;
  #failures = 0;

  constructor(options: DeliveryOptions<T>) {
    this.#options = options;
  }

  /** How often the handler has failed. */
  get failures(): number {
    return this.#failures;
  }

  put(key: string, object: T, at: Identity): void {
    this.#deliver(key, { object, at });
  }

  remove(key: string, removed: Removed): void {
    this.#deliver(key, removed);
  }

  /** W29: no timer runs and the handler is not called until `resume`. */
  pause(): void {
    this.#paused = true;
    for (const owed of this.#owed.values()) owed.cancel();
  }

  resume(): void {
    this.#paused = false;
    for (const [key, owed] of this.#owed) this.#next(key, owed);
  }

  #deliver(key: string, delivery: Delivery<T>): void {
    const owed = this.#owed.get(key);
    if (owed !== undefined) {
      supersede(owed, delivery);
      this.#next(key, owed);
      return;
    }
    const end = this.#hand(delivery);
    // Almost every delivery ends here, without a trace.
    if (end === true) return;
    const { clock, random } = this.#options;
    const backoff = new Backoff(clock, random);
    const fresh: Owed<T> = { removed: undefined, put: undefined, busy: false, cancel: nothing, backoff };
    this.#owed.set(key, fresh);
    this.#ended(key, fresh, delivery, end);
  }

  #next(key: string, owed: Owed<T>): void {
    if (owed.busy || this.#paused) return;
    owed.cancel();
    const delivery = owed.removed ?? owed.put;
    if (delivery === undefined) {
      this.#owed.delete(key);
      return;
    }
    if (isPut(delivery)) owed.put = undefined;
    else owed.removed = undefined;
    this.#ended(key, owed, delivery, this.#hand(delivery));
  }

  #ended(key: string, owed: Owed<T>, delivery: Delivery<T>, end: boolean | Promise<boolean>): void {
    if (typeof end !== 'boolean') {
      owed.busy = true;
      void end.then((isTaken) => {
        owed.busy = false;
        this.#ended(key, owed, delivery, isTaken);
      });
      return;
    }
    if (end) {
      this.#next(key, owed);
      return;
    }
    takeBack(owed, delivery);
    if (this.#paused) return;
    owed.cancel = this.#options.clock.after(owed.backoff.next(), () => {
      this.#next(key, owed);
    });
  }

  /** Whether the handler took it: now, or later where it answers a promise. Never throws or rejects. */
  #hand(delivery: Delivery<T>): boolean | Promise<boolean> {
    const { receiver } = this.#options;
    try {
      const returned = isPut(delivery) ? receiver.put(delivery.object, delivery.at) : receiver.remove(delivery);
      if (!(returned instanceof Promise)) return true;
      return returned.then(
        () => true,
        (error: unknown) => this.#failed(error),
      );
    } catch (error) {
      return this.#failed(error);
    }
  }

  #failed(error: unknown): false {
    this.#failures += 1;
    this.#options.logger.error('handler failed', { error });
    return false;
  }
}

function supersede<T>(owed: Owed<T>, delivery: Delivery<T>): void {
  if (isPut(delivery)) owed.put = delivery;
  else {
    owed.put = undefined;
    // The first end that was not taken is of what the handler holds: of anything after that it was never told.
    owed.removed ??= delivery;
  }
}

function takeBack<T>(owed: Owed<T>, delivery: Delivery<T>): void {
  if (!isPut(delivery)) owed.removed = delivery;
  else if (owed.removed === undefined) owed.put ??= delivery;
}
